"""Where the marks of the further charts lie."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tests.reporting import facesamples, furthersamples, samples

from vigie.reporting import Figures
from vigie.reporting.drawing import curves, grids, strips
from vigie.reporting.figures.contents import Contents, Latency


def with_pages(**pages: object) -> Figures:
    return replace(samples.busy(), contents=Contents(**pages))  # type: ignore[arg-type] # own fields


def test_grid_ends_with_the_last_month_and_has_a_place_for_each() -> None:
    grid = grids.grid(samples.busy())

    assert grid is not None
    assert (date(2025, 5, 1), date(2026, 5, 1)) == (grid.months[0], grid.months[-1])
    assert {13} == {len(line.cells) for line in grid.lines}
    crawler = next(line for line in grid.lines if line.scope == "crawler")
    assert [True] * 7 + [False] * 6 == [cell is None for cell in crawler.cells]
    assert {"met": 7, "at_risk": 1, "missed": 2, "not_measurable": 1} == grid.counts
    assert grids.grid(with_pages()) is None


def test_month_that_is_not_over_is_not_kept_yet_but_may_be_lost() -> None:
    kept = furthersamples.kept("solution", "mmxrrs" + "." * 7, percents={})
    running = tuple(replace(one, complete=number < 2) for number, one in enumerate(kept))

    grid = grids.grid(with_pages(kept=running))

    assert grid is not None
    assert {"met": 2, "missed": 1, "running": 3} == grid.counts


def test_strip_has_a_column_a_day_and_a_clock_from_top_to_bottom() -> None:
    spells = (
        furthersamples.spell("unplanned", 1, "12:00", 360),
        furthersamples.spell("planned", 31, "0:00", 1),
    )

    strip = strips.strip(with_pages(spells=spells), width=310, height=240)

    assert strip is not None
    assert (10.0, ("unplanned", "planned")) == (strip.column, strip.kinds)
    planned, unplanned = strip.pieces
    assert (0, 120.0, 60.0) == (unplanned.column, unplanned.at, unplanned.length)
    assert (30, 0.0, strips.THINNEST) == (planned.column, planned.at, planned.length)


def test_thousands_of_short_spells_are_no_more_marks_than_can_be_seen() -> None:
    spells = tuple(
        furthersamples.spell("unplanned", 1, f"{n // 60}:{n % 60}", 1) for n in range(0, 1440, 2)
    )

    strip = strips.strip(with_pages(spells=spells), width=310, height=132)

    assert strip is not None
    assert 1 == len(strip.pieces)


def test_ribbon_numbers_outages_where_there_is_room() -> None:
    numbers = [one.number for one in strips.ribbon(facesamples.year(), width=596).numbers]

    assert 1 == numbers[0]
    assert 10 < len(numbers) < 40


def test_latency_breaks_where_a_day_is_missing_and_knows_its_ceiling() -> None:
    speed = curves.speed(samples.busy(), width=300, height=100)

    assert speed is not None
    assert [2, 2, 2] == [len(share.lines) for share in speed.shares]
    assert date(2026, 5, 12) == speed.slowest.day
    assert speed.ceiling is not None
    assert 0 < speed.ceiling < speed.shares[2].named_at < speed.shares[0].named_at < 100


def test_latency_too_short_to_be_counted_lies_on_the_axis() -> None:
    none = Decimal(0)
    day = Latency(day=date(2026, 5, 2), results=1, p50_ms=none, p95_ms=none, p99_ms=none)

    speed = curves.speed(with_pages(latencies=(day,)), width=300, height=100)

    assert speed is not None
    assert speed.shares[0].lines[0].endswith(",100")


def test_gauges_have_each_budget_at_the_same_place_and_end_at_twice_of_it() -> None:
    outlooks = furthersamples.outlooks()
    much = replace(outlooks[2], projected_s=Decimal(99999))

    (_, month), (_, year) = curves.gauges(with_pages(outlooks=(outlooks[0], much)), width=100)

    assert month is not None
    assert year is not None
    assert (50, 50, False) == (month.allowed, year.allowed, month.cut)
    assert (100, True) == (year.projected, year.cut)
    assert month.used > month.allowed
