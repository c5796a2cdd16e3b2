"""Taking in a history of results from CSV: streamed, row by row, repeatable.

A bad row is told and left out; it stops nothing else.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime
from operator import itemgetter
from pathlib import Path

import asyncpg
from asyncpg import exceptions

from vigie.errors import DatabaseError
from vigie.storing import results
from vigie.storing.csvfile import CsvFile, Imported, open_csv
from vigie.storing.csvresult import COLUMNS, HEADER, ResultParser
from vigie.storing.queries import query
from vigie.storing.results import Row
from vigie.storing.retention import final_until

_ENDPOINT = itemgetter(0, 1)  # the sort is stable: a file in order of time stays so

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
    rows, new, fresh = 0, 0, True
    chunk = next(chunks, None)
    while chunk is not None:
        # PostgreSQL stores one chunk while Python reads the next.
        stored, following = await asyncio.gather(
            _store(connection, chunk, fresh=fresh), asyncio.to_thread(next, chunks, None)
        )
        fresh = stored == len(chunk)
        rows, new, chunk = rows + len(chunk), new + stored, following
        progress(file.position, file.size)
    return rows, new


async def _store(connection: asyncpg.Connection, chunk: Sequence[Row], *, fresh: bool) -> int:
    """Store *chunk*, mark its days, and return how many of its rows are new."""
    hours = {(row[0], row[2].toordinal() * 24 + row[2].hour) for row in chunk}
    days = {hour // 24 for _, hour in hours}
    await results.make_partitions(connection, map(date.fromordinal, days))
    chunk = sorted(chunk, key=_ENDPOINT)  # neighbours in the index come one after the other
    async with connection.transaction():
        new = await (_insert if fresh else _insert_missing)(connection, chunk)
        if new:
            await connection.execute(query("mark_hours"), *zip(*hours, strict=True))
    return new


async def _insert(connection: asyncpg.Connection, chunk: Sequence[Row]) -> int:
    try:
        async with connection.transaction():
            await connection.copy_records_to_table(
                "result", schema_name="fact", columns=COLUMNS, records=chunk
            )
    except exceptions.UniqueViolationError:  # some came before: a replay
        return await _insert_missing(connection, chunk)
    return len(chunk)


async def _insert_missing(connection: asyncpg.Connection, chunk: Sequence[Row]) -> int:
    await connection.execute(query("create_import_staging"))
    await connection.copy_records_to_table("staged_import", columns=COLUMNS, records=chunk)
    stored = await connection.execute(query("insert_missing_imports"))
    return int(stored.rpartition(" ")[2])  # "INSERT 0 12"


async def _parser(connection: asyncpg.Connection, now: datetime) -> ResultParser:
    endpoints = await connection.fetch(query("endpoint_keys"))
    locations = await connection.fetch(query("location_keys"))
    return ResultParser(dict(endpoints), dict(locations), now, await final_until(connection))


def _silent(_read: int, _size: int) -> None:
    """Show no progress."""
