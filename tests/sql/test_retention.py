"""Results of old days go, their figures stay."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest
from tests.sql.world import START, World, minute, span

DAY = 24 * 60  # minutes
WHOLE = span(0, 5 * DAY)


@pytest.fixture
async def days(world: World) -> World:
    """Five days of one endpoint at two locations, with faults inside days and over midnights.

    Slots lie on the half minute. Rome alone sees nothing wrong. In Paris: down from 60 to 63;
    unknown at 100; a hole from 200 to 210; down over the first and the second
    midnight; nothing in the last hour of day 1.
    """
    await world.service("api", endpoints=["a"], quorum="any")
    await world.contract(essential=["api"], valid=span(-DAY, 30 * DAY))
    letters = ["U"] * (5 * DAY)
    for first, last, letter in [
        (60, 63, "D"),
        (100, 101, "?"),
        (200, 210, "."),
        (DAY - 2, DAY + 3, "D"),
        (2 * DAY - 60, 2 * DAY, "."),
        (2 * DAY, 2 * DAY + 1, "D"),
        (4 * DAY + 7, 4 * DAY + 9, "D"),
    ]:
        letters[first:last] = [letter] * (last - first)
    await world.results("a", "".join(letters), start=0.5, location="paris")
    await world.results("a", "U" * (5 * DAY), start=0.5, location="rome")
    await world.rolled_up_to(minute(5 * DAY))
    return world


async def drop(world: World, *numbers: int) -> list[tuple[int, int]]:
    """Drop days by their number and return how many results each had and how many were kept."""
    dropped = []
    for number in numbers:
        day = (START + number * timedelta(days=1)).date()
        record = await world.connection.fetchrow(
            "select * from fact.drop_day($1, 'ann', now())", day
        )
        dropped.append((record["results"], record["kept"]))
    return dropped


KEPT = "{settled_until,settled_results,settled_up,settled_down,latency_until}"


async def figures(world: World) -> list[Any]:
    asked = [
        # How far the roll-up may keep what it has is no figure.
        f"select to_jsonb(d) - '{KEPT}'::text[] from fact.endpoint_day as d order by 1",
        "select * from sla.availability('acme', 'api', $1)",
        "select * from sla.outage('acme', 'api', $1)",
        "select * from sla.timeline('acme', 'api', $1)",
        "select * from sla.longest_interruption('acme', 'api', $1)",
    ]
    told: list[Any] = [await world.connection.fetch(asked[0])]
    return [*told, *[await world.connection.fetch(text, WHOLE) for text in asked[1:]]]


async def test_figures_are_the_same_without_the_results(days: World) -> None:
    before = await figures(days)
    await drop(days, 0, 1)

    assert await figures(days) == before


@pytest.mark.parametrize("numbers", [[0], [0, 1]])
async def test_figures_are_the_same_when_all_days_are_rolled_up_again(
    days: World, numbers: list[int]
) -> None:
    before = await figures(days)
    await drop(days, *numbers)
    await days.connection.execute(
        "insert into fact.dirty_day (endpoint_ids, day)"
        " select array[endpoint_id], day from fact.endpoint_day"
    )
    await days.rolled_up_to(minute(5 * DAY))

    assert await figures(days) == before


async def test_evidence_is_what_was_not_up_and_its_neighbours(days: World) -> None:
    """In Paris 0; 59-63; 99-101; 199 and 210; DAY-3 and the two failures; in Rome the two ends."""
    dropped = await drop(days, 0)
    paris = await days.connection.fetch(
        "select at from sla.result where location = 'paris' and at < $1 order by at", minute(DAY)
    )
    expected = [0, *range(59, 64), 99, 100, 101, 199, 210, *range(DAY - 3, DAY)]

    assert [(row["at"] - START) / timedelta(minutes=1) - 0.5 for row in paris] == expected
    assert dropped == [(2 * DAY - 10, len(expected) + 2)]


async def test_cause_of_an_outage_outlives_the_results(days: World) -> None:
    await drop(days, 0)
    causes = await days.connection.fetch(
        "select cause from sla.outage('acme', 'api', $1)", span(0, DAY / 2)
    )

    assert [row["cause"] for row in causes] == ["a: down"]


async def test_final_day_takes_no_result(days: World) -> None:
    """Day 0 is dropped, so day 1 cannot be rolled up again; day 2 can."""
    await drop(days, 0)
    await days.connection.execute("select fact.ensure_partitions($1, $1)", date(2026, 5, 6))
    with pytest.raises(
        asyncpg.RaiseError, match="day 2026-05-05: its figures are final, it takes no result"
    ):
        await days.connection.execute("select fact.ensure_partitions($1, $1)", date(2026, 5, 5))


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (1, "day 2026-05-05: older days have results still"),
        (4, "day 2026-05-08: is not over for long enough"),
    ],
)
async def test_day_that_may_not_be_dropped(days: World, number: int, why: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match=why):
        await drop(days, number)


async def test_day_with_late_results_is_not_dropped(days: World) -> None:
    await days.store([("a", "paris", minute(205), "up")])
    with pytest.raises(asyncpg.RaiseError, match="has results that are not rolled up"):
        await drop(days, 0)


async def test_dropped_days_are_listed(days: World) -> None:
    await drop(days, 0)
    record = await days.connection.fetchrow("select day, dropped_at from sla.dropped_day")
    who = await days.connection.fetchval("select dropped_by from fact.dropped_day")

    assert (record["day"], who) == (date(2026, 5, 4), "ann")
