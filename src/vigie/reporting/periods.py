"""The periods that a person may ask for, and what is wrong with the others."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from vigie.errors import UsageError
from vigie.reporting.formats import utc

_SHAPES = {
    "month": (re.compile(r"(\d{4})-(\d{2})"), "YYYY-MM, such as 2026-05"),
    "quarter": (re.compile(r"(\d{4})-Q([1-4])"), "YYYY-Qn, such as 2026-Q2"),
    "year": (re.compile(r"(\d{4})"), "YYYY, such as 2026"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A calendar period by its kind and first local day."""

    kind: str  # month, quarter, year
    day: date

    @property
    def name(self) -> str:
        """The name that a person writes: `2026-05`, `2026-Q2`, `2026`."""
        if self.kind == "month":
            return f"{self.day:%Y-%m}"
        if self.kind == "quarter":
            return f"{self.day:%Y}-Q{(self.day.month + 2) // 3}"
        return f"{self.day:%Y}"


@dataclass(frozen=True, slots=True)
class Span:
    """Any span of time, half-open: what a test run or a single day was measured in."""

    starts: datetime
    ends: datetime
    kind: ClassVar[str] = "span"

    @property
    def name(self) -> str:
        """The two instants: `2026-05-12T01:00:00Z/2026-05-12T01:01:00Z`."""
        return f"{utc(self.starts)}/{utc(self.ends)}"


def asked(
    *, month: str | None = None, quarter: str | None = None, year: str | None = None
) -> Asked:
    """Return the one period that was written; refuse none, several and impossible ones."""
    written = {"month": month, "quarter": quarter, "year": year}
    given = [(kind, text) for kind, text in written.items() if text is not None]
    if len(given) != 1:
        raise UsageError("write one period: --month YYYY-MM, --quarter YYYY-Qn or --year YYYY")
    return _parse(*given[0])


def _parse(kind: str, text: str) -> Asked:
    pattern, shape = _SHAPES[kind]
    match = pattern.fullmatch(text)
    try:
        return Asked(kind, _first_day(kind, *(match.groups() if match else ("",))))
    except ValueError as error:
        raise UsageError(f'--{kind} "{text}": there is no such {kind} (write {shape})') from error


def _first_day(kind: str, year: str, part: str = "1") -> date:
    """Return the first day; ValueError when there is no such one."""
    month = int(part) * 3 - 2 if kind == "quarter" else int(part)
    return date(int(year), month, 1)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest of the *known* words, or all of them."""
    choices = sorted(known)
    near = difflib.get_close_matches(word, choices, n=1)
    if near:
        return f"did you mean {near[0]}?"
    return f"known: {', '.join(choices)}" if choices else "there is none yet: vigie apply"
