"""Taking in maintenance windows from CSV; importing a file again changes nothing."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import asyncpg

from vigie.errors import UsageError
from vigie.storing.csvfile import BadRowError, Imported, open_csv
from vigie.storing.instant import read_instant
from vigie.storing.queries import query
from vigie.storing.registry import import_window
from vigie.storing.verdicts import judged
from vigie.storing.window import Window, check_window

EVERY_SERVICE = (("*",), ("all",))  # a service may be called all, and is meant then
HEADER = ("services", "kind", "starts", "ends", "announced", "reason")


async def import_maintenance(pool: asyncpg.Pool, path: Path, now: datetime, *, by: str) -> Imported:
    """Record the windows of *path* and return what became of its rows.

    The file's digest is kept as proof of its announcements. Each row is one transaction; a
    window that is recorded already is left alone. Raises UsageError where *path* is no such file.
    """
    with open_csv(path, HEADER) as file:
        async with pool.acquire() as connection:
            parser = await _parser(connection, f"{path.name} sha256:{file.digest()}", now)
            recorded = [
                await import_window(connection, one, by=by, now=now)
                for chunk in file.chunks(parser)
                for one in chunk
            ]
            new = await judged(connection, [window for window in recorded if not window.known])
        notes = [f"{window.key}: {remark}" for window in new for remark in window.remarks]
        return file.imported(len(recorded), len(new), notes)


class WindowParser:
    """Turns the cells of a row into a window that can be recorded."""

    def __init__(self, known: Sequence[str], proof: str, now: datetime) -> None:
        self._known = known
        self._proof = proof
        self._now = now

    def __call__(self, cells: list[str]) -> Window:
        """Return the window of *cells*; raises BadRowError."""
        if len(cells) != len(HEADER):
            raise BadRowError(f"has {len(cells)} columns (write {len(HEADER)}: {','.join(HEADER)})")
        try:
            window = self._window(cells)
            check_window(window, self._known, self._now)
        except UsageError as error:
            raise BadRowError(str(error)) from error
        return window

    def _window(self, cells: list[str]) -> Window:
        services, kind, starts, ends, announced, reason = cells
        told = _instant("announced", announced) if announced.strip() else None
        named = tuple(key.strip() for key in services.split(";") if key.strip())
        every = named in EVERY_SERVICE and named[0] not in self._known
        return Window(
            services=() if every else named,
            every_service=every,
            kind=kind,
            starts=_instant("starts", starts),
            ends=_instant("ends", ends),
            reason=reason,
            announced=told,
            evidence=self._proof if told else None,
        )


def _instant(column: str, text: str) -> datetime:
    try:
        return read_instant(text)
    except UsageError as error:
        raise UsageError(f"{column}: {error}") from error


async def _parser(connection: asyncpg.Connection, proof: str, now: datetime) -> WindowParser:
    records = await connection.fetch(query("service_keys"))
    return WindowParser([record["key"] for record in records], proof, now)
