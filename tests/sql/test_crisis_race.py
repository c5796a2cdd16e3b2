"""Several sessions that move the same crisis at once."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import asyncpg
import pytest
from tests.sql.crisis import Cell, brought_to, cell_of, customers, outage, rota
from tests.sql.world import World, minute


async def both(first: Awaitable[Any], second: Awaitable[Any]) -> list[Any]:
    return list(await asyncio.gather(first, second, return_exceptions=True))


async def test_two_watchers_open_one_crisis(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as one, pool.acquire() as other:
        world = World(connection=one)
        await customers(world)
        await rota(world)
        incident = await outage(world)
        ask = "select fact.open_crisis($1, 'outage', 'vigie', 'over 10 minutes', $2)"
        made = await both(*(c.fetchval(ask, incident, minute(10)) for c in (one, other)))

        assert made[0] == made[1]
        assert 2 == await one.fetchval("select count(*) from fact.outbox")
        assert 1 == await one.fetchval("select count(*) from fact.crisis_event"
                                       " where kind = 'opened'")  # fmt: skip


async def test_only_one_of_two_sessions_dissolves(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as one, pool.acquire() as other:
        cell = await cell_of(World(connection=one))
        await brought_to(cell, "reporting")
        await cell.report()
        await cell.approve()
        ask = "select fact.dissolve_crisis($1, 'alice', null, $2)"
        ended = await both(*(c.fetchval(ask, cell.crisis, minute(60)) for c in (one, other)))
        refused = [one for one in ended if isinstance(one, asyncpg.RaiseError)]

        assert [f"crisis-{cell.crisis}: is dissolved, too late for dissolve"] == [
            error.args[0] for error in refused
        ]
        assert 1 == (await cell.kinds()).count("dissolved")


async def test_guards_see_what_the_session_before_wrote(pool: asyncpg.Pool) -> None:
    """A crisis is cancelled while another session waits to resolve it."""
    async with pool.acquire() as one, pool.acquire() as other:
        cell = await cell_of(World(connection=one))
        await cell.happened("recovered", 20)
        await brought_to(cell, "mitigating")
        await cell.cancel("alice")
        waiting = Cell(world=World(connection=other), incident=cell.incident, crisis=cell.crisis)
        async with one.transaction():
            await cell.cancel("bob")
            resolving = asyncio.create_task(waiting.resolve())
            await _waits(cell)

        with pytest.raises(asyncpg.RaiseError, match="is cancelled, too late"):
            await resolving


async def test_turn_leaves_a_crisis_that_somebody_moves_to_the_next_turn(
    pool: asyncpg.Pool,
) -> None:
    async with pool.acquire() as one, pool.acquire() as other:
        cell = await cell_of(World(connection=one))
        async with one.transaction():
            await cell.acknowledge()
            done = await other.fetchval("select fact.crisis_turn($1)", minute(20))

        assert 0 == done
        assert 0 == await other.fetchval("select fact.crisis_turn($1)", minute(20))
        assert 2 == len(await cell.keys("page"))


async def test_crosswise_merges_end(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as one, pool.acquire() as other:
        world = World(connection=one)
        first = (await cell_of(world)).crisis
        second = await Cell(world=world, incident=await outage(world)).open()
        ask = "select fact.merge_crisis($1, $2, 'bob', 'the same', $3)"
        ended = await both(
            one.fetchval(ask, first, second, minute(12)),
            other.fetchval(ask, second, first, minute(12)),
        )

        assert 1 == len([one for one in ended if isinstance(one, asyncpg.RaiseError)])


async def _waits(cell: Cell) -> None:
    """Return once a session waits for a lock in this database."""
    waiting = (
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and wait_event_type = 'Lock'"
    )
    for _ in range(2000):
        if await cell.value(waiting):
            return
        await asyncio.sleep(0.01)
    raise TimeoutError
