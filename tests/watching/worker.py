"""Workers in processes of their own, each killed at the step that it is told: `kill -9`.

The argument is the database's URL. Each line of the input is the number of a step: a worker is
forked, prints the name of each step before it goes on, and stops by itself when nothing is left
to send. Then its exit status is printed.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

import asyncpg
from tests.watching.queued import render
from tests.watching.receiver import post

from vigie.watching import Message, Sent, Transport, outbox, run_outbox

_T = TypeVar("_T")
LEASE = timedelta(milliseconds=200)  # nobody else works meanwhile
_left = 0


def step(name: str) -> None:
    """End the process here, if it is its turn."""
    global _left  # noqa: PLW0603 - a process of one purpose
    print(name, flush=True)  # noqa: T201 - our parent reads it
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    _left -= 1


def around(name: str, work: Callable[..., Awaitable[_T]]) -> Callable[..., Awaitable[_T]]:
    async def stepping(*values: Any, **named: Any) -> _T:
        step(f"before {name}")
        done = await work(*values, **named)
        step(f"after {name}")
        return done

    return stepping


async def send(target: Mapping[str, str], message: Message, transport: Transport) -> Sent:
    return await around("send", post)(target, message, transport)


async def main(url: str) -> None:
    for name in ("claim_messages", "attempt_message", "finish_message", "fail_message"):
        setattr(outbox, name, around(name, getattr(outbox, name)))
    stop = asyncio.Event()
    async with asyncpg.create_pool(url, min_size=0) as pool:
        running = asyncio.create_task(run_outbox(pool, send, render, stop, workers=1, lease=LEASE))
        while await pool.fetchval("select count(*) from fact.outbox where state = 'queued'"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        stop.set()
        await running


def forked(url: str, step_number: int) -> int:
    """Return the status with which a worker ended; a fork spares the imports."""
    global _left  # noqa: PLW0603 - as above
    if pid := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    _left = step_number
    asyncio.run(main(url))
    os._exit(0)


if __name__ == "__main__":
    for line in sys.stdin:
        print("ended", forked(sys.argv[1], int(line)), flush=True)  # noqa: T201 - as above
