import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from vigie import paths
from vigie.errors import MigrationError
from vigie.storing.migrating import migrate, read_migrations

FIRST = "create schema fact;\ncreate table fact.thing (n integer);\n"
SECOND = "-- migrate: no-transaction\ncreate index concurrently thing_n on fact.thing (n);\n"
BROKEN = "create table fact.half (n integer);\n\nselect *\nfromm fact.thing;\n"
VIEW = "create or replace view fact.one as select 1 as n;\n"


@pytest.fixture
def sql(tmp_path: Path) -> Path:
    """A folder of our own in the shape of sql/."""
    for folder in ("migrations", "functions", "views"):
        (tmp_path / folder).mkdir()
    (tmp_path / "migrations/0001_first.sql").write_text(FIRST)
    return tmp_path


@pytest.fixture
async def empty(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_database)
    yield connection
    await connection.close()


async def refusal(connection: asyncpg.Connection, sql: Path) -> str:
    with pytest.raises(MigrationError) as raised:
        await migrate(connection, sql)
    return str(raised.value)


async def test_shipped_files_apply_once(empty: asyncpg.Connection) -> None:
    shipped = [f"migrations/{file.name}" for file in sorted(paths.SQL.glob("migrations/*.sql"))]
    assert await migrate(empty) == shipped
    assert await migrate(empty) == []


async def test_each_file_is_applied_once_and_recorded(empty: asyncpg.Connection, sql: Path) -> None:
    assert await migrate(empty, sql) == ["migrations/0001_first.sql"]
    (sql / "migrations/0002_index.sql").write_text(SECOND)
    assert await migrate(empty, sql) == ["migrations/0002_index.sql"]
    assert await migrate(empty, sql) == []
    known = await empty.fetch("select number, filename from vigie_meta.migration order by number")
    assert [tuple(row) for row in known] == [
        (1, "migrations/0001_first.sql"),
        (2, "migrations/0002_index.sql"),
    ]


async def test_changed_file_is_refused(empty: asyncpg.Connection, sql: Path) -> None:
    await migrate(empty, sql)
    (sql / "migrations/0001_first.sql").write_text(FIRST + "-- a thought\n")
    assert await refusal(empty, sql) == (
        "migrations/0001_first.sql: changed after this database applied migrations/0001_first.sql"
        " (restore it, and write a new migration for the change)"
    )


async def test_line_ends_are_no_change(empty: asyncpg.Connection, sql: Path) -> None:
    await migrate(empty, sql)
    (sql / "migrations/0001_first.sql").write_bytes(FIRST.replace("\n", "\r\n").encode())
    assert await migrate(empty, sql) == []


async def test_newer_database_is_refused(empty: asyncpg.Connection, sql: Path) -> None:
    (sql / "migrations/0002_index.sql").write_text(SECOND)
    await migrate(empty, sql)
    (sql / "migrations/0002_index.sql").unlink()
    assert await refusal(empty, sql) == (
        "this database is newer than this program: it has migrations/0002_index.sql (upgrade vigie)"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "0003_gap.sql",
            "migrations/0003_gap.sql: expected number 0002 here (number without gaps or doubles)",
        ),
        (
            "0001_twice.sql",
            "migrations/0001_twice.sql: expected number 0002 here (number without gaps or doubles)",
        ),
        ("2_short.sql", "migrations/2_short.sql: not named NNNN_words.sql (rename it)"),
    ],
)
def test_misnumbered_files_are_refused(sql: Path, name: str, expected: str) -> None:
    (sql / "migrations" / name).write_text("select 1;")
    with pytest.raises(MigrationError) as raised:
        read_migrations(sql)
    assert str(raised.value) == expected


async def test_syntax_error_names_file_and_line_and_leaves_nothing(
    empty: asyncpg.Connection, sql: Path
) -> None:
    (sql / "migrations/0002_broken.sql").write_text(BROKEN)
    assert await refusal(empty, sql) == (
        'sql/migrations/0002_broken.sql:4: syntax error at or near "fromm"'
    )
    assert await empty.fetchval("select to_regclass('fact.half')") is None
    assert await empty.fetchval("select to_regclass('fact.thing')") is not None
    assert await empty.fetchval("select count(*) from vigie_meta.migration") == 1


async def test_failed_migration_is_applied_once_it_is_mended(
    empty: asyncpg.Connection, sql: Path
) -> None:
    broken = sql / "migrations/0002_broken.sql"
    broken.write_text(BROKEN)
    await refusal(empty, sql)
    broken.write_text(BROKEN.replace("fromm", "from"))
    assert await migrate(empty, sql) == ["migrations/0002_broken.sql"]


async def test_error_in_a_function_names_file_and_line(
    empty: asyncpg.Connection, sql: Path
) -> None:
    body = "select 1;\n\ncreate function fact.f() returns int language sql\nreturn nothing;\n"
    (sql / "functions/10_f.sql").write_text(body)
    assert await refusal(empty, sql) == (
        'sql/functions/10_f.sql:4: column "nothing" does not exist'
    )


async def test_definitions_are_replaced_only_when_they_changed(
    empty: asyncpg.Connection, sql: Path
) -> None:
    (sql / "views/one.sql").write_text(VIEW)
    await migrate(empty, sql)
    first = await empty.fetchval("select applied_at from vigie_meta.definitions")
    await migrate(empty, sql)
    assert await empty.fetchval("select applied_at from vigie_meta.definitions") == first
    (sql / "views/one.sql").write_text(VIEW.replace("select 1", "select 2"))
    await migrate(empty, sql)
    assert await empty.fetchval("select n from fact.one") == 2


async def test_functions_come_before_views_in_order_of_name(
    empty: asyncpg.Connection, sql: Path
) -> None:
    (sql / "views/a.sql").write_text("create or replace view fact.a as select fact.b() as n;")
    function = "create or replace function fact.{}() returns int language sql return {};"
    (sql / "functions/20_b.sql").write_text(function.format("b", "fact.a() + 1"))
    (sql / "functions/10_a.sql").write_text(function.format("a", "1"))
    await migrate(empty, sql)
    assert await empty.fetchval("select n from fact.a") == 2


async def test_simultaneous_starters_apply_each_file_once(empty_database: str, sql: Path) -> None:
    """With a waiting lock instead of a polled one, the concurrent index would never end."""
    (sql / "migrations/0002_index.sql").write_text(SECOND)
    async with asyncpg.create_pool(empty_database, min_size=4, max_size=4) as pool:

        async def start() -> list[str]:
            async with pool.acquire() as connection:
                return await migrate(connection, sql)

        applied = await asyncio.wait_for(asyncio.gather(*(start() for _ in range(4))), 30)
    assert sorted(name for names in applied for name in names) == [
        "migrations/0001_first.sql",
        "migrations/0002_index.sql",
    ]


async def test_migrated_database_needs_no_rights_to_start(
    empty: asyncpg.Connection, sql: Path
) -> None:
    await migrate(empty, sql)
    await empty.execute(
        "drop role if exists vigie_test_reader; create role vigie_test_reader;"
        " grant usage on schema vigie_meta to vigie_test_reader;"
        " grant select on all tables in schema vigie_meta to vigie_test_reader;"
        " set role vigie_test_reader"
    )
    assert await migrate(empty, sql) == []
    await empty.execute("reset role; drop owned by vigie_test_reader; drop role vigie_test_reader")
