"""`/report/LANGUAGE/TOKEN` over a real socket: a file, or one line that says why not."""

from datetime import timedelta

import aiohttp
import asyncpg
from aiohttp import web
from tests.sql.reports import keep
from tests.sql.world import World

from vigie import clock
from vigie.serving import serve
from vigie.serving.fetching import add_fetching
from vigie.watching.links import file_link

HOUR = timedelta(hours=1)


async def test_a_report_is_fetched_by_its_link_and_by_no_other(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        world = World(connection=connection)
        await world.service()
        await world.contract()
        await world.rolled_up_to(clock.now())
        key = await keep(world)
        number = await connection.fetchval(
            "select fact.queue_message('k', 'customer_report', 'customer', 'acme',"
            """ '[{"channel": "email", "to": "a@acme.example"}]', $1)""",
            f'{{"report": "{key}"}}',
        )
        [row] = await connection.fetch("select language, bytes from fact.report_file")
        secret = await connection.fetchval("select secret from fact.signing_key")
    app = web.Application()
    add_fetching(app, lambda: pool)
    async with serve(app, "127.0.0.1:0") as url, aiohttp.ClientSession() as session:

        async def asked(address: str, method: str = "GET") -> tuple[int, bytes, str | None]:
            async with session.request(method, address) as answer:
                said = answer.headers.get("content-disposition")
                return answer.status, await answer.read(), said

        good = file_link(url, secret, number, row["language"], clock.now() + HOUR)
        ended = file_link(url, secret, number, row["language"], clock.now() - HOUR)
        told = f'attachment; filename="{key.replace("/", "-")}.pdf"'
        assert 405 == (await asked(good, "HEAD"))[0]
        assert 0 == await pool.fetchval("select count(*) from sla.report_event where kind='opened'")
        assert (200, row["bytes"], told) == await asked(good)
        assert [410, 404, 404] == [
            (await asked(one))[0] for one in (ended, f"{good}x", good.replace("/en/", "/fr/"))
        ]

    opened = await pool.fetch("select actor from sla.report_event where kind = 'opened'")
    assert ["a@acme.example"] == [one["actor"] for one in opened]
