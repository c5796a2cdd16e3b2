"""Keeping the roll-up close behind the results, in lots that nobody has to wait for."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count

import asyncpg

from vigie import clock
from vigie.storing.queries import query
from vigie.storing.trouble import DATABASE_TROUBLE, Trouble

# Not more often: the turns of a minute would cost twice as much as one, with 100,000 endpoints.
EVERY = timedelta(seconds=60)
SPREAD_S = 30.0  # over which a turn's lots are spread: at once, they would hold up the probes
LOT = 2_000  # endpoints in a transaction: some tenths of a second
LATENCY_EVERY = 10  # turns: counting the latencies of a day costs more than finding its faults
ALL = slice(None)
ACQUIRE_S = 10.0
SETTLE = timedelta(seconds=30)  # most results are in by then; a later one makes its day dirty

Pause = Callable[[float], Awaitable[object]]  # before each lot, with its part of the whole


async def at_once(_part: float) -> None:
    """Go on without a pause."""


async def roll_up(
    pool: asyncpg.Pool,
    now: datetime,
    *,
    settle: timedelta = SETTLE,
    todays_latency: slice = ALL,
    pause: Pause = at_once,
) -> int:
    """Rebuild every dirty day, then say that figures hold up to *now* - *settle*.

    Returns how many endpoint days were rebuilt. Each lot of endpoints is its own transaction.
    Latencies, which no promise reads, come last; of those of the running UTC day some lots may be
    left for later.
    """
    rebuilt = await _rebuild(pool, pause)
    await _fetch(pool, "advance_watermark", now - settle)
    for stale in await _fetch(pool, "stale_latency_days"):
        is_today = stale["day"] >= now.astimezone(UTC).date()
        await _catch_up(pool, stale, now - settle, pause, todays_latency if is_today else ALL)
    return rebuilt


async def _rebuild(pool: asyncpg.Pool, pause: Pause) -> int:
    """Rebuild what is dirty by now, and return how many endpoint days that was."""
    [[until]] = await _fetch(pool, "marks_until")
    rebuilt = 0
    # Again, because somebody else may have shared out the same marks meanwhile, and not finished.
    while lots := await _fetch(pool, "share_out_marks", LOT, until):
        for lot in lots:
            await pause(1 / len(lots))
            [[days]] = await _fetch(pool, "roll_up_lot", lot["day"], lot["dirty_id"])
            rebuilt += days
    return rebuilt


async def _catch_up(
    pool: asyncpg.Pool, stale: asyncpg.Record, until: datetime, pause: Pause, which: slice
) -> None:
    """Count the latencies of a *stale* day, of *which* lots of its endpoints."""
    day, lots = stale["day"], await _fetch(pool, "endpoint_lots", LOT)
    for lot in lots[which]:
        await pause(1 / len(lots[which]))
        await _fetch(pool, "roll_up_latency", day, until, lot["first_id"], lot["last_id"])
    if which == ALL:
        await _fetch(pool, "latency_caught_up", day, stale["marked_by"])


async def _fetch(pool: asyncpg.Pool, name: str, *values: object) -> Sequence[asyncpg.Record]:
    async with pool.acquire(timeout=ACQUIRE_S) as connection:
        records: Sequence[asyncpg.Record] = await connection.fetch(query(name), *values)
        return records


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
        due = asyncio.get_running_loop().time() + every.total_seconds()
        try:
            await _turn(pool, stop, slice(turn % LATENCY_EVERY, None, LATENCY_EVERY))
            trouble.worked()
        except DATABASE_TROUBLE as error:
            trouble.failed(error=str(error) or type(error).__name__)
        await _until(due, stop)


async def _turn(pool: asyncpg.Pool, stop: asyncio.Event, todays_latency: slice) -> None:
    now = clock.now()
    await _fetch(pool, "ensure_partitions_ahead", now)
    await _fetch(pool, "forget_failures")
    await roll_up(pool, now, todays_latency=todays_latency, pause=_spread(stop))


def _spread(stop: asyncio.Event) -> Pause:
    """Return the pauses that spread the lots over SPREAD_S; there are none after *stop*."""
    loop = asyncio.get_running_loop()
    due = loop.time()

    async def pause(part: float) -> None:
        nonlocal due
        await _until(due, stop)
        due = loop.time() + part * SPREAD_S

    return pause


async def _until(due: float, stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), due - asyncio.get_running_loop().time())
