import asyncio
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from vigie.storing.embedded import Embedded
from vigie.storing.psql import environment

SRC = Path(__file__).parents[2] / "src"


@pytest.fixture(scope="module")
def home(folder: Path) -> Iterator[Path]:
    yield folder / "db-home"
    if (folder / "db-home").exists():
        Embedded(folder / "db-home").go()


def run(where: Path | str, *arguments: str) -> tuple[int, str, str]:
    """Type `vigie db …` with an embedded home or with a URL."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("VIGIE_")}
    name = "VIGIE_HOME" if isinstance(where, Path) else "VIGIE_DATABASE_URL"
    done = subprocess.run(
        [sys.executable, "-c", "from vigie.cli import main; main()", "db", *arguments],
        env=kept | {"PYTHONPATH": str(SRC), name: str(where)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def test_status_starts_nothing(home: Path) -> None:
    expected = f"Not running (start it with: vigie db start).\nFiles: {home}/postgres\n"
    assert run(home, "status") == (0, expected, "")
    assert not home.exists()


def test_started_database_is_migrated_and_runs_until_it_is_stopped(home: Path) -> None:
    status, said, _ = run(home, "start")
    address, schema, as_of = said.splitlines()
    assert status == 0
    assert re.fullmatch(r"PostgreSQL \d+\.\d+ at 127\.0\.0\.1:\d+/vigie, \d+ [kM]B", address)
    assert schema.startswith("Schema: migrations/0")
    assert as_of == "As of: nothing rolled up yet"
    assert run(home, "status")[1].splitlines()[1:] == [
        schema,
        as_of,
        "It stays until `vigie db stop`.",
        f"Files: {home}/postgres",
    ]
    assert run(home, "start")[0] == 0
    assert run(home, "stop") == (0, "PostgreSQL is stopped.\n", "")
    assert run(home, "status")[1].startswith("Not running")


def test_psql_starts_the_database_and_passes_its_status_on(home: Path) -> None:
    query = ("-X", "-At", "-v", "ON_ERROR_STOP=1", "-c")
    assert run(home, "psql", "--", *query, "show application_name") == (0, "psql\n", "")
    assert run(home, "psql", *query, "select nothing")[0] == 1
    assert run(home, "status")[1].startswith("Not running")


def test_database_of_somebody_else_is_neither_started_nor_stopped(database: str) -> None:
    expected = (
        "vigie: the database is the one in VIGIE_DATABASE_URL, which Vigie neither starts nor"
        " stops (unset it for the embedded one)\n"
    )
    assert run(database, "start") == (1, "", expected)
    assert run(database, "stop") == (1, "", expected)


def test_database_of_somebody_else_is_migrated_and_shown(empty_database: str) -> None:
    before = run(empty_database, "status")
    assert before[0] == 0
    assert "Schema: none yet (vigie db migrate)\n" in before[1]
    assert "Schema: migrations/0" in run(empty_database, "migrate")[1]
    assert "Schema: migrations/0" in run(empty_database, "status")[1]


def test_database_that_is_down_is_one_line(unused_tcp_port: int) -> None:
    url = f"postgresql://vigie:opensesame@127.0.0.1:{unused_tcp_port}/vigie"
    expected = (
        f"vigie: 127.0.0.1:{unused_tcp_port}/vigie: no PostgreSQL answers: Connection refused"
        " (start it, or correct VIGIE_DATABASE_URL)\n"
    )
    assert run(url, "status") == (1, "", expected)
    assert run(url, "migrate") == (1, "", expected)


def test_password_reaches_psql_by_its_environment() -> None:
    url = "postgresql://ann:s%40cret@db.example:6432/shop?sslmode=require&application_name=me"
    assert environment(url) == {
        "PGDATABASE": "shop",
        "PGHOST": "db.example",
        "PGPORT": "6432",
        "PGUSER": "ann",
        "PGPASSWORD": "s@cret",
        "PGSSLMODE": "require",
        "PGAPPNAME": "me",
    }


def test_analyst_gets_a_login_that_reads_the_figures_and_nothing_else(database: str) -> None:
    login = f"ann_{secrets.token_hex(4)}"
    status, said, _ = run(database, "analyst", "add", login)
    name, sees, password = said.splitlines()

    assert (0, f"Login: {login}", "Sees: every customer") == (status, name, sees)
    entry = urlsplit(database)
    secret = password.removeprefix("Password: ")
    url = entry._replace(netloc=f"{login}:{secret}@{entry.hostname}:{entry.port}").geturl()
    assert asyncio.run(_value(url, "select sla.version()")) == "1"
    assert f"{login}: every customer\n" in run(database, "analyst", "list")[1]

    assert run(database, "analyst", "remove", login)[:2] == (0, f"Login {login} is removed.\n")
    assert login not in run(database, "analyst", "list")[1]


def test_analyst_of_an_unknown_customer_is_told_which_there_are(database: str) -> None:
    login = f"ann_{secrets.token_hex(4)}"
    ask = ("analyst", "add", login, "--customer", "nope")
    problem = 'customer "nope": there is none of this key'
    nobody = run(database, *ask)
    add = "insert into fact.customer (key, name, language, recipients) values ($1, $1, 'en', '{}')"
    for key in ("globex", "acme"):
        asyncio.run(_value(database, add.replace("$1", f"'{key}'")))

    assert nobody == (
        1, "", f"vigie: {problem} (Customers: none; vigie apply adds those of contracts.)\n"
    )  # fmt: skip
    assert run(database, *ask) == (1, "", f"vigie: {problem} (Customers: acme, globex.)\n")


async def _value(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def test_psql_as_an_analyst_has_an_analyst_s_rights(database: str) -> None:
    ask = ("psql", "--as", "analyst", "--", "-X", "-At", "-c")

    assert run(database, *ask, "select sla.version()") == (0, "1\n", "")
    status, _, said = run(database, *ask, "select * from fact.customer")
    assert (1, True) == (status, "permission denied for schema fact" in said)
