"""Results on their way to the database, kept on the local disk first.

One path, always: memory, a synced file, COPY, removal. A database that is gone or slow only makes
the spool grow; a disk that is full or read-only only makes memory grow, up to a bound.
"""

import asyncio
import contextlib
import secrets
from collections import deque
from dataclasses import replace
from itertools import islice
from pathlib import Path

import structlog

from vigie import clock
from vigie.errors import SpoolError
from vigie.probing import BlindEdge
from vigie.storing import spoolfile
from vigie.storing.spoolline import Record, encode
from vigie.storing.trouble import Trouble

FLUSH_EVERY_S = 0.5  # what kill -9 may cost: the results of so many seconds
ROWS_PER_FILE = 5_000
LIMIT = 300_000  # results in memory while the disk refuses them, some 300 MB
LEAN_FROM = 50_000  # of them; later ones wait without the bodies of failed attempts
RETRY_S = 2.0
LAST_TRIES = 3

log = structlog.get_logger()


class Spool:
    """Takes results without blocking and puts them on disk.

    `put` may be called from the event loop at any rate; `run` does the writing, in a thread.
    End the probing before `run` is told to stop.
    """

    def __init__(
        self, directory: Path, *, limit: int = LIMIT, rows_per_file: int = ROWS_PER_FILE
    ) -> None:
        self.directory = directory
        self.lost = 0  # results refused because memory was full, since the start
        self._refused = 0  # of them, those that nobody was told of yet
        self._error = ""  # why the disk refuses results; empty while it takes them
        self._queue: deque[Record] = deque()
        self._limit = limit
        self._rows = rows_per_file
        self._enough = asyncio.Event()
        self._writing = asyncio.Lock()
        self._number = 0
        self._token = secrets.token_hex(4)  # two writers never meet in one name
        self._trouble = Trouble(
            "spool: the disk refuses results, they wait in memory",
            "spool: the disk takes results again",
            do="free the disk or make it writable, before memory is full",
        )

    def __len__(self) -> int:
        """How many results are only in memory."""
        return len(self._queue)

    @property
    def wrong(self) -> tuple[str, ...]:
        """What an operator should know, in a line each; nothing when all is well."""
        told = []
        if self._error:
            told.append(
                f"the disk refuses results, {len(self)} wait in memory: {self._error}"
                " (free the disk or make it writable; a restart would lose them)"
            )
        if self.lost:
            told.append(
                f"{self.lost} results were refused since the start because memory was full"
                " (their slots read unknown)"
            )
        return tuple(told)

    def put(self, record: Record) -> None:
        """Take *record*; when memory is full the newest is refused, the oldest are kept."""
        if len(self._queue) >= self._limit:
            self._refuse()
            return
        self._queue.append(record if len(self._queue) < LEAN_FROM else _lean(record))
        if len(self._queue) >= self._rows:
            self._enough.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Write until *stop*, then write the rest; raises SpoolError if the disk refuses it."""
        while not stop.is_set():
            await _wait(self._enough, FLUSH_EVERY_S)
            if not await self.flush():
                await _wait(stop, RETRY_S)
        await self._finish()

    async def flush(self) -> bool:
        """Put everything taken so far on disk; False when the disk refused (said in the log)."""
        self._enough.clear()
        async with self._writing:
            try:
                while self._queue:
                    await self._write_one()
            except OSError as error:
                self._error = str(error)
                self._trouble.failed(directory=str(self.directory), error=self._error)
                return False
            self._error = ""
            self._trouble.worked()
            self._tell_refused()
            return True

    async def _write_one(self) -> None:
        batch = list(islice(self._queue, self._rows))
        await asyncio.to_thread(_write, self._next_path(), batch)
        for _ in batch:  # only now: a failed write keeps its place at the head
            self._queue.popleft()

    def _next_path(self) -> Path:
        self._number += 1
        stamp = clock.now().strftime("%Y%m%dT%H%M%S%f")
        name = f"{stamp}Z-{self._token}-{self._number:06d}{spoolfile.SUFFIX}"
        return self.directory / name

    async def _finish(self) -> None:
        for _ in range(LAST_TRIES):
            if await self.flush():
                return
            await asyncio.sleep(RETRY_S / LAST_TRIES)
        raise SpoolError(
            f"{self.directory}: {len(self._queue) + self._refused} results could not be written"
            " and are lost"
            " (free the disk or make it writable before the next start)"
        )

    def _refuse(self) -> None:
        self.lost += 1
        self._refused += 1
        if self._refused == 1:
            log.error(
                "spool: memory is full, newest results are refused",
                limit=self._limit,
                do="free the disk or make it writable; what is refused reads unknown",
            )

    def _tell_refused(self) -> None:
        if self._refused:
            log.warning(
                "spool: memory has room again, results were refused meanwhile",
                refused=self._refused,
                do="nothing can be got back: their slots read unknown",
            )
        self._refused = 0


def _lean(record: Record) -> Record:
    """Return *record* without the bodies of its attempts: a KiB each, and all may fail at once."""
    if isinstance(record, BlindEdge):
        return record
    return replace(record, attempts=tuple(replace(each, body=None) for each in record.attempts))


def _write(path: Path, batch: list[Record]) -> None:
    spoolfile.write(path, [encode(record) for record in batch])


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
