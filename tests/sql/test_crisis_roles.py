"""What a customer's login sees of crises: its own, and nobody else in them."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

import asyncpg
import pytest
from tests.sql.crisis import Cell, brought_to, customers, outage, reach, rota
from tests.sql.world import World, minute

from vigie.storing import add_analyst, remove_analyst

VIEWS = ("crisis", "crisis_event", "crisis_action")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A database with logins, of acme and of everybody."""

    url: str
    owner: asyncpg.Connection
    logins: dict[str, tuple[str, str]]

    @asynccontextmanager
    async def entered(self, of: str) -> AsyncIterator[asyncpg.Connection]:
        user, password = self.logins[of]
        connection = await asyncpg.connect(
            self.url, user=user, password=password, server_settings={"timezone": "UTC"}
        )
        try:
            yield connection
        finally:
            await connection.close()


@pytest.fixture
async def place(database: str) -> AsyncIterator[Place]:
    """One crisis of acme and globex with everything in it, and one of globex alone."""
    owner = await asyncpg.connect(database, server_settings={"timezone": "UTC"})
    world = World(connection=owner)
    await _fill(world)
    logins = {}
    for of, customer in (("acme", "acme-customer"), ("everybody", None)):
        name = f"{of}_{secrets.token_hex(4)}"
        logins[of] = (name, await add_analyst(owner, name, customer))
    yield Place(url=database, owner=owner, logins=logins)
    for name, _ in logins.values():
        await remove_analyst(owner, name)
    await owner.close()


async def _fill(world: World) -> None:
    await customers(world)
    await world.service("globex-shop", endpoints=["g"])
    await world.contract("globex-two", essential=["globex-shop"], customer="globex-customer")
    await reach(world, "globex-customer", "de")
    await rota(world)
    cell = Cell(world=world, incident=await outage(world, ["api", "globex-shop"]))
    await cell.open()
    await cell.update(text="We work on it.")
    await brought_to(cell, "resolved")
    await cell.waive("globex-customer")
    await cell.sent()
    await cell.report(text="globex was hit most")
    await cell.action(date(2026, 6, 1), owner="globex-friend")
    await Cell(world=world, incident=await outage(world, ["globex-shop"])).open()


async def test_customer_sees_its_own_crisis_and_only_its_own_names_in_it(place: Place) -> None:
    async with place.entered("acme") as acme:
        (row,) = await acme.fetch("select * from sla.crisis")
        events = await acme.fetch("select * from sla.crisis_event")
        texts = [str(dict(one)) for one in (row, *events)]

        assert (["api"], ["acme-customer"], "resolved") == (
            row["services"], row["customers"], row["state"]
        )  # fmt: skip
        assert [] == [text for text in texts if "globex" in text]
        assert [] == await acme.fetch("select * from sla.crisis_action")
        assert {None} == {one["actor"] for one in events} | {one["detail"] for one in events}
        assert {("updated", "We work on it."), ("resolved", "The cause is removed.")} == {
            (one["kind"], one["reason"]) for one in events if one["reason"]
        }


async def test_customer_sees_the_instants_that_the_owner_sees(place: Place) -> None:
    ask = (
        "select opened_at, state, staffed_at, resolved_at, to_staff_s, to_resolve_s, updates"
        " from sla.crisis where 'acme-customer' = any(customers)"
    )
    async with place.entered("acme") as acme:
        assert await place.owner.fetch(ask) == await acme.fetch(ask)


async def test_login_for_everybody_sees_what_the_owner_sees(place: Place) -> None:
    async with place.entered("everybody") as everybody:
        for view in VIEWS:
            whole = await place.owner.fetch(f"select v::text from sla.{view} as v order by 1")

            assert whole == await everybody.fetch(f"select v::text from sla.{view} as v order by 1")
            assert whole != []


async def test_tables_of_crises_stay_closed(place: Place) -> None:
    async with place.entered("acme") as acme:
        for table in ("crisis", "crisis_event", "crisis_customer", "anomaly", "crisis_standing"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await acme.fetch(f"select * from fact.{table}")


async def test_every_table_of_crises_is_protected(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch(
        "select relname from pg_class where relnamespace = 'fact'::regnamespace"
        " and relkind = 'r' and (relname like 'crisis%' or relname = 'anomaly')"
        " and not relrowsecurity"
    )

    assert [] == [row["relname"] for row in rows]


async def test_times_that_a_relapse_took_back_are_not_shown(world: World) -> None:
    await customers(world)
    await rota(world)
    cell = Cell(world=world, incident=await outage(world))
    await cell.open()
    await brought_to(cell, "reporting")
    ask = "select resolved_at, informed_at, relapses from sla.crisis"
    before = await cell.connection.fetchrow(ask)
    await cell.happened("relapsed", 50)
    await cell.turn(51)
    after = await cell.connection.fetchrow(ask)

    assert (minute(40), minute(42), 0) == tuple(before or ())
    assert (None, None, 1) == tuple(after or ())
