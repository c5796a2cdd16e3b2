"""Where the marks of the latency chart and of the budgets' bars go."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import log10

from vigie.reporting.drawing.charts import A_MONTH, DayMark
from vigie.reporting.figures.contents import Latency, Outlook
from vigie.reporting.figures.records import Figures

SHARES = (("p50", "p50_ms"), ("p95", "p95_ms"), ("p99", "p99_ms"))
ROUND = (1, 2, 5)
LINE = 11  # between the names of two curves
TWICE = Decimal(2)  # of a budget: bars end there
A_DAY = timedelta(days=1)
FEW = 2  # powers of ten: there is room for more names
FAR = 10  # times the slowest answers: a line so far above would press the curves together


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A value of the logarithmic axis, in milliseconds."""

    at: float
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One percentile: its lines, broken where days are missing, and where its name stands."""

    name: str
    lines: tuple[str, ...]
    named_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Percentiles of latency by day on a logarithmic axis."""

    width: float
    height: float
    shares: tuple[Share, ...]
    ticks: tuple[Tick, ...]
    days: tuple[DayMark, ...]
    ceiling: float | None  # the timeout; None: there is none, or it lies far above
    is_above: bool
    slowest: Latency
    alike: int  # days that are as slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A budget's bar: what is used, and what will be if it goes on like this."""

    used: float
    projected: float
    allowed: float
    cut: bool  # it goes on beyond the chart


def speed(figures: Figures, *, width: float, height: float) -> Speed | None:
    """Return the latency chart in a box of the given size; None without good results."""
    days = figures.contents.latencies
    if not days:
        return None
    ceiling_s = figures.contents.ceiling_s
    ceiling = None if ceiling_s is None else ceiling_s * 1000
    is_above = ceiling is not None and ceiling > FAR * max(one.p99_ms for one in days)
    low, high = _limits(days, None if is_above else ceiling)
    first, last = _days(figures, days)
    counted = _counted(figures, days)
    slowest = max(counted, key=_pace)
    span = max((last - first).days, 1)

    def across(day: date) -> float:
        return round(float((day - first).days / span * width), 2)

    def up(value: Decimal) -> float:
        logarithm = max(log10(value), low) if value > 0 else low
        return round(height - (logarithm - low) / (high - low) * height, 2)

    curves = {
        name: [(one.day, across(one.day), up(getattr(one, field))) for one in days]
        for name, field in SHARES
    }
    names = _named([points[-1][2] for points in curves.values()])
    return Speed(
        width=width,
        height=height,
        shares=tuple(
            Share(name=name, lines=tuple(_broken(points)), named_at=at)
            for (name, points), at in zip(curves.items(), names, strict=True)
        ),
        ticks=tuple(Tick(at=up(value), value=value) for value in _round_values(low, high)),
        days=tuple(DayMark(at=across(day), day=day) for day in _marked(figures, first, last)),
        ceiling=None if ceiling is None or is_above else up(ceiling),
        is_above=is_above,
        slowest=slowest,
        alike=sum(_pace(one) == _pace(slowest) for one in counted),
    )


def _counted(figures: Figures, days: Sequence[Latency]) -> Sequence[Latency]:
    """Return the days of the contract's time: its first hours may end a day of UTC before it."""
    own = {day.day for day in figures.days if day.seconds.outside < day.seconds.period}
    return [one for one in days if one.day in own] or days


def _pace(one: Latency) -> tuple[Decimal, ...]:
    return one.p99_ms, one.p95_ms, one.p50_ms


def _limits(days: Sequence[Latency], ceiling: Decimal | None) -> tuple[float, float]:
    """Return the logarithms of the least and the greatest value shown."""
    least = max(min(one.p50_ms for one in days), Decimal("0.1"))
    greatest = max(*(one.p99_ms for one in days), ceiling or Decimal(0), least * 10)
    return log10(least) - 0.1, log10(greatest) + 0.06


def _days(figures: Figures, days: Sequence[Latency]) -> tuple[date, date]:
    """Return the first and the last day of the axis: those of the period, or beyond."""
    held = [day.day for day in figures.days] + [one.day for one in days]
    return min(held), max(held)


def _round_values(low: float, high: float) -> Iterator[Decimal]:
    for power in range(-1, 8):
        for digit in ROUND if high - low < FEW else ROUND[:1]:
            value = digit * Decimal(10) ** power
            if low <= log10(value) <= high:
                yield value


def _marked(figures: Figures, first: date, last: date) -> Iterator[date]:
    """Yield the days that are named, none outside the period: days of UTC reach beyond it."""
    if figures.days:
        first, last = figures.days[0].day, figures.days[-1].day
    weekly = (last - first).days <= A_MONTH
    day = first
    while day <= last:
        if (day - first).days % 7 == 0 if weekly else day.day == 1:
            yield day
        day += A_DAY


def _broken(points: Sequence[tuple[date, float, float]]) -> Iterator[str]:
    """Yield the points of each run of days without a hole."""
    run: list[str] = []
    before: date | None = None
    for day, x, y in points:
        if before is not None and day - before > A_DAY:
            yield " ".join(run)
            run = []
        # A day by itself is a short dash.
        run += [f"{x:g},{y:g}"] if run else [f"{x - 1.5:g},{y:g}", f"{x:g},{y:g}"]
        before = day
    yield " ".join(run)


def _named(ends: Sequence[float]) -> list[float]:
    """Return where the names of curves stand that end at *ends*, lowest curve first, apart."""
    placed: list[float] = []
    for end in ends:
        placed.append(end if not placed else min(end, placed[-1] - LINE))
    return placed


def gauges(figures: Figures, *, width: float) -> tuple[tuple[Outlook, Gauge | None], ...]:
    """Return each budget with its bar."""
    return tuple((one, gauge(one, width=width)) for one in figures.contents.outlooks)


def gauge(outlook: Outlook, *, width: float) -> Gauge | None:
    """Return the bar of a budget, all on a scale of their own; None without one, or unmeasured."""
    if not outlook.budget_s or outlook.used_s is None or outlook.percent is None:
        return None
    used, budget = outlook.used_s, outlook.budget_s
    projected = max(outlook.projected_s or used, used)
    longest = budget * TWICE

    def across(value: Decimal) -> float:
        return round(float(min(value, longest) / longest) * width, 2)

    return Gauge(
        used=across(used),
        projected=across(projected),
        allowed=across(budget),
        cut=projected > longest,
    )
