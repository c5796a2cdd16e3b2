"""Outages: whole, joined and split by the rules, with their bounds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.sql.world import World, minute, minutes, span


async def _measured(world: World, results: str, *, as_of: float = 6000, **terms: Any) -> None:
    await world.service()
    await world.contract(**terms)
    await world.results("a", results)
    await world.rolled_up_to(minute(as_of))


def _bounds(outages: list[dict[str, Any]]) -> list[tuple[float, float]]:
    return [(minutes(outage["started"]), minutes(outage["ended"])) for outage in outages]


async def test_outage_has_its_bounds_and_cause(world: World) -> None:
    await _measured(world, "UUUDDDUUUU")

    (outage,) = await world.outages(span(0, 10))

    expected = {
        "services": ["api"],
        "started": minute(3),
        "ended": minute(6),
        "elapsed_s": 180,
        "clipped_s": 180,
        "working_s": 180,
        "certain_s": 120,  # first failed 3 to last failed 5
        "possible_s": 240,  # last good 2 to first good 6
        "open": False,
        "crisis": False,
        "cause": "a: down",
    }
    assert expected == outage


async def test_outage_is_not_clipped_to_the_period(world: World) -> None:
    await _measured(world, "U" + "D" * 300 + "U")

    (inside,) = await world.outages(span(100, 200))

    assert (minute(1), minute(301), 300 * 60, 100 * 60) == (
        inside["started"],
        inside["ended"],
        inside["elapsed_s"],
        inside["clipped_s"],
    )


async def test_outage_of_many_days_is_found_whole(world: World) -> None:
    await _measured(world, "U" + "D" * 5 * 1440 + "U", as_of=9000)

    (inside,) = await world.outages(span(2 * 1440, 2 * 1440 + 1))

    assert (minute(1), minute(1 + 5 * 1440)) == (inside["started"], inside["ended"])


async def test_outage_beside_the_period_is_not_listed(world: World) -> None:
    await _measured(world, "DDUUUUDD")

    assert [] == await world.outages(span(2, 6))


@pytest.mark.parametrize(
    ("join", "expected"),
    [
        (0, [(1, 2), (3, 4), (6, 7)]),
        (1, [(1, 4), (6, 7)]),
        (2, [(1, 7)]),
    ],
)
async def test_runs_with_at_most_the_gap_between_them_are_one(
    world: World, join: int, expected: list[tuple[float, float]]
) -> None:
    await _measured(world, "UDUDUUDU", join_within=timedelta(minutes=join))

    assert expected == _bounds(await world.outages(span(0, 8)))


async def test_planned_time_splits_an_outage(world: World) -> None:
    await world.service()
    await world.contract(join_within=timedelta(minutes=10))
    await world.window(3, 5)
    await world.results("a", "UDDDDDDU")
    await world.rolled_up_to(minute(60))

    assert [(1, 3), (5, 7)] == _bounds(await world.outages(span(0, 8)))


async def test_joining_looks_beyond_the_period(world: World) -> None:
    await _measured(world, "UDUDUDU", join_within=timedelta(minutes=1))

    assert [(1, 6)] == _bounds(await world.outages(span(3, 4)))


async def test_outage_that_lasts_is_open(world: World) -> None:
    await _measured(world, "UUDDD", as_of=4)

    (outage,) = await world.outages(span(0, 10))

    assert (True, minute(4)) == (outage["open"], outage["ended"])


async def test_bounds_of_neighbouring_outages_do_not_overlap(world: World) -> None:
    await _measured(world, "UDUDU")

    first, second = await world.outages(span(0, 5))

    # Last good at 0 and first good at 2; last good at 2 and first good at 4.
    assert (0, 0) == (first["certain_s"], second["certain_s"])
    assert (120, 120) == (first["possible_s"], second["possible_s"])


async def test_hole_beside_an_outage_may_have_been_part_of_it(world: World) -> None:
    await _measured(world, "UDD..U")

    (outage,) = await world.outages(span(0, 6))

    assert (120, 60, 5 * 60) == (outage["elapsed_s"], outage["certain_s"], outage["possible_s"])


async def test_unknown_time_before_a_good_result_is_no_part_of_an_outage(world: World) -> None:
    await _measured(world, "U...UDU")

    (outage,) = await world.outages(span(0, 7))

    # Good at 4, failed at 5, good at 6; what nobody saw from 1 to 4 came before the good one.
    assert (60, 2 * 60) == (outage["elapsed_s"], outage["possible_s"])


async def test_bounds_of_an_outage_are_not_clipped_to_the_period(world: World) -> None:
    await _measured(world, "U..DD..U")

    (outage,) = await world.outages(span(4, 5))

    # Down from 3 to 5; last good at 0, first good at 7.
    assert (2 * 60, 7 * 60) == (outage["elapsed_s"], outage["possible_s"])


async def test_working_time_is_the_outage_inside_the_calendar(world: World) -> None:
    """Friday 18:00 to Monday 10:00 is 64 h of which 1.5 h are working time."""
    friday = datetime(2026, 5, 8, 16, tzinfo=UTC)  # 18:00 in Paris
    hours = [(day, *part) for day in range(1, 6) for part in ((9, 12.5), (14, 18.5))]
    await world.calendar("support", hours, timezone="Europe/Paris")
    await world.service(every=timedelta(minutes=60))
    await world.contract(interruption_max=timedelta(hours=2), interruption_calendar="support")
    start = (friday - minute(0)) / timedelta(minutes=1)
    await world.results("a", "U" + "D" * 64 + "U", start=start - 60, step=60)
    await world.rolled_up_to(minute(start + 6000))

    (outage,) = await world.outages(span(start - 60, start + 5000))

    # Friday 18:00-18:30 and Monday 09:00-10:00.
    assert (64 * 3600, 0.5 * 3600 + 1 * 3600) == (outage["elapsed_s"], outage["working_s"])


@pytest.mark.parametrize(
    ("minutes", "customers", "expected"),
    [(10, 2, False), (11, 2, True), (11, 1, False), (11, 3, True)],
)
async def test_crisis_is_longer_than_ten_minutes_and_hits_several_customers(
    world: World, minutes: int, customers: int, expected: bool
) -> None:
    await world.service()
    for number in range(customers):
        await world.contract(
            f"c{number}", crisis_longer_than=timedelta(minutes=10), crisis_customers=2
        )
    await world.contract("another", customer="c0-customer")  # the same customer hit twice
    await world.results("a", "U" + "D" * minutes + "U")
    await world.rolled_up_to(minute(60))

    (outage,) = await world.outages(span(0, 20), contract="c0")

    assert expected == outage["crisis"]


async def test_solution_outage_names_the_services_that_were_down(world: World) -> None:
    await world.service("api", endpoints=["a"])
    await world.service("orders", endpoints=["o"])
    await world.contract(essential=["api", "orders"])
    await world.results("a", "UDDUU")
    await world.results("o", "UUDDU")
    await world.rolled_up_to(minute(60))

    (outage,) = await world.outages(span(0, 5))

    assert (["api", "orders"], 180) == (outage["services"], outage["elapsed_s"])


@pytest.mark.parametrize(
    ("results", "limit", "expected"),
    [
        ("UUDDUDUUUU", 2, (120, 120, 120, "met")),
        ("UUDDDUDUUU", 2, (180, 180, 120, "missed")),
        ("UUUUUUUUUU", 2, (0, 0, 120, "met")),
        ("UUD...DUUU", 3, (60, 60, 180, "not_provable")),
        ("", 2, (0, 0, 120, "not_applicable")),
        ("UUDDUUUUUU", None, (120, 120, None, "not_applicable")),
    ],
)
async def test_longest_interruption(
    world: World, results: str, limit: int | None, expected: tuple[Any, ...]
) -> None:
    await _measured(world, results, interruption_max=limit and timedelta(minutes=limit))

    row = await world.longest(span(0, 10))

    assert expected == (row["working_s"], row["elapsed_s"], row["limit_s"], row["verdict"])


async def test_longest_interruption_tells_the_greatest_elapsed_time_too(world: World) -> None:
    """The night's outage has no working time: 30 min elapsed beside the 5 min of the day."""
    await world.calendar("office", [(1, 9, 17)])
    await world.service()
    await world.contract(interruption_max=timedelta(hours=2), interruption_calendar="office")
    await world.results("a", "U" + "D" * 30 + "U")
    await world.results("a", "U" + "D" * 5 + "U", start=10 * 60)
    await world.rolled_up_to(minute(2000))

    row = await world.longest(span(0, 1440))

    assert (5 * 60, 5 * 60, 30 * 60) == (
        row["working_s"],
        row["elapsed_s"],
        row["greatest_elapsed_s"],
    )


async def test_unknown_time_over_a_boundary_is_one_doubt(world: World) -> None:
    """Unknown from 2 to 9: 4 min before and 3 min after the boundary could be one outage."""
    limit = timedelta(minutes=5)
    await _measured(world, "UU" + "?" * 7 + "UU", interruption_max=limit)

    rows = [await world.longest(span(*part)) for part in ((0, 6), (6, 11))]

    assert ["not_provable", "not_provable"] == [row["verdict"] for row in rows]


async def test_bounds_end_at_the_neighbouring_outage_where_nothing_good_lies_between(
    world: World,
) -> None:
    await _measured(world, "UD.DU")

    found = await world.outages(span(0, 5))

    # Good at 0 to the next outage at 3; the end of the one before at 2 to good at 4.
    assert [3 * 60, 2 * 60] == [row["possible_s"] for row in found]


async def test_doubts_are_joined_as_outages_are(world: World) -> None:
    """Unknown from 2 to 3 and 4 to 5: with a minute between them, 3 min could be one outage."""
    gap, most = timedelta(minutes=1), timedelta(minutes=2)
    await _measured(world, "UU?U?UU", join_within=gap, interruption_max=most)

    assert "not_provable" == (await world.longest(span(0, 7)))["verdict"]


async def test_a_good_period_shorter_than_what_the_plan_joins_hides_no_interruption(
    world: World,
) -> None:
    """Unknown from 0 to 20 and from 22 to 40, joined over the two good minutes between them."""
    await world.service()
    await world.contract(interruption_max=timedelta(minutes=30), join_within=timedelta(minutes=3))
    await world.results("a", "U" + "?" * 20 + "UU" + "?" * 18 + "U" * 20, start=-1)
    await world.rolled_up_to(minute(60))

    assert "not_provable" == (await world.longest(span(20, 22)))["verdict"]
    assert "met" == (await world.longest(span(45, 50)))["verdict"]
