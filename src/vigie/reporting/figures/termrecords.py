"""Parts of a contract's terms."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Where the contract's document says a term."""

    term: str  # availability.target
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Hours of a calendar that some weekdays share."""

    weekdays: tuple[int, ...]  # 1: Monday
    hours: str  # 08:00-12:00, 13:00-18:00

    @property
    def runs(self) -> tuple[tuple[int, int], ...]:
        """The first and the last of weekdays that follow each other."""
        firsts = [day for day in self.weekdays if day - 1 not in self.weekdays]
        lasts = [day for day in self.weekdays if day + 1 not in self.weekdays]
        return tuple(zip(firsts, lasts, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A time zone that a contract was in, from a local day on."""

    timezone: str
    first_day: date | None  # None: the first one, from ever
