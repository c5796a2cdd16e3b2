"""Many reports at once, in processes of their own: whatever ends one of them, the others go on."""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime

from vigie import storing
from vigie.errors import UsageError, VigieError, one_line
from vigie.reporting.keeping.keeping import Order, keep
from vigie.settings import Settings

RECYCLED = 50  # reports; then a process is replaced, and its memory is free again


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an order."""

    order: Order
    key: str | None  # None: it was not kept
    why: str | None = None  # it was not, in one line


async def keep_all(
    settings: Settings,
    orders: Sequence[Order],
    *,
    processes: int,
    now: datetime,
    tell: Callable[[Outcome], None],
) -> None:
    """Keep the report of every order, and *tell* of each as it is done.

    A process that dies takes its own report with it, and no other.
    """
    waiting = list(reversed(orders))
    while waiting:
        await _with_pool(settings, waiting, processes, now, tell)


async def _with_pool(
    settings: Settings,
    waiting: list[Order],
    processes: int,
    now: datetime,
    tell: Callable[[Outcome], None],
) -> None:
    """Work until nothing is *waiting*, or until a process died."""
    pool = ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_end_with_parent,
        max_tasks_per_child=RECYCLED,
    )
    loop, broken = asyncio.get_running_loop(), False
    flying: dict[asyncio.Future[Outcome], Order] = {}
    try:
        while flying or (waiting and not broken):
            while waiting and not broken and len(flying) < processes:
                order = waiting.pop()
                flying[loop.run_in_executor(pool, keep_here, settings, order, now)] = order
            done, _ = await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                order, error = flying.pop(one), one.exception()
                broken = broken or isinstance(error, BrokenProcessPool)
                tell(_failed(order, error) if error else one.result())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _failed(order: Order, error: BaseException) -> Outcome:
    why = "its process died" if isinstance(error, BrokenProcessPool) else _said(error)
    return Outcome(order=order, key=None, why=why)


def keep_here(settings: Settings, order: Order, now: datetime) -> Outcome:
    """Keep one report, in this process; what goes wrong is told, not raised."""
    try:
        return Outcome(order=order, key=asyncio.run(_keep(settings, order, now)))
    except Exception as error:  # noqa: BLE001 - the others go on
        return Outcome(order=order, key=None, why=_said(error))


async def _keep(settings: Settings, order: Order, now: datetime) -> str:
    async with (
        storing.open_database(settings, migrating=False) as pool,
        pool.acquire() as connection,
    ):
        try:
            return await keep(connection, order, now)
        except UsageError:
            # Somebody else may have been quicker.
            found = await storing.newest_report(
                connection, order.contract, order.scope, order.asked.name
            )
            if order.reason is not None or not found:
                raise
            return str(found["report"])


def _said(error: BaseException) -> str:
    text = str(error) if isinstance(error, VigieError) else f"{type(error).__name__}: {error}"
    return one_line(" ".join(text.split()))


def _end_with_parent() -> None:
    """Let this process end when its parent is killed: nobody else would tell it."""

    def wait() -> None:
        parent = multiprocessing.parent_process()
        if parent:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
