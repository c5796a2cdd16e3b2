import asyncio
import logging
import os
import signal
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from asyncpg import exceptions
from tests.conftest import with_database

from vigie.errors import DatabaseDownError, DatabaseError, MigrationError, UsageError
from vigie.settings import Settings
from vigie.storing.embedded import Embedded
from vigie.storing.explain import explained
from vigie.storing.pool import open_database
from vigie.storing.state import read_state

NOWHERE = Path("/nowhere")
GONE = (
    OSError,
    exceptions.PostgresError,
    exceptions.InterfaceError,
    exceptions.InternalClientError,
)
CORRECT = "correct VIGIE_DATABASE_URL"


def at(url: str) -> Settings:
    return Settings(database_url=url, home=NOWHERE)


def address(url: str) -> str:
    return url.rpartition("@")[2]


async def refusal(url: str) -> DatabaseError:
    with pytest.raises(DatabaseError) as raised:
        async with open_database(at(url)):
            pytest.fail("opened")
    return raised.value


async def test_opened_database_is_migrated_and_in_utc(empty_database: str) -> None:
    async with open_database(at(empty_database)) as pool:
        assert await pool.fetchval("select count(*) > 0 from fact.watermark") is True
        assert await pool.fetchval("show timezone") == "UTC"
        assert await pool.fetchval("show application_name") == "vigie"
        assert await pool.fetchval("show jit") == "off"


async def test_what_our_sql_refuses_is_one_line_with_its_hint(database: str) -> None:
    text = "do $$ begin raise exception 'day 1: is over' using hint = 'Try day 2.'; end $$"

    with pytest.raises(UsageError) as raised:
        async with open_database(at(database)) as pool:
            await pool.execute(text)
    assert str(raised.value) == "day 1: is over (Try day 2.)"


async def test_embedded_server_runs_while_the_database_is_open(home: Path) -> None:
    server = Embedded(home)
    async with open_database(Settings(database_url=None, home=home)) as pool:
        assert await pool.fetchval("select current_user") == "vigie"
        assert server.status().running is True
    assert server.status().running is False


async def test_embedded_server_that_crashes_comes_back_meanwhile(home: Path) -> None:
    async with open_database(Settings(database_url=None, home=home)) as pool:
        before = await pool.fetchval("select pg_postmaster_start_time()")
        postmaster = int((home / "postgres/data/postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        async with asyncio.timeout(60):
            await until(lambda: start_time(pool), lambda started: started not in (None, before))


async def until(look: Callable[[], Awaitable[object]], good: Callable[[object], bool]) -> None:
    while not good(await look()):  # noqa: ASYNC110 - the server has no event for us
        await asyncio.sleep(0.05)


async def start_time(pool: asyncpg.Pool) -> object:
    try:
        return await pool.fetchval("select pg_postmaster_start_time()")
    except GONE:
        return None


async def test_cancelled_start_leaves_no_server(new_home: Path) -> None:
    async def opened() -> None:
        async with open_database(Settings(database_url=None, home=new_home)):
            await asyncio.Event().wait()

    task = asyncio.create_task(opened())
    await asyncio.sleep(0.2)  # somewhere in the middle of it, wherever that is
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert Embedded(new_home).status().running is False


async def test_host_without_postgresql_is_down(unused_tcp_port: int) -> None:
    url = f"postgresql://vigie:secret@127.0.0.1:{unused_tcp_port}/vigie"
    error = await refusal(url)
    assert isinstance(error, DatabaseDownError)
    assert str(error) == (
        f"{address(url)}: no PostgreSQL answers: Connection refused (start it, or {CORRECT})"
    )


async def test_program_that_is_no_postgresql_is_told() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        error = await refusal(f"postgresql://vigie:secret@127.0.0.1:{port}/vigie")
    assert str(error).startswith(f"127.0.0.1:{port}/vigie: ")
    assert "\n" not in str(error)


async def test_wrong_password_is_told_without_it(server: str) -> None:
    url = server.replace(server.split(":")[2].split("@", maxsplit=1)[0], "opensesame")
    error = await refusal(url)
    assert not isinstance(error, DatabaseDownError)
    assert str(error) == (
        f'{address(url)}: password authentication failed for user "vigie" ({CORRECT})'
    )


async def test_missing_database_is_told(server: str) -> None:
    url = with_database(server, "nothing_here")
    assert str(await refusal(url)) == (
        f'{address(url)}: database "nothing_here" does not exist ({CORRECT})'
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://vigie:opensesame@localhost/vigie",
        "postgresql://vigie:open#sesame@localhost:5432/vigie",
        "postgresql://vigie:opensesame@localhost:port/vigie",
        "opensesame",
    ],
)
async def test_url_of_another_shape_is_told_without_its_password(url: str) -> None:
    assert str(await refusal(url)) == (
        "VIGIE_DATABASE_URL is not a PostgreSQL URL"
        " (write postgresql://user:password@host:5432/name, special characters as %XX)"
    )


async def test_database_that_is_not_utf8_is_refused(server: str) -> None:
    url = with_database(server, "vigie_test_latin")
    admin = await asyncpg.connect(server)
    await admin.execute(
        "create database vigie_test_latin encoding 'LATIN1' locale_provider libc locale 'C'"
        " template template0"
    )
    error = await refusal(url)
    await admin.execute("drop database vigie_test_latin with (force)")
    await admin.close()
    assert str(error) == f"{address(url)} is encoded in LATIN1 (create it with UTF8)"


async def test_postgresql_that_is_too_old_is_refused() -> None:
    async with pretended_server("14.9") as port:
        error = await refusal(f"postgresql://vigie@127.0.0.1:{port}/vigie?sslmode=disable")
    assert str(error) == f"127.0.0.1:{port}/vigie is PostgreSQL 14 (Vigie needs 15 or newer)"


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


@asynccontextmanager
async def pretended_server(version: str) -> AsyncIterator[int]:
    """A server that greets like PostgreSQL *version* and says yes to every statement."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (length,) = struct.unpack("!i", await reader.readexactly(4))
        await reader.readexactly(length - 4)
        told = f"server_version\0{version}\0".encode()
        writer.write(message(b"R", bytes(4)) + message(b"S", told) + message(b"Z", b"I"))
        while (await reader.read(10_000))[:1] == b"Q":
            writer.write(message(b"C", b"RESET\0") + message(b"Z", b"I"))
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_database_newer_than_the_program_is_refused(database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute(
        "insert into vigie_meta.migration (number, filename, digest)"
        " values (9999, 'migrations/9999_future.sql', '')"
    )
    await connection.close()
    error = await refusal(database)
    assert isinstance(error, MigrationError)
    assert str(error) == (
        "this database is newer than this program: it has migrations/9999_future.sql"
        " (upgrade vigie)"
    )


async def test_waiting_for_a_database_ends_when_it_comes(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = Embedded(home)
    url = server.join()
    server.leave()
    caplog.set_level(logging.WARNING)
    opening = asyncio.create_task(version_of(url))

    async def said() -> int:
        return len(caplog.records)

    async with asyncio.timeout(30):
        await until(said, bool)
    server.join()
    assert (await opening).startswith("PostgreSQL")
    server.leave()
    expected = f"{address(url)}: no PostgreSQL answers: Connection refused (start it, or {CORRECT})"
    assert [record.getMessage() for record in caplog.records] == [f"{expected}; waiting for it"]


async def version_of(url: str) -> str:
    async with open_database(at(url), wait=timedelta(seconds=60)) as pool:
        return str(await pool.fetchval("select version()"))


async def test_state_of_a_database_is_read_without_migrating_it(empty_database: str) -> None:
    state = await read_state(empty_database)
    assert (state.address, state.schema, state.as_of) == (address(empty_database), None, None)
    assert (await read_state(empty_database)).schema is None


async def test_state_names_the_newest_migration_and_the_watermark(database: str) -> None:
    connection = await asyncpg.connect(database)
    newest = await connection.fetchval("select max(filename) from vigie_meta.migration")
    await connection.execute("update fact.watermark set rolled_up_to = '2026-05-01T00:00:30Z'")
    await connection.close()
    state = await read_state(database)
    assert (state.schema, state.as_of) == (newest, "2026-05-01 00:00:30 UTC")


async def test_a_server_to_verify_without_an_authority_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is pasted is a URL: the file is missing, not the address."""
    monkeypatch.setenv("HOME", str(tmp_path))
    url = "postgresql://probe@127.0.0.1:1/vigie?sslmode=verify-full"
    with pytest.raises(DatabaseError, match="add &sslrootcert=FILE"), explained(url):
        await asyncpg.connect(url)


async def test_a_file_of_the_address_that_is_not_there_is_named() -> None:
    """Waiting for it would be waiting for ever."""
    url = "postgresql://probe@127.0.0.1:1/vigie?sslmode=verify-full&sslrootcert=/nowhere/ca"
    with pytest.raises(DatabaseError, match="/nowhere/ca: no such file") as caught, explained(url):
        await asyncpg.connect(url)

    assert not isinstance(caught.value, DatabaseDownError)
