"""Where the marks of a chart go. The templates in `reports/templates/parts` draw them.

Coordinates are SVG user units. Everything here is geometry: the figures come from SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import pandas as pd

from vigie.reporting.figures.records import Availability, Day, Figures

STEPS = (Decimal(0), Decimal(60), Decimal(300), Decimal(600))  # upper ends; above: crisis-sized
DAYS = (1, 2, 4, 7, 14, 28, 60, 120)  # a year may be down whole
TICKS = (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 43200,
         *(days * 86400 for days in DAYS))  # fmt: skip

MOST_TICKS = 6
NAME = 150  # the longest name of a budget: its width
A_MONTH = 31  # days; a longer axis is marked by month


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One day of the heat map."""

    day: date
    column: int  # 0 is Monday
    row: int
    state: str  # outside, later, no_data, measured
    step: int  # 0 to 4
    planned: bool
    gaps: bool
    unplanned_s: Decimal
    planned_s: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """One month of the heat map."""

    month: date
    rows: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the heat map shows, for its caption."""

    down: int  # days with unplanned downtime
    empty: int  # days without data
    outside: int  # days that do not count
    later: int
    worst: Cell | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A value on an axis and where it lies."""

    at: float
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DayMark:
    """A local midnight on the time axis."""

    at: float
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The budget used over the period, as a step line."""

    width: float
    height: float
    line: str  # points of the polyline
    area: str
    allowed: float | None  # y of the budget; None: no target
    named: tuple[float, float]  # where its name stands
    end: tuple[float, float]
    seconds: tuple[Mark, ...]
    days: tuple[DayMark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The budget used beside the budget allowed, on one scale from zero."""

    width: float
    used: float
    allowed: float


def calendars(figures: Figures) -> tuple[Calendar, ...]:
    """Return the heat map of the period, one grid of weeks per month."""
    if not figures.days:
        return ()
    frame = pd.DataFrame({"day": pd.to_datetime([day.day for day in figures.days])})
    number = frame["day"].dt.day - 1
    frame["column"] = frame["day"].dt.day_of_week
    frame["row"] = (number + (frame["column"] - number) % 7) // 7
    grids = []
    for month, part in frame.groupby(frame["day"].dt.strftime("%Y-%m-01")):
        rows = part["row"] - part["row"].min()  # a period may begin late in its month
        places = zip(part.index, part["column"], rows, strict=True)
        cells = tuple(_cell(figures, figures.days[i], int(c), int(r)) for i, c, r in places)
        start = date.fromisoformat(str(month))
        grids.append(Calendar(month=start, rows=int(rows.max()) + 1, cells=cells))
    return tuple(grids)


def _cell(figures: Figures, day: Day, column: int, row: int) -> Cell:
    seconds = day.seconds
    return Cell(
        day=day.day,
        column=column,
        row=row,
        state=_state(figures, day),
        step=sum(seconds.unplanned > limit for limit in STEPS),
        planned=seconds.planned > 0,
        gaps=seconds.unknown > 0,
        unplanned_s=seconds.unplanned,
        planned_s=seconds.planned,
    )


def _state(figures: Figures, day: Day) -> str:
    seconds, as_of = day.seconds, figures.period.as_of
    if seconds.outside == seconds.period:
        return "outside"
    if not figures.period.complete and as_of is not None and day.starts >= as_of:
        return "later"
    measured = seconds.up + seconds.unplanned + seconds.planned + seconds.excluded
    return "measured" if measured > 0 else "no_data"


def finding(months: Sequence[Calendar]) -> Finding:
    """Return what the caption of the heat map says."""
    cells = [cell for month in months for cell in month.cells]
    down = [cell for cell in cells if cell.state == "measured" and cell.unplanned_s > 0]
    return Finding(
        down=len(down),
        empty=sum(cell.state == "no_data" for cell in cells),
        outside=sum(cell.state == "outside" for cell in cells),
        later=sum(cell.state == "later" for cell in cells),
        worst=max(down, key=lambda cell: cell.unplanned_s, default=None),
    )


def curve(figures: Figures, *, width: float, height: float) -> Curve:
    """Return the budget used as a step line over the period, in a box of the given size."""
    period, budget = figures.period, figures.availability.budget_s
    used = figures.steps[-1].after_s if figures.steps else Decimal(0)
    top = max(used, budget or Decimal(0), Decimal(60)) * Decimal("1.12")

    def across(at: datetime) -> float:
        share = (at - period.starts) / (period.ends - period.starts)
        return round(min(max(share, 0.0), 1.0) * width, 2)

    def up(value: Decimal) -> float:
        return round(height - float(value / top) * height, 2)

    last = (across(_known_until(figures)), up(used))
    points = [(0.0, up(Decimal(0)))]
    for step in figures.steps:
        points += [(across(step.starts), up(step.before_s)), (across(step.ends), up(step.after_s))]
    points.append(last)
    line = " ".join(f"{x:g},{y:g}" for x, y in points)
    return Curve(
        width=width,
        height=height,
        line=line,
        area=f"{line} {last[0]:g},{height:g} 0,{height:g}",
        allowed=None if budget is None else up(budget),
        named=_named(points, up(budget or Decimal(0)), width, height),
        end=last,
        seconds=tuple(Mark(at=up(value), value=value) for value in _ticks(top)),
        days=tuple(DayMark(at=across(day.starts), day=day.day) for day in axis(figures.days)),
    )


def _named(
    points: Sequence[tuple[float, float]], allowed: float, width: float, height: float
) -> tuple[float, float]:
    """Return where the budget's name stands, at its line and not in the way of the curve's."""
    end = points[-1][0]
    over = next((x for x, y in points if y <= allowed), width)
    if over > NAME:
        return 4.0, allowed - 4
    is_room = end - over > NAME and allowed + 14 < height
    return (end - 4, allowed + 11) if is_room else (width, allowed - 4)


def _known_until(figures: Figures) -> datetime:
    period = figures.period
    return period.ends if period.complete else (period.as_of or period.starts)


def _ticks(top: Decimal) -> list[Decimal]:
    step = next((tick for tick in TICKS if top / tick < MOST_TICKS), TICKS[-1])
    return [Decimal(value) for value in range(0, int(top) + 1, step)]


def axis(days: Sequence[Day]) -> list[Day]:
    """Return the days that an axis of time names."""
    if len(days) > A_MONTH:
        return [day for day in days if day.day.day == 1]
    return [day for day in days if (day.day - days[0].day) % timedelta(days=7) == timedelta(0)]


def bar(availability: Availability, *, width: float) -> Bar | None:
    """Return the budget bar in a box of the given width; None without a budget."""
    if not availability.budget_s or availability.used_s is None:
        return None
    longest = max(availability.budget_s, availability.used_s) * Decimal("1.02")

    def across(value: Decimal) -> float:
        return round(float(value / longest) * width, 2)

    return Bar(
        width=width,
        used=across(availability.used_s),
        allowed=across(availability.budget_s),
    )
