"""`/ack/TOKEN` over a real socket and a real database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from io import BytesIO

import aiohttp
import asyncpg
import pytest
from aiohttp import web
from tests.cli.processes import Wire
from tests.sql.crisis import brought_to, cell_of
from tests.sql.world import World
from tests.watching.queued import FACTS, queue

from vigie import clock
from vigie.serving import serve
from vigie.serving.acknowledging import add_acknowledging
from vigie.watching.links import make_token

HOUR = timedelta(hours=1)
EVENTS = "select kind, detail ->> 'by' as by from fact.outbox_event"
ABOUT = {
    **FACTS,
    "crisis": "crisis-3",
    "services": [{"key": "api", "name": "API <b>"}],
    "started": "2026-05-12T01:00:00Z",
    "timezone": "Europe/Paris",
}


@asynccontextmanager
async def door(pool: asyncpg.Pool) -> AsyncIterator[aiohttp.ClientSession]:
    app = web.Application()
    add_acknowledging(app, lambda: pool)
    async with serve(app, "127.0.0.1:0") as url, aiohttp.ClientSession(url) as session:
        yield session


async def token_of(pool: asyncpg.Pool, good_for: timedelta = HOUR, **more: str) -> str:
    message_id = await queue(pool, facts=ABOUT, **more)  # type: ignore[arg-type]
    assert message_id
    secret = await pool.fetchval("select secret from fact.signing_key")
    return make_token(secret, message_id, clock.now() + good_for)


async def asked(session: aiohttp.ClientSession, token: str, method: str = "GET") -> tuple[int, str]:
    async with session.request(method, f"/ack/{token}") as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_opening_a_link_changes_nothing(pool: asyncpg.Pool, method: str) -> None:
    token = await token_of(pool)
    async with door(pool) as session:
        statuses = [(await asked(session, token, method))[0] for _ in range(3)]

    assert [200] * 3 == statuses
    assert [] == await pool.fetch(EVENTS)
    assert "queued" == await pool.fetchval("select state from fact.outbox")


async def test_the_page_tells_what_it_is_about_and_has_one_button(pool: asyncpg.Pool) -> None:
    token = await token_of(pool)
    async with door(pool) as session:
        _, page = await asked(session, token)

    about = "crisis-3: API &lt;b&gt; since 2026-05-12 03:00 CEST, for Alice Martin"
    assert f"<h1>{about}</h1>" in page
    assert 1 == page.count("<button")
    assert '<form method="post">' in page


async def test_the_button_acknowledges_and_says_who_and_when(pool: asyncpg.Pool) -> None:
    token = await token_of(pool)
    async with door(pool) as session:
        status, page = await asked(session, token, "POST")
    at = await pool.fetchval("select acknowledged_at from sla.notification")

    assert 200 == status
    assert f"Thank you: alice acknowledged it at {at:%Y-%m-%d %H:%M:%S} UTC." in page
    assert [("acknowledged", "alice")] == [tuple(row) for row in await pool.fetch(EVENTS)]


async def test_a_used_link_tells_of_the_first_and_changes_nothing(pool: asyncpg.Pool) -> None:
    token = await token_of(pool)
    async with door(pool) as session:
        await asked(session, token, "POST")
        before = await pool.fetch("select * from fact.outbox_event")
        again, said = await asked(session, token, "POST")
        opened, page = await asked(session, token)

    assert (409, 200) == (again, opened)
    assert "Nothing was changed: alice acknowledged it at 20" in said
    assert "alice acknowledged it at 20" in page
    assert "<button" not in page
    assert before == await pool.fetch("select * from fact.outbox_event")


@pytest.mark.parametrize(
    ("state", "button"), [("staffed", 1), ("monitoring", 1), ("cancelled", 0), ("resolved", 0)]
)
async def test_a_call_of_a_crisis_that_is_over_thanks_nobody(
    pool: asyncpg.Pool, state: str, button: int
) -> None:
    async with pool.acquire() as connection:
        cell = await cell_of(World(connection=connection))
        await brought_to(cell, state)
    called = await pool.fetchval("select min(message_id) from fact.outbox where kind = 'page'")
    secret = await pool.fetchval("select secret from fact.signing_key")
    token = make_token(secret, called, clock.now() + HOUR)
    async with door(pool) as session:
        _, page = await asked(session, token)
        status, said = await asked(session, token, "POST")

    over = f"Nobody is called any more: crisis-{cell.crisis} is {state}."
    assert (button, not button) == (page.count("<button"), over in page)
    assert (200, bool(button), not button) == (status, "Thank you" in said, over in said)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_expired_link_is_told_as_that(pool: asyncpg.Pool, method: str) -> None:
    token = await token_of(pool, -timedelta(seconds=1))
    async with door(pool) as session:
        status, page = await asked(session, token, method)

    assert 410 == status
    assert "This link has expired" in page
    assert [] == await pool.fetch(EVENTS)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_forged_link_is_not_found(pool: asyncpg.Pool, method: str) -> None:
    token = await token_of(pool)
    secret = await pool.fetchval("select secret from fact.signing_key")
    nobody = make_token(secret, 4711, clock.now() + HOUR)
    async with door(pool) as session:
        answers = [
            await asked(session, forged, method)
            for forged in (f"{token[:-3]}AAA", "x", "%3Cscript%3E", "%00", nobody)
        ]

    assert {404} == {status for status, _ in answers}
    assert {True} == {"This link was not made here" in page for _, page in answers}
    assert [] == await pool.fetch(EVENTS)


async def test_a_customer_cannot_acknowledge(pool: asyncpg.Pool) -> None:
    token = await token_of(pool, audience="customer", recipient="acme")
    async with door(pool) as session:
        status, page = await asked(session, token, "POST")

    assert 409 == status
    assert "is for a customer" in page
    assert [] == await pool.fetch(EVENTS)


async def test_nobody_keeps_the_page_or_learns_its_address(pool: asyncpg.Pool) -> None:
    token = await token_of(pool)
    async with door(pool) as session, session.get(f"/ack/{token}") as answer:
        headers = answer.headers

    assert ("no-store", "no-referrer") == (headers["cache-control"], headers["referrer-policy"])
    assert "default-src 'none'" in headers["content-security-policy"]


async def test_a_body_is_not_read(pool: asyncpg.Pool) -> None:
    token = await token_of(pool)
    body = BytesIO(b"x" * 10_000_000)
    async with door(pool) as session, session.post(f"/ack/{token}", data=body) as answer:
        status = answer.status

    assert 200 == status


async def test_a_database_that_is_away_is_told(pool: asyncpg.Pool, database: str) -> None:
    token = await token_of(pool)
    wire = Wire(database)
    await wire.join()
    made = asyncpg.create_pool(wire.url, min_size=0, ssl=False)
    async with made as behind, door(behind) as session:
        before, _ = await asked(session, token)
        await wire.cut()
        status, page = await asked(session, token, "POST")

    assert (200, 503) == (before, status)
    assert "The database does not answer" in page
