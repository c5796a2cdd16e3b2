"""The periods that a person may ask for, and what is wrong with the others."""

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from vigie.errors import UsageError
from vigie.reporting.formats import utc
from vigie.storing import read_instant

_SHAPES = {
    "month": (re.compile(r"(\d{4})-(\d{2})"), "YYYY-MM, such as 2026-05"),
    "quarter": (re.compile(r"(\d{4})-Q([1-4])"), "YYYY-Qn, such as 2026-Q2"),
    "year": (re.compile(r"(\d{4})"), "YYYY, such as 2026"),
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEARS = range(2000, 2200)  # others are slips of the hand


@dataclass(frozen=True, slots=True)
class Asked:
    """A calendar period by its kind and first local day."""

    kind: str  # month, quarter, year, year_to_date, rolling_12_months
    day: date

    @property
    def name(self) -> str:
        """The name that a person writes: `2026-05`, `2026-Q2`, `2026`."""
        if self.kind == "month":
            return f"{self.day:%Y-%m}"
        if self.kind == "quarter":
            return f"{self.day:%Y}-Q{(self.day.month + 2) // 3}"
        if self.kind == "year_to_date":
            return f"year to {self.day}"
        if self.kind == "rolling_12_months":
            return f"12 months to {self.day:%Y-%m}"
        return f"{self.day:%Y}"


@dataclass(frozen=True, slots=True)
class Days:
    """Local days of the contract, the last one included."""

    first: date
    last: date
    kind: ClassVar[str] = "days"

    @property
    def name(self) -> str:
        """The two days: `2026-05-12 to 2026-05-20`."""
        return f"{self.first} to {self.last}"


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


def written(kind: str, day: date) -> str:
    """Return how the option of a *kind* of period is written for the one that holds *day*."""
    if kind in {"quarter", "year"}:
        return Asked(kind, day).name
    return f"{day:%Y-%m}" if kind in {"month", "rolling_12_months"} else str(day)


def asked(
    *, month: str | None = None, quarter: str | None = None, year: str | None = None
) -> Asked:
    """Return the one period that was written; refuse none, several and impossible ones."""
    written = {"month": month, "quarter": quarter, "year": year}
    given = [(kind, text) for kind, text in written.items() if text is not None]
    if len(given) != 1:
        raise UsageError("write one period: --month YYYY-MM, --quarter YYYY-Qn or --year YYYY")
    return _parse(*given[0])


def asked_of_any_kind(
    *,
    month: str | None = None,
    quarter: str | None = None,
    year: str | None = None,
    year_to_date: str | None = None,
    rolling: str | None = None,
    begin: str | None = None,
    end: str | None = None,
) -> Asked | Days | Span:
    """Return the one period that was written, which need be none of the calendar's."""
    others = {"year-to-date": year_to_date, "rolling": rolling, "from": begin, "to": end}
    if all(text is None for text in others.values()):
        return asked(month=month, quarter=quarter, year=year)
    written = {"month": month, "quarter": quarter, "year": year, **others}
    match {kind: text for kind, text in written.items() if text is not None}:
        case {"year-to-date": day, **rest} if not rest:
            return Asked("year_to_date", _day("--year-to-date", day))
        case {"rolling": text, **rest} if not rest:
            return Asked("rolling_12_months", _rolling(text))
        case {"from": first, "to": last, **rest} if not rest:
            return _between(first, last)
    if {"from", "to"} >= {kind for kind, text in written.items() if text is not None}:
        raise UsageError("--from and --to belong together (write both)")
    raise UsageError("write one period only: --month, --year-to-date, or --from and --to, …")


def _rolling(text: str) -> date:
    try:
        return _parse("month", text).day
    except UsageError as error:
        raise UsageError(str(error).replace("--month", "--rolling", 1)) from error


def _between(first: str, last: str) -> Days | Span:
    """Return local days, or a span when both are instants."""
    match _DAY.fullmatch(first), _DAY.fullmatch(last):
        case None, None:
            return _span(_instant("--from", first), _instant("--to", last))
        case None, _:
            raise _mixed("--from", first, "--to")
        case _, None:
            raise _mixed("--to", last, "--from")
    days = Days(_day("--from", first), _day("--to", last))
    if days.first > days.last:
        raise UsageError(f"--to {days.last}: lies before --from {days.first} (write a later day)")
    return days


def _span(starts: datetime, ends: datetime) -> Span:
    if starts >= ends:
        raise UsageError(
            f"--to {utc(ends)}: is not after --from {utc(starts)} (write a later instant)"
        )
    return Span(starts, ends)


def _mixed(option: str, text: str, other: str) -> UsageError:
    """Say what is wrong with *text*, which is no day as that of the *other* option is."""
    write = "two days, such as 2026-05-31, or two instants, such as 2026-05-31T00:00:00+02:00"
    try:
        _instant(option, text)
    except UsageError:
        return UsageError(f"{option} {json.dumps(text)}: is no day and no instant (write {write})")
    return UsageError(f"{option} {text}: is an instant, and {other} a day (write {write})")


def _day(option: str, text: str) -> date:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day.year not in _YEARS:
        raise UsageError(f"{option} {json.dumps(text)}: is not a day (write 2026-05-31)")
    return day


def _instant(option: str, text: str) -> datetime:
    try:
        instant = read_instant(text)
    except UsageError as error:
        raise UsageError(f"{option}: {error}") from error
    if instant.year not in _YEARS:
        raise UsageError(f"{option} {text}: lies in another age (write 2026-05-31)")
    return instant


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
