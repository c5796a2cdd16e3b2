"""What analysts may see, proved with real logins: they connect, and try to see more."""

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from asyncpg import exceptions as pg
from tests.sql.disputes import dispute
from tests.sql.reports import keep, step
from tests.sql.world import World, minute, span
from tests.watching.queued import queue

from vigie.errors import UsageError
from vigie.reporting import Asked, summary
from vigie.storing import add_analyst, list_analysts, remove_analyst

MONTH = span(0, 60)
EVERY_HOUR = [(day, 0, 24) for day in range(1, 8)]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A database of two customers, whose logins are made by the program."""

    url: str
    owner: asyncpg.Connection
    logins: dict[str, str]

    @asynccontextmanager
    async def entered(self, login: str) -> AsyncIterator[asyncpg.Connection]:
        """Connect as *login*, with its password: `set role` would prove less."""
        connection = await asyncpg.connect(
            self.url, user=login, password=self.logins[login], server_settings={"timezone": "UTC"}
        )
        try:
            yield connection
        finally:
            await connection.close()

    def login(self, of: str) -> str:
        return next(name for name in self.logins if name.startswith(of))


@pytest.fixture
async def place(database: str) -> AsyncIterator[Place]:
    """acme has `api`, globex has `globex-shop`, both have `shared`; all of them failed."""
    owner = await asyncpg.connect(database, server_settings={"timezone": "UTC"})
    world = World(connection=owner)
    await _fill(world)
    names = [f"{of}_{secrets.token_hex(4)}" for of in ("acme", "globex", "everybody")]
    keys = {"acme": "acme-buyer", "globex": "globex-buyer", "everybody": None}
    logins = {name: await add_analyst(owner, name, keys[name.rpartition("_")[0]]) for name in names}
    yield Place(url=database, owner=owner, logins=logins)
    for one in await list_analysts(owner):
        await remove_analyst(owner, one.login)
    await owner.close()


async def _fill(world: World) -> None:
    await world.service("api", endpoints=["a"])
    await world.service("shared", endpoints=["s"])
    await world.service("globex-shop", endpoints=["globex-web"])
    for key in ("acme-hours", "globex-hours"):
        closed = [(minute(30 * 24 * 60), None, None)]
        await world.calendar(key, EVERY_HOUR, days=closed, years=(2025, 2026, 2027))
        await world.calendar(f"{key}-literal", EVERY_HOUR, timezone="Etc/GMT-1")
    trigger: dict[str, Any] = {"crisis_longer_than": timedelta(minutes=10), "crisis_customers": 2}
    for key, own in (("acme", "api"), ("globex", "globex-shop")):
        await world.contract(
            key,
            essential=[own, "shared"],
            customer=f"{key}-buyer",
            hours=f"{key}-hours",
            notice_calendar=f"{key}-hours",
            terms=json.dumps({"open": [_other_zone(key)]}),
            **trigger,
        )
    for endpoint in ("a", "s", "globex-web"):
        await world.results(endpoint, "U" + "D" * 20 + "U")
    await world.window(3, 5, services=["api"])
    await world.window(3, 5, services=["globex-shop"], channel="to globex")
    await world.window(7, 8, services=None)
    await world.correction(30, 31, target="globex-shop")
    await world.correction(30, 31, target="api")
    await dispute(world, contract="acme", api="UD", shared="UD")
    await dispute(world, contract="globex", shared="D")
    await world.connection.execute(
        "insert into fact.dropped_day values ('2020-01-01', 0, 0, now(), 'ann')"
    )
    await world.connection.execute(
        "insert into fact.blind_edge select location_id, now(), true, 'dns' from fact.location"
    )
    await world.connection.execute(
        "insert into fact.attempt (endpoint_id, location_id, at, attempt, started, outcome, reason,"
        " detail, duration_us) select r.endpoint_id, location_id, at, 1, at, 'down', 'status',"
        " 'of ' || e.key, 9 from fact.result as r inner join fact.endpoint as e using (endpoint_id)"
        " where outcome = 'down'"
    )
    for contract in ("acme", "globex"):
        for reason, percent in ((None, "99.9798"), ("late results", "99.9900")):
            figures = {"availability": {"percent": percent, "verdict": "missed"}}
            revision = 2 if reason else 1
            made = await keep(world, contract, revision=revision, reason=reason, figures=figures)
            await step(world, "issue_report", made, "ann", "at once", minute(1))
    for buyer in ("acme-buyer", "globex-buyer"):
        await queue(
            world.connection,
            f"update:{buyer}",
            audience="customer",
            recipient=buyer,
            targets=[{"channel": "email", "to": f"ann@{buyer}.example"}],
        )
    await queue(world.connection, "page:globex", recipient="acme-buyer")  # a person's key
    await world.connection.execute(
        "insert into fact.outbox_event (message_id, kind, channel)"
        " select o.message_id, 'attempted', o.recipient from fact.outbox as o"
    )
    for number, service in enumerate(("api", "globex-shop"), start=1):
        await world.connection.execute(
            "select fact.open_incident($1, tstzrange($2, $3), false, $3)",
            world.ids[service],
            minute(number),
            minute(number + 9),
        )
    await world.rolled_up_to(minute(60))


def _other_zone(key: str) -> dict[str, Any]:
    """Return what the contract of *key* leaves open: the calendar is named by no term."""
    return {"code": "AMB-3", "calendar": f"{key}-hours", "others": [f"{key}-hours-literal"]}


OF_NOBODY = {"dictionary", "dropped_day", "blind_span"}  # the same for every login
# Of several customers in one row: see test_crisis_roles.py.
OF_SEVERAL = {"crisis", "crisis_event", "crisis_action"}


async def views(connection: asyncpg.Connection) -> list[str]:
    rows = await connection.fetch(
        "select object from sla.dictionary where kind = 'view' and name is null order by 1"
    )
    return [row["object"] for row in rows]


async def texts(connection: asyncpg.Connection, view: str) -> list[str]:
    rows = await connection.fetch(f"select v::text as line from sla.{view} as v")
    return sorted(row["line"] for row in rows)


async def test_a_customer_s_login_meets_the_other_customer_in_no_view(place: Place) -> None:
    async with place.entered(place.login("acme")) as acme:
        for view in set(await views(place.owner)) - OF_SEVERAL:
            seen = await texts(acme, view)
            whole = await texts(place.owner, view)

            assert [line for line in seen if "globex" in line] == []
            # Everything of its own, exactly as the owner sees it.
            own = [line for line in whole if "globex" not in line]
            assert own == seen
            assert own != []
            assert (view in OF_NOBODY) == (len(whole) == len(own))


async def test_the_login_for_everybody_sees_what_the_owner_sees(place: Place) -> None:
    async with place.entered(place.login("everybody")) as everybody:
        for view in await views(place.owner):
            assert await texts(place.owner, view) == await texts(everybody, view)


async def test_functions_give_the_owner_s_figures(place: Place) -> None:
    """An outage of both customers is a crisis, also for the login that sees one of them."""
    async with place.entered(place.login("acme")) as acme:
        for call in ("availability", "outage", "timeline", "readings", "longest_interruption"):
            question = f"select * from sla.{call}('acme', 'solution', $1)"
            expected = await place.owner.fetch(question, MONTH)

            assert expected == await acme.fetch(question, MONTH)
            assert (call == "readings") == any(
                "acme-hours-literal" in row.values() for row in expected
            )
        outages = await acme.fetch("select crisis from sla.outage('acme', 'solution', $1)", MONTH)
        assert True in {row["crisis"] for row in outages}


@pytest.mark.parametrize(
    ("question", "said", "hint"),
    [
        (
            "select * from sla.availability('{0}', 'solution', '[2026-05-01,2026-06-01)')",
            'contract "{0}": there is none of this key',
            "Contracts: acme",
        ),
        (
            "select sla.period('{0}', 'month', '2026-05-01')",
            'contract "{0}": there is none of this key',
            "Contracts: acme",
        ),
        (
            "select * from sla.maintenance_of('{0}', '[2026-05-01,2026-06-01)')",
            'contract "{0}": there is none of this key',
            "Contracts: acme",
        ),
        (
            "select * from sla.timeline('acme', '{0}-shop', '[2026-05-01,2026-06-01)')",
            'scope "{0}-shop": contract "acme" does not cover it',
            "Scopes: solution, api, shared",
        ),
        (
            "select sla.working_seconds('{0}-hours', '[2026-05-01,2026-06-01)')",
            'calendar "{0}-hours": there is none of this key',
            "Calendars in use: acme-hours, acme-hours-literal",
        ),
    ],
)
async def test_refusals_name_no_key_and_do_not_tell_what_exists(
    place: Place, question: str, said: str, hint: str
) -> None:
    async with place.entered(place.login("acme")) as acme:
        for asked in ("globex", "nobody"):
            with pytest.raises(pg.RaiseError) as raised:
                await acme.fetch(question.format(asked))

            assert (said.format(asked), hint) == (
                raised.value.args[0],
                raised.value.as_dict()["hint"],
            )


@pytest.mark.parametrize("of", ["acme", "everybody"])
async def test_nothing_private_can_be_touched(place: Place, of: str) -> None:
    relations = await place.owner.fetch(
        "select oid::regclass::text as name from pg_class where relkind in ('r', 'p', 'v')"
        " and relnamespace in ('fact'::regnamespace, 'vigie_meta'::regnamespace)"
    )
    refused = [
        *[f"select * from {row['name']}" for row in relations],
        "select fact.seen_customers()",
        "select fact.contract_id('globex')",
        "select fact.add_analyst('x', null, 'x')",
        "set role vigie_reader",
        "set session authorization vigie_reader",
        "create table sla.mine (n integer)",
        "create table public.mine (n integer)",
        "create or replace view sla.result as select 1 as n",
        "create role mine",
        "alter function sla.as_of() security invoker",
        "select rolpassword from pg_authid",
    ]
    async with place.entered(place.login(of)) as login:
        await login.execute("set default_transaction_read_only = off")  # it is a convenience only
        for statement in refused:
            with pytest.raises(pg.InsufficientPrivilegeError):
                await login.execute(statement)


async def test_a_condition_of_its_own_meets_no_hidden_row(place: Place) -> None:
    async with place.entered(place.login("acme")) as acme:
        met: list[str] = []
        acme.add_log_listener(lambda _, told: met.append(told.message))
        await acme.execute("set default_transaction_read_only = off")
        await acme.execute(
            "create function pg_temp.tell(text) returns boolean language plpgsql cost 0.0001"
            " as $$ begin raise notice '%', $1; return true; end $$"
        )
        for view in await views(place.owner):
            columns = await acme.fetch(
                "select name from sla.dictionary where object = $1 and name is not null", view
            )
            told = " and ".join(f"pg_temp.tell(v.{column['name']}::text)" for column in columns)
            await acme.fetch(f"select 1 from sla.{view} as v where {told}")

        assert met != []
        assert [line for line in met if "globex" in line] == []


async def test_statistics_show_nothing(place: Place) -> None:
    await place.owner.execute("analyze")
    await place.owner.fetch("select 'globex secret' from fact.customer")
    async with place.entered(place.login("acme")) as acme:
        stats = await acme.fetch("select tablename from pg_stats where schemaname = 'fact'")
        queries = await acme.fetch("select query from pg_stat_activity where usename <> user")

        assert [] == stats
        assert [row["query"] for row in queries if "globex" in row["query"]] == []


async def test_a_member_of_the_group_without_a_row_sees_nothing(place: Place) -> None:
    """As a login of another database on the same server would be."""
    await place.owner.execute(
        "delete from fact.analyst_login where login = $1", place.login("acme")
    )
    async with place.entered(place.login("acme")) as acme:
        for view in set(await views(place.owner)) - OF_NOBODY:
            assert [] == await texts(acme, view)
    await place.owner.execute(
        "insert into fact.analyst_login (login) values ($1)", place.login("acme")
    )


async def test_every_table_that_the_views_read_is_protected_or_holds_no_customer_s_data(
    connection: asyncpg.Connection,
) -> None:
    rows = await connection.fetch(
        "select relname from pg_class where relnamespace = 'fact'::regnamespace"
        " and relkind in ('r', 'p') and not relispartition and not relrowsecurity"
        " and has_table_privilege('vigie_reader', oid, 'select') order by 1"
    )

    harmless = ["dirty_day", "dropped_day", "stale_latency", "watermark"]
    assert harmless == [row["relname"] for row in rows]


async def test_every_view_and_every_reading_function_is_secured(
    connection: asyncpg.Connection,
) -> None:
    loose = await connection.fetch(
        "select oid::regclass::text as name from pg_class where relkind = 'v'"
        " and relnamespace = 'sla'::regnamespace and (relowner <> 'vigie_reader'::regrole"
        " or not coalesce('security_barrier=true' = any(reloptions), false))"
        " union all select oid::regprocedure::text from pg_proc"
        " where pronamespace = 'sla'::regnamespace and provolatile <> 'i'"
        " and (not prosecdef or proowner <> 'vigie_reader'::regrole"
        " or not coalesce('search_path=pg_catalog, pg_temp' = any(proconfig), false))"
    )

    assert [] == [row["name"] for row in loose]


async def test_a_removed_login_is_gone(place: Place) -> None:
    name = place.login("acme")
    await remove_analyst(place.owner, name)
    with pytest.raises(pg.InvalidAuthorizationSpecificationError):
        async with place.entered(name):
            pass
    with pytest.raises(UsageError, match="no analyst of this database"):
        await remove_analyst(place.owner, name)


@pytest.mark.parametrize(
    ("login", "customer", "said"),
    [
        ("vigie_reader", None, 'login "vigie_reader": this server has a role of that name'),
        ("Ann; drop", None, 'login "Ann; drop": not a name'),
        ("ann_of_nobody", "nobody", 'customer "nobody": there is none of this key'),
    ],
)
async def test_a_login_that_cannot_be_is_refused(
    connection: asyncpg.Connection, login: str, customer: str | None, said: str
) -> None:
    with pytest.raises(UsageError) as raised:
        await add_analyst(connection, login, customer)

    assert str(raised.value).startswith(said)


async def test_a_customer_s_login_compares_its_own_log_only(place: Place) -> None:
    keys = await place.owner.fetch("select contract, key from sla.dispute")
    key = {row["contract"]: row["key"] for row in keys}
    text = "select service, compared_s from sla.dispute_summary($1, $2)"
    async with place.entered(place.login("acme")) as acme:
        own = await acme.fetch(text, key["acme"], MONTH)
        with pytest.raises(pg.RaiseError) as caught:
            await acme.fetch(text, key["globex"], MONTH)

    assert own == await place.owner.fetch(text, key["acme"], MONTH)
    assert ["api", "shared", None] == [row["service"] for row in own]
    assert f"Disputes: {key['acme']}" == caught.value.as_dict()["hint"]


async def test_the_summary_over_all_contracts_is_the_provider_s(place: Place) -> None:
    """It reads the tables themselves, which no login of an analyst may."""
    for of in ("acme", "everybody"):
        async with place.entered(place.login(of)) as login:
            with pytest.raises(pg.InsufficientPrivilegeError):
                await summary(
                    login, asked=Asked("month", minute(0).date().replace(day=1)), now=minute(60)
                )
