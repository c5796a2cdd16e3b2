"""The door to the database: our own server or `VIGIE_DATABASE_URL`, running and migrated."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, TypeVar

import asyncpg

from vigie.errors import DatabaseDownError, DatabaseError
from vigie.settings import Settings
from vigie.storing.embedded import Embedded
from vigie.storing.explain import address, explained, refusals
from vigie.storing.migrating import migrate
from vigie.storing.trouble import DATABASE_TROUBLE

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_OLDEST = 15  # major version of PostgreSQL
_RECOVERY = timedelta(minutes=5)  # our own server may be replaying its log after a crash
_CONNECT_S = 10.0
_CLOSE_S = 10.0
_GUARD_S = 2.0  # between two looks at our own server
_LONGEST_PAUSE_S = 15.0
# No statement time-out: an import, or a rebuild of a year, is long and right.
# Compiling takes a second for queries of milliseconds: the planner cannot know how few spans there
# are in a multirange.
_SESSION = {"application_name": "vigie", "timezone": "UTC", "jit": "off"}


@asynccontextmanager
async def open_database(
    settings: Settings, *, wait: timedelta = timedelta(0), migrating: bool = True
) -> AsyncIterator[asyncpg.Pool]:
    """Give a pool on the migrated database; without a URL our own server runs meanwhile.

    Without *migrating* it is taken as it is: agents may be older or newer than it.
    Sessions are in UTC. While nothing answers, try for as long as *wait* says. Raises
    `DatabaseDownError` when nothing answered; `MigrationError` or `DatabaseError` otherwise.
    """
    if url := settings.database_url:
        async with _open(lambda: url, wait, migrating=migrating) as pool:
            yield pool
        return
    async with (
        _embedded(Embedded(settings.home)) as server,
        _open(server.url, max(wait, _RECOVERY), migrating=migrating) as pool,
    ):
        yield pool


@asynccontextmanager
async def _open(
    url: Callable[[], str], wait: timedelta, *, migrating: bool
) -> AsyncIterator[asyncpg.Pool]:
    pool = asyncpg.create_pool(
        connect=_connector(url), min_size=0, timeout=_CONNECT_S, server_settings=_SESSION
    )
    async with pool:
        try:
            await _patiently(lambda: _prepare(pool, url(), migrating=migrating), wait)
            with refusals():
                yield pool
        finally:
            await _close(pool)


def _connector(url: Callable[[], str]) -> Callable[..., Awaitable[asyncpg.Connection]]:
    """Connect to where the server is now: our own one may come back on another port."""

    async def connect(_: object, **options: Any) -> asyncpg.Connection:  # noqa: ANN401 - asyncpg's
        opened: asyncpg.Connection = await asyncpg.connect(url(), **options)
        return opened

    return connect


async def _prepare(pool: asyncpg.Pool, url: str, *, migrating: bool) -> None:
    with explained(url):
        async with pool.acquire() as connection:
            _check(connection, url)
            if migrating:
                await migrate(connection)


def _check(connection: asyncpg.Connection, url: str) -> None:
    version = connection.get_server_version()
    if version.major < _OLDEST:
        raise DatabaseError(
            f"{address(url)} is PostgreSQL {version.major} (Vigie needs {_OLDEST} or newer)"
        )
    encoding = connection.get_settings().server_encoding
    if encoding != "UTF8":
        raise DatabaseError(f"{address(url)} is encoded in {encoding} (create it with UTF8)")


async def _patiently(attempt: Callable[[], Awaitable[None]], wait: timedelta) -> None:
    """Attempt until it works or *wait* is over, and say once that we wait."""
    clock = asyncio.get_running_loop().time
    deadline, pause = clock() + wait.total_seconds(), 0.25
    while True:
        try:
            return await attempt()
        except DatabaseDownError as error:
            if clock() + pause > deadline:
                raise
            if pause == 1:
                _log.warning("%s; waiting for it", error)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_S)


async def _close(pool: asyncpg.Pool) -> None:
    try:
        await asyncio.wait_for(pool.close(), _CLOSE_S)
    except DATABASE_TROUBLE:
        pool.terminate()  # the server is gone, or a statement does not end


@asynccontextmanager
async def _embedded(server: Embedded) -> AsyncIterator[Embedded]:
    stop = asyncio.Event()
    try:
        await _finish(server.join)
        guard = asyncio.create_task(_guard(server, stop))
        try:
            yield server
        finally:
            stop.set()
            await guard
    finally:
        await _finish(server.leave)


async def _guard(server: Embedded, stop: asyncio.Event) -> None:
    """Start the server again whenever it crashed, until *stop*."""
    told = False
    while not stop.is_set():
        try:
            if await _finish(server.revive):
                _log.warning("PostgreSQL had ended by itself and was started again")
            told = False
        except DatabaseError as error:
            if not told:
                _log.warning("%s; trying again", error)
            told = True
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _GUARD_S)


async def _finish(work: Callable[[], _T]) -> _T:
    """Do blocking *work* to its end, even when cancelled: a half-started server has no owner."""
    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        task.exception()  # seen; the cancellation goes first
        raise
