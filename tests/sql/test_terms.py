"""Contracts whose terms change inside the period: each version for its own time."""

from decimal import Decimal
from fractions import Fraction

import asyncpg
import pytest
from tests.sql.world import World, minute, span

FIRST, SECOND = asyncpg.Range(minute(-10), minute(10)), asyncpg.Range(minute(10), None)


async def _changed(world: World, results: str, first: Decimal | None, second: Decimal) -> None:
    """The terms change at minute 10 of 20."""
    await world.service()
    await world.contract(valid=FIRST, target=first)
    await world.contract(valid=SECOND, target=second)
    await world.results("a", results)
    await world.rolled_up_to(minute(6000))


@pytest.mark.parametrize(
    ("down", "verdict"),
    [
        (6, "met"),  # 10 % of 10 min and 50 % of 10 min are 1 + 5 min
        (7, "missed"),
    ],
)
async def test_each_version_allows_its_own_share(world: World, down: int, verdict: str) -> None:
    await _changed(world, "D" * down + "U" * (20 - down), Decimal("0.9"), Decimal("0.5"))

    row = await world.availability(span(0, 20))

    assert (verdict, 6 * 60, down * 60, Decimal("0.5")) == (
        row["verdict"],
        row["budget_s"],
        row["budget_used_s"],
        row["target"],
    )


async def test_target_is_the_latest_that_held_for_the_scope(world: World) -> None:
    await world.service("api", endpoints=["a"])
    await world.service("shop", endpoints=["b"])
    await world.contract(essential=["api", "shop"], valid=FIRST, target=Decimal("0.9"))
    await world.contract(essential=["api"], valid=SECOND, target=Decimal("0.5"))
    await world.results("b", "U" * 9 + "D" * 11)
    await world.rolled_up_to(minute(6000))
    row = await world.availability(span(0, 20), "shop")

    # 1 of 10 minutes is down and 1 allowed; the second version does not cover the shop.
    assert (row["target"], row["budget_s"], row["verdict"]) == (Decimal("0.9"), 60, "met")


async def test_time_without_a_target_spoils_no_verdict(world: World) -> None:
    await _changed(world, "D" * 9 + "U" * 9 + "DU", None, Decimal("0.9"))

    row = await world.availability(span(0, 20))

    # 1 of the 10 promised minutes is down, 10 % are allowed; the figure is of all 20 minutes.
    assert ("met", 60, 60, Fraction(10, 20)) == (
        row["verdict"],
        row["budget_s"],
        row["budget_used_s"],
        Fraction(row["ratio"]),
    )


async def test_budget_curve_has_a_corner_wherever_it_bends(world: World) -> None:
    await world.service()
    await world.contract(target=Decimal("0.9"), unknown="down")
    await world.results("a", "UUDD..UUUU")
    await world.rolled_up_to(minute(6000))

    rows = await world.connection.fetch(
        "select * from sla.budget_curve('acme', 'solution', $1)", span(0, 10)
    )

    # 10 % of 10 min are 60 s, used up after a minute.
    assert [
        (minute(0), 0, 60, None),
        (minute(2), 0, 60, "unplanned"),
        (minute(4), 120, 0, "unknown"),
        (minute(6), 240, 0, None),
        (minute(10), 240, 0, None),
    ] == [tuple(row) for row in rows]


async def test_new_rule_of_a_service_holds_at_once(world: World) -> None:
    """Of two endpoints one is down from 2 to 8: any of them counts until 5, then all must be."""
    await world.service(endpoints=["a", "b"])
    await world.contract()
    await world.connection.execute(
        "update fact.service_version set valid = tstzrange(null, $1)", minute(5)
    )
    rule = {"service_id": world.ids["api"], "every_endpoint": True}
    await world.insert("service_version", rule | {"valid": asyncpg.Range(minute(5), None)})
    await world.results("a", "UUDDDDDDUU")
    await world.results("b", "U" * 10)
    await world.rolled_up_to(minute(6000))

    found = await world.timeline(span(0, 10))

    assert [(0, 2, "up"), (2, 5, "unplanned"), (5, 10, "up")] == found


@pytest.mark.parametrize(("first_days", "second_days", "planned"), [(None, 99, 10), (99, None, 0)])
async def test_window_over_a_change_of_terms_is_judged_once(
    world: World, first_days: int | None, second_days: int | None, planned: int
) -> None:
    """Ten minutes down in a window, the notice asked for changes after five of them."""
    await world.calendar("office", [(day, 9, 17) for day in range(1, 6)])
    await world.service()
    for days, valid in ((first_days, span(-100, 5)), (second_days, span(5, 1000))):
        await world.contract(notice_working_days=days, notice_calendar="office", valid=valid)
    await world.window(0, 10)
    await world.results("a", "D" * 10 + "U" * 10)
    await world.rolled_up_to(minute(20))
    row = await world.availability(span(0, 20))
    listed = await world.connection.fetch(
        "select valid from sla.maintenance_of('acme', $1)", span(5, 20)
    )

    assert (row["planned_s"], row["unplanned_s"]) == (planned * 60, 600 - planned * 60)
    assert [window["valid"] for window in listed] == [planned > 0]
