"""One watches, the others stand by."""

import asyncio
import time

import asyncpg

from vigie.storing import ask_to_watch


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
