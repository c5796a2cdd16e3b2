"""Agents as the processes that they are: `vigie probe` beside another, and beside `vigie run`."""

import json
import secrets
import signal
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import asyncpg
import pytest
import trustme
from tests.cli.processes import CATALOGUE, Asked, Target, Vigie, Wire, a_target, get, until, vigie
from tests.cli.typed import Typed

from vigie import catalogue, clock, probing
from vigie.storing import add_agent, apply_catalogue, remove_agent

TAKEOVER_S = 15
LISTEN = ("--listen", "127.0.0.1:0")
PROBE = ("probe", "--location", "main")
LEADS, STANDS_BY = "leader: this process probes", "leader: another process probes"
KEYED = "fact.result join fact.endpoint as e using (endpoint_id)"
MEASURED = f"select e.key from {KEYED} group by 1 order by 1"
AGENTS = "select home like '%/{}/%', leads from fact.agent order by 1"


@dataclass(frozen=True, kw_only=True)
class Place:
    """An applied catalogue, its target, and the address that an agent was given."""

    folder: Path
    database: str
    target: Target
    login: str
    url: str

    def home(self, name: str) -> Path:
        made = self.folder / name
        made.mkdir(exist_ok=True)
        return made

    async def apply(self, text: str) -> None:
        probes = self.home("catalogue") / "probes"
        probes.mkdir(exist_ok=True)
        (probes / "shop.yaml").write_text(text.format(port=self.target.port), encoding="utf-8")
        found = catalogue.load(probes.parent, probing.MODELS)
        connection = await asyncpg.connect(self.database)
        await apply_catalogue(connection, found, clock.now())
        await connection.close()

    async def answered_is_stored_once(self) -> None:
        """Every answer of the target is one result: no slot was asked twice, none was lost."""
        asked = Asked(self.database)
        await asked.becomes(
            "select count(*) from fact.result where attempts > 0", (self.target.answered,)
        )


@pytest.fixture
async def place(database: str, tmp_path: Path) -> AsyncIterator[Place]:
    login = f"agent_{secrets.token_hex(4)}"
    async with a_target() as target:
        made = Place(folder=tmp_path, database=database, target=target, login=login, url="")
        await made.apply(CATALOGUE)
        connection = await asyncpg.connect(database)
        password = await add_agent(connection, "main", login)
        host = database.rpartition("@")[2]
        yield Place(
            folder=tmp_path,
            database=database,
            target=target,
            login=login,
            url=f"postgresql://{login}:{password}@{host}",
        )
        await remove_agent(connection, login)
        await connection.close()


def says(running: Vigie, text: str) -> bool:
    return any(text in line for line in running.said)


async def test_an_agent_needs_nothing_but_the_address(place: Place) -> None:
    asked = Asked(place.database)
    async with vigie(*PROBE, folder=place.home("a"), database=place.url) as agent:
        await asked.becomes(MEASURED, ("one",), ("two",))
        await place.apply(CATALOGUE.replace("key: two", "key: three"))
        await asked.becomes(MEASURED, ("one",), ("three",), ("two",))
        two = f"select max(at) from {KEYED} where e.key = 'two'"
        last = await asked.rows(two)
        before = place.target.answered
        await until(lambda: place.target.answered >= before + 6)
        status = await agent.end()

    assert (status, await asked.rows(two)) == (0, last)
    taken = [line for line in agent.said if "catalogue: taken from the database" in line]
    assert [2, 2] == [json.loads(line)["endpoints"] for line in taken]
    await place.answered_is_stored_once()


async def test_an_agent_speaks_tls_with_a_server_that_it_can_be_sure_of(place: Place) -> None:
    wire, authority = over_tls(place, trustme.CA())
    await wire.join()
    sure = f"{wire.url}?sslmode=verify-full&sslrootcert={authority}"
    asked = Asked(place.database)
    async with vigie(*PROBE, folder=place.home("a"), database=sure) as agent:
        await asked.becomes(MEASURED, ("one",), ("two",))
        status = await agent.end()
    await wire.cut()

    assert 0 == status
    await place.answered_is_stored_once()


async def test_an_agent_tells_no_secret_to_a_server_that_it_cannot_be_sure_of(
    place: Place,
) -> None:
    wire, _ = over_tls(place, trustme.CA())
    _, other = over_tls(place, trustme.CA())
    await wire.join()
    unsure = f"{wire.url}?sslmode=verify-full&sslrootcert={other}"
    async with vigie(*PROBE, folder=place.home("a"), database=unsure) as agent:
        await until(lambda: agent.process.returncode is not None)
    await wire.cut()

    assert (1, 0) == (agent.process.returncode, place.target.answered)
    assert says(agent, "its certificate is not trusted: unable to get local")
    assert not any(word in line for line in agent.said for word in ("Traceback", password(unsure)))


def over_tls(place: Place, authority: trustme.CA) -> tuple[Wire, Path]:
    """A wire whose server has a certificate of *authority*, and the file that vouches for it."""
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(settings)
    file = place.folder / f"{secrets.token_hex(4)}.pem"
    authority.cert_pem.write_to_path(str(file))
    return Wire(place.url, tls=settings), file


def password(url: str) -> str:
    return str(urlsplit(url).password)


async def test_an_agent_is_seen_from_outside(place: Place) -> None:
    """Its login may read no figure and no schema; the pages say what an agent knows."""
    where = place.home("a")
    async with vigie(*PROBE, *LISTEN, folder=where, database=place.url) as agent:
        await until(lambda: place.target.answered >= 4)
        await until(lambda: says(agent, LEADS))
        pages = {page: await get(agent, page) for page in ("/healthz", "/readyz", "/metrics")}
        beat = await get(agent, "/beat/0123456789abcdef")
        status = await agent.end()

    assert [200, 200, 200] == [code for code, _ in pages.values()]
    assert (status, beat[0]) == (0, 404)
    assert {"status": "ready", "wrong": []} == json.loads(pages["/readyz"][1])
    assert 'vigie_endpoints{location="main"} 2.0' in pages["/metrics"][1]
    assert "vigie_database_latency_seconds" in pages["/metrics"][1]
    assert "vigie_rollup" not in pages["/metrics"][1]


async def test_a_database_that_vanishes_costs_an_agent_no_result(place: Place) -> None:
    wire = Wire(place.url)
    await wire.join()
    async with vigie(*PROBE, folder=place.home("a"), database=wire.url) as agent:
        await until(lambda: place.target.answered >= 4)
        await wire.cut()
        before = place.target.answered
        await until(lambda: place.target.answered >= before + 6)
        await wire.join()
        after = place.target.answered
        await until(lambda: place.target.answered >= after + 2)
        status = await agent.end()
    await wire.cut()

    assert status == 0
    await place.answered_is_stored_once()


async def test_the_second_agent_stands_by_and_takes_over_after_kill_9(place: Place) -> None:
    asked = Asked(place.database)
    async with (
        vigie(*PROBE, folder=place.home("a"), database=place.url) as first,
        vigie(*PROBE, folder=place.home("b"), database=place.url) as second,
    ):
        await until(lambda: says(first, STANDS_BY) or says(second, STANDS_BY))
        leader, other = (second, first) if says(first, STANDS_BY) else (first, second)
        before = place.target.answered
        await until(lambda: place.target.answered >= before + 6)
        await leader.end(signal.SIGKILL)
        killed, before = monotonic(), place.target.answered
        await until(lambda: place.target.answered >= before + 2)
        took = monotonic() - killed
        assert says(other, LEADS)
        status = await other.end()

    assert status == 0
    assert took < TAKEOVER_S
    await one_result_per_slot(asked)


async def test_a_leader_that_was_paused_doubles_no_slot(place: Place) -> None:
    """It comes back, believes for a moment that it still leads, and stores what it missed."""
    asked = Asked(place.database)
    async with vigie(*PROBE, folder=place.home("a"), database=place.url) as paused:
        await until(lambda: place.target.answered >= 4)
        async with vigie(*PROBE, folder=place.home("b"), database=place.url) as other:
            await until(lambda: says(other, STANDS_BY))
            paused.process.send_signal(signal.SIGSTOP)
            stopped, before = monotonic(), place.target.answered
            await until(lambda: place.target.answered >= before + 2)
            took = monotonic() - stopped
            await until(lambda: place.target.answered >= before + 8)
            paused.process.send_signal(signal.SIGCONT)
            await until(lambda: says(paused, STANDS_BY))
            before = place.target.answered
            await until(lambda: place.target.answered >= before + 4)
            statuses = [await paused.end(), await other.end()]

    assert statuses == [0, 0]
    assert took < TAKEOVER_S
    await one_result_per_slot(asked)
    # What the other one measured is not overwritten by slots that the paused one missed.
    # Both may have asked around the changes.
    measured = f"select count(*) >= {place.target.answered - 4} from fact.result where attempts > 0"
    assert await asked.rows(measured) == [(True,)]


async def one_result_per_slot(asked: Asked) -> None:
    doubles = (
        "select endpoint_id, date_bin('1 s', at, 'epoch') from fact.result"
        " group by 1, 2 having count(*) > 1"
    )
    assert await asked.rows(doubles) == []
    mixed = (
        "select a.at from fact.attempt as a"
        " join fact.result as r using (endpoint_id, location_id, at)"
        " where a.attempt > r.attempts"
    )
    assert await asked.rows(mixed) == []


async def test_run_and_probe_at_one_location_do_not_both_probe(place: Place) -> None:
    asked = Asked(place.database)
    async with vigie(
        "run", *LISTEN, folder=place.home("catalogue"), database=place.database
    ) as run:
        await asked.becomes(MEASURED, ("one",), ("two",))
        async with vigie(*PROBE, folder=place.home("a"), database=place.url) as agent:
            await until(lambda: says(agent, STANDS_BY))
            await asked.becomes(AGENTS.format("a"), (False, True), (True, False))
            before = place.target.answered
            await until(lambda: place.target.answered >= before + 4)
            assert await run.end() == 0
            await until(lambda: says(agent, LEADS))
            before = place.target.answered
            await until(lambda: place.target.answered >= before + 4)
            assert await agent.end() == 0

    await one_result_per_slot(asked)


async def test_after_a_partition_one_result_per_slot_is_kept(place: Place) -> None:
    """The leader is cut off and goes on; the other takes over; both have hit the same slots."""
    asked, wire = Asked(place.database), Wire(place.url)
    await wire.join()
    async with vigie(*PROBE, folder=place.home("a"), database=wire.url) as cut:
        await until(lambda: place.target.answered >= 4)
        async with vigie(*PROBE, folder=place.home("b"), database=place.url) as other:
            await until(lambda: says(other, STANDS_BY))
            await wire.cut()
            await until(lambda: says(other, LEADS))
            before = place.target.answered
            await until(lambda: place.target.answered >= before + 12)  # of both
            await wire.join()
            await until(lambda: says(cut, STANDS_BY))
            statuses = [await cut.end(), await other.end()]
    await wire.cut()

    assert statuses == [0, 0]
    await one_result_per_slot(asked)
    measured = "select count(*) < {} from fact.result where attempts > 0"
    assert await asked.rows(measured.format(place.target.answered)) == [(True,)]


@pytest.mark.parametrize(
    ("location", "said"),
    [("nowhere", 'location "nowhere": login "{}" probes from "main" only')],
)
async def test_another_location_is_refused_in_one_line(
    place: Place, location: str, said: str
) -> None:
    async with vigie(
        "probe", "--location", location, folder=place.home("a"), database=place.url
    ) as agent:
        await until(lambda: agent.process.returncode is not None)

    told = [line for line in agent.said if line.startswith("vigie: ")]
    assert agent.process.returncode == 1
    assert told[0].startswith(f"vigie: {said.format(place.login)}")
    assert len(told) == 1


def test_probe_without_an_address_says_where_to_get_one(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIGIE_DATABASE_URL")
    status, _, err = typed("probe", "--location", "main")

    assert status == 1
    assert "vigie agent add LOCATION" in err
