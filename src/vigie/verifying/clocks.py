"""The local days of a contract, which may have been moved from one time zone to another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from vigie.reporting import Figures, Zone
from vigie.verifying.numbers import A_MOMENT

A_DAY = timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Clocks:
    """The first zone, and those after it with the first local day of each."""

    first: ZoneInfo
    moves: tuple[tuple[date, ZoneInfo], ...] = ()

    def zone(self, day: date) -> ZoneInfo:
        """Return the zone of a local day."""
        return next((zone for since, zone in reversed(self.moves) if since <= day), self.first)

    def begins(self, day: date) -> datetime:
        """Return when a day begins: at midnight, but not after a later zone."""
        later = [_midnight(since, zone) for since, zone in self.moves if since > day]
        return min([_midnight(day, self.zone(day)), *later])

    def day(self, at: datetime) -> date:
        """Return the local day of an instant."""
        later = [since for since, _ in self.moves if at < self.begins(since)]
        begun = [zone for since, zone in self.moves if since not in later]
        zone = [self.first, *begun][-1]
        day = at.astimezone(zone).date()
        # Where midnight comes twice, the day begins with the second one.
        day -= A_DAY * (at < _midnight(day, zone))
        return min([day, *(since - A_DAY for since in later)])

    def is_whole(self, kind: str, starts: datetime, ends: datetime) -> bool:
        """Whether a span lasts from the first day of a month, quarter or year to the last one."""
        first, last = self.day(starts), self.day(ends - A_MOMENT)
        after = last + A_DAY
        if (starts, ends) != (self.begins(first), self.begins(after)) or first.day != 1:
            return False
        length = (after.year - first.year) * 12 + after.month - first.month
        return after.day == 1 and length == MONTHS.get(kind) and (first.month - 1) % length == 0


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the midnight; where the clocks show none, or two, the later one, as PostgreSQL."""
    return max(datetime.combine(day, time(fold=fold), zone).astimezone(UTC) for fold in (0, 1))


def clocks(timezone: str, zones: Sequence[Zone]) -> Clocks:
    """Return the clocks of a contract that was moved to *zones*, or stayed in *timezone*."""
    if not zones:
        return Clocks(ZoneInfo(timezone))
    moves = [(one.first_day, ZoneInfo(one.timezone)) for one in zones if one.first_day is not None]
    return Clocks(ZoneInfo(zones[0].timezone), tuple(moves))


def clocks_of(figures: Figures) -> Clocks:
    """Return the clocks of the contract of a report."""
    return clocks(figures.period.timezone, figures.zones)


def out_of_order(zones: Sequence[Zone], place: str) -> Iterator[str]:
    """Yield what is wrong with the zones of a contract: at least two, each from a later day on."""
    since = [one.first_day for one in zones[1:]]
    days = [day for day in since if day is not None]
    is_each_later = days == since == sorted({*days}) and (not zones or zones[0].first_day is None)
    is_each_another = all(one.timezone != after.timezone for one, after in pairwise(zones))
    if not (is_each_later and is_each_another) or len(zones) == 1:
        yield f"{place}: are not one after the other"
