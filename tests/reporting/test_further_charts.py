"""Where the marks of the further charts lie."""

from dataclasses import replace
from datetime import date, timedelta
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


def test_a_timeout_far_above_all_answers_leaves_the_scale_to_the_curves() -> None:
    busy = samples.busy()
    slowest = max(one.p99_ms for one in busy.contents.latencies)
    near = replace(busy.contents, ceiling_s=slowest * 10 / 1000)
    far = replace(busy.contents, ceiling_s=slowest * 10 / 1000 + 1)

    within = curves.speed(replace(busy, contents=near), width=300, height=100)
    above = curves.speed(replace(busy, contents=far), width=300, height=100)

    assert within is not None
    assert above is not None
    assert (True, False) == (within.ceiling is not None, within.is_above)
    assert (None, True) == (above.ceiling, above.is_above)
    # The slowest answers reach to the top.
    heights = [
        float(point.split(",")[1]) for line in above.shares[2].lines for point in line.split()
    ]
    assert 5 > min(heights) > 0


def pace(day: date, p99: int, p50: int = 40) -> Latency:
    return Latency(day=day, results=1, p50_ms=Decimal(p50), p95_ms=Decimal(90), p99_ms=Decimal(p99))


def test_no_day_outside_the_contract_is_the_slowest() -> None:
    """It began at local midnight, which is the evening before in UTC."""
    late = facesamples.late()  # on 15 May
    days = (pace(date(2026, 5, 14), 900), pace(date(2026, 5, 15), 300))

    speed = curves.speed(
        replace(late, contents=replace(late.contents, latencies=days)), width=300, height=100
    )

    assert speed is not None
    assert (date(2026, 5, 15), 1) == (speed.slowest.day, speed.alike)


def test_days_that_are_equally_slow_are_counted() -> None:
    days = [pace(date(2026, 5, day), 300 if day > 3 else 200) for day in range(1, 7)]

    of_three = curves.speed(with_pages(latencies=tuple(days)), width=300, height=100)
    slower = pace(date(2026, 5, 7), 300, p50=41)
    of_one = curves.speed(with_pages(latencies=(*days, slower)), width=300, height=100)

    assert of_three is not None
    assert of_one is not None
    assert (3, 1) == (of_three.alike, of_one.alike)  # 4, 5 and 6 May; the 7th
    assert date(2026, 5, 7) == of_one.slowest.day


def test_days_of_utc_beside_the_period_are_not_named_on_its_axis() -> None:
    days = tuple(pace(date(2026, 4, 30) + timedelta(days=n), 300) for n in range(33))

    speed = curves.speed(with_pages(latencies=days), width=320, height=100)

    assert speed is not None
    # 30 April to 1 June are 32 steps of 10.
    named = [(mark.day.day, mark.at) for mark in speed.days]
    assert [(1, 10.0), (8, 80.0), (15, 150.0), (22, 220.0), (29, 290.0)] == named
