"""A real PostgreSQL for every test: one server per session, and a migrated template to clone."""

import asyncio
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from vigie.storing.embedded import Embedded
from vigie.storing.migrating import migrate

# Nothing in a test outlives its server.
_FAST = ("fsync", "full_page_writes", "synchronous_commit")


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's user may enter; pytest's own are closed to others."""
    made = Path(tempfile.mkdtemp(prefix="vigie-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[str]:
    """The URL of a PostgreSQL: `VIGIE_TEST_DATABASE_URL`, else the embedded one."""
    if url := os.environ.get("VIGIE_TEST_DATABASE_URL"):
        yield url
        return
    embedded = Embedded(folder / "server")
    url = embedded.join()
    _run(_make_fast(url))
    yield url
    embedded.leave()


@pytest.fixture(scope="session")
def made_home(folder: Path) -> Path:
    """A home whose server was used once and is stopped; making one takes a second or more."""
    server = Embedded(folder / "made-home")
    server.join()
    server.leave()
    return folder / "made-home"


@pytest.fixture
def home(made_home: Path, new_home: Path) -> Path:
    """The home of a server of the test's own, which does not outlive the test."""
    subprocess.run(["cp", "-a", str(made_home), str(new_home)], check=True)
    return new_home


@pytest.fixture
def new_home(folder: Path) -> Iterator[Path]:
    """A home that does not exist yet; a server that the test leaves in it is stopped."""
    made = folder / f"home-{secrets.token_hex(4)}"
    yield made
    if (made / "postgres" / "data" / "PG_VERSION").exists() and os.access(made, os.W_OK):
        Embedded(made).go()


@pytest.fixture(scope="session")
def template(server: str) -> Iterator[str]:
    """The name of a migrated, empty database."""
    name = _name("template")
    _run(_create(server, name))
    _run(_migrate(with_database(server, name)))
    yield name
    _run(_drop(server, name))


@pytest.fixture
def empty_database(server: str) -> Iterator[str]:
    """The URL of a database that was never migrated."""
    yield from _database(server, None)


@pytest.fixture
def database(server: str, template: str) -> Iterator[str]:
    """The URL of a migrated database of the test's own, for several connections."""
    yield from _database(server, template)


@pytest.fixture
def second_database(server: str, template: str) -> Iterator[str]:
    """The URL of another migrated database of the test's own, to compare with."""
    yield from _database(server, template)


@pytest.fixture(scope="session")
def shared_database(server: str, template: str) -> Iterator[str]:
    """The URL of a migrated database in which nobody commits; use `connection`."""
    yield from _database(server, template)


@pytest.fixture
async def connection(shared_database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a migrated database, in a transaction that is rolled back."""
    opened = await asyncpg.connect(shared_database, server_settings={"timezone": "UTC"})
    transaction = opened.transaction()
    await transaction.start()
    yield opened
    await transaction.rollback()
    await opened.close()


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on a migrated database of the test's own; what it commits is gone afterwards."""
    async with asyncpg.create_pool(
        database, min_size=0, max_size=4, server_settings={"timezone": "UTC"}
    ) as opened:
        yield opened


def with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _name(kind: str) -> str:
    return f"vigie_{kind}_{secrets.token_hex(6)}"


def _database(server: str, template: str | None) -> Iterator[str]:
    name = _name("test")
    _run(_create(server, name, template or "template0"))
    yield with_database(server, name)
    _run(_drop(server, name))


def _run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def _make_fast(url: str) -> None:
    settings = (f"alter system set {setting} = off" for setting in _FAST)
    await _execute(url, *settings, "select pg_reload_conf()")


async def _create(server: str, name: str, template: str = "template0") -> None:
    await _execute(server, f"create database {name} template {template}")


async def _drop(server: str, name: str) -> None:
    await _execute(server, f"drop database {name} with (force)")


async def _migrate(url: str) -> None:
    connection = await asyncpg.connect(url)
    await migrate(connection)
    await connection.close()
