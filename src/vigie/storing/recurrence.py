"""Windows that recur: a rule of RFC 5545 and a zone become spans, by the clock on the wall.

A window begins at the same local time on each of its days and lasts as long as the first one, in
real time: two hours stay two hours in the night when the clocks change. A local time that does
not exist in that night, or exists twice, is refused: nobody could say which hour was announced.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from vigie.catalogue import advice, shown
from vigie.errors import UsageError
from vigie.storing.instant import local_instant

LONGEST = timedelta(days=366)  # from the first start to the last; daily, that is 367 windows
_CYCLE = 400  # years
_EXAMPLE = "FREQ=WEEKLY;BYDAY=SU;COUNT=10"
_STEPS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_FINER = ("SECONDLY", "MINUTELY", "HOURLY", "BYHOUR", "BYMINUTE", "BYSECOND")
_PARTS = (
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"),
    *("BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"),
)
_RULE = re.compile(r"(RRULE:)?[A-Z]+=[A-Z0-9,+-]+(;[A-Z]+=[A-Z0-9,+-]+)*")
_UNTIL = re.compile(r"\d{8}T\d{6}Z")
_NUMBER = re.compile(r"[1-9]\d{0,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """When a window comes back."""

    rule: str  # FREQ=WEEKLY;BYDAY=SU;COUNT=10
    zone: ZoneInfo
    excepted: tuple[date, ...] = ()  # local days that the rule hits, without a window


Span = tuple[datetime, datetime]


def spans(first: Span, recurrence: Recurrence) -> list[Span]:
    """Return the spans of every window, from *first* on, in UTC; raises UsageError."""
    starts, lasts = first[0].astimezone(recurrence.zone), first[1] - first[0]
    days = _hits(starts, recurrence)
    _check_excepted(recurrence.excepted, days)
    kept = [day for day in days if day.date() not in recurrence.excepted]
    if not kept:
        raise UsageError("exdate: no window is left (leave out fewer days)")
    begun = [_instant(day, recurrence.zone) for day in kept]
    found = [(start, start + lasts) for start in begun]
    _check_apart(found, recurrence.zone)
    return found


def rule_text(first: Span, recurrence: Recurrence) -> str:
    """Return the recurrence as calendars exchange it, which is the proof of what was meant."""
    starts, zone = first[0].astimezone(recurrence.zone), recurrence.zone.key
    lines = [
        f"DTSTART;TZID={zone}:{starts:%Y%m%dT%H%M%S}",
        f"DURATION:PT{(first[1] - first[0]) // timedelta(seconds=1)}S",
        f"RRULE:{recurrence.rule.removeprefix('RRULE:')}",
        *(
            f"EXDATE;TZID={zone}:{day:%Y%m%d}T{starts:%H%M%S}"
            for day in sorted(set(recurrence.excepted))
        ),
    ]
    return "\n".join(lines)


def _hits(starts: datetime, recurrence: Recurrence) -> list[datetime]:
    """Return the local times that the rule hits, as the clock on the wall shows them."""
    _check_rule(recurrence.rule)
    try:
        found = list(_within_a_year(_repeated(recurrence.rule, starts), starts))
    except (ValueError, OverflowError) as error:
        raise UsageError(f"rrule: {error} (write {_EXAMPLE})") from error
    if not found:
        raise UsageError("rrule: hits no day within a year of the start (write another)")
    if found[0].date() != starts.date():
        raise UsageError(
            f"rrule: does not hit its own start, {starts.date()} (start on {found[0].date()})"
        )
    return found


def _repeated(text: str, starts: datetime) -> Iterator[datetime]:
    """Return the local times that the rule hits.

    dateutil looks for the next one until the year 9999. The calendar is the same every 400 years,
    weekdays included, so the rule is walked as late as can be: what hits nothing is soon over.
    """
    rule = rrulestr(text, dtstart=starts)
    assert isinstance(rule, rrule)  # several rules, which make a set, are no rule of ours
    later = (MAXYEAR - starts.year) // _CYCLE * _CYCLE
    walked = rule.replace(dtstart=_moved(starts, later), until=_until(text, starts, later))
    return (_moved(hit, -later) for hit in walked)


def _until(text: str, starts: datetime, later: int) -> datetime | None:
    """Return the rule's UNTIL on the clock on the wall, moved; None: there is none, or never."""
    said = _UNTIL.search(text)
    if said is None:
        return None
    until = datetime.strptime(said[0], "%Y%m%dT%H%M%S%z").astimezone(starts.tzinfo)
    return _moved(until, later) if until.year + later <= MAXYEAR else None


def _moved(moment: datetime, years: int) -> datetime:
    return moment.replace(year=moment.year + years, tzinfo=None)


def _within_a_year(hits: Iterable[datetime], starts: datetime) -> Iterator[datetime]:
    first = None
    for hit in hits:
        late = hit.date() - starts.date() > LONGEST
        if late and first:
            raise UsageError(
                f"rrule: goes on for more than a year (end it by {starts.date() + LONGEST},"
                " and add the next year's when it is announced)"
            )
        if late:
            return
        first = first or hit
        yield hit


def _check_rule(text: str) -> None:
    """Refuse what is no rule, what is finer than a day, and what has no end."""
    if not _RULE.fullmatch(text):
        raise UsageError(f"rrule: {shown(text)} is no rule (write {_EXAMPLE})")
    pairs = [part.partition("=") for part in text.removeprefix("RRULE:").split(";")]
    parts = {name: value for name, _, value in pairs}
    for name, value in parts.items():
        _check_name(name, value)
    if len(parts) < len(pairs):
        raise UsageError(f"rrule: says something twice (write {_EXAMPLE})")
    if "FREQ" not in parts:
        raise UsageError(f"rrule: does not say how often (write {_EXAMPLE})")
    if any(sign.isdigit() for sign in parts.get("BYDAY", "")) and parts["FREQ"] in _STEPS[:2]:
        raise UsageError(
            f"rrule: BYDAY={parts['BYDAY']} counts the weekdays of a month or year"
            " (write FREQ=MONTHLY, or the weekday alone)"
        )
    _check_end(parts)


def _check_name(name: str, value: str) -> None:
    if name in _FINER or value in _FINER:
        raise UsageError(
            f"rrule: {name}={value} is finer than a day (write one of {', '.join(_STEPS)};"
            " the time of day is that of the start)"
        )
    if name not in _PARTS:
        raise UsageError(f"rrule: there is no {shown(name)} ({advice(name, _PARTS)})")
    if name == "FREQ" and value not in _STEPS:
        raise UsageError(f"rrule: FREQ={value} is no step ({advice(value, _STEPS)})")
    if name in ("COUNT", "INTERVAL") and not _NUMBER.fullmatch(value):
        raise UsageError(f"rrule: {name}={value} is no number from 1 to 9999 (write {name}=2)")
    if name == "UNTIL" and not _UNTIL.fullmatch(value):
        raise UsageError(
            f"rrule: UNTIL={value} is no instant in UTC (write UNTIL=20261231T225959Z)"
        )


def _check_end(parts: dict[str, str]) -> None:
    if "COUNT" not in parts and "UNTIL" not in parts:
        raise UsageError("rrule: never ends (add ;COUNT=10, or ;UNTIL=20261231T225959Z)")
    if "COUNT" in parts and "UNTIL" in parts:
        raise UsageError("rrule: has two ends, COUNT and UNTIL (write one of them)")


def _check_excepted(excepted: tuple[date, ...], hits: list[datetime]) -> None:
    days = [hit.date() for hit in hits]
    for day in excepted:
        if day not in days:
            near = min(days, key=lambda other: abs(other - day))
            raise UsageError(f"exdate: no window begins on {day} (the nearest does on {near})")


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    try:
        return local_instant(wall, zone).astimezone(UTC)
    except UsageError as error:
        problem = str(error).partition(" (")[0]
        raise UsageError(
            f"rrule: {problem} (leave it out with --exdate {wall.date()}, and add that window"
            " by itself)"
        ) from error


def _check_apart(found: list[Span], zone: ZoneInfo) -> None:
    for (start, end), (following, _) in pairwise(found):
        if end > following:
            this, that = (moment.astimezone(zone).date() for moment in (start, following))
            raise UsageError(
                f"rrule: the window of {this} lasts into that of {that}"
                " (write a shorter one, or a rarer rule)"
            )
