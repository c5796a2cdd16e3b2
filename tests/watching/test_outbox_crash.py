"""`kill -9` at every step of the outbox, one after the other; then another worker takes over."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
from tests.watching.queued import queue, until_states, working
from tests.watching.receiver import Receiver, a_receiver, post

ROOT = Path(__file__).parents[2]
Worked = Callable[[int], Awaitable[tuple[int, list[str]]]]
# The first message is sent; the second one is refused for good and goes to its second target.
SENT = ("before send", "after send", "before finish_message", "after finish_message")
REFUSED = ("before send", "before fail_message", "after fail_message")
CLAIMED = (
    "before claim_messages",
    "after claim_messages",
    "before attempt_message",
    "after attempt_message",
)
STEPS = [*CLAIMED, *SENT, *CLAIMED, *REFUSED, *CLAIMED, *SENT]
# The server had taken it, and the worker died before it could say so.
TWICE = {5: "first", 6: "first", 20: "second", 21: "second"}


async def test_a_worker_killed_at_any_step_loses_nothing_and_repeats_only_what_nobody_can_know(
    pool: asyncpg.Pool, worked: Worked
) -> None:
    assert {"after send", "before finish_message"} == {STEPS[step] for step in TWICE}
    async with a_receiver() as receiver:
        for step in range(len(STEPS)):
            await queue_two(pool, receiver, step)
            status, said = await worked(step)
            assert (-signal.SIGKILL, STEPS[: step + 1]) == (status, said)

            async with working(pool, post):
                await until_states(pool, sent=2 * (step + 1))
            doubled = TWICE.get(step)
            assert {
                f"{step}-{which}": 2 if which == doubled else 1 for which in ("first", "second")
            } == {key: times for key, times in receiver.taken.items() if key in keys(step)}
        # Where the key is looked at, as we ask receivers to, nothing came twice.
        assert 2 * len(STEPS) == len(receiver.taken)
        await every_sending_was_written_down_before(pool, receiver.taken)


async def test_a_worker_that_nobody_kills_comes_to_every_step(
    pool: asyncpg.Pool, worked: Worked
) -> None:
    async with a_receiver() as receiver:
        await queue_two(pool, receiver, 0)
        status, said = await worked(1000)

    assert (0, STEPS) == (status, said[: len(STEPS)])
    assert {"0-first": 1, "0-second": 1} == dict(receiver.taken)


def keys(step: int) -> tuple[str, str]:
    return f"{step}-first", f"{step}-second"


async def queue_two(pool: asyncpg.Pool, receiver: Receiver, step: int) -> None:
    first, second = keys(step)
    here = {"channel": "webhook", "to": receiver.url}
    gone = {"channel": "webhook", "to": f"{receiver.url}gone"}
    await queue(pool, first, targets=[here])
    await queue(pool, second, targets=[gone, here])


@pytest.fixture
async def worked(database: str) -> AsyncIterator[Worked]:
    """How a worker that is killed at a step ended, and the steps that it came to."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.watching.worker", database,
        stdin=PIPE, stdout=PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    said, told = process.stdout, process.stdin

    async def work(step: int) -> tuple[int, list[str]]:
        told.write(f"{step}\n".encode())
        lines = list[str]()
        async with asyncio.timeout(60):
            while not (line := (await said.readline()).decode().strip()).startswith("ended"):
                assert process.returncode is None
                lines.append(line)
        return int(line.split()[1]), [line for line in lines if line in STEPS]

    yield work
    told.close()
    await asyncio.wait_for(process.wait(), 60)


async def every_sending_was_written_down_before(pool: asyncpg.Pool, taken: Counter[str]) -> None:
    rows = await pool.fetch("select key, attempts from sla.notification")
    tried = {row["key"]: row["attempts"] for row in rows}

    assert [] == [key for key, times in taken.items() if tried[key] < times]
