"""The SLAM chart's cells: which promise was kept in which month."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from vigie.reporting.figures.contents import Kept
from vigie.reporting.figures.records import Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One promise, month by month."""

    scope: str
    indicator: str
    cells: tuple[Kept | None, ...]  # as many as the grid has months; None: not promised then


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The promises of a contract over the months."""

    months: tuple[date, ...]
    lines: tuple[Line, ...]
    # Of the solution's availability, by mark; what is not over yet, and not missed, is running.
    counts: dict[str, int]


def grid(figures: Figures, *, months: int = 13) -> Grid | None:
    """Return the last *months* of every promise; None where nothing is promised."""
    kept = figures.contents.kept
    if not kept:
        return None
    last = max(one.month for one in kept)
    shown = tuple(_months_before(last, number) for number in reversed(range(months)))
    promises = list(dict.fromkeys((one.scope, one.indicator) for one in kept))
    held = {(one.scope, one.indicator, one.month): one for one in kept}
    lines = tuple(
        Line(scope=scope, indicator=what, cells=tuple(held.get((scope, what, m)) for m in shown))
        for scope, what in promises
    )
    return Grid(months=shown, lines=lines, counts=_counts(kept, figures.availability.scope))


def _months_before(month: date, number: int) -> date:
    years, place = divmod(month.year * 12 + month.month - 1 - number, 12)
    return date(years, place + 1, 1)


def _counts(kept: Iterable[Kept], scope: str) -> dict[str, int]:
    own = (one for one in kept if (one.scope, one.indicator) == (scope, "availability"))
    return dict(Counter(_judged(one) for one in own))


def _judged(one: Kept) -> str:
    return one.mark if one.complete or one.mark == "missed" else "running"
