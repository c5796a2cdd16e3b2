"""The roll-up in lots says what it says at once, and loses no mark."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import asyncpg
import pytest
from tests.storing.made import MINUTE, NOON, catalogue, reached, service

from vigie.storing import results, rollup
from vigie.storing.catalogue import apply_catalogue
from vigie.storing.rollup import roll_up, run_rollup

DAY = date(2026, 3, 2)
KEYS = tuple(f"e{number}" for number in range(7))
COLUMNS = ("endpoint_id", "location_id", "at", "outcome", "attempts", "duration_us")
FIGURES = """
select
    endpoint_id, day, up, down, certain_down, possible_down, results, results_up, results_down,
    first_at, latency_bucket, latency_count, latency_results
from fact.endpoint_day
order by endpoint_id, day
"""
SHARE_OUT = "select dirty_id from fact.share_out($1, 3)"
LOTS = "select endpoint_ids, since from fact.dirty_day order by dirty_id"


@pytest.fixture
async def seven(pool: asyncpg.Pool) -> asyncpg.Pool:
    """A database that knows seven endpoints, numbered from 1, with an hour of results each."""
    async with pool.acquire() as connection:
        await apply_catalogue(connection, catalogue(service("api", *KEYS)), NOON)
    for minute in range(60):
        await store(pool, KEYS, NOON + minute * MINUTE)
    return pool


async def store(pool: asyncpg.Pool, keys: Sequence[str], at: datetime) -> None:
    rows = [
        (key, "paris", at, "down" if n == at.minute else "up", 1, 900 + n)
        for n, key in enumerate(keys)
    ]
    async with pool.acquire() as connection:
        await results.make_partitions(connection, {at.date()})
        async with connection.transaction():
            ids = results.Ids()
            await ids.learn(connection, rows)
            await results.Writer(COLUMNS).store(connection, ids.of(rows))


async def figures(pool: asyncpg.Pool) -> list[tuple[Any, ...]]:
    return [tuple(day) for day in await pool.fetch(FIGURES)]


async def test_lots_say_what_one_says(seven: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    await roll_up(seven, NOON + 2 * 60 * MINUTE)
    at_once = await figures(seven)
    await seven.execute("delete from fact.endpoint_day")
    await seven.execute(
        "insert into fact.dirty_day (endpoint_ids, day)"
        " select array_agg(endpoint_id), $1 from fact.endpoint",
        DAY,
    )
    monkeypatch.setattr(rollup, "LOT", 2)
    rebuilt = await roll_up(seven, NOON + 2 * 60 * MINUTE)

    assert rebuilt == len(KEYS)
    assert await figures(seven) == at_once
    assert await seven.fetch(LOTS) == []
    assert await seven.fetch("select day from fact.stale_latency") == []


async def test_each_endpoint_is_in_one_lot(seven: asyncpg.Pool) -> None:
    await seven.execute("truncate fact.dirty_day")
    marks = [
        ([1, 2, 3], NOON + 5 * MINUTE),
        ([3, 4], NOON + 4 * MINUTE),
        ([3, 1], NOON + 6 * MINUTE),
        ([6], NOON - 60 * MINUTE),  # late: no lot begins there because of it
        ([5], None),  # of the whole day
    ]
    mark = "insert into fact.dirty_day (endpoint_ids, day, since) values ($1, $2, $3)"
    await seven.executemany(mark, [(ids, DAY, since) for ids, since in marks])
    shared = await seven.fetch(SHARE_OUT, DAY)
    lots = await seven.fetch(LOTS)

    assert len(shared) == len(lots)
    assert {(tuple(sorted(lot["endpoint_ids"])), lot["since"]) for lot in lots} == {
        ((5,), None),
        ((6,), NOON - 60 * MINUTE),
        ((1, 2, 3), NOON + 4 * MINUTE),
        ((4,), NOON + 4 * MINUTE),
    }


async def test_one_lot_leaves_the_others_marked(seven: asyncpg.Pool) -> None:
    shared = [row[0] for row in await seven.fetch(SHARE_OUT, DAY)]
    rebuilt = await seven.fetchval("select fact.roll_up($1, $2)", DAY, shared[:1])
    left = await seven.fetch(LOTS)

    assert rebuilt == 3
    assert sorted(one for lot in left for one in lot["endpoint_ids"]) == [4, 5, 6, 7]
    assert await seven.fetchval("select count(*) from fact.endpoint_day") == 3


async def test_what_another_shared_out_and_left_is_rebuilt_before_the_watermark(
    seven: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollup, "LOT", 2)
    others = 0

    async def disturbed(_part: float) -> None:
        nonlocal others
        others += 1
        if others == 2:  # one lot is rebuilt
            await seven.fetch(SHARE_OUT, DAY)

    await roll_up(seven, NOON + 2 * 60 * MINUTE, pause=disturbed, todays_latency=slice(0))

    assert await seven.fetchval("select count(*) from fact.endpoint_day") == len(KEYS)
    assert await seven.fetch(LOTS) == []
    assert others == 4 + 3  # three lots were gone; of the five endpoints they are three again


async def test_marks_of_a_clock_that_was_set_back_do_not_wait(seven: asyncpg.Pool) -> None:
    await seven.execute("update fact.dirty_day set marked_at = clock_timestamp() + interval '1 h'")

    assert await roll_up(seven, NOON + 2 * 60 * MINUTE) == len(KEYS)


async def test_what_is_marked_meanwhile_is_left_to_the_next_turn(seven: asyncpg.Pool) -> None:
    async def storing(_part: float) -> None:
        await store(seven, KEYS[:1], NOON + 90 * MINUTE)

    await roll_up(seven, NOON + 2 * 60 * MINUTE, pause=storing, todays_latency=slice(0))

    assert [lot["endpoint_ids"] for lot in await seven.fetch(LOTS)] == [[1]]


async def test_what_comes_while_latencies_are_counted_is_counted_too(
    seven: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollup, "LOT", 4)
    calls = 0

    async def interrupted(_part: float) -> None:
        nonlocal calls
        calls += 1
        if calls == 4:  # the second lot of latencies: the first one is over
            await store(seven, KEYS, NOON - MINUTE)
            await seven.execute("select fact.roll_up($1)", DAY)

    await roll_up(seven, NOON + 2 * 60 * MINUTE, pause=interrupted)
    assert calls == 4
    assert await seven.fetchval("select count(*) from fact.stale_latency") == 1
    await roll_up(seven, NOON + 2 * 60 * MINUTE)
    behind = "select count(*) from fact.endpoint_day where latency_results <> results_up"

    assert await seven.fetchval(behind) == 0
    assert await seven.fetchval("select count(*) from fact.stale_latency") == 0


async def test_a_turn_may_leave_some_of_todays_latencies(
    seven: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollup, "LOT", 2)
    counted = (
        "select array_agg(endpoint_id order by endpoint_id)"
        " from fact.endpoint_day where latency_results > 0"
    )
    days = "select day from fact.stale_latency"
    later = NOON + 2 * 60 * MINUTE

    await roll_up(seven, later, todays_latency=slice(1, None, 3))
    assert await seven.fetchval(counted) == [3, 4]  # of 1 2, 3 4, 5 6 and 7
    assert await seven.fetchval(days) == DAY
    await roll_up(seven, later, todays_latency=slice(0, None, 3))
    assert await seven.fetchval(counted) == [1, 2, 3, 4, 7]
    # Of a day that is over nothing is left for later.
    await roll_up(seven, later + 24 * 60 * MINUTE, todays_latency=slice(0, None, 3))
    assert await seven.fetchval(counted) == [1, 2, 3, 4, 5, 6, 7]
    assert await seven.fetchval(days) is None


async def test_a_turn_that_pauses_ends_at_once_when_told_to(
    seven: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollup, "LOT", 2)
    monkeypatch.setattr(rollup, "SPREAD_S", 10_000.0)
    stop = asyncio.Event()
    running = asyncio.create_task(run_rollup(seven, stop))
    await reached(seven, "select count(*) = 2 from fact.endpoint_day")
    stop.set()
    await asyncio.wait_for(running, 60)

    assert await seven.fetchval("select count(*) from fact.endpoint_day") == len(KEYS)
