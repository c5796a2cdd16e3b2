"""A connection for notebooks: keys and datetimes in, pandas frames out."""

import asyncio
import atexit
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, get_args
from zoneinfo import ZoneInfo

import asyncpg
import pandas as pd
from asyncpg import exceptions as pg

from vigie import settings
from vigie.analysis.background import Background
from vigie.analysis.frames import frame
from vigie.errors import UsageError
from vigie.storing import DATABASE_TROUBLE, Embedded, explained, migrate, query, refusals

_SESSION = {"application_name": "vigie analysis", "timezone": "UTC", "jit": "off"}
_CLOSE_S = 5.0
# A connection that the server ended since it was last used: the pool makes another.
_ENDED = (
    pg.AdminShutdownError,
    pg.ConnectionDoesNotExistError,
    pg.InterfaceError,
    pg.InternalClientError,
    ConnectionError,
)

Each = Literal["day", "month", "quarter", "year"]  # they follow each other without overlapping


def connect(where: str | Path = ".", *, timezone: str = "UTC") -> "Connection":
    """Return a connection to the figures.

    *where* is a PostgreSQL URL, whose login may be an analyst's, or a catalogue's directory,
    which uses `VIGIE_DATABASE_URL` or starts the embedded PostgreSQL. Times in frames are in
    *timezone*, the name of a zone. Raises `DatabaseError` when nothing answers there, and
    `UsageError` for a zone that does not exist.
    """
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        said = f'timezone "{timezone}": there is none of this name (write Europe/Paris)'
        raise UsageError(said) from error
    return Connection(where, timezone)


class Connection:
    """The figures of one database, until `close` or the end of a `with` block.

    Every method takes keys and aware datetimes, asks schema `sla`, and returns a new frame.
    Columns end in their unit: `_s` seconds, `_ms`, `_us`; `_percent` and `percent` are texts, cut
    and never rounded, as reports print them. Times are aware; what is not known is missing.
    An unknown key, an empty span or a time without a zone raises `UsageError`, a database that
    cannot be used `DatabaseError`.
    Each call waits for its answer, also inside a notebook's running event loop.
    """

    def __init__(self, where: str | Path, timezone: str) -> None:
        """Use `vigie.connect`."""
        self._timezone = timezone
        self._server: Embedded | None = None
        self._pool: asyncpg.Pool | None = None
        self._background = Background()
        atexit.register(self.close)
        try:
            self._url = self._find(where)
            self._background.run(self._open())
        except BaseException:
            self.close()
            raise

    def availability(
        self,
        contract: str,
        start: datetime,
        end: datetime,
        *,
        scope: str = "solution",
        each: Each | None = None,
    ) -> pd.DataFrame:
        """Return the figure of the span [*start*, *end*): one row, as `sla.availability`.

        With *each*, one row per whole local period of that kind that the span touches.
        """
        span = _checked(start, end)
        if each is not None and each not in get_args(Each):
            raise UsageError(f'each "{each}": is no such period (write {_either(get_args(Each))})')
        if each is None:
            return self._frame("analysis_availability", contract, scope, *span)
        return self._frame("analysis_availability_each", contract, scope, *span, each)

    def outages(
        self, contract: str, start: datetime, end: datetime, *, scope: str = "solution"
    ) -> pd.DataFrame:
        """Return one row per outage that touches the span, in its whole length."""
        return self._frame("analysis_outages", contract, scope, *_checked(start, end))

    def timeline(
        self, contract: str, start: datetime, end: datetime, *, scope: str = "solution"
    ) -> pd.DataFrame:
        """Return the span cut into pieces of exactly one class each, in order."""
        return self._frame("analysis_timeline", contract, scope, *_checked(start, end))

    def latency(self, endpoint: str, start: datetime, end: datetime) -> pd.DataFrame:
        """Return one row per UTC day that begins in the span: percentiles of good results."""
        return self._of_endpoint("analysis_latency", endpoint, start, end)

    def results(self, endpoint: str, start: datetime, end: datetime) -> pd.DataFrame:
        """Return one row per location and slot of the span: what the probes saw."""
        return self._of_endpoint("analysis_results", endpoint, start, end)

    def close(self) -> None:
        """Close the connection, and stop an embedded PostgreSQL that nobody else uses."""
        atexit.unregister(self.close)
        if self._pool is not None:
            self._background.run(self._shut(self._pool))
            self._pool = None
        self._background.close()
        if self._server is not None:
            self._server.leave()
            self._server = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _find(self, where: str | Path) -> str:
        """Return the URL of *where*; an embedded server is started, and ours until we close."""
        if str(where).startswith(("postgresql://", "postgres://")):
            return str(where)
        if not Path(where).is_dir():
            raise UsageError(f"{where}: neither a directory nor a URL (write postgresql://…)")
        chosen = settings.read(Path(where))
        if chosen.database_url:
            return chosen.database_url
        server = Embedded(chosen.home)
        server.join()
        self._server = server
        return server.url()

    async def _open(self) -> None:
        with explained(self._url):
            self._pool = await asyncpg.create_pool(
                self._url, min_size=0, max_size=2, server_settings=_SESSION
            )
            async with self._pool.acquire() as connection:
                if self._server is not None:  # ours to migrate; an analyst may not
                    await migrate(connection)
                await connection.fetchval(query("analysis_version"))

    async def _shut(self, pool: asyncpg.Pool) -> None:
        with suppress(*DATABASE_TROUBLE):
            await asyncio.wait_for(pool.close(), _CLOSE_S)
        pool.terminate()

    def _of_endpoint(
        self, name: str, endpoint: str, start: datetime, end: datetime
    ) -> pd.DataFrame:
        found = self._frame(name, endpoint, *_checked(start, end))
        # An unknown endpoint must not look like one that was never measured.
        if found.empty and not self._frame("analysis_has_endpoint", endpoint)["exists"].item():
            raise UsageError(f'endpoint "{endpoint}": there is none of this key')
        return found

    def _frame(self, name: str, *arguments: object) -> pd.DataFrame:
        if self._pool is None:
            raise UsageError("this connection is closed (call vigie.connect again)")
        return self._background.run(self._fetch(self._pool, query(name), arguments))

    async def _fetch(
        self, pool: asyncpg.Pool, text: str, arguments: tuple[object, ...]
    ) -> pd.DataFrame:
        with explained(self._url):
            try:
                columns, rows = await _read(pool, text, arguments)
            except _ENDED:
                columns, rows = await _read(pool, text, arguments)
        return frame(columns, rows, self._timezone)


async def _read(
    pool: asyncpg.Pool, text: str, arguments: tuple[object, ...]
) -> tuple[tuple[asyncpg.Attribute, ...], list[asyncpg.Record]]:
    async with pool.acquire() as connection:
        statement = await connection.prepare(text)
        return statement.get_attributes(), await _asked(statement, arguments)


async def _asked(
    statement: asyncpg.prepared_stmt.PreparedStatement, arguments: tuple[object, ...]
) -> list[asyncpg.Record]:
    with refusals():
        rows: list[asyncpg.Record] = await statement.fetch(*arguments)
    return rows


def _either(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _checked(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    for name, moment in (("start", start), ("end", end)):
        if not isinstance(moment, datetime):
            raise UsageError(
                f"{name} {moment}: is no time (write datetime(…, tzinfo=ZoneInfo('UTC')))"
            )
        if moment.utcoffset() is None:
            raise UsageError(
                f"{name} {moment}: no zone (write datetime(…, tzinfo=ZoneInfo('UTC')))"
            )
    if start >= end:
        raise UsageError(f"the span from {start} to {end} is empty (its end is excluded)")
    # asyncpg knows datetimes only, not pandas' own.
    return pd.Timestamp(start).to_pydatetime(), pd.Timestamp(end).to_pydatetime()
