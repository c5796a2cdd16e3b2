"""Reports of May 2026 that the clock makes and sends: what tests of them share."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import asyncpg
from tests.sql.world import World

from vigie.reporting import Clerk
from vigie.settings import Settings
from vigie.watching import render, run_outbox, send

DUE = datetime(2026, 6, 3, 6, tzinfo=UTC)  # the third working day after May, 08:00 in Paris
MAY = "acme/2026-05/r1"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


async def began(connection: asyncpg.Connection, since: datetime) -> None:
    await connection.execute("update fact.report_schedule set since = $1", since)
    await connection.execute("update fact.contract_version set recorded_at = $1", since)


def clerk(pool: asyncpg.Pool, database: str, directory: Path) -> Clerk:
    settings = Settings(database_url=database, home=directory / ".vigie")
    return Clerk(pool, settings, directory, asyncio.Event())


async def deliver(pool: asyncpg.Pool, state: str = "delivered") -> None:
    """Send what is queued, until nothing is in another state."""
    stop = asyncio.Event()
    working = asyncio.create_task(run_outbox(pool, send, partial(render), stop))
    async with asyncio.timeout(20), pool.acquire() as connection:
        while await connection.fetchval(  # noqa: ASYNC110 - nobody tells of it
            "select count(*) from fact.outbox where state <> $1 and error is null", state
        ):
            await asyncio.sleep(0.05)
    stop.set()
    await working


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def story(world: World) -> list[tuple[str, str]]:
    rows = await world.connection.fetch("select report, kind from sla.report_event order by event")
    return [(row["report"], row["kind"]) for row in rows]
