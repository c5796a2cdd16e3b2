"""The dead man's switch: somebody outside is called while watching works, and only then."""

import asyncio
from collections.abc import Callable

import asyncpg
from tests.cli.called import a_receiver
from tests.watching.queued import ROTA, set_rota

from vigie.watching.alive import run_alive


async def _run(pool: asyncpg.Pool, looked_s_ago: Callable[[], float], every_s: float) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(run_alive(pool, looked_s_ago, stop, every_s=every_s))
    try:
        await asyncio.sleep(1.5)
    finally:
        stop.set()
        await running


async def test_monitor_is_called_again_and_again_while_we_watch(pool: asyncpg.Pool) -> None:
    async with a_receiver() as called:
        alive = f"http://127.0.0.1:{called.port}/alive"
        await set_rota(pool, {**ROTA, "allow": ["loopback"], "alive": alive})
        stop = asyncio.Event()
        running = asyncio.create_task(run_alive(pool, lambda: 1, stop, every_s=0.05))
        async with asyncio.timeout(20):
            while len(called.calls) < 3:  # noqa: ASYNC110 - its calls have no event here
                await asyncio.sleep(0.02)
        stop.set()
        await running

    assert {"/alive"} == {path for path, _, _ in called.calls}
    assert called.calls[0][2]["watching"] is True


async def test_monitor_is_not_called_when_the_last_look_is_old(pool: asyncpg.Pool) -> None:
    async with a_receiver() as called:
        alive = f"http://127.0.0.1:{called.port}/alive"
        await set_rota(pool, {**ROTA, "allow": ["loopback"], "alive": alive})
        await _run(pool, lambda: 31, 0.05)

    assert [] == called.calls


async def test_monitor_that_cannot_be_reached_stops_nothing(pool: asyncpg.Pool) -> None:
    await set_rota(pool, {**ROTA, "alive": "http://127.0.0.1:1/alive"})  # loopback is not allowed

    await _run(pool, lambda: 1, 0.05)
