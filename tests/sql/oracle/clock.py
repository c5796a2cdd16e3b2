"""Opening hours by walking the clock minute by minute, with zoneinfo and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
Hours = tuple[int, int]  # opens and closes, in minutes since local midnight
Spans = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Weekly hours by ISO weekday, and the dates on which they do not apply."""

    timezone: str
    weekly: Sequence[tuple[int, Hours]]
    special: Mapping[date, Sequence[Hours]]  # none: closed


def instant(wall: datetime, timezone: str) -> datetime:
    """Return when a clock of the zone shows *wall*.

    A time that occurs twice, or never, is read as standard time, as PostgreSQL does.
    """
    both = [wall.replace(tzinfo=ZoneInfo(timezone), fold=fold) for fold in (0, 1)]
    standard = [local for local in both if not local.dst()]
    return (standard or both)[0].astimezone(UTC)


def open_minutes(calendar: Calendar, starts: datetime, ends: datetime) -> list[bool]:
    """Return for each minute whether it is open."""
    weekly, special = _spans(calendar, _local(starts, calendar), _local(ends, calendar))
    return [
        any(a <= now < b for a, b in _applying(calendar, _local(now, calendar), weekly, special))
        for now in _minutes(starts, ends)
    ]


def _spans(calendar: Calendar, first: date, last: date) -> tuple[Spans, Spans]:
    """Return the weekly and the special hours that may run on the dates from *first* to *last*."""
    days = list(_days(first - 8 * DAY, last))
    weekly = [
        _span(calendar, day, hours)
        for day in days
        for weekday, hours in calendar.weekly
        if day.isoweekday() == weekday and not (day in calendar.special and _is_of_a_day(hours))
    ]
    return weekly, [_span(calendar, day, h) for day in days for h in calendar.special.get(day, ())]


def _is_of_a_day(hours: Hours) -> bool:
    opens, closes = hours
    return (closes - opens) * MINUTE <= DAY


def _applying(calendar: Calendar, today: date, weekly: Spans, special: Spans) -> Spans:
    """Return what may be open on a local date."""
    if today not in calendar.special:
        return [*weekly, *special]
    return special if calendar.special[today] else []


def working_days(calendar: Calendar, earlier: datetime, later: datetime) -> int:
    """Return the whole working days strictly between the local days of two instants."""
    days = _days(_local(earlier, calendar) + DAY, _local(later, calendar) - DAY)
    return sum(_is_working_day(calendar, day) for day in days)


def _is_working_day(calendar: Calendar, day: date) -> bool:
    """Return whether anything is open between the two midnights of *day*."""
    starts, ends = _span(calendar, day, (0, DAY // MINUTE))
    return any(
        max(starts, opens) < min(ends, closes)
        for opens, closes in _applying(calendar, day, *_spans(calendar, day, day))
    )


def _local(moment: datetime, calendar: Calendar) -> date:
    return moment.astimezone(ZoneInfo(calendar.timezone)).date()


def _span(calendar: Calendar, day: date, hours: Hours) -> tuple[datetime, datetime]:
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 # a wall clock
    opens, closes = (instant(midnight + at * MINUTE, calendar.timezone) for at in hours)
    return opens, closes


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def _minutes(starts: datetime, ends: datetime) -> Iterator[datetime]:
    while starts < ends:
        yield starts
        starts += MINUTE
