"""A month of made-up results: always the same for the same month, and never mistaken for real."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Paris")
EVERY = timedelta(minutes=1)
LOCATION = "main"

RESULT_HEADER = ("endpoint", "location", "at", "outcome", "duration_ms", "status", "reason")
MAINTENANCE_HEADER = ("services", "kind", "starts", "ends", "announced", "reason")

TYPICAL_MS: Mapping[str, float] = {
    "api-health": 42,
    "orders-health": 95,
    "crawler-health": 140,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """An endpoint gives something else than up for some minutes."""

    endpoint: str
    day: int  # of the month
    clock: str  # local
    minutes: int
    reason: str
    status: int | None = None
    outcome: str = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Announced maintenance."""

    service: str
    kind: str
    day: int
    clock: str  # local
    minutes: int
    announced: tuple[int, str] | None  # days before, local clock
    reason: str


TROUBLES = (
    Trouble(endpoint="api-health", day=6, clock="02:06", minutes=24, reason="connect_refused"),
    Trouble(endpoint="crawler-health", day=9, clock="16:12", minutes=6, reason="slow", status=200),
    Trouble(
        endpoint="orders-health", day=13, clock="10:42", minutes=4, reason="status", status=503
    ),
    Trouble(endpoint="orders-health", day=15, clock="03:10", minutes=2, reason="timeout"),
    Trouble(endpoint="api-health", day=19, clock="14:05", minutes=1, reason="reset"),
    Trouble(endpoint="crawler-health", day=21, clock="22:08", minutes=19, reason="connect_refused"),
    Trouble(
        endpoint="orders-health",
        day=24,
        clock="05:31",
        minutes=1,
        reason="network",
        outcome="unknown",
    ),
)
WINDOWS = (
    Window(
        service="api",
        kind="planned",
        day=6,
        clock="02:00",
        minutes=45,
        announced=(13, "10:00"),
        reason="Move to the new load balancer",
    ),
    Window(
        service="orders",
        kind="planned",
        day=15,
        clock="03:00",
        minutes=30,
        announced=(1, "17:30"),  # too late: it excuses nothing
        reason="Upgrade of the order database",
    ),
    Window(
        service="crawler",
        kind="security",
        day=21,
        clock="22:00",
        minutes=40,
        announced=(0, "21:40"),
        reason="Urgent fix of a library of the crawler",
    ),
)


def last_month(now: datetime) -> date:
    """Return the first day of the last month that is over in the demonstration's zone."""
    today = now.astimezone(ZONE).date()
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def write_results(path: Path, month: date) -> int:
    """Write the results of *month* as `vigie import results` reads them; return their number."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(RESULT_HEADER)
        written = 0
        for endpoint in TYPICAL_MS:
            for row in _results(endpoint, month):
                writer.writerow(row)
                written += 1
    return written


def write_maintenance(path: Path, month: date) -> int:
    """Write the windows of *month* as `vigie import maintenance` reads them; return how many."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(MAINTENANCE_HEADER)
        writer.writerows(_window(window, month) for window in WINDOWS)
    return len(WINDOWS)


def _results(endpoint: str, month: date) -> Iterator[tuple[object, ...]]:
    # Not for secrets: the same month must always give the same figures.
    random = Random(f"{month} {endpoint}")  # noqa: S311
    troubles = [one for one in TROUBLES if one.endpoint == endpoint]
    failing = {at: one for one in troubles for at in _minutes(one, month)}
    at, end = _instant(month, 1, "00:00"), _instant(_next(month), 1, "00:00")
    while at < end:
        yield (endpoint, LOCATION, at.isoformat(), *_answer(random, endpoint, at, failing.get(at)))
        at += EVERY


def _answer(
    random: Random, endpoint: str, at: datetime, trouble: Trouble | None
) -> tuple[object, ...]:
    """Return outcome, duration, status and reason."""
    if trouble:
        status = "" if trouble.status is None else trouble.status
        return trouble.outcome, "", status, trouble.reason
    # Slower by day than by night, with a tail.
    busy = 1.5 if 7 <= at.hour < 19 else 1.0  # noqa: PLR2004
    duration = TYPICAL_MS[endpoint] * busy * random.lognormvariate(0, 0.25)
    return "up", f"{duration:.3f}", 200, ""


def _minutes(trouble: Trouble, month: date) -> Iterator[datetime]:
    starts = _instant(month, trouble.day, trouble.clock)
    return (starts + number * EVERY for number in range(trouble.minutes))


def _window(window: Window, month: date) -> tuple[str, ...]:
    starts = _instant(month, window.day, window.clock)
    announced = ""
    if window.announced:
        days, clock = window.announced
        day = month.replace(day=window.day) - timedelta(days=days)
        announced = _instant(day.replace(day=1), day.day, clock).isoformat()
    ends = starts + timedelta(minutes=window.minutes)
    return (
        window.service,
        window.kind,
        starts.isoformat(),
        ends.isoformat(),
        announced,
        window.reason,
    )


def _instant(month: date, day: int, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    local = datetime(month.year, month.month, day, hour, minute, tzinfo=ZONE)
    return local.astimezone(UTC)


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
