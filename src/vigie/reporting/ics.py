"""A customer's coming maintenance as an iCalendar feed (RFC 5545).

The same registry gives the same bytes: nothing in it is taken from a clock. A window keeps its UID
for good; its SEQUENCE grows with everything that happens to it, and a withdrawn one is CANCELLED.
"""

from collections.abc import Sequence
from datetime import UTC

from icalendar import Calendar, Event

from vigie.legible import legible
from vigie.storing import Coming

_PRODUCT = "-//Vigie//maintenance//EN"


def feed(customer: str, name: str, windows: Sequence[Coming]) -> bytes:
    """Return the calendar of *windows* for the customer of this key and *name*."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", legible(f"{name}: maintenance"))
    for window in windows:
        calendar.add_component(_event(customer, window))
    content: bytes = calendar.to_ical()
    return content


def _event(customer: str, window: Coming) -> Event:
    event = Event()
    event.add("uid", f"{window.key}.{customer}@vigie")
    event.add("dtstamp", window.stamped.astimezone(UTC))
    event.add("sequence", window.sequence)
    event.add("status", _status(window))
    event.add("dtstart", window.starts.astimezone(UTC))
    event.add("dtend", window.ends.astimezone(UTC))
    event.add("summary", legible(f"Maintenance: {', '.join(window.names)}"))
    event.add("description", legible(window.reason))
    event.add("categories", [window.kind])
    return event


def _status(window: Coming) -> str:
    if window.withdrawn:
        return "CANCELLED"
    told = window.announced_at is not None or window.kind == "security"
    return "CONFIRMED" if told else "TENTATIVE"
