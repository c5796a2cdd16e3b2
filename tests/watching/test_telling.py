"""What the team is told besides crises."""

import json
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from tests.sql.world import World, minute, span
from tests.watching.lookout import Lookout
from tests.watching.queued import ROTA, set_rota

MONDAY_NINE = 9 * 60  # minutes after the world's start, which is a Monday


@pytest.fixture
async def world(connection: asyncpg.Connection) -> World:
    world = World(connection=connection)
    test = {"weekday": "mon", "at": "09:00", "timezone": "UTC"}
    await set_rota(connection, {**ROTA, "pre_alert_after_s": 120, "test": test})
    return world


async def told(world: World, kind: str) -> list[tuple[str, dict[str, Any]]]:
    rows = await world.connection.fetch(
        "select recipient, facts from fact.outbox where kind = $1 order by recipient", kind
    )
    return [(row["recipient"], json.loads(row["facts"])) for row in rows]


async def agent(world: World, seen: float) -> None:
    location = await world._location("main")
    await world.insert(
        "agent",
        {
            "location_id": location, "host": "h", "home": "/", "version": "1", "leads": True,
            "spool_files": 0, "seen_at": minute(seen),
        },
    )  # fmt: skip


async def test_first_level_is_warned_once_before_a_crisis(world: World) -> None:
    lookout = Lookout(world=world)
    await world.service()
    await lookout.promise("acme", "bolt")
    await lookout.watch()

    await lookout.run(until=8, a="UU" + "D" * 7)

    [(person, facts), *others] = await told(world, "pre_alert")
    assert ROTA["levels"][0] == [person, *(other for other, _ in others)]
    assert ([{"key": "api", "name": "Api"}], "a: down") == (facts["services"], facts["cause"])


async def test_silent_agents_are_told_of_once(world: World) -> None:
    await agent(world, seen=0)

    for at in (1, 2.5, 3, 10):
        await world.connection.execute("select fact.tell_routine($1)", minute(at))

    blind = await told(world, "blind")
    assert ROTA["levels"][0] == [person for person, _ in blind]
    assert {"main: no agent of this location was heard of"} == {
        facts["cause"] for _, facts in blind
    }


async def test_agent_that_is_heard_of_is_not_blind(world: World) -> None:
    await agent(world, seen=9)

    await world.connection.execute("select fact.tell_routine($1)", minute(10))

    assert [] == await told(world, "blind")


async def test_location_whose_own_network_is_down_is_blind(world: World) -> None:
    await agent(world, seen=9)
    edge = {"at": minute(5), "blind": True, "why": "dns.example"}
    await world.insert("blind_edge", {"location_id": await world._location("main")} | edge)

    await world.connection.execute("select fact.tell_routine($1)", minute(10))

    assert {"main: its own network is down: dns.example"} == {
        facts["cause"] for _, facts in await told(world, "blind")
    }


async def test_channels_of_everybody_are_tried_once_a_week(world: World) -> None:
    for at in (MONDAY_NINE - 1, MONDAY_NINE, MONDAY_NINE + 60, MONDAY_NINE + 24 * 60):
        await world.connection.execute("select fact.tell_routine($1)", minute(at))
    first = [person for person, _ in await told(world, "test")]
    await world.connection.execute(
        "select fact.tell_routine($1)", minute(MONDAY_NINE) + timedelta(days=7)
    )

    assert sorted(ROTA["people"]) == first
    assert 2 * len(first) == len(await told(world, "test"))


async def test_without_a_rota_incidents_are_recorded_and_nobody_is_told(
    connection: asyncpg.Connection,
) -> None:
    lookout = Lookout(world=World(connection=connection))
    await lookout.world.service()
    await lookout.promise("acme", "bolt")
    await lookout.watch()

    await lookout.run(until=14, a="UU" + "D" * 13)

    assert (1, 0) == (
        len(await lookout.crises()),
        await connection.fetchval("select count(*) from fact.outbox"),
    )


async def test_crisis_of_the_clock_is_that_of_the_figures(world: World) -> None:
    lookout = Lookout(world=world)
    await world.service()
    await lookout.promise("acme", "bolt")
    await lookout.watch()
    await lookout.run(until=14, a="U" + "D" * 11 + "UU")
    await lookout.settle(20)

    (outage,) = await world.outages(span(0, 20))

    assert (True, 1) == (outage["crisis"], len(await lookout.crises()))
