"""The outbox while its database is away: nothing is lost, nothing is sent twice."""

import asyncio
import os
import signal
from pathlib import Path

import asyncpg
import pytest
from structlog.testing import capture_logs
from tests.cli.processes import Wire, until
from tests.watching.queued import (
    queue,
    until_states,
    working,
)
from tests.watching.receiver import a_receiver, post

from vigie.settings import Settings
from vigie.storing import DATABASE_TROUBLE, open_database


def hook(url: str, **more: str) -> list[dict[str, str]]:
    return [{"channel": "webhook", "to": url, **more}]


def crash(home: Path) -> None:
    """End the server as a power failure would; its guard starts it again."""
    postmaster = int((home / "postgres/data/postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)


async def patiently(pool: asyncpg.Pool, **expected: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                return await until_states(pool, **expected)
            except DATABASE_TROUBLE:
                await asyncio.sleep(0.1)


async def test_a_database_that_restarts_loses_and_repeats_nothing(home: Path) -> None:
    """Half of the messages are on their way while every connection breaks."""
    settings = Settings(database_url=None, home=home)
    async with a_receiver() as receiver, open_database(settings) as pool:
        receiver.hold = asyncio.Event()
        for number in range(16):
            await queue(pool, f"page:{number}", targets=hook(receiver.url))
        async with working(pool, post, workers=8):
            await until(lambda: receiver.taken.total() == 8)
            await asyncio.to_thread(crash, home)
            receiver.hold.set()
            await patiently(pool, sent=16)

    assert {f"page:{number}": 1 for number in range(16)} == dict(receiver.taken)


async def test_a_database_that_is_away_is_told_once_and_waited_for(
    pool: asyncpg.Pool, database: str
) -> None:
    wire = Wire(database)
    await wire.join()
    with capture_logs() as logs:
        async with (
            a_receiver() as receiver,
            asyncpg.create_pool(wire.url, min_size=0, ssl=False) as behind,
            working(behind, post),
        ):
            await queue(pool, "before", targets=hook(receiver.url))
            await until_states(pool, sent=1)
            await wire.cut()
            await queue(pool, "meanwhile", targets=hook(receiver.url))
            await until(lambda: any("cannot be used" in one["event"] for one in logs))
            await wire.join()
            await until_states(pool, sent=2)
        await wire.cut()

    told = [one["event"] for one in logs if "database" in one["event"]]
    assert [
        "outbox: the database cannot be used, messages wait",
        "outbox: the database is back, messages are sent",
    ] == told
    assert {"before": 1, "meanwhile": 1} == dict(receiver.taken)


async def test_stopping_ends_although_the_database_is_away(
    pool: asyncpg.Pool, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent meanwhile is sent again later: nobody could write it down."""
    monkeypatch.setattr("vigie.watching.outbox.STOP_S", 0.2)
    wire = Wire(database)
    await wire.join()
    async with (
        a_receiver() as receiver,
        asyncpg.create_pool(wire.url, min_size=0, ssl=False) as behind,
    ):
        receiver.hold = asyncio.Event()
        await queue(pool, targets=hook(receiver.url))
        with capture_logs() as logs:
            async with working(behind, post):
                await until(lambda: bool(receiver.taken))
                await wire.cut()
                receiver.hold.set()

    assert "outbox: a message may be sent twice" in logs[-1]["event"]
    assert [("attempted",)] == [
        tuple(row) for row in await pool.fetch("select kind from fact.outbox_event")
    ]
