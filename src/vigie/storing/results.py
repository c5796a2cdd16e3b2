"""Putting results into PostgreSQL, in a way that may be repeated: COPY, and marks on their days."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import asyncpg
from asyncpg import exceptions

from vigie.storing.queries import query

Row = tuple[Any, ...]  # of results or attempts: endpoint, location and slot come first
Key = tuple[str, str]  # endpoint, location

RESULT_COLUMNS = (
    "endpoint_id",
    "location_id",
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
    "endpoint_id",
    "location_id",
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

_endpoint = itemgetter(0)


async def make_partitions(connection: asyncpg.Connection, days: Iterable[date]) -> None:
    """Make the partitions of *days*; outside a transaction, so that nobody waits for it."""
    await connection.execute(query("ensure_partitions"), sorted(days))


class Ids:
    """The ids of endpoints and locations, of those that the database knows; a key keeps its id."""

    def __init__(self) -> None:
        self._endpoints: dict[str, int] = {}
        self._locations: dict[str, int] = {}

    async def learn(self, connection: asyncpg.Connection, rows: Iterable[Row]) -> None:
        """Ask for the keys in *rows* that were not known so far."""
        if endpoints := {row[0] for row in rows} - self._endpoints.keys():
            found = await connection.fetch(query("endpoint_ids"), list(endpoints))
            self._endpoints.update(found)
        if locations := {row[1] for row in rows} - self._locations.keys():
            found = await connection.fetch(query("location_ids"), list(locations))
            self._locations.update(found)

    def of(self, rows: Iterable[Row]) -> list[Row]:
        """Return *rows* with ids instead of keys, without those that have an unknown key."""
        endpoints, locations = self._endpoints, self._locations
        return [
            (endpoints[row[0]], locations[row[1]], *row[2:])
            for row in rows
            if row[0] in endpoints and row[1] in locations
        ]

    def unknown(self, rows: Iterable[Row]) -> set[Key]:
        """Return the keys of *rows* of which the database does not know one."""
        return {
            (row[0], row[1])
            for row in rows
            if row[0] not in self._endpoints or row[1] not in self._locations
        }


class Writer:
    """Stores what is new of results, and remembers whether all of the last ones were."""

    def __init__(self, columns: Sequence[str] = RESULT_COLUMNS) -> None:
        self._columns = columns
        self._fresh = True  # what comes next is new, or came before, as what was last

    async def store(
        self, connection: asyncpg.Connection, results: Sequence[Row], attempts: Sequence[Row] = ()
    ) -> int:
        """Store what is new and mark its days, in a transaction; return how many were new."""
        if not results:
            return 0
        # Neighbours in the index come one after the other. The sort is stable: what is in order
        # of time stays so.
        ordered = sorted(results, key=_endpoint)
        insert = _insert if self._fresh else _insert_missing
        new = await insert(connection, ordered, attempts, self._columns)
        self._fresh = new == len(results)
        if new:
            await _mark(connection, results)
        return new


async def _insert(
    connection: asyncpg.Connection,
    results: Sequence[Row],
    attempts: Sequence[Row],
    columns: Sequence[str],
) -> int:
    try:
        async with connection.transaction():
            await _copy(connection, "result", results, columns, schema="fact")
            await _copy(connection, "attempt", attempts, ATTEMPT_COLUMNS, schema="fact")
    except (
        exceptions.UniqueViolationError,  # some came before: a replay, or another agent's
        exceptions.FeatureNotSupportedError,  # COPY under row-level security: an agent's login
    ):
        return await _insert_missing(connection, results, attempts, columns)
    return len(results)


async def _insert_missing(
    connection: asyncpg.Connection,
    results: Sequence[Row],
    attempts: Sequence[Row],
    columns: Sequence[str],
) -> int:
    await connection.execute(query("create_staging"))
    await _copy(connection, "staged_result", results, columns)
    await _copy(connection, "staged_attempt", attempts, ATTEMPT_COLUMNS)
    slots: list[datetime] = [row[2] for row in results]
    new: int = await connection.fetchval(query("insert_missing_results"), min(slots), max(slots))
    return new


async def _copy(
    connection: asyncpg.Connection,
    table: str,
    rows: Sequence[Row],
    columns: Sequence[str],
    *,
    schema: str | None = None,
) -> None:
    if rows:
        await connection.copy_records_to_table(
            table, schema_name=schema, records=rows, columns=columns
        )


async def _mark(connection: asyncpg.Connection, results: Sequence[Row]) -> None:
    """Mark days, by the hour: the roll-up works from the first new result of each mark."""
    await _mark_failures(connection, results)
    marks = []
    for _, rows in groupby(results, lambda row: row[2].hour):
        lot = list(rows)
        slots = [row[2] for row in lot]
        marks.append((list({row[0] for row in lot}), min(slots), max(slots)))
    await connection.executemany(query("mark_days"), marks)


async def _mark_failures(connection: asyncpg.Connection, results: Iterable[Row]) -> None:
    """Let the watcher know what failed; most results are good, and mark nothing."""
    failed = [(row[0], row[2]) for row in results if row[3] == "down"]
    if failed:
        endpoints, slots = zip(*failed, strict=True)
        await connection.execute(query("mark_failures"), list(set(endpoints)), min(slots))
