"""One watches, the others stand by."""

import asyncio
import time

import asyncpg
from structlog.testing import capture_logs
from tests.cli.processes import until

from vigie.storing import ask_to_watch
from vigie.watching.incidents import Watcher

WATCHER = (
    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted"
    " and pid <> pg_backend_pid() and database ="
    " (select oid from pg_database where datname = current_database())"
)


async def test_second_one_stands_by_until_the_first_one_ends(database: str) -> None:
    first, second = [await asyncpg.connect(database) for _ in range(2)]

    assert 1 == await ask_to_watch(first)
    assert await ask_to_watch(second) is None
    await first.close()
    async with asyncio.timeout(10):
        while (epoch := await ask_to_watch(second)) is None:  # noqa: ASYNC110 - a lock has no event
            await asyncio.sleep(0.05)
    await second.close()

    assert 2 == epoch


async def test_one_that_hangs_is_followed_within_15_seconds(database: str) -> None:
    hanging, second = [await asyncpg.connect(database) for _ in range(2)]
    assert 1 == await ask_to_watch(hanging)
    began = time.monotonic()

    async with asyncio.timeout(60):
        while await ask_to_watch(second) is None:  # noqa: ASYNC110 - a lock has no event
            await asyncio.sleep(0.2)
    waited = time.monotonic() - began
    await second.close()
    hanging.terminate()

    assert 9 < waited < 15


async def test_each_tells_who_watches_and_a_session_that_ended_is_told_in_words(
    pool: asyncpg.Pool,
) -> None:
    stop, first, second = asyncio.Event(), list[bool](), list[bool]()
    with capture_logs() as logs:
        async with asyncio.TaskGroup() as group:
            group.create_task(Watcher(pool, stop, first.append).run())
            await until(lambda: bool(first))
            group.create_task(Watcher(pool, stop, second.append).run())
            await until(lambda: bool(second))
            both = (first[0], second[0])
            await pool.execute(WATCHER)
            await until(lambda: any("cannot be used" in one["event"] for one in logs))
            stop.set()

    assert (True, False) == both
    [trouble] = [one for one in logs if "cannot be used" in one["event"]]
    assert "pool" not in trouble["why"]
