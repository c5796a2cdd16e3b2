"""What came late, was corrected, or was seen by another watcher; clocks that jump."""

import asyncpg
import pytest
from asyncpg import exceptions as pg
from tests.sql.world import World, minute
from tests.watching.lookout import SECOND, Lookout


async def test_late_results_open_a_crisis_afterwards(lookout: Lookout) -> None:
    await lookout.look(100)
    await lookout.measure("a", "UU" + "D" * 12 + "U" * 60, start=20)

    await lookout.look(101)

    (crisis,) = await lookout.crises()
    late = await lookout.connection.fetchval("select late from sla.incident")
    assert ([(("api",), 22, 34, "recovered")], (22, 101), True) == (
        await lookout.incidents(),
        crisis,
        late,
    )


async def test_late_outage_before_a_known_one_keeps_its_own_end(lookout: Lookout) -> None:
    await lookout.look(100)
    await lookout.measure("a", "UU" + "D" * 5 + "UU", start=90)
    await lookout.look(101)
    await lookout.measure("a", "UU" + "D" * 5 + "U" * 50, start=20)

    await lookout.look(102)

    assert [(("api",), 22, 27, "recovered"), (("api",), 92, 97, "recovered")] == (
        await lookout.incidents()
    )


async def test_cell_that_works_on_the_services_has_what_fails_again(lookout: Lookout) -> None:
    """Good for long enough to be another incident, while the crisis goes on."""
    await lookout.run(until=14, step=2, a="UU" + "D" * 12 + "U")
    await lookout.measure("a", "U" * 40, start=15)
    await lookout.look(54)
    await lookout.measure("a", "D" * 20, start=55)

    await lookout.look(74)

    assert (2, 1) == (len(await lookout.incidents()), len(await lookout.crises()))


async def test_late_results_move_the_start(lookout: Lookout) -> None:
    await lookout.run(until=6, a="UU...DD")
    await lookout.measure("a", "DDD", start=2)

    await lookout.look(7)

    assert [(("api",), 2, None, "open")] == await lookout.incidents()


async def test_history_from_before_the_watch_is_no_incident(
    connection: asyncpg.Connection,
) -> None:
    lookout = Lookout(world=World(connection=connection))
    await lookout.world.service()
    await lookout.promise("acme", "bolt")
    await lookout.watch(at=100)
    await lookout.measure("a", "UU" + "D" * 30 + "U" * 60)

    await lookout.look(101)

    assert ([], []) == (await lookout.incidents(), await lookout.crises())


async def test_outage_that_runs_as_the_watch_begins_has_its_own_start(
    connection: asyncpg.Connection,
) -> None:
    lookout = Lookout(world=World(connection=connection))
    await lookout.world.service()
    await lookout.measure("a", "UU" + "D" * 200)
    await lookout.connection.execute("delete from fact.fresh_failure")
    await lookout.world.rolled_up_to(minute(200))
    await lookout.watch(at=201)
    await lookout.measure("a", "D", start=202)

    await lookout.look(202)

    assert [(("api",), 2, None, "open")] == await lookout.incidents()


async def test_correction_takes_an_incident_away(lookout: Lookout) -> None:
    await lookout.run(until=6, a="UUDDDUU")
    await lookout.measure("a", "D", start=7)
    await lookout.look(7.5)
    await lookout.world.correction(2, 9, effect="up")

    await lookout.look(8)

    assert ["excused"] == [state for _, _, _, state in await lookout.incidents()]


@pytest.mark.parametrize(("last", "state"), [(9, "excused"), (3, "recovered")])
async def test_correction_that_comes_afterwards_excuses_what_it_leaves_nothing_of(
    lookout: Lookout, last: float, state: str
) -> None:
    await lookout.run(until=8, a="UUDDDUUUU")
    await lookout.world.correction(2, last, effect="up")
    for at in (9, 10):
        await lookout.look(at)

    assert [(("api",), 2, 5, state)] == await lookout.incidents()
    assert int(state == "excused") == [k for k, _ in await lookout.happened()].count("excused")


@pytest.mark.parametrize("steps_done", range(4))
async def test_any_watcher_goes_on_where_another_one_was_killed(
    lookout: Lookout, steps_done: int
) -> None:
    """Killed within its look at minute 9:58; the next one still opens the crisis at 10:00."""
    at = minute(10 + 58 * SECOND)
    await lookout.measure("a", "U" + "D" * 11)
    steps: list[tuple[str, tuple[object, ...]]] = [
        ("select fact.take_marks($1, $2)", (lookout.epoch, at)),
        ("select fact.roll_up_watched($1)", (at,)),
        ("select fact.watch_turn($1, $2)", (lookout.epoch, at)),
    ]
    for statement, values in steps[:steps_done]:
        await lookout.connection.execute(statement, *values)

    await lookout.watch(at=11 + SECOND)

    ((started, opened),) = await lookout.crises()
    assert 1 == started
    assert pytest.approx(11 + SECOND) == opened


async def test_watcher_that_was_followed_is_refused(lookout: Lookout) -> None:
    await lookout.measure("a", "UD")
    successor = Lookout(world=lookout.world)
    await successor.watch(at=1)

    with pytest.raises(pg.ObjectNotInPrerequisiteStateError, match="another process watches now"):
        await lookout.look(2)


async def test_clock_that_was_set_back_closes_nothing(lookout: Lookout) -> None:
    await lookout.run(until=6, a="UUDDDDD")

    await lookout.look(-60)

    assert [(("api",), 2, None, "open")] == await lookout.incidents()


async def test_clock_that_jumped_ahead_makes_no_crisis(lookout: Lookout) -> None:
    await lookout.run(until=6, a="UUDDDDD")

    await lookout.look(66)

    assert [] == await lookout.crises()


async def test_nothing_is_looked_at_once_all_is_good_and_rolled_up(lookout: Lookout) -> None:
    await lookout.run(until=9, a="UUDDDUUUU")

    await lookout.settle(12)

    assert 0 == await lookout.connection.fetchval("select count(*) from fact.watched_service")


async def test_flicker_that_no_quorum_confirms_is_no_incident(
    connection: asyncpg.Connection,
) -> None:
    lookout = Lookout(world=World(connection=connection))
    await lookout.world.service(endpoints=("a", "b"), every_endpoint=True)
    await lookout.watch()

    await lookout.run(until=9, a="UUDDDUUUU", b="UUUUUUUUU")

    assert [] == await lookout.incidents()


async def test_incident_that_is_down_cannot_be_closed(lookout: Lookout) -> None:
    await lookout.run(until=5, a="UUDDDD")

    with pytest.raises(pg.RaiseError, match=r'incident-\d+": api is still down'):
        await lookout.connection.execute(
            "select fact.close_incident((select key from fact.incident), 'eve', 'tired', $1)",
            minute(5),
        )


async def test_incident_that_is_measured_no_more_can_be_closed(lookout: Lookout) -> None:
    await lookout.run(until=30, a="UUDDDD")

    await lookout.connection.execute(
        "select fact.close_incident((select key from fact.incident), 'eve', 'gone', $1)",
        minute(30),
    )

    assert [(("api",), 2, 30, "closed")] == await lookout.incidents()
