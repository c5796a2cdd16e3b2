"""Taking in a history of results from CSV: streamed, row by row, repeatable.

A bad row is told and left out; it stops nothing else.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import asyncpg
from asyncpg import exceptions

from vigie.errors import DatabaseError
from vigie.storing import results
from vigie.storing.csvfile import CsvFile, Imported, open_csv
from vigie.storing.csvresult import COLUMNS, HEADER, ResultParser
from vigie.storing.queries import query
from vigie.storing.results import Row, Writer
from vigie.storing.retention import final_until

Progress = Callable[[int, int], None]  # bytes read, bytes in all


async def import_results(
    pool: asyncpg.Pool, path: Path, now: datetime, progress: Progress | None = None
) -> Imported:
    """Store the results of *path* (CSV, or CSV in gzip) and return what became of its rows.

    Memory is constant. Each chunk is one transaction: after a kill, the same import stores what
    is missing. Raises UsageError where *path* is no such file, DatabaseError when it is lost.
    """
    with open_csv(path, HEADER) as file:
        try:
            async with pool.acquire() as connection:
                rows, new = await _import(connection, file, now, progress or _silent)
        except (
            ConnectionError,
            exceptions.PostgresError,
            exceptions.InterfaceError,
            exceptions.InternalClientError,
        ) as error:
            raise DatabaseError(
                f"{path}: stopped near line {file.line}: {error}"
                " (import the same file again: what is stored is skipped)"
            ) from error
        return file.imported(rows, new)


async def _import(
    connection: asyncpg.Connection, file: CsvFile, now: datetime, progress: Progress
) -> tuple[int, int]:
    """Return how many rows were good, and how many of them new."""
    chunks = file.chunks(await _parser(connection, now))
    writer, rows, new = Writer(COLUMNS), 0, 0
    chunk = next(chunks, None)
    while chunk is not None:
        # PostgreSQL stores one chunk while Python reads the next.
        stored, following = await asyncio.gather(
            _store(connection, writer, chunk), asyncio.to_thread(next, chunks, None)
        )
        rows, new, chunk = rows + len(chunk), new + stored, following
        progress(file.position, file.size)
    return rows, new


async def _store(connection: asyncpg.Connection, writer: Writer, chunk: Sequence[Row]) -> int:
    """Store *chunk* and return how many of its rows are new."""
    await results.make_partitions(connection, {row[2].date() for row in chunk})
    async with connection.transaction():
        return await writer.store(connection, chunk)


async def _parser(connection: asyncpg.Connection, now: datetime) -> ResultParser:
    endpoints = await connection.fetch(query("endpoint_keys"))
    locations = await connection.fetch(query("location_keys"))
    return ResultParser(dict(endpoints), dict(locations), now, await final_until(connection))


def _silent(_read: int, _size: int) -> None:
    """Show no progress."""
