"""Keeping the roll-up close behind the results."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count

import asyncpg

from vigie import clock
from vigie.storing.queries import query
from vigie.storing.trouble import DATABASE_TROUBLE, Trouble

# Not more often: the turns of a minute would cost twice as much as one, with 100,000 endpoints.
EVERY = timedelta(seconds=60)
LATENCY_EVERY = 10  # turns: counting the latencies of a day costs more than finding its faults
ACQUIRE_S = 10.0
SETTLE = timedelta(seconds=30)  # most results are in by then; a later one makes its day dirty


async def roll_up(
    pool: asyncpg.Pool, now: datetime, *, settle: timedelta = SETTLE, todays_latency: bool = True
) -> int:
    """Rebuild every dirty day, then say that figures hold up to *now* - *settle*.

    Returns how many endpoint days were rebuilt. Each day is its own transaction. Latencies, which
    no promise reads, come last; those of the running UTC day may be left for later.
    """
    rebuilt = 0
    async with pool.acquire(timeout=ACQUIRE_S) as connection:
        for record in await connection.fetch(query("dirty_days")):
            rebuilt += await connection.fetchval(query("roll_up_day"), record["day"])
        await connection.execute(query("advance_watermark"), now - settle)
        until = None if todays_latency else now.astimezone(UTC).date()
        for record in await connection.fetch(query("stale_latency_days"), until):
            await connection.execute(query("roll_up_latency"), record["day"], now - settle)
    return rebuilt


async def run_rollup(pool: asyncpg.Pool, stop: asyncio.Event, *, every: timedelta = EVERY) -> None:
    """Roll up and make partitions ahead until *stop*; a database that is gone is waited for."""
    trouble = Trouble(
        "roll-up: the database cannot be used, trying again",
        "roll-up: the database is back",
        do="look at the database; what was measured is kept",
    )
    for turn in count():
        if stop.is_set():
            return
        try:
            await _turn(pool, todays_latency=turn % LATENCY_EVERY == 0)
            trouble.worked()
        except DATABASE_TROUBLE as error:
            trouble.failed(error=str(error) or type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every.total_seconds())


async def _turn(pool: asyncpg.Pool, *, todays_latency: bool) -> None:
    now = clock.now()
    async with pool.acquire(timeout=ACQUIRE_S) as connection:
        await connection.execute(query("ensure_partitions_ahead"), now)
    await roll_up(pool, now, todays_latency=todays_latency)
