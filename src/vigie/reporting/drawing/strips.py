"""Where the marks of the two time charts go: the hours of each day, and the whole period."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from vigie.reporting.drawing.charts import DayMark, axis
from vigie.reporting.figures.contents import Spell
from vigie.reporting.figures.records import Figures

A_DAY = timedelta(days=1)
THINNEST = 1.2  # a minute would not be seen
HAIR = 0.6  # there are many on the ribbon of a year
KINDS = ("unplanned", "planned", "excluded", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A span of one kind on an axis of time."""

    kind: str
    column: int  # of its day; 0 on the ribbon
    at: float
    length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A column for each day, 24 hours high."""

    column: float  # width of a day
    height: float
    pieces: tuple[Piece, ...]
    days: tuple[DayMark, ...]
    kinds: tuple[str, ...]  # those that occur


DIGIT = 4.5  # its width in the numbers of outages


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """The number that an outage has in the list."""

    at: float
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ribbon:
    """The whole period on one line."""

    width: float
    known: float  # what lies after it is still to come
    pieces: tuple[Piece, ...]
    days: tuple[DayMark, ...]
    numbers: tuple[Number, ...]


def strip(figures: Figures, *, width: float, height: float) -> Strip | None:
    """Return the hours of each day in a box of the given size; None without days."""
    if not figures.days:
        return None
    first = figures.days[0].day
    column = width / len(figures.days)
    spells = figures.contents.spells
    found = (
        _in_its_day(one, _zone(figures, one.day), (one.day - first).days, height) for one in spells
    )
    marks = (
        DayMark(at=round(float((day.day - first).days * column), 2), day=day.day)
        for day in axis(figures.days)
    )
    return Strip(
        column=round(float(column), 3),
        height=height,
        pieces=tuple(_merged(found)),
        days=tuple(marks),
        kinds=tuple(kind for kind in KINDS if any(one.kind == kind for one in spells)),
    )


def _zone(figures: Figures, day: date) -> ZoneInfo:
    """Return the zone of a local day; the contract may have moved to another one."""
    begun = [one for one in figures.zones if one.first_day is None or one.first_day <= day]
    return ZoneInfo(begun[-1].timezone if begun else figures.period.timezone)


def _in_its_day(spell: Spell, zone: ZoneInfo, column: int, height: float) -> Piece:
    """Place a spell by the clock on the wall: the day on which it is set back has 24 hours, too.

    What a day has beyond them, before a zone further west, is at its foot.
    """
    top, end = (_clock(at, zone, spell.day) * height for at in (spell.starts, spell.ends))
    return Piece(kind=spell.kind, column=column, at=top, length=max(end - top, THINNEST))


def _clock(at: datetime, zone: ZoneInfo, day: date) -> float:
    local = at.astimezone(zone).replace(tzinfo=None)
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 # on the wall, as local is
    return min((local - midnight) / A_DAY, 1.0)


def _merged(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield pieces that do not overlap: of a thousand short ones no more than can be seen."""
    last: Piece | None = None
    for piece in sorted(pieces, key=lambda one: (one.kind, one.column, one.at)):
        same = last is not None and (last.kind, last.column) == (piece.kind, piece.column)
        if last and same and piece.at <= last.at + last.length:
            end = max(last.at + last.length, piece.at + piece.length)
            last = replace(last, length=end - last.at)
            continue
        if last:
            yield _rounded(last)
        last = piece
    if last:
        yield _rounded(last)


def _rounded(piece: Piece) -> Piece:
    return replace(piece, at=round(float(piece.at), 2), length=round(float(piece.length), 2))


def ribbon(figures: Figures, *, width: float, apart: float = 18) -> Ribbon:
    """Return the period on one line; numbers of outages only where they are *apart*."""
    period = figures.period
    whole = period.ends - period.starts

    def across(at: datetime) -> float:
        return round(min(max((at - period.starts) / whole, 0.0), 1.0) * width, 2)

    pieces = (
        Piece(kind=one.kind, column=0, at=across(one.starts), length=_length(one, across))
        for one in figures.contents.spells
    )
    marks = (DayMark(at=across(day.starts), day=day.day) for day in axis(figures.days))
    outages = enumerate((across(outage.starts) for outage in figures.outages), start=1)
    until = period.ends if period.complete else (period.as_of or period.starts)
    return Ribbon(
        width=width,
        known=across(until),
        pieces=tuple(_merged(pieces)),
        days=tuple(marks),
        numbers=tuple(_apart(outages, apart, width)),
    )


def _length(spell: Spell, across: Callable[[datetime], float]) -> float:
    return max(across(spell.ends) - across(spell.starts), HAIR)


def _apart(outages: Iterable[tuple[int, float]], apart: float, width: float) -> Iterator[Number]:
    last = -apart
    for number, starts in outages:
        at = min(starts, width - DIGIT * (len(str(number)) - 1))  # it must not leave the chart
        if at - last >= apart:
            yield Number(at=at, number=number)
            last = at
