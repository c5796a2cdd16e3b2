"""Bring a database to the shape that this program expects.

`sql/migrations/NNNN_words.sql` are applied once, in order, and never edited afterwards;
`sql/functions` and `sql/views` are replaced as a whole whenever their text changed.
What was applied is kept in schema `vigie_meta`.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import asyncpg
from asyncpg import exceptions

from vigie import paths
from vigie.errors import MigrationError
from vigie.storing.queries import query

_log = logging.getLogger(__name__)
_FILE = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_ALONE = "-- migrate: no-transaction"  # for "create index concurrently": one statement, repeatable


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One file of SQL."""

    name: str  # as people know it: migrations/0001_catalogue.sql
    text: str
    digest: str

    @property
    def number(self) -> int:
        """The place in the order of migrations."""
        return int(self.name.rpartition("/")[2][:4])


async def migrate(connection: asyncpg.Connection, sql: Path = paths.SQL) -> list[str]:
    """Apply what is missing and return the names of the migrations that this call applied.

    However many processes call it, each migration is applied once.
    Raises `MigrationError` with file and line; the failed file leaves nothing behind.
    """
    migrations, definitions = read_migrations(sql), _read_definitions(sql)
    if await _is_current(connection, migrations, _digest_of(definitions)):
        return []
    async with _alone(connection):
        await connection.execute(query("migrate_create"))
        missing = await _missing(connection, migrations)
        for script in missing:
            await _apply(connection, script)
        if missing or await _defined(connection) != _digest_of(definitions):
            await _define(connection, definitions)
    return [script.name for script in missing]


async def mismatch(connection: asyncpg.Connection, sql: Path = paths.SQL) -> str | None:
    """Return why the database's schema is not that of this program, None when it is."""
    migrations, definitions = _shipped(sql)
    try:
        current = await _is_current(connection, migrations, definitions)
    except MigrationError as error:
        return str(error)
    return None if current else "the database's schema is an older one (run vigie db migrate)"


@cache
def _shipped(sql: Path) -> tuple[Sequence[Script], str]:
    """Return the migrations and the digest of the definitions, as they were at the first call."""
    return read_migrations(sql), _digest_of(_read_definitions(sql))


def read_migrations(sql: Path) -> list[Script]:
    """Return the migration files in order; a gap, a double or a strange name is refused."""
    scripts = _read(sql, "migrations")
    for number, script in enumerate(scripts, start=1):
        if not _FILE.fullmatch(Path(script.name).name):
            raise MigrationError(f"{script.name}: not named NNNN_words.sql (rename it)")
        if script.number != number:
            raise MigrationError(
                f"{script.name}: expected number {number:04} here (number without gaps or doubles)"
            )
    return scripts


def _read_definitions(sql: Path) -> list[Script]:
    return [*_read(sql, "functions"), *_read(sql, "views")]


def _read(sql: Path, folder: str) -> list[Script]:
    return [_script(file) for file in sorted((sql / folder).glob("*.sql"))]


def _script(file: Path) -> Script:
    # Git may check out CRLF; the same words must have the same digest.
    text = file.read_bytes().replace(b"\r\n", b"\n")
    digest = hashlib.sha256(text).hexdigest()
    return Script(name=f"{file.parent.name}/{file.name}", text=text.decode(), digest=digest)


def _digest_of(scripts: Sequence[Script]) -> str:
    lines = "".join(f"{script.name} {script.digest}\n" for script in scripts)
    return hashlib.sha256(lines.encode()).hexdigest()


async def _is_current(
    connection: asyncpg.Connection, migrations: Sequence[Script], definitions: str
) -> bool:
    """Whether nothing is to do: most starts end here, without a lock and without any rights."""
    if not await connection.fetchval(query("migrate_known")):
        return False
    missing = await _missing(connection, migrations)
    return not missing and await _defined(connection) == definitions


async def _defined(connection: asyncpg.Connection) -> str | None:
    digest: str | None = await connection.fetchval(query("migrate_definitions"))
    return digest


@asynccontextmanager
async def _alone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    while not await connection.fetchval(query("migrate_lock")):  # noqa: ASYNC110 - by another process
        await asyncio.sleep(0.1)
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute(query("migrate_unlock"))


async def _missing(
    connection: asyncpg.Connection, migrations: Sequence[Script]
) -> Sequence[Script]:
    """Return the migrations to apply; what was applied must still be what the files say."""
    applied = await connection.fetch(query("migrate_applied"))
    for row in applied[len(migrations) :]:
        raise MigrationError(
            f"this database is newer than this program: it has {row['filename']} (upgrade vigie)"
        )
    for row, script in zip(applied, migrations, strict=False):
        if row["digest"] != script.digest:
            raise MigrationError(
                f"{script.name}: changed after this database applied {row['filename']}"
                " (restore it, and write a new migration for the change)"
            )
    return migrations[len(applied) :]


async def _apply(connection: asyncpg.Connection, script: Script) -> None:
    if script.text.startswith(_ALONE):
        await _run(connection, script)
        await _record(connection, script)
        return
    async with connection.transaction():
        await _record(connection, script)
        await _run(connection, script)


async def _record(connection: asyncpg.Connection, script: Script) -> None:
    await connection.execute(query("migrate_insert"), script.number, script.name, script.digest)


async def _define(connection: asyncpg.Connection, definitions: Sequence[Script]) -> None:
    connection.add_log_listener(_warn)
    try:
        async with connection.transaction():
            for script in definitions:
                await _run(connection, script)
            await connection.execute(query("migrate_define"), _digest_of(definitions))
    finally:
        connection.remove_log_listener(_warn)


def _warn(_: asyncpg.Connection, said: exceptions.PostgresLogMessage) -> None:
    """Log what a script warns of; the notices of `if not exists` are nothing to tell."""
    told = said.as_dict()
    if told["severity"] == "WARNING":
        _log.warning("%s", told["message"])


async def _run(connection: asyncpg.Connection, script: Script) -> None:
    try:
        await connection.execute(script.text)
    except exceptions.PostgresError as error:
        raise MigrationError(f"sql/{_where(script, error)}: {error.args[0]}") from error


def _where(script: Script, error: exceptions.PostgresError) -> str:
    """Return `file:line` when PostgreSQL told the position (in characters, from 1)."""
    position = getattr(error, "position", None)
    if position is None:
        return script.name
    return f"{script.name}:{script.text.count(chr(10), 0, int(position) - 1) + 1}"
