"""What is said of a database that does not tell who leads."""

import asyncio

import asyncpg
from structlog.testing import capture_logs
from tests.storing.made import MINUTE, NOON, catalogue

from vigie.storing import apply_catalogue, run_leading

END_IT = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sits'"


async def test_a_session_that_the_server_ended_is_named_as_that(
    pool: asyncpg.Pool, database: str
) -> None:
    """The pool had taken the connection back, and its complaint about that was what one read."""
    async with pool.acquire() as connection:
        await apply_catalogue(connection, catalogue(), NOON - MINUTE)
    told: asyncio.Queue[bool] = asyncio.Queue()
    own = {"application_name": "sits"}
    sits = await asyncpg.create_pool(database, min_size=0, server_settings=own)
    sitting = asyncio.create_task(run_leading(sits, "paris", told.put_nowait, asyncio.Event()))
    try:
        with capture_logs() as logs:
            await asyncio.wait_for(told.get(), 20)
            await pool.execute(END_IT)
            async with asyncio.timeout(20):
                while not logs:  # noqa: ASYNC110 - a log has no event
                    await asyncio.sleep(0.05)
    finally:
        sitting.cancel()
        sits.terminate()

    assert logs[0]["event"].startswith("leader: the database does not say who leads")
    assert "pool" not in logs[0]["why"]
