"""Everything that turns failures into people who know of them, beside what measures."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import asyncpg

from vigie.watching.alive import run_alive
from vigie.watching.channels import send
from vigie.watching.incidents import Watcher
from vigie.watching.outbox import run_outbox
from vigie.watching.wording import render


async def run_watching(
    pool: asyncpg.Pool, stop: asyncio.Event, directory: Path, tell: Callable[[bool], None]
) -> None:
    """Watch, call people and say that we are alive, until *stop*.

    *tell* hears again and again whether this process watches, or another one does (False).
    *directory* is the catalogue's: its templates of messages win over the shipped ones.
    """
    watcher = Watcher(pool, stop, tell)
    async with asyncio.TaskGroup() as group:
        group.create_task(watcher.run())
        group.create_task(run_outbox(pool, send, partial(render, directory=directory), stop))
        group.create_task(run_alive(pool, watcher.looked_s_ago, stop))
