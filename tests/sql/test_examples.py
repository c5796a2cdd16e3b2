"""Every example query runs and answers its question; those that can be checked are right."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.sql.crisis import crisis_of
from tests.sql.disputes import dispute
from tests.sql.reports import keep
from tests.sql.world import World, minute

from vigie import paths

FOLDER = paths.SQL / "examples"
EXAMPLES = sorted(FOLDER.glob("*.sql"))


UNCALLED = "34_crises_that_nobody_called"  # empty where all is well


@pytest.fixture
async def busy_world(world: World) -> World:
    """An hour in which something of everything happened; the outage is minutes 2 to 14."""
    await _measured(world)
    await crisis_of(world)
    await keep(world)
    later = {"availability": {"percent": "99.9900"}}
    await keep(world, revision=2, reason="late results", figures=later)
    await world.rolled_up_to(minute(60))
    return world


async def _measured(world: World) -> None:
    await world.service("api", endpoints=["a"])
    trigger = timedelta(minutes=10)
    await world.contract(crisis_longer_than=trigger, crisis_customers=1)
    await world.contract("globex", crisis_longer_than=trigger, crisis_customers=3)
    await world.window(30, 40, announced=None)
    await world.correction(50, 51, approver=None)
    await dispute(world, api="UUU.D")
    await world.results("a", "UUDDDDDDDDDDDDU..U")
    await world.results("a", "D", start=14, location="second")
    await world.connection.execute(
        "update fact.result set attempts = 2 where at = $1 and outcome = 'up'", minute(14)
    )
    await world.connection.execute(
        "insert into fact.attempt (endpoint_id, location_id, at, attempt, started, outcome,"
        " reason, duration_us) select endpoint_id, location_id, at, 1, at, 'down', 'status', 900"
        " from fact.result where outcome = 'down'"
    )


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


async def answer(world: World, number: int) -> list[dict[str, Any]]:
    (path,) = FOLDER.glob(f"{number:02}_*.sql")
    return [dict(row) for row in await world.connection.fetch(text_of(path))]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
async def test_example_runs_and_begins_with_its_question(busy_world: World, path: Path) -> None:
    text = text_of(path)
    rows = await busy_world.connection.fetch(text)

    assert text.startswith("-- ")
    assert (rows == []) == (path.stem == UNCALLED)


async def test_crisis_that_nobody_called_is_found(world: World) -> None:
    await _measured(world)
    await world.rolled_up_to(minute(60))

    [row] = await answer(world, 34)

    assert ("acme", ["api"], minute(2)) == (row["contract"], row["services"], row["started"])


async def test_year_equals_the_sum_of_its_months(busy_world: World) -> None:
    rows = await answer(busy_world, 4)

    assert [(0, 0), (0, 0)] == [
        (row["up_difference_s"], row["unplanned_difference_s"]) for row in rows
    ]


async def test_month_equals_the_sum_of_its_days(busy_world: World) -> None:
    rows = await answer(busy_world, 12)
    differences = {value for row in rows for name, value in row.items() if "difference" in name}

    # Two contracts, each with the solution and its service, in two months.
    assert (2 * 2 * 2, {0}) == (len(rows), differences)


async def test_budget_is_burnt_during_the_outage(busy_world: World) -> None:
    rows = [row for row in await answer(busy_world, 13) if row["contract"] == "acme"]

    assert [0, 0, 12 * 60, 12 * 60] == [row["budget_used_s"] for row in rows]
    assert [None, "unplanned", None, None] == [row["class"] for row in rows]
    assert timedelta(minutes=12) == rows[2]["at"] - rows[1]["at"]


async def test_only_the_contract_with_few_customers_has_a_long_outage_without_a_crisis(
    busy_world: World,
) -> None:
    (row,) = await answer(busy_world, 15)

    assert ("globex", 12 * 60) == (row["contract"], row["elapsed_s"])


async def test_two_customers_with_one_outage_each(busy_world: World) -> None:
    (row,) = await answer(busy_world, 18)

    # 2 interruptions / 2 customers, 2 * 12 minutes / 2 customers, 24 minutes / 2 interruptions
    assert (2, 2, 1, 12, 12) == tuple(row.values())


async def test_downtime_falls_into_its_local_hour(world: World) -> None:
    """Down from 00:00 to 01:30 UTC on a Monday: 02:00 to 03:30 in Paris."""
    await world.service("api", endpoints=["a"])
    await world.contract(timezone="Europe/Paris")
    await world.results("a", "D" * 90 + "U")
    await world.rolled_up_to(minute(120))
    rows = await answer(world, 20)

    assert [("1 Mon 02:00", 3600), ("1 Mon 03:00", 1800)] == [
        (row["hour_of_week"], row["unplanned_s"]) for row in rows
    ]


async def test_figure_recomputed_by_hand_is_the_printed_one(busy_world: World) -> None:
    rows = await answer(busy_world, 21)

    # 4 good minutes of 16: the result at minute 17 covers one, the one at 14 another.
    assert [(4 * 60, "25.0000", "25.0000")] * 2 == [
        (row["up_s"], row["by_hand"], row["printed"]) for row in rows
    ]


async def test_results_behind_an_outage_include_its_good_neighbours(busy_world: World) -> None:
    rows = await answer(busy_world, 22)
    first, *inside, last, contrary = [(row["at"], row["outcome"]) for row in rows][1:]

    assert (minute(1), "up") == first
    assert {"down"} == {outcome for _, outcome in inside}
    assert [(minute(14), "up"), (minute(14), "down")] == [last, contrary]


async def test_repair_time_is_the_mean_of_whole_outages(world: World) -> None:
    await world.service("api", endpoints=["a"])
    await world.contract()
    await world.results("a", "DDUUUUDDDDUU")
    await world.rolled_up_to(minute(60))
    rows = await answer(world, 27)

    # Outages of 2 and 4 minutes; 6 good minutes between 2 outages are 0.05 hours each.
    expected = {(2, Decimal("3.0"), Decimal("0.1"))}
    assert expected == {(row["outages"], row["mttr_minutes"], row["mtbf_hours"]) for row in rows}


async def test_difference_from_a_customer_s_log_is_what_we_call_up(world: World) -> None:
    await _measured(world)
    await dispute(world, contract="globex", api="DUU")
    await world.rolled_up_to(minute(60))
    rows = await answer(world, 40)

    assert [
        ("globex", minute(0), "up", "down"),
        ("acme", minute(2), "unplanned", "up"),
        ("globex", minute(2), "unplanned", "up"),
    ] == [(row["contract"], row["starts"], row["ours"], row["theirs"]) for row in rows]


async def test_crisis_whose_customers_heard_late_is_named(busy_world: World) -> None:
    (row,) = await answer(busy_world, 31)

    assert (["api"], 20 * 60) == (row["services"], row["to_first_message_s"])


async def test_times_of_a_crisis_are_counted_from_its_opening(busy_world: World) -> None:
    (row,) = await answer(busy_world, 32)

    # Opened at minute 12, answered at 13, staffed at 15, resolved at 40.
    expected = [60, 180, 28 * 60]
    assert [1, *(second for second in expected for _ in range(2))] == list(row.values())[1:]


async def test_open_action_is_past_due_after_its_day(busy_world: World) -> None:
    (row,) = await answer(busy_world, 33)

    assert ("dave", True) == (row["owner"], row["past_due"])


async def test_disagreement_names_both_sides(busy_world: World) -> None:
    expected = {"endpoint": "a", "at": minute(14), "said_up": ["main"], "said_down": ["second"]}

    assert [expected] == await answer(busy_world, 25)


async def test_figures_are_as_fresh_as_the_roll_up(busy_world: World) -> None:
    (row,) = await answer(busy_world, 23)
    actual: tuple[datetime, datetime] = (row["figures_hold_up_to"], row["newest_result"])

    assert (minute(60), minute(17)) == actual


def test_there_are_enough_examples_and_the_readme_shows_each_with_its_question() -> None:
    readme = (paths.SQL / "README.md").read_text(encoding="utf-8")

    assert len(EXAMPLES) >= 20
    assert [path.name for path in EXAMPLES if f"](examples/{path.name})" not in readme] == []


async def test_an_example_changes_nothing(busy_world: World) -> None:
    """They are copied into tools that run whatever they are given."""
    connection: asyncpg.Connection = busy_world.connection
    await connection.execute("set transaction_read_only = on")
    for path in EXAMPLES:
        await connection.execute(text_of(path))
