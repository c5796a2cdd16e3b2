"""What agents may do, proved with real logins: they connect, store, and try to do more."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from asyncpg import exceptions as pg
from tests.storing.made import MINUTE, NOON, catalogue, down, missed, service, up

from vigie.catalogue import Catalogue, Endpoint, Service
from vigie.errors import UsageError
from vigie.probing import MODELS, Result
from vigie.storing import (
    AgentState,
    Shipper,
    add_agent,
    apply_catalogue,
    read_targets,
    remove_agent,
    report_agent,
    spool_depth,
    spoolfile,
    spoolline,
)

LOCATIONS = ("paris", "london")


def http(key: str, *locations: str) -> Endpoint:
    spec = {"key": key, "http": f"https://{key}.example/", "locations": locations}
    return MODELS["http"].model_validate(spec)


def watched() -> Catalogue:
    endpoints = (http("api-health"), http("here", "paris"), http("there", "london"))
    one = Service(key="api", name="API", endpoints=endpoints, allow=("private",))
    return catalogue(one, locations=LOCATIONS)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A database with an agent for paris, made by the program."""

    url: str
    owner: asyncpg.Connection
    login: str
    password: str

    @asynccontextmanager
    async def entered(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.url, user=self.login, password=self.password)
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def shipper(self, spool: Path) -> AsyncIterator[Shipper]:
        async with asyncpg.create_pool(
            self.url, user=self.login, password=self.password, min_size=0, max_size=2
        ) as pool:
            yield Shipper(spool, pool)

    async def stored(self) -> list[tuple[object, ...]]:
        rows = await self.owner.fetch(
            "select e.key, l.key, at, outcome::text, attempts from fact.result"
            " inner join fact.endpoint as e using (endpoint_id)"
            " inner join fact.location as l using (location_id) order by 1, 2, 3"
        )
        return [tuple(row) for row in rows]


@pytest.fixture
async def place(database: str) -> AsyncIterator[Place]:
    owner = await asyncpg.connect(database, server_settings={"timezone": "UTC"})
    await apply_catalogue(owner, watched(), NOON)
    login = f"agent_{secrets.token_hex(4)}"
    password = await add_agent(owner, "paris", login)
    yield Place(url=database, owner=owner, login=login, password=password)
    if await owner.fetchval("select count(*) from fact.agent_login"):
        await remove_agent(owner, login)
    await owner.close()


def spool(folder: Path, *results: Result, name: str = "a") -> None:
    spoolfile.write(folder / f"{name}.jsonl", [spoolline.encode(result) for result in results])


def state(location: str = "paris", newest: datetime | None = None) -> AgentState:
    return AgentState(
        location=location,
        host="probe-1",
        home="/srv",
        version="1",
        leads=True,
        spool_files=0,
        newest=newest,
    )


async def test_it_stores_results_and_attempts_of_its_location(place: Place, tmp_path: Path) -> None:
    spool(tmp_path, up(), down(at=NOON + MINUTE), up("here"), missed("here", NOON + MINUTE))
    async with place.shipper(tmp_path) as shipper:
        assert await shipper.ship() == 4

    assert await place.stored() == [
        ("api-health", "paris", NOON, "up", 1),
        ("api-health", "paris", NOON + MINUTE, "down", 3),
        ("here", "paris", NOON, "up", 1),
        ("here", "paris", NOON + MINUTE, "unknown", 0),
    ]
    assert await place.owner.fetchval("select count(*) from fact.attempt") == 3
    assert await place.owner.fetchval("select count(*) from fact.dirty_day") > 0


async def test_what_it_ships_again_is_stored_once(place: Place, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        spool(tmp_path, up(), down(at=NOON + MINUTE), name=name)
        async with place.shipper(tmp_path) as shipper:
            await shipper.ship()

    assert len(await place.stored()) == 2
    assert await place.owner.fetchval("select count(*) from fact.attempt") == 3


async def test_results_of_another_location_are_kept_aside(place: Place, tmp_path: Path) -> None:
    """Of another one's endpoint as well: it need not even know that they exist."""
    spool(tmp_path, up(), up(location="london"), up("there"))
    async with place.shipper(tmp_path) as shipper:
        assert await shipper.ship() == 1

    assert [row[:2] for row in await place.stored()] == [("api-health", "paris")]
    assert spool_depth(tmp_path / "aside").files == 1


async def test_an_endpoint_that_left_still_takes_what_comes_late(
    place: Place, tmp_path: Path
) -> None:
    await apply_catalogue(place.owner, catalogue(service("other"), locations=LOCATIONS), NOON)
    spool(tmp_path, up("here", NOON - MINUTE))
    async with place.shipper(tmp_path) as shipper:
        assert await shipper.ship() == 1


async def test_it_reads_what_is_probed_from_its_location(place: Place) -> None:
    async with place.entered() as agent:
        targets = await read_targets(agent, "paris")

    wanted = [it for it in watched().services[0].endpoints if it.key != "there"]
    assert [target.endpoint for target in targets] == wanted
    assert {(target.service, target.allow) for target in targets} == {("api", ("private",))}


async def test_the_number_of_the_catalogue_grows_with_its_changes_only(place: Place) -> None:
    async with place.entered() as agent:
        first = await report_agent(agent, state())
        await apply_catalogue(place.owner, watched(), NOON + MINUTE)
        same = await report_agent(agent, state())
        smaller = Service(key="api", name="API", endpoints=(http("here"),))
        await apply_catalogue(place.owner, catalogue(smaller, locations=LOCATIONS), NOON + MINUTE)
        grown = await report_agent(agent, state())

    assert (same, grown > first) == (first, True)


@pytest.mark.parametrize("location", ["london", "nowhere"])
async def test_another_location_is_refused(place: Place, location: str) -> None:
    async with place.entered() as agent:
        for ask in (read_targets(agent, location), report_agent(agent, state(location))):
            with pytest.raises(UsageError) as raised:
                await ask

            assert str(raised.value).startswith(
                f'location "{location}": login "{place.login}" probes from "paris" only'
            )


async def test_it_writes_no_result_of_another_location(place: Place) -> None:
    insert = (
        "insert into fact.result (endpoint_id, location_id, at, outcome, attempts)"
        " values (1, $1, $2, 'up', 1)"
    )
    attempt = (
        "insert into fact.attempt (endpoint_id, location_id, at, attempt, started, outcome,"
        " reason, duration_us) values (1, $1, $2, 1, $2, 'down', 'status', 1)"
    )
    ids = {row["key"]: row["location_id"] for row in await place.owner.fetch("table fact.location")}
    await place.owner.execute("select fact.ensure_partitions($1, $1)", NOON.date())
    async with place.entered() as agent:
        for statement in (insert, attempt):
            with pytest.raises(pg.InsufficientPrivilegeError):
                await agent.execute(statement, ids["london"], NOON)
            await agent.execute(statement, ids["paris"], NOON)


async def test_a_measured_result_cannot_be_changed_or_removed(place: Place, tmp_path: Path) -> None:
    spool(tmp_path, down(), missed(at=NOON + MINUTE))
    async with place.shipper(tmp_path) as shipper:
        await shipper.ship()
    async with place.entered() as agent:
        await agent.execute("update fact.result set attempts = 1, outcome = 'up'")
        with pytest.raises(pg.InsufficientPrivilegeError):
            await agent.execute("delete from fact.result")

    assert [row[2:] for row in await place.stored()] == [
        (NOON, "down", 3),
        (NOON + MINUTE, "up", 1),  # it was missed: whoever measured it may say so
    ]


READABLE = {
    "fact.endpoint": ["endpoint_id", "key"],
    "fact.location": ["location_id", "key"],
    "fact.dropped_day": ["day"],
}  # and the results of its own location, which it stored itself


async def test_it_reads_no_figure_and_no_secret(place: Place, tmp_path: Path) -> None:
    spool(tmp_path, up())
    async with place.shipper(tmp_path) as shipper:
        await shipper.ship()
    await place.owner.execute(
        "insert into fact.result select endpoint_id, l.location_id, at, outcome, attempts"
        " from fact.result, fact.location as l where l.key = 'london'"
    )
    rows = await place.owner.fetch(
        "select c.oid::regclass::text as relation, a.attname as name from pg_class as c"
        " inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0"
        " where c.relkind in ('r', 'p', 'v') and not a.attisdropped and c.relnamespace in"
        " ('fact'::regnamespace, 'sla'::regnamespace, 'vigie_meta'::regnamespace)"
        " order by 1, a.attnum"
    )
    seen: dict[str, list[str]] = {}
    async with place.entered() as agent:
        for row in rows:
            try:
                await agent.fetch(f"select {row['name']} from {row['relation']}")
            except pg.InsufficientPrivilegeError:
                continue
            seen.setdefault(row["relation"], []).append(row["name"])
        results = await agent.fetch("select location_id from fact.result")
        [own] = await agent.fetch("select location_id from fact.location where key = 'paris'")

    assert seen.pop("fact.result")[:3] == ["endpoint_id", "location_id", "at"]
    assert seen == READABLE
    assert results == [own]


async def test_it_may_do_nothing_else(place: Place) -> None:
    refused = [
        "select fact.add_agent('paris', 'mine', 'x')",
        "select fact.add_analyst('mine', null, 'x')",
        "select fact.close_agent('x')",
        "select fact.drop_agent('vigie_reader')",
        "select fact.hit_customers(array['api'], tstzrange(null, null))",
        "select * from sla.availability('acme', 'solution', tstzrange(null, null))",
        "insert into fact.agent_login values ('mine', 2)",
        "insert into fact.endpoint (key) values ('mine')",
        "update fact.service set allow = '{loopback}'",
        "set role vigie_reader",
        "set role vigie_analyst",
        "create table fact.mine (n integer)",
        "create table public.mine (n integer)",
        "create role mine",
        "select rolpassword from pg_authid",
        "copy (select 1) to program 'true'",
    ]
    async with place.entered() as agent:
        for statement in refused:
            with pytest.raises((pg.InsufficientPrivilegeError, UsageError)):
                await agent.execute(statement)
        keys = await agent.fetch("select key from fact.endpoint order by 1")
        places = await agent.fetch("select key from fact.location")

    assert [row["key"] for row in keys] == ["api-health", "here"]
    assert [row["key"] for row in places] == ["paris"]


async def test_a_removed_login_may_do_nothing_with_what_it_has_open(
    place: Place, tmp_path: Path
) -> None:
    async with place.shipper(tmp_path) as shipper, place.entered() as agent:
        spool(tmp_path, up())
        assert await shipper.ship() == 1
        await place.owner.execute("select fact.close_agent($1)", place.login)
        with pytest.raises(UsageError, match="is no agent of this database"):
            await report_agent(agent, state())
        spool(tmp_path, up(at=NOON + MINUTE), name="b")
        assert await shipper.ship() == 0
        await place.owner.execute("select fact.drop_agent($1)", place.login)
        assert await place.owner.fetchval("select to_regrole($1)", place.login) is None

    assert len(await place.stored()) == 1
    assert spool_depth(tmp_path / "aside").files == 1


async def test_an_agent_that_is_gone_for_a_day_is_forgotten(place: Place) -> None:
    async with place.entered() as agent:
        await report_agent(agent, state())
        await place.owner.execute(
            "update fact.agent set seen_at = now() - interval '25 hours', host = 'gone'"
        )
        await report_agent(agent, state(newest=NOON))

    rows = await place.owner.fetch("select host, newest from fact.agent")
    assert [tuple(row) for row in rows] == [("probe-1", NOON)]


@pytest.mark.parametrize(
    ("location", "login", "said"),
    [
        ("nowhere", "ann", 'location "nowhere": the catalogue that was applied names none'),
        ("paris", "vigie_agent", 'login "vigie_agent": this server has a role of that name'),
        ("paris", "Ann; drop", 'login "Ann; drop": not a name'),
    ],
)
async def test_a_login_that_cannot_be_is_refused(
    place: Place, location: str, login: str, said: str
) -> None:
    with pytest.raises(UsageError) as raised:
        await add_agent(place.owner, location, login)

    assert str(raised.value).startswith(said)


async def test_missed_slots_are_those_without_a_measured_result(place: Place) -> None:
    """From 12:00 to 13:00, one endpoint of one interval a minute: 60 whole bins."""
    await place.owner.execute("select fact.ensure_partitions($1, $1)", NOON.date())
    insert = (
        "insert into fact.result (endpoint_id, location_id, at, outcome, attempts)"
        " select e.endpoint_id, l.location_id, $1::timestamptz + n * interval '1 minute'"
        " + interval '17 s',"
        " 'up', case when n = 30 then 0 else 1 end"
        " from fact.endpoint as e, fact.location as l, generate_series(-5, 59) as n"
        " where e.key = 'here' and l.key = 'paris' and n not in (10, 11, 59)"
    )
    await place.owner.execute(insert, NOON)
    found = await place.owner.fetchval(
        "select fact.slots_missed(location_id, tstzrange($1, $2)) from fact.location"
        " where key = 'paris'",
        NOON,
        NOON + timedelta(hours=1),
    )

    assert found == 4  # 12:10, 12:11, 12:30 without an attempt, 12:59
