"""From the spool into PostgreSQL: read, store, acknowledge, remove. Repeating it is harmless."""

import asyncio
import fcntl
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import IO

import asyncpg
import structlog

from vigie import clock
from vigie.storing import apart, results, spoolfile
from vigie.storing.queries import query
from vigie.storing.results import Ids, Key, Row, Writer
from vigie.storing.retention import final_until
from vigie.storing.trouble import DATABASE_TROUBLE, Trouble
from vigie.storing.unspool import Load

BYTES_PER_TRANSACTION = 8 << 20  # of spool files: some 25,000 results
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
            do="look at the database, or at the disk where the error says so; nothing is lost",
        )
        self._told: set[Key] = set()
        self._obstacle: OSError | None = None  # what the disk refused in this pass
        self._aside_due = 0.0
        self._writer = Writer()
        self._ids = Ids()

    async def run(self, stop: asyncio.Event) -> None:
        """Ship until *stop*, then once more; a database that is gone is waited for."""
        while True:
            with _only_one(self.directory) as obstacle:
                if obstacle is None:
                    await self._run_alone(stop)  # even when it is late: what is left is shipped
                    return
            if stop.is_set():
                return  # the other process ships what is left
            self._trouble.failed(error=obstacle)
            await _wait(stop, POLL_S)

    async def _run_alone(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await _wait(stop, POLL_S if await self._try() else self._pause())
        await self._try()

    async def _try(self) -> bool:
        try:
            self.tidy()
            await self.ship()
        except DATABASE_TROUBLE as error:
            self._trouble.failed(error=_text(error))
            return False
        self._trouble.worked()
        return True

    def tidy(self) -> None:
        """Look, at the start and now and then, whether what waits apart can be shipped by now."""
        now = asyncio.get_running_loop().time()
        if now >= self._aside_due:
            apart.take_back(self.directory)
            spoolfile.sweep(self.directory, clock.now())
            self._aside_due = now + RETRY_ASIDE_S

    def _pause(self) -> float:
        longest: float = min(LONGEST_PAUSE_S, POLL_S * 2 ** min(self._trouble.failures, 10))
        return longest * (0.5 + secrets.randbelow(500) / 1000)  # not all agents at once

    async def ship(self) -> int:
        """Ship every complete file and return how many results were new to the database.

        Raises OSError where the disk refused something, after the rest is shipped.
        """
        stored, self._obstacle = 0, None
        self._ids = Ids()  # another time it may be another database, one that was restored
        while paths := spoolfile.pending(self.directory):
            stored += await self._ship_paths(paths)
            if self._obstacle:
                raise self._obstacle
        return stored

    async def _ship_paths(self, paths: Sequence[Path]) -> int:
        stored, loads = 0, list[Load]()
        for bundle in [*_bundles(paths), []]:
            reading = asyncio.create_task(asyncio.to_thread(self._read, bundle))
            try:  # the next is read while one is stored
                stored += await self._ship_loads(loads)
            finally:
                await asyncio.wait([reading])
            loads = reading.result()
        return stored

    def _read(self, paths: Sequence[Path]) -> list[Load]:
        """Return what *paths* hold; what cannot be read waits, or is set aside and said."""
        loads = []
        for path in paths:
            try:
                if load := apart.read_or_keep(path):
                    loads.append(load)
            except OSError as error:
                self._obstacle = error
        return loads

    async def _ship_loads(self, loads: list[Load]) -> int:
        if not loads:
            return 0
        try:
            new = await self._store(loads)
        except BadRowsError as error:
            half = len(loads) // 2
            if half:  # find the one at fault
                return await self._ship_loads(loads[:half]) + await self._ship_loads(loads[half:])
            apart.set_aside(loads[0].path, _text(error))
            return 0
        self.shipped += new
        return new

    async def _store(self, loads: list[Load]) -> int:
        async with self._pool.acquire(timeout=ACQUIRE_S) as connection:
            watchdog = asyncio.get_running_loop().call_later(DEADLINE_S, connection.terminate)
            try:
                final = await final_until(connection)
                timely = [load.timely(final) for load in loads]
                days = frozenset[date]().union(*(load.days for load in timely))
                await results.make_partitions(connection, days)
                async with connection.transaction():
                    unknown, stored = await self._write(connection, timely)
            finally:
                watchdog.cancel()
        late = [load.late(final) for load in loads]
        self._tell(unknown)
        self._tell_late(sum(map(len, late)), final)
        for whole, old, rest in zip(loads, late, timely, strict=True):
            self._remove(whole.path, {"late": old, "aside": rest.of(unknown)})
        spoolfile.sync_directory(self.directory)
        return stored

    async def _write(
        self, connection: asyncpg.Connection, loads: Sequence[Load]
    ) -> tuple[set[Key], int]:
        """Return the keys that the database does not know, and how many results were new."""
        rows = [row for load in loads for row in load.results]
        failed = [row for load in loads for row in load.attempts]
        edges = [row for load in loads for row in load.edges]
        try:
            await self._ids.learn(connection, rows)
            known = self._ids.of(rows)
            unknown = await _store_edges(connection, edges)
            if len(known) < len(rows):
                unknown |= self._ids.unknown(rows)
            return unknown, await self._writer.store(connection, known, self._ids.of(failed))
        except _BAD_ROWS as error:
            raise BadRowsError(_text(error)) from error

    def _remove(self, path: Path, kept: Mapping[str, Sequence[bytes]]) -> None:
        """Remove *path* once what of it was not stored is in folders beside it."""
        try:
            for folder, lines in kept.items():
                apart.keep(path, folder, lines)
            path.unlink(missing_ok=True)
        except OSError as error:  # a full disk: removing the others may make room
            self._obstacle = error

    def _tell_late(self, results: int, final: date | None) -> None:
        if results:
            log.warning(
                "shipper: results of days whose figures are final, they are kept apart",
                results=results,
                final_until=str(final),
                directory=str(self.directory / "late"),
                do="record a correction where they would change a figure",
            )

    def _tell(self, unknown: set[Key]) -> None:
        for endpoint, location in sorted(unknown - self._told):
            log.warning(
                "shipper: the database does not know this endpoint or location, results kept aside",
                endpoint=endpoint,
                location=location,
                directory=str(self.directory / "aside"),
                do="run vigie apply with their catalogue; they are stored within ten minutes then",
            )
        self._told |= unknown


async def _store_edges(connection: asyncpg.Connection, edges: Sequence[Row]) -> set[Key]:
    """Return, as keys of no endpoint, the locations of *edges* that the database does not know."""
    if not edges:
        return set()
    columns = map(list, zip(*edges, strict=True))
    records = await connection.fetch(query("insert_blind_edges"), *columns)
    return {("", record["location"]) for record in records}


def _bundles(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Yield *paths* in lots, each for one transaction."""
    bundle, size = list[Path](), 0
    for path in paths:
        bundle.append(path)
        with suppress(FileNotFoundError):
            size += path.stat().st_size
        if size >= BYTES_PER_TRANSACTION:
            yield bundle
            bundle, size = [], 0
    if bundle:
        yield bundle


@contextmanager
def _only_one(directory: Path) -> Iterator[str | None]:
    """Give None while this process alone ships from *directory*, else what is in the way.

    kill -9 gives the lock back.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        file = (directory / "shipper.lock").open("w")
    except OSError as error:
        yield _text(error)
        return
    with file:
        yield None if _locked(file) else "another process ships from this directory"


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
