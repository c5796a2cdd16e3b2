"""How an agent tells of itself, and what stops it from that."""

import asyncio

import asyncpg
import pytest
from structlog.testing import capture_logs
from tests.storing.made import MINUTE, NOON, catalogue

from vigie.storing import AgentState, apply_catalogue
from vigie.storing.agents import attend

SEEN = "select count(*) from fact.agent"


def state() -> AgentState:
    return AgentState(
        location="paris",
        host="box",
        home="/var/lib/vigie",
        version="1",
        leads=True,
        spool_files=0,
        newest=None,
    )


async def test_a_database_that_says_nothing_is_given_up_on(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was waited for without an end, and so was the end of the agent."""
    monkeypatch.setattr("vigie.storing.agents.PATIENCE_S", 0.3)
    async with pool.acquire() as connection:
        await apply_catalogue(connection, catalogue(), NOON - MINUTE)
    stop = asyncio.Event()
    with capture_logs() as logs:
        async with pool.acquire() as other, other.transaction():
            await other.execute("lock table fact.agent")
            attending = asyncio.create_task(attend(pool, state, stop, every_s=0.1))
            async with asyncio.timeout(20):
                while not logs:  # noqa: ASYNC110 - a log has no event
                    await asyncio.sleep(0.05)
        async with asyncio.timeout(20):
            while not await pool.fetchval(SEEN):  # noqa: ASYNC110 - nor has a table
                await asyncio.sleep(0.05)
        stop.set()
        await asyncio.wait_for(attending, 20)

    assert logs[0]["event"].startswith("agent: the database does not answer")
