"""From the spool into PostgreSQL: read, store, acknowledge, remove. Repeating it is harmless."""

import asyncio
import fcntl
import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date
from pathlib import Path
from typing import IO

import asyncpg
import structlog

from vigie.errors import SpoolError
from vigie.storing import results, spoolfile
from vigie.storing.queries import query
from vigie.storing.retention import final_until
from vigie.storing.spoolfile import Line
from vigie.storing.trouble import DATABASE_TROUBLE, Trouble
from vigie.storing.unspool import Load, edge_row, read_load

FILES_PER_TRANSACTION = 10
POLL_S = 0.5
ACQUIRE_S = 10.0
DEADLINE_S = 120.0  # of one transaction; a connection may be dead and not say so
LONGEST_PAUSE_S = 30.0
RETRY_ASIDE_S = 600.0

_BAD_ROWS = (ValueError, OverflowError, asyncpg.DataError, asyncpg.NotNullViolationError)

log = structlog.get_logger()


class BadRowsError(Exception):
    """The rows are at fault, not the database: trying again would block the queue for ever."""


class Shipper:
    """Ships the files of one spool directory, oldest first; one shipper per directory."""

    def __init__(self, directory: Path, pool: asyncpg.Pool) -> None:
        self.directory = directory
        self.shipped = 0  # results new to the database, since the start
        self._pool = pool
        self._trouble = Trouble(
            "shipper: results cannot be shipped, they wait in the spool",
            "shipper: the spool is shipped again",
            do="look at the database; what was measured is kept",
        )
        self._told: set[tuple[str, str]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Ship until *stop*, then once more; a database that is gone is waited for."""
        while True:
            with _only_one(self.directory) as alone:
                if alone:
                    await self._run_alone(stop)  # even when it is late: what is left is shipped
                    return
            if stop.is_set():
                return  # the other process ships what is left
            self._trouble.failed(error="another process ships from this directory")
            await _wait(stop, POLL_S)

    async def _run_alone(self, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        aside_due = loop.time()
        while not stop.is_set():
            if loop.time() >= aside_due:
                _take_back(self.directory)
                aside_due = loop.time() + RETRY_ASIDE_S
            await _wait(stop, POLL_S if await self._try() else self._pause())
        await self._try()

    async def _try(self) -> bool:
        try:
            await self.ship()
        except DATABASE_TROUBLE as error:
            self._trouble.failed(error=_text(error))
            return False
        self._trouble.worked()
        return True

    def _pause(self) -> float:
        longest: float = min(LONGEST_PAUSE_S, POLL_S * 2 ** min(self._trouble.failures, 10))
        return longest * (0.5 + secrets.randbelow(500) / 1000)  # not all agents at once

    async def ship(self) -> int:
        """Ship every complete file and return how many results were new to the database."""
        stored = 0
        while paths := spoolfile.pending(self.directory)[:FILES_PER_TRANSACTION]:
            loads = await asyncio.to_thread(_read, paths)
            new = await self._ship_loads(loads)
            self.shipped += new
            stored += new
        return stored

    async def _ship_loads(self, loads: list[Load]) -> int:
        if not loads:
            return 0
        try:
            return await self._store(loads)
        except BadRowsError as error:
            if len(loads) > 1:  # find the one at fault
                return sum([await self._ship_loads([load]) for load in loads])
            _set_aside(loads[0].path, _text(error))
            return 0

    async def _store(self, loads: list[Load]) -> int:
        async with self._pool.acquire(timeout=ACQUIRE_S) as connection:
            watchdog = asyncio.get_running_loop().call_later(DEADLINE_S, connection.terminate)
            try:
                final = await final_until(connection)
                timely = [load.timely(final) for load in loads]
                await results.make_partitions(connection, _days(timely))
                async with connection.transaction():
                    unknown, stored = await _store(connection, timely)
            finally:
                watchdog.cancel()
        late = [load.late(final) for load in loads]
        self._tell(unknown)
        self._tell_late(sum(map(len, late)), final)
        for load, lines, rest in zip(loads, late, timely, strict=True):
            _keep(load, "late", lines)
            _keep(load, "aside", _of(unknown, (*rest.lines, *rest.edges)))
            load.path.unlink(missing_ok=True)
        spoolfile.sync_directory(self.directory)
        return stored

    def _tell_late(self, results: int, final: date | None) -> None:
        if results:
            log.warning(
                "shipper: results of days whose figures are final, they are kept apart",
                results=results,
                final_until=str(final),
                directory=str(self.directory / "late"),
                do="record a correction where they would change a figure",
            )

    def _tell(self, unknown: set[tuple[str, str]]) -> None:
        for endpoint, location in sorted(unknown - self._told):
            log.warning(
                "shipper: the database does not know this endpoint or location, results kept aside",
                endpoint=endpoint,
                location=location,
                directory=str(self.directory / "aside"),
                do="run vigie apply with their catalogue; they are stored within ten minutes then",
            )
        self._told |= unknown


async def _store(
    connection: asyncpg.Connection, loads: Sequence[Load]
) -> tuple[set[tuple[str, str]], int]:
    """Return the keys that the database does not know, and how many results were new."""
    rows = [row for load in loads for row in load.results]
    failed = [row for load in loads for row in load.attempts]
    try:
        await results.stage(connection, rows, failed)
        # Before the insert: a key that becomes known in between is then stored twice, not lost.
        unknown = {tuple(record) for record in await connection.fetch(query("unknown_keys"))}
        unknown |= await _store_edges(connection, [line for load in loads for line in load.edges])
        return unknown, await results.store_staged(connection)
    except _BAD_ROWS as error:
        raise BadRowsError(_text(error)) from error


async def _store_edges(
    connection: asyncpg.Connection, edges: Sequence[Line]
) -> set[tuple[str, str]]:
    """Return, as keys of no endpoint, the locations of *edges* that the database does not know."""
    if not edges:
        return set()
    columns = zip(*map(edge_row, edges), strict=True)
    records = await connection.fetch(query("insert_blind_edges"), *map(list, columns))
    return {("", record["location"]) for record in records}


def _of(keys: set[tuple[str, str]], lines: Sequence[Line]) -> list[Line]:
    """Return the lines of the endpoints and locations in *keys*; an edge is of no endpoint."""
    return [line for line in lines if (line.get("endpoint", ""), line["location"]) in keys]


def _keep(load: Load, folder: str, kept: Sequence[Line]) -> None:
    """Write results of *load* that were not stored to a folder beside it."""
    if kept:
        lines = [json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in kept]
        spoolfile.write(load.path.parent / folder / load.path.name, lines)


def _take_back(directory: Path) -> None:
    """Put what was kept aside back in the queue: the catalogue may know it by now."""
    for path in spoolfile.pending(directory / "aside"):
        path.rename(directory / path.name)


def _read(paths: Sequence[Path]) -> list[Load]:
    """Return what *paths* hold; what cannot be read is set aside and said."""
    loads = []
    for path in paths:
        try:
            loads.append(read_load(path))
        except SpoolError as error:
            _set_aside(path, _text(error))
    return loads


def _set_aside(path: Path, why: str) -> None:
    kept = spoolfile.set_aside(path)
    log.error(
        "shipper: a spool file cannot be stored, it is set aside",
        file=str(kept),
        error=why,
        do="keep the file; a newer program may read it",
    )


def _days(loads: Sequence[Load]) -> set[date]:
    return {row[2].astimezone(UTC).date() for load in loads for row in load.results}


@contextmanager
def _only_one(directory: Path) -> Iterator[bool]:
    """Give True while this process alone ships from *directory*; kill -9 gives the lock back."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "shipper.lock").open("w") as file:
        yield _locked(file)


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


def _text(error: BaseException) -> str:
    return str(error) or type(error).__name__
