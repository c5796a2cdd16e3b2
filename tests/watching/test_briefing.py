"""What a briefing says of services, of which each has results of its own."""

import json
from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from tests.sql.world import World, minute
from tests.watching.lookout import Lookout

from vigie.storing import Briefing, read_briefing


@pytest.fixture
async def lookout(pool: asyncpg.Pool) -> AsyncIterator[Lookout]:
    """A watched world as everywhere here, in a database of its own: a briefing is a snapshot."""
    async with pool.acquire() as connection:
        lookout = Lookout(world=World(connection=connection))
        await lookout.world.service()
        await lookout.promise("acme", "bolt")
        await lookout.watch()
        yield lookout


@pytest.fixture
async def shops(lookout: Lookout) -> Lookout:
    """Beside api with its endpoint a, the service cart with b, for the same customers."""
    await lookout.world.service("cart", endpoints=["b"])
    await lookout.world.connection.execute(
        "insert into fact.contract_service (version_id, service_id, essential, position)"
        " select v.version_id, $1, true, 2 from fact.contract_version as v",
        lookout.world.ids["cart"],
    )
    return lookout


async def briefed(lookout: Lookout, at: float) -> Briefing:
    return await read_briefing(lookout.connection, "crisis-1", minute(at))


def used(found: Briefing) -> set[Decimal]:
    """Return the seconds of budget that each period of every contract has used."""
    return {one["budget_used_s"] for budget in found.budgets for one in budget.periods}


def up_again(found: Briefing) -> Mapping[str, Any]:
    return {one["service"]: one["is_up"] for one in found.down}


async def test_service_that_came_back_is_not_down_because_its_neighbour_is(shops: Lookout) -> None:
    await shops.run(until=14, a="U" + "D" * 14, b="U" + "D" * 11 + "UUU")

    before, after = await briefed(shops, 11.5), await briefed(shops, 14)

    assert {"api": False, "cart": False} == up_again(before)
    assert {"api": False, "cart": True} == up_again(after)


async def test_downtime_leaves_out_the_good_minutes_between(lookout: Lookout) -> None:
    # Down from 1 to 13 and from 16 to 18, good since: 14 of 17 minutes.
    await lookout.run(until=22, a="U" + "D" * 12 + "UUU" + "DD" + "U" * 5)

    found = await briefed(lookout, 22)

    assert (18 - 1) * 60 == found.now["lasted_s"]
    assert (13 - 1 + 18 - 16) * 60 == found.downtime_s


async def test_a_crisis_lasts_from_one_printed_instant_to_the_other(lookout: Lookout) -> None:
    await lookout.run(until=13, a="U" + "D" * 12)
    # Opened by hand, instants have microseconds, and so has the one at which it is looked at.
    await lookout.connection.execute("set session_replication_role = replica")
    await lookout.connection.execute("update fact.crisis set started = started + '0.977381 s'")
    at = 12 + Decimal("30.622003") / 60

    found = await briefed(lookout, float(at))

    assert (12 - 1) * 60 + 30 == found.now["lasted_s"]
    assert (12 - 1) * 60 + 30 == found.downtime_s


async def test_downtime_of_two_services_is_counted_once(shops: Lookout) -> None:
    # api is down from 1 to 13, cart from 5 to 15: 1 to 15.
    await shops.run(until=18, a="U" + "D" * 12 + "U" * 6, b="U" * 5 + "D" * 10 + "UUUU")

    assert (15 - 1) * 60 == (await briefed(shops, 18)).downtime_s


async def test_budgets_of_what_is_resolved_stay_what_they_were(lookout: Lookout) -> None:
    await lookout.run(until=25, a="U" + "D" * 12 + "UUU" + "D" * 9)
    await lookout.settle(24)
    going_on = await briefed(lookout, 25)
    await lookout.connection.execute(
        "select fact.add_crisis_event(1, 'resolved', 'resolved', $1, 'alice', 'Repaired.', $2)",
        minute(25), json.dumps({"good_since": minute(13).isoformat()}),
    )  # fmt: skip
    resolved = await briefed(lookout, 26)

    assert (minute(24), minute(13)) == (going_on.as_of, resolved.as_of)
    assert {(24 - 1 - 3) * 60} == used(going_on)
    assert {(13 - 1) * 60} == used(resolved)


async def test_budgets_say_up_to_when_they_are_counted(lookout: Lookout) -> None:
    await lookout.run(until=13, a="U" + "D" * 13)
    await lookout.settle(12)

    assert minute(12) == (await briefed(lookout, 13)).as_of
