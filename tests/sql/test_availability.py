"""The promised figure, its bounds and its verdict."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from tests.sql.world import World, minute, span

MINUTE = Decimal(60)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A period of 10 minutes (or *length*) of one endpoint with a slot a minute; target 90 %."""

    name: str
    results: str
    expected: dict[str, Any]
    contract: dict[str, Any] = field(default_factory=dict)
    windows: tuple[tuple[float, float], ...] = ()
    length: float = 10
    as_of: float = 60


CASES = [
    Case(
        name="no_fault",
        results="UUUUUUUUUU",
        expected={
            "up_s": 600,
            "committed_s": 600,
            "percent": "100",
            "verdict": "met",
            "low": "100",
            "high": "100",
            "coverage": "100",
            "confidence": "clear",
        },
    ),
    Case(
        name="exactly_at_the_target_is_met",
        results="UUUUUUUUUD",
        # 9 of 10 minutes; the last good is at 8, the first good (not in the period) at 10.
        expected={
            "unplanned_s": 60,
            "percent": "90.0000",
            "verdict": "met",
            "budget_s": 60,
            "budget_used_s": 60,
            "budget_left_s": 0,
            "budget_used_percent": "100.00",
        },
    ),
    Case(
        name="one_minute_over_the_budget_is_missed",
        results="UUUDDUUUUU",
        # 8 of 10 minutes. Certain: minute 3 to 4. Possible: minute 2 to 5.
        expected={
            "unplanned_s": 120,
            "percent": "80.0000",
            "verdict": "missed",
            "low": "70.0000",
            "high": "90.0000",
            "confidence": "within_uncertainty",
            "budget_s": 60,
            "budget_used_percent": "200.00",
        },
    ),
    Case(
        name="planned_leaves_numerator_and_denominator",
        results="UUUDDDUUUU",
        windows=((3, 5),),
        # 10 - 2 planned = 8 committed, of which 7 up: 87.5 %.
        expected={
            "planned_s": 120,
            "unplanned_s": 60,
            "up_s": 420,
            "committed_s": 480,
            "percent": "87.5000",
            "verdict": "missed",
            "budget_s": 48,
        },
    ),
    Case(
        name="planned_counts_as_up_where_the_contract_says_so",
        results="UUUDDDUUUU",
        contract={"maintenance": "up"},
        windows=((3, 5),),
        expected={
            "planned_s": 120,
            "up_s": 420,
            "committed_s": 600,
            "percent": "90.0000",
            "verdict": "met",
        },
    ),
    Case(
        name="unknown_counts_neither_way_but_spoils_the_proof",
        results="UUUU..UUUU",
        # Two of ten minutes unknown: as down they would be 80 %.
        expected={
            "unknown_s": 120,
            "committed_s": 480,
            "percent": "100",
            "verdict": "not_provable",
            "low": "80.0000",
            "high": "100",
            "coverage": "80.0000",
            "confidence": "within_uncertainty",
        },
    ),
    Case(
        name="little_unknown_is_still_proof",
        results="UUUUU.UUUU",
        expected={"unknown_s": 60, "percent": "100", "verdict": "met", "low": "90.0000"},
    ),
    Case(
        name="unknown_in_a_valid_window_could_not_count_against_the_contract",
        results="UUUU..UUUU",
        windows=((3, 7),),
        expected={"unknown_s": 120, "percent": "100", "verdict": "met", "low": "100"},
    ),
    Case(
        name="unknown_counts_down_where_the_contract_says_so",
        results="UUUU..UUUU",
        contract={"unknown": "down"},
        expected={
            "unknown_s": 120,
            "unplanned_s": 0,
            "committed_s": 600,
            "budget_used_s": 120,
            "percent": "80.0000",
            "verdict": "missed",
        },
    ),
    Case(
        name="unknown_counts_up_where_the_contract_says_so",
        results="UUUU..UUUU",
        contract={"unknown": "up"},
        expected={"unknown_s": 120, "committed_s": 600, "percent": "100", "verdict": "met"},
    ),
    Case(
        name="nothing_measured_is_not_applicable",
        results="",
        expected={
            "unknown_s": 600,
            "committed_s": 0,
            "ratio": None,
            "percent": None,
            "verdict": "not_applicable",
            "confidence": None,
            "coverage": "0.0000",
            "low": "0.0000",
            "high": "100",
        },
    ),
    Case(
        name="all_planned_is_not_applicable",
        results="DDDDDDDDDD",
        windows=((-1, 11),),
        expected={
            "planned_s": 600,
            "committed_s": 0,
            "percent": None,
            "low": None,
            "verdict": "not_applicable",
        },
    ),
    Case(
        name="no_target_has_no_verdict",
        results="UUUUUUUUUD",
        contract={"target": None},
        expected={
            "percent": "90.0000",
            "target": None,
            "budget_s": None,
            "verdict": "not_applicable",
        },
    ),
    Case(
        name="contract_that_begins_inside_the_period",
        results="DDDDUUUUUU",
        contract={"valid": span(4, 100)},
        expected={
            "outside_s": 240,
            "up_s": 360,
            "percent": "100",
            "verdict": "met",
            "coverage": "100",
        },
    ),
    Case(
        name="period_without_contract_is_not_applicable",
        results="UUUUUUUUUU",
        contract={"valid": span(50, 60)},
        expected={
            "outside_s": 600,
            "committed_s": 0,
            "verdict": "not_applicable",
            "target": None,
            "coverage": None,
        },
    ),
    Case(
        name="running_period_has_the_budget_of_the_whole",
        results="UUUDUU",
        as_of=6,
        # 6 of 10 minutes are over; 10 % of all 10 is 60 s.
        expected={
            "unknown_s": 240,
            "future_s": 240,
            "committed_s": 360,
            "percent": "83.3333",
            "verdict": "running",
            "complete": False,
            "budget_s": 60,
            "budget_used_s": 60,
            "coverage": "100",
        },
    ),
    Case(
        name="period_that_has_not_begun_is_running",
        results="U",
        as_of=-1,
        expected={
            "unknown_s": 600,
            "future_s": 600,
            "committed_s": 0,
            "percent": None,
            "verdict": "running",
            "confidence": None,
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_availability(world: World, case: Case) -> None:
    await world.service()
    await world.contract(**({"target": Decimal("0.9")} | case.contract))
    for first, last in case.windows:
        await world.window(first, last)
    # Good results on both sides, so that only the period's own faults matter.
    around = case.results and "." not in case.results[:1]
    await world.results("a", "UUUUU" if around else "", start=-5)
    await world.results("a", case.results)
    await world.results("a", "UUUUU" if around and case.as_of > 20 else "", start=10)
    await world.rolled_up_to(minute(case.as_of))

    actual = await world.availability(span(0, case.length))

    assert case.expected == {name: actual[name] for name in case.expected}
    budgets = map(str, (actual["budget_s"], actual["budget_left_s"], actual["budget_over_s"]))
    assert [text for text in budgets if "." in text and text.endswith("0")] == []
    parts = ("outside_s", "excluded_s", "planned_s", "unplanned_s", "unknown_s", "up_s")
    assert actual["period_s"] == sum(actual[part] for part in parts)


@pytest.mark.parametrize(
    ("days", "down", "percent", "verdict"),
    [
        (28, 8, "99.9801", "met"),  # 1 - 8 / 40320 = 0.99980158…
        (28, 9, "99.9776", "missed"),  # 1 - 9 / 40320 = 0.99977678…
        (30, 8, "99.9814", "met"),  # 1 - 8 / 43200 = 0.99981481…
        (30, 9, "99.9791", "missed"),  # 1 - 9 / 43200 = 0.99979166…
        (31, 8, "99.9820", "met"),  # 1 - 8 / 44640 = 0.99982078…
        (31, 9, "99.9798", "missed"),  # 1 - 9 / 44640 = 0.99979838…: half-up would print 99.98
    ],
)
async def test_nine_failed_minutes_miss_any_month(
    world: World, days: int, down: int, percent: str, verdict: str
) -> None:
    await world.service()
    await world.contract()
    await _month(world, days=days, down=down)

    actual = await world.availability(span(0, days * 1440))

    assert (percent, verdict) == (actual["percent"], actual["verdict"])


async def test_example_of_the_design_comes_out_to_the_last_digit(world: World) -> None:
    """31 days, 9 failed minutes, 20 minutes of planned downtime: 2 677 200 s committed."""
    await world.service()
    await world.contract()
    await world.window(9990, 10030)
    await _month(world, days=31, down=9, planned=range(10000, 10020))

    actual = await world.availability(span(0, 31 * 1440))

    expected = {
        "period_s": 31 * 86400,
        "planned_s": 20 * MINUTE,
        "unplanned_s": 9 * MINUTE,
        "up_s": 31 * 86400 - 29 * MINUTE,
        "committed_s": 31 * 86400 - 20 * MINUTE,
        "percent": "99.9798",  # 1 - 540 / 2677200 = 0.99979829…
        "low": "99.9775",  # 1 - 600 / 2677200 = 0.99977588…
        "high": "99.9820",  # 1 - 480 / 2677200 = 0.99982070…
        "budget_s": Decimal("535.44"),  # 0.0002 · 2677200
        "budget_used_s": 540,
        "verdict": "missed",
        "confidence": "within_uncertainty",
    }
    assert expected == {name: actual[name] for name in expected}


async def test_maintenance_seen_from_its_first_minute_may_have_begun_too_early(
    world: World,
) -> None:
    """Last good at 2, first failed at 3, the window from 3: down before it is possible."""
    await world.service()
    await world.contract()
    await world.window(3, 5)
    await world.results("a", "UUUDDUUUUU")
    await world.rolled_up_to(minute(60))

    actual = await world.availability(span(0, 10))

    # 8 committed minutes, of which minute 2 to 3 is possibly down.
    assert ("100", "87.5000") == (actual["percent"], actual["low"])


async def test_splitting_a_period_adds_up(world: World) -> None:
    await world.service()
    await world.contract()
    await world.results("a", "UUDDU..UUD")
    await world.rolled_up_to(minute(60))

    whole = await world.availability(span(0, 10))
    parts = [await world.availability(span(*cut)) for cut in ((0, 3.5), (3.5, 6.25), (6.25, 10))]

    for name in ("up_s", "unplanned_s", "unknown_s", "committed_s"):
        assert whole[name] == sum(part[name] for part in parts)


async def test_change_of_target_inside_the_period_gives_each_part_its_own_budget(
    world: World,
) -> None:
    await world.service()
    await world.contract(valid=span(-100, 5), target=Decimal("0.9"))
    await world.contract(valid=span(5, 100), target=Decimal("0.5"))
    await world.results("a", "UUUUUUUDDD")
    await world.rolled_up_to(minute(60))

    actual = await world.availability(span(0, 10))

    # 0.1 · 300 + 0.5 · 300 = 180 s allowed, 180 s used.
    assert (Decimal(180), 180, "met", Decimal("0.5")) == (
        actual["budget_s"],
        actual["budget_used_s"],
        actual["verdict"],
        actual["target"],
    )


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (2, 3, "66.6666"),
        (1, 1, "100"),
        (999_999_999, 1_000_000_000, "99.9999"),
        (0, 7, "0.0000"),
        (0, 0, None),
        (Decimal("9" * 27), Decimal("1" + "0" * 27), "99.9999"),
    ],
)
async def test_percent_is_cut(
    connection: asyncpg.Connection, part: Decimal, whole: Decimal, expected: str | None
) -> None:
    assert expected == await connection.fetchval(
        "select sla.cut_percent($1::numeric, $2::numeric)", part, whole
    )


async def _month(world: World, *, days: int, down: int, planned: range = range(0)) -> None:
    """Fill *days* with a result a minute: *down* failures at noon of the second day."""
    failed = {2160 + number for number in range(down)} | set(planned)
    await world.connection.execute(
        "select fact.ensure_partitions($1, $2)", minute(-1).date(), minute(days * 1440).date()
    )
    location = await world._location("main")
    await world.connection.copy_records_to_table(
        "result",
        schema_name="fact",
        columns=["endpoint_id", "location_id", "at", "outcome", "attempts"],
        records=[
            (world.ids["a"], location, minute(number), "down" if number in failed else "up", 1)
            for number in range(-1, days * 1440 + 1)
        ],
    )
    await world.connection.execute(
        "insert into fact.dirty_day (endpoint_ids, day)"
        " select distinct array[endpoint_id], at::date from fact.result"
    )
    await world.rolled_up_to(minute(days * 1440 + 60))
