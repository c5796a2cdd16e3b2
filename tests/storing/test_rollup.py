import asyncio
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest
import time_machine
from structlog.testing import capture_logs
from tests.storing.made import MINUTE, NOON, catalogue, eventually, reached

from vigie.storing import results
from vigie.storing.catalogue import apply_catalogue
from vigie.storing.rollup import roll_up, run_rollup


@pytest.fixture
async def known(pool: asyncpg.Pool) -> asyncpg.Pool:
    """A database that knows the endpoint api-health at paris."""
    async with pool.acquire() as connection:
        await apply_catalogue(connection, catalogue(), NOON)
    return pool


async def store(pool: asyncpg.Pool, *minutes: int, outcome: str = "up") -> None:
    columns = ("endpoint_id", "location_id", "at", "outcome", "attempts")
    rows = [("api-health", "paris", NOON + minute * MINUTE, outcome, 1) for minute in minutes]
    async with pool.acquire() as connection:
        await results.make_partitions(connection, {row[2].date() for row in rows})
        async with connection.transaction():
            ids = results.Ids()
            await ids.learn(connection, rows)
            await results.Writer(columns).store(connection, ids.of(rows))


async def days(pool: asyncpg.Pool) -> list[tuple[Any, ...]]:
    records = await pool.fetch("select day, results, results_up from fact.endpoint_day order by 1")
    return [tuple(record) for record in records]


async def test_dirty_days_are_rebuilt_once_and_the_watermark_follows(known: asyncpg.Pool) -> None:
    await store(known, 0, 1, 24 * 60)
    counts = [await roll_up(known, NOON + number * MINUTE) for number in range(2)]
    watermark = await known.fetchval("select rolled_up_to from fact.watermark")

    assert counts == [2, 0]
    assert await days(known) == [(date(2026, 3, 2), 2, 2), (date(2026, 3, 3), 1, 1)]
    assert watermark == NOON + MINUTE - timedelta(seconds=30)


async def test_late_results_rebuild_their_day(known: asyncpg.Pool) -> None:
    await store(known, 0)
    await roll_up(known, NOON)
    await store(known, -60, outcome="down")
    await roll_up(known, NOON)

    assert await days(known) == [(date(2026, 3, 2), 2, 1)]


async def test_watermark_waits_as_long_as_results_may_take(known: asyncpg.Pool) -> None:
    await roll_up(known, NOON, settle=timedelta(minutes=5))

    assert await known.fetchval("select rolled_up_to from fact.watermark") == NOON - 5 * MINUTE


async def test_loop_makes_partitions_for_today_and_two_days_ahead(known: asyncpg.Pool) -> None:
    stop = asyncio.Event()
    with time_machine.travel(NOON, tick=True):
        running = asyncio.create_task(run_rollup(known, stop))
        await reached(known, "select rolled_up_to > '-infinity' from fact.watermark")
        stop.set()
        await running
    tables = await known.fetch(
        "select relid::text from unnest(array['fact.attempt', 'fact.result']) as parent,"
        " pg_partition_tree(parent::regclass) where level = 1 order by relid::text"
    )

    assert [record[0] for record in tables] == [
        f"fact.{table}_202603{day:02}" for table in ("attempt", "result") for day in (2, 3, 4)
    ]


async def test_loop_outlives_errors_of_the_database(known: asyncpg.Pool) -> None:
    stop = asyncio.Event()
    await known.execute("alter table fact.dirty_day rename to elsewhere")
    with capture_logs() as logs:
        running = asyncio.create_task(run_rollup(known, stop, every=timedelta(milliseconds=20)))
        await eventually(lambda: logs)
        await asyncio.sleep(0.1)  # several turns fail, one line is logged
        await known.execute("alter table fact.elsewhere rename to dirty_day")
        await eventually(lambda: len(logs) > 1)
        stop.set()
        await running

    assert [(log["log_level"], log["event"]) for log in logs] == [
        ("error", "roll-up: the database cannot be used, trying again"),
        ("info", "roll-up: the database is back"),
    ]
