"""Where the marks of a chart lie."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.reporting import samples

from vigie.reporting.drawing import charts
from vigie.reporting.figures.records import Step


def test_days_lie_under_their_weekday() -> None:
    [may] = charts.calendars(samples.busy())

    first, last = may.cells[0], may.cells[-1]

    assert (5, 31) == (may.rows, len(may.cells))
    assert (4, 0) == (first.column, first.row)  # 1 May 2026 is a Friday
    assert (6, 4) == (last.column, last.row)  # 31 May a Sunday


@pytest.mark.parametrize(
    ("unplanned", "step"),
    [(0, 0), (1, 1), (60, 1), (61, 2), (300, 2), (301, 3), (600, 3), (601, 4)],
)
def test_days_have_five_steps_of_unplanned_seconds(unplanned: int, step: int) -> None:
    figures = replace(
        samples.quiet(), days=samples.days(d1=samples.seconds(unplanned=unplanned, period=86400))
    )

    [may] = charts.calendars(figures)

    assert step == may.cells[0].step


def test_days_without_data_outside_and_to_come_are_told_apart() -> None:
    day = 86400
    figures = replace(
        samples.running(),
        days=samples.days(
            d1=samples.seconds(outside=day, period=day),
            d2=samples.seconds(unknown=day, period=day),
            d18=samples.seconds(unknown=day, period=day),
        ),
    )

    [may] = charts.calendars(figures)

    states = [may.cells[n - 1].state for n in (1, 2, 3, 18)]
    assert ["outside", "no_data", "measured", "later"] == states


def test_a_quarter_has_a_calendar_a_month() -> None:
    days = tuple(
        replace(samples.days()[0], day=date(2026, 4, 1) + timedelta(days=n)) for n in range(91)
    )

    found = charts.calendars(replace(samples.quiet(), days=days))

    assert [date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)] == [it.month for it in found]
    assert [30, 31, 30] == [len(it.cells) for it in found]


def test_a_period_late_in_its_month_begins_in_the_first_row() -> None:
    [may] = charts.calendars(replace(samples.busy(), days=samples.days()[20:]))

    assert (2, {0, 1}) == (may.rows, {cell.row for cell in may.cells})


def test_the_finding_names_the_worst_day() -> None:
    found = charts.finding(charts.calendars(samples.busy()))

    assert found.worst is not None
    assert (3, 0, date(2026, 5, 12)) == (found.down, found.empty, found.worst.day)


def test_the_budget_is_a_step_line_that_ends_at_its_sum() -> None:
    curve = charts.curve(samples.busy(), width=100, height=100)

    ys = [float(point.split(",")[1]) for point in curve.line.split()]

    assert sorted(ys, reverse=True) == ys  # it only climbs
    assert 2 + 2 * 3 == len(ys)
    assert 100 == curve.end[0]
    assert curve.allowed is not None
    assert curve.end[1] < curve.allowed  # more than allowed


def step(day: float, after_s: int) -> Step:
    at = samples.START + timedelta(days=day)
    return Step(starts=at, ends=at, before_s=Decimal(0), after_s=Decimal(after_s))


def test_the_name_of_a_budget_is_not_in_the_way_of_its_curve() -> None:
    """On the left above its line, or under it on the right, or where the curve is not yet."""
    quiet = samples.quiet()  # 31 days, of which 535.68 s may be down
    early, late = (step(1, 2000),), (step(20, 2000),)
    running = replace(quiet.period, complete=False, as_of=samples.START + timedelta(days=2))
    at_once = replace(quiet, steps=early, period=running)

    clean, missed, lost, begun = (
        charts.curve(figures, width=620, height=200)
        for figures in (quiet, replace(quiet, steps=late), replace(quiet, steps=early), at_once)
    )

    assert clean.allowed is not None
    assert lost.allowed is not None
    assert begun.allowed is not None
    assert (4, clean.allowed - 4) == clean.named
    assert 4 == missed.named[0]  # it rises after 20 days of 20 units
    assert (620 - 4, lost.allowed + 11) == lost.named
    assert (620, begun.allowed - 4) == begun.named  # the curve ends at 40


def test_a_running_budget_ends_at_what_is_known() -> None:
    curve = charts.curve(samples.running(), width=31, height=100)

    assert 16.5 == curve.end[0]  # noon of the 17th


def test_the_bar_holds_used_and_allowed() -> None:
    bar = charts.bar(samples.solution(), width=102)

    assert bar is not None
    assert (100, True) == (bar.used, bar.allowed < bar.used)


def test_without_a_budget_there_is_no_bar() -> None:
    assert charts.bar(samples.solution(budget_s=None), width=100) is None
    assert charts.bar(samples.solution(budget_s=Decimal(0)), width=100) is None
