"""Several services in one incident: together they hit several customers."""

import json
from datetime import timedelta

import asyncpg
import pytest
from tests.sql.world import World, minute
from tests.watching.lookout import SECOND, Lookout
from tests.watching.queued import ROTA, set_rota


@pytest.fixture
async def lookout(connection: asyncpg.Connection) -> Lookout:
    """Two services, api (endpoint a) and shop (s), each with a customer of its own."""
    lookout = Lookout(world=World(connection=connection))
    await lookout.world.service()
    await lookout.world.service("shop", endpoints=("s",))
    await lookout.promise("acme")
    await lookout.promise("bolt", essential=("shop",))
    await lookout.watch()
    return lookout


async def test_customers_of_several_services_are_hit_together(lookout: Lookout) -> None:
    await lookout.run(until=11, a="U" + "D" * 11, s="UU" + "D" * 10)
    before = await lookout.crises()
    await lookout.run(until=13, step=SECOND * 30, a="U" + "D" * 13, s="UU" + "D" * 12)

    assert [] == before
    # shop, the later one, is down for more than ten minutes from minute 12 on.
    assert [(1, 12.5)] == await lookout.crises()
    assert ["api", "shop"] == await lookout.connection.fetchval("select services from sla.crisis")


async def test_neighbour_that_was_down_for_a_moment_makes_no_crisis(lookout: Lookout) -> None:
    await lookout.run(until=20, a="U" + "D" * 20, s="UU" + "DD" + "U" * 16)

    assert [("api", "shop")] == [services for services, *_ in await lookout.incidents()]
    assert [] == await lookout.crises()


async def test_first_level_is_warned_of_what_fails_together(lookout: Lookout) -> None:
    await set_rota(lookout.connection, {**ROTA, "pre_alert_after_s": 120})

    await lookout.run(until=5, a="U" + "D" * 5, s="U" + "D" * 5)

    facts = await lookout.connection.fetchval(
        "select facts from fact.outbox where kind = 'pre_alert' limit 1"
    )
    assert ["api", "shop"] == [one["key"] for one in json.loads(facts)["services"]]


async def opened_by_hand(lookout: Lookout, service: str = "api") -> int:
    number: int = await lookout.connection.fetchval(
        "select fact.open_crisis_of($1, 'hand', $2, 'ann', 'no orders', $2)",
        [lookout.world.ids[service]], minute(lookout.now),
    )  # fmt: skip
    return number


async def cancel(lookout: Lookout, crisis: int, by: str) -> str:
    state: str = await lookout.connection.fetchval(
        "select fact.cancel_crisis($1, $2, 'a false alarm', $3)", crisis, by, minute(lookout.now)
    )
    return state


async def test_request_to_cancel_is_void_once_it_failed(lookout: Lookout) -> None:
    crisis = await opened_by_hand(lookout)
    await cancel(lookout, crisis, "bob")
    await lookout.run(until=16, a="U" + "D" * 12 + "U" * 3)

    assert "open" == await cancel(lookout, crisis, "carol")  # bob did not know
    assert "cancelled" == await cancel(lookout, crisis, "dave")


async def test_outage_that_ended_in_the_hands_of_a_cell_calls_nobody_later(
    lookout: Lookout,
) -> None:
    await lookout.promise("cora")
    crisis = await opened_by_hand(lookout)
    await lookout.run(until=16, a="U" + "D" * 12 + "U" * 3)
    for who in ("bob", "carol"):
        await cancel(lookout, crisis, who)
    await lookout.look(17)

    assert 1 == len(await lookout.crises())


async def test_what_a_cell_works_on_is_not_warned_of(lookout: Lookout) -> None:
    await set_rota(lookout.connection, {**ROTA, "pre_alert_after_s": 120})
    await lookout.promise("cora")
    await opened_by_hand(lookout)

    await lookout.run(until=5, a="U" + "D" * 5)

    assert not await lookout.connection.fetchval(
        "select count(*) from fact.outbox where kind = 'pre_alert'"
    )


async def test_relapse_of_a_crisis_is_not_warned_of_as_one_that_may_come(
    lookout: Lookout,
) -> None:
    warned = {**ROTA, "pre_alert_after_s": 120, "relapse_within_s": 3600}
    await set_rota(lookout.connection, warned)
    await lookout.promise("cora", crisis_longer_than=timedelta(minutes=4))
    await lookout.run(until=25, a="U" + "D" * 8 + "UUU" + "D" * 14)

    assert 1 == len(await lookout.crises())
    # More than two minutes after minute 1, and not again after minute 12.
    assert [4] == [at for kind, at in await lookout.happened() if kind == "pre_alert"]
