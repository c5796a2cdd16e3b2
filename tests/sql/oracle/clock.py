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
    days = list(_days(_local(starts, calendar) - 8 * DAY, _local(ends, calendar)))
    weekly = [
        _span(calendar, day, hours)
        for day in days
        for weekday, hours in calendar.weekly
        if day.isoweekday() == weekday and not (day in calendar.special and _is_of_a_day(hours))
    ]
    special = [_span(calendar, day, h) for day in days for h in calendar.special.get(day, ())]
    return [
        any(a <= now < b for a, b in _applying(calendar, now, weekly, special))
        for now in _minutes(starts, ends)
    ]


def _is_of_a_day(hours: Hours) -> bool:
    opens, closes = hours
    return (closes - opens) * MINUTE <= DAY


def _applying(calendar: Calendar, now: datetime, weekly: Spans, special: Spans) -> Spans:
    """Return what may be open on the local date of *now*."""
    today = _local(now, calendar)
    if today not in calendar.special:
        return [*weekly, *special]
    return special if calendar.special[today] else []


def working_days(calendar: Calendar, earlier: datetime, later: datetime) -> int:
    """Return the whole working days strictly between the local days of two instants."""
    first, last = _local(earlier, calendar), _local(later, calendar)
    regular = {weekday for weekday, _ in calendar.weekly}
    return sum(
        bool(calendar.special[day]) if day in calendar.special else day.isoweekday() in regular
        for day in _days(first + DAY, last - DAY)
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
