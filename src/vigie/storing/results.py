"""Putting results into PostgreSQL: COPY into staging, then one insert that may be repeated."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import asyncpg
from asyncpg import exceptions

from vigie.storing.queries import query

Row = tuple[Any, ...]  # in the column order of staged_result or staged_attempt

RESULT_COLUMNS = (
    "endpoint",
    "location",
    "at",
    "outcome",
    "attempts",
    "status",
    "lag_us",
    "duration_us",
    "dns_us",
    "connect_us",
    "tls_us",
    "first_byte_us",
    "reason",
)
ATTEMPT_COLUMNS = (
    "endpoint",
    "location",
    "at",
    "attempt",
    "started",
    "outcome",
    "reason",
    "detail",
    "address",
    "status",
    "duration_us",
    "dns_us",
    "connect_us",
    "tls_us",
    "first_byte_us",
    "certificate_expires",
    "body",
)


async def make_partitions(connection: asyncpg.Connection, days: Iterable[date]) -> None:
    """Make the partitions of *days*; outside a transaction, so that nobody waits for it."""
    await connection.execute(query("ensure_partitions"), sorted(days))


async def stage(
    connection: asyncpg.Connection,
    results: Sequence[Row],
    attempts: Sequence[Row] = (),
    *,
    columns: Sequence[str] = RESULT_COLUMNS,
) -> None:
    """Copy rows into the temporary tables of this transaction."""
    if not await connection.fetchval(query("staging_exists")):
        await connection.execute(query("create_staging"))
    await connection.copy_records_to_table("staged_result", records=results, columns=columns)
    if attempts:
        await connection.copy_records_to_table(
            "staged_attempt", records=attempts, columns=ATTEMPT_COLUMNS
        )


async def store_staged(connection: asyncpg.Connection) -> int:
    """Insert what was staged and is new, mark its days, and return how many results were new."""
    try:
        async with connection.transaction():
            told = await connection.execute(query("insert_results"))
        new = int(told.rpartition(" ")[2])  # "INSERT 0 12"
    except exceptions.UniqueViolationError:  # some came before: a replay, or another agent's
        new = await connection.fetchval(query("insert_missing_results"))
    await connection.execute(query("insert_attempts"))
    if new:
        await connection.execute(query("mark_days"))
    return new
