"""`vigie agent`: logins for other locations, and how they are doing."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from tests.cli.typed import Typed

from vigie.storing import AgentState, report_agent


@pytest.fixture
def login() -> str:
    return f"agent_{secrets.token_hex(4)}"


def test_a_login_is_made_listed_and_removed(typed: Typed, login: str) -> None:
    status, out, _ = typed("agent", "add", "main", "--login", login)
    told = dict(line.split(": ") for line in out.splitlines()[:3])
    listed = typed("agent", "list")[1].splitlines()
    removed = typed("agent", "remove", login)

    assert (status, told["Login"], told["Location"]) == (0, login, "main")
    assert len(told["Password"]) >= 32
    assert (
        f"postgresql://{login}:{told['Password']}@HOST:PORT/NAME?sslmode=verify-full&sslrootcert=FILE"
        in out
    )
    assert listed == [
        "main: no result in two days, 0 slots missed in the last hour",
        f"  login {login}",
    ]
    assert removed == (0, f"Login {login} is removed.\n", "")
    assert typed("agent", "list")[1].splitlines() == listed[:1]
    assert typed.query(f"select to_regrole('{login}')") is None


def test_agents_are_listed_with_what_they_told(typed: Typed, database: str) -> None:
    newest = datetime.now(UTC) - timedelta(seconds=20)

    async def tell() -> None:
        connection = await asyncpg.connect(database)
        for home, leads, files in (("/b", False, 0), ("/a", True, 1)):
            state = AgentState(
                location="main",
                host="probe-1",
                home=home,
                version="1.2",
                leads=leads,
                spool_files=files,
                newest=newest,
            )
            await report_agent(connection, state)
        await connection.execute("select fact.ensure_partitions($1, $1)", newest.date())
        await connection.execute(
            "insert into fact.result (endpoint_id, location_id, at, outcome, attempts)"
            " values (1, 1, $1, 'up', 1)",
            newest,
        )
        await connection.close()

    asyncio.run(tell())
    first, *rest = typed("agent", "list")[1].splitlines()
    age = int(first.removeprefix("main: newest result ").partition(" ")[0])

    assert 20 <= age < 60
    assert [line.partition(", seen ")[0] for line in rest] == [
        "  probe-1: probes",
        "    version 1.2, 1 file in the spool of /a",
        "  probe-1: stands by",
        "    version 1.2, 0 files in the spool of /b",
    ]


NO_PLACE = 'location "nowhere": the catalogue that was applied names none of this key'
NO_LOGIN = 'login "nobody": no agent of this database'


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "nowhere"), f"vigie: {NO_PLACE} (Known: main.)\n"),
        (("remove", "nobody"), f"vigie: {NO_LOGIN} (List them with: vigie agent list.)\n"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    typed: Typed, arguments: tuple[str, str], said: str
) -> None:
    assert typed("agent", *arguments) == (1, "", said)
