"""Messages as a worker takes them, at instants that a test chooses."""

from datetime import timedelta

import asyncpg
from tests.watching.queued import (
    HOUR,
    LEASE,
    NOW,
)

from vigie.storing import (
    Claimed,
    attempt_message,
    claim_messages,
    fail_message,
)

DAY = 24 * HOUR
EVENTS = "select kind from fact.outbox_event where message_id = $1 order by event_id"


async def claim(
    connection: asyncpg.Connection, worker: str = "one", most: int = 9, after: timedelta = 0 * HOUR
) -> list[Claimed]:
    return await claim_messages(connection, worker, most, lease=LEASE, now=NOW + after)


async def claim_only(
    connection: asyncpg.Connection, worker: str = "one", after: timedelta = 0 * HOUR
) -> Claimed:
    [claimed] = await claim(connection, worker, after=after)
    return claimed


async def fail(
    connection: asyncpg.Connection,
    claimed: Claimed,
    *,
    after: timedelta = 0 * HOUR,
    temporary: bool = True,
    retry_after: timedelta | None = None,
) -> str | None:
    now = NOW + after
    assert await attempt_message(connection, claimed, lease=LEASE, now=now)
    return await fail_message(
        connection, claimed, why="refused", temporary=temporary, retry_after=retry_after, now=now
    )


async def row(connection: asyncpg.Connection, message_id: int | None) -> asyncpg.Record:
    [found] = await connection.fetch("select * from fact.outbox where message_id = $1", message_id)
    assert isinstance(found, asyncpg.Record)
    return found


async def kinds(connection: asyncpg.Connection, message_id: int | None) -> list[str]:
    return [event["kind"] for event in await connection.fetch(EVENTS, message_id)]
