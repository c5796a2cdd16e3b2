"""Outages become incidents, and those become crises by the clock."""

from datetime import timedelta

import asyncpg
import pytest
from tests.sql.world import World, minute
from tests.watching.lookout import SECOND, Lookout


async def test_incident_opens_at_the_first_failure_with_the_start_of_the_outage(
    lookout: Lookout,
) -> None:
    await lookout.run(until=3.5, step=0.5, a="UUUD")

    assert [(("api",), 3, None, "open")] == await lookout.incidents()


async def test_incident_closes_with_the_end_of_the_outage(lookout: Lookout) -> None:
    await lookout.run(until=9, a="UUDDDUUUU")

    assert [(("api",), 2, 5, "recovered")] == await lookout.incidents()


async def test_looking_again_changes_nothing(lookout: Lookout) -> None:
    await lookout.run(until=12, a="UU" + "D" * 10)
    before = await lookout.happened()

    for _ in range(5):
        await lookout.look(12)

    assert before == await lookout.happened()


async def test_relapse_soon_after_is_the_same_incident(lookout: Lookout) -> None:
    await lookout.run(until=37, a="UDU" + "U" * 28 + "DDU")

    assert [("opened", 1), ("recovered", 2), ("relapsed", 31), ("recovered", 33)] == (
        await lookout.happened()
    )


async def test_failure_long_after_is_another_incident(lookout: Lookout) -> None:
    await lookout.run(until=37, a="UDU" + "U" * 30 + "DDU")

    assert [(("api",), 1, 2, "recovered"), (("api",), 33, 35, "recovered")] == (
        await lookout.incidents()
    )


@pytest.mark.parametrize(
    ("after", "crises"),
    [
        (10, 0),  # strictly more than ten minutes
        (10 + SECOND, 1),
    ],
)
async def test_crisis_opens_by_the_clock_and_not_by_the_next_result(
    lookout: Lookout, after: float, crises: int
) -> None:
    await lookout.measure("a", "U" + "D" * 11)  # from minute 1; the last one came at minute 11

    await lookout.look(1 + after)

    assert crises == len(await lookout.crises())


async def test_crisis_has_the_start_of_its_outage(lookout: Lookout) -> None:
    await lookout.run(until=13, step=0.25, a="UU" + "D" * 11)

    assert [(2, 12.25)] == await lookout.crises()


async def test_there_is_one_crisis_per_outage_however_long_it_lasts(lookout: Lookout) -> None:
    await lookout.run(until=40, a="U" + "D" * 39)

    assert 1 == len(await lookout.crises())


async def test_outage_of_one_customer_is_no_crisis(connection: asyncpg.Connection) -> None:
    lookout = Lookout(world=World(connection=connection))
    await lookout.world.service()
    await lookout.promise("acme")
    await lookout.watch()

    await lookout.run(until=30, a="U" + "D" * 29)

    assert [] == await lookout.crises()


async def test_two_contracts_of_one_customer_are_one_customer(
    connection: asyncpg.Connection,
) -> None:
    lookout = Lookout(world=World(connection=connection))
    await lookout.world.service()
    await lookout.promise("acme", "acme-2", customer="acme-group")
    await lookout.watch()

    await lookout.run(until=30, a="U" + "D" * 29)

    assert [] == await lookout.crises()


async def test_service_that_nobody_bought_has_incidents_too(
    connection: asyncpg.Connection,
) -> None:
    lookout = Lookout(world=World(connection=connection))
    await lookout.world.service()
    await lookout.watch()

    await lookout.run(until=30, a="U" + "D" * 20 + "U" * 9)

    assert [(("api",), 1, 21, "recovered")] == await lookout.incidents()


async def test_valid_maintenance_is_no_incident(lookout: Lookout) -> None:
    await lookout.world.window(5, 25)

    await lookout.run(until=30, a="UUUUU" + "D" * 20 + "UUU")

    assert [] == await lookout.incidents()


async def test_overrun_is_an_incident_from_the_announced_end(lookout: Lookout) -> None:
    await lookout.world.window(5, 10)

    await lookout.run(until=22, step=0.5, a="UUUUU" + "D" * 18)

    assert ([(("api",), 10, None, "open")], [(10, 20.5)]) == (
        await lookout.incidents(),
        await lookout.crises(),
    )


async def test_window_that_was_closed_early_excuses_nothing_after(lookout: Lookout) -> None:
    await lookout.world.window(5, 30, closed=8)

    await lookout.run(until=12, a="UUUUU" + "D" * 8)

    assert [(("api",), 8, None, "open")] == await lookout.incidents()


async def test_window_that_was_not_announced_excuses_nothing(lookout: Lookout) -> None:
    await lookout.world.window(5, 30, announced=None)

    await lookout.run(until=8, a="UUUUU" + "D" * 4)

    assert [(("api",), 5, None, "open")] == await lookout.incidents()


async def test_unknown_results_do_not_close_an_incident(lookout: Lookout) -> None:
    await lookout.run(until=9, a="UUDD??????")

    assert [(("api",), 2, None, "open")] == await lookout.incidents()


async def test_silence_does_not_close_an_incident_and_makes_no_crisis(lookout: Lookout) -> None:
    """Nobody knows whether it is still down: Vigie is blind, which is another alarm."""
    await lookout.run(until=40, a="UUDDD")

    assert ([(("api",), 2, None, "open")], []) == (
        await lookout.incidents(),
        await lookout.crises(),
    )


async def test_services_that_fail_together_are_one_incident(lookout: Lookout) -> None:
    await lookout.world.service("crawler", endpoints=("c",))  # nobody's contract

    await lookout.run(until=8, a="UUDDDDUU", c="UUUDDDDU")

    assert [(("api", "crawler"), 2, 7, "recovered")] == await lookout.incidents()


async def test_services_of_one_contract_are_one_incident(lookout: Lookout) -> None:
    await lookout.world.service("orders", endpoints=("o",))
    await lookout.promise("cell", essential=("api",), other=("orders",))

    await lookout.run(until=13, a="UU" + "D" * 9 + "U", o="U" * 7 + "D" * 5 + "U")

    assert [(("api", "orders"), 2, 12, "recovered")] == await lookout.incidents()


async def test_services_that_have_nothing_in_common_are_two_incidents(lookout: Lookout) -> None:
    await lookout.world.service("crawler", endpoints=("c",))  # nobody's contract

    await lookout.run(until=13, a="UU" + "D" * 9 + "U", c="U" * 7 + "D" * 5 + "U")

    assert [(("api",), 2, 11, "recovered"), (("crawler",), 7, 12, "recovered")] == (
        await lookout.incidents()
    )


async def test_essential_services_that_fail_in_turn_are_one_outage(
    connection: asyncpg.Connection,
) -> None:
    """Six minutes of one and six of the other: the solution was down for eleven."""
    lookout = Lookout(world=World(connection=connection))
    await lookout.world.service()
    await lookout.world.service("orders", endpoints=("o",))
    await lookout.promise("acme", "bolt", essential=("api", "orders"))
    await lookout.watch()

    await lookout.run(until=14, a="UDDDDDDUUUUUUU", o="UUUUUUDDDDDDUU")

    assert ([(("api", "orders"), 1, 12, "recovered")], 1) == (
        await lookout.incidents(),
        len(await lookout.crises()),
    )


async def test_what_fails_after_a_crisis_was_set_aside_calls_people_again(
    lookout: Lookout,
) -> None:
    """One service stays down for good; another one of the same contract fails hours later."""
    await lookout.world.service("orders", endpoints=("o",))
    await lookout.promise("cell", "dome", essential=("api", "orders"))
    await lookout.run(until=14, step=2, a="UU" + "D" * 13, o="U" * 15)
    await lookout.connection.execute(
        "insert into fact.crisis_event (crisis_id, kind, state, at, actor)"
        " select crisis_id, 'cancelled', 'cancelled', $1, 'ann' from fact.crisis",
        minute(15),
    )
    await lookout.measure("a", "D" * 30, start=15)
    await lookout.measure("o", "U" * 5 + "D" * 25, start=15)

    await lookout.look(44)

    assert [(("api",), 2, None, "open"), (("orders",), 20, None, "open")] == (
        await lookout.incidents()
    )
    assert 2 == len(await lookout.crises())


async def test_outages_within_join_within_are_one_outage(connection: asyncpg.Connection) -> None:
    lookout = Lookout(world=World(connection=connection))
    await lookout.world.service()
    await lookout.promise("acme", "bolt", join_within=timedelta(minutes=2))
    await lookout.watch()

    await lookout.run(until=13, a="UDDDDDUUDDDDU")

    assert [(1, 12)] == [(first, opened // 1) for first, opened in await lookout.crises()]
