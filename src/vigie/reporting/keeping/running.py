"""Many reports at once: their figures are read while workers draw; a failure stops no other."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from vigie import settings, storing
from vigie.errors import UsageError, VigieError
from vigie.legible import one_line
from vigie.reporting.keeping.keeping import Order, keep
from vigie.reporting.press import Press, open_press

AHEAD = 1  # reports whose figures are read while all workers draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an order."""

    order: Order
    key: str | None  # None: it was not kept
    why: str | None = None  # it was not, in one line
    ours: bool = True  # False: somebody else kept it meanwhile


async def keep_one(pool: asyncpg.Pool, order: Order, now: datetime) -> str:
    """Keep one report and return its key; raises as `keep` does."""
    async with open_press(settings.signing(), now) as press:
        return await keep(pool, order, press, now)


async def keep_all(
    pool: asyncpg.Pool,
    orders: Iterable[Order],
    *,
    processes: int,
    now: datetime,
    tell: Callable[[Outcome], None],
) -> None:
    """Keep the report of every order, drawn in so many *processes*, and *tell* of each.

    Who interrupts it loses the reports that are made at that moment, and none that was told of.

    Raises:
        ReportError: the key cannot be used, so no report can be made.
    """
    waiting = iter(orders)  # of all tasks: each takes the next one
    async with (
        open_press(settings.signing(), now, processes=processes) as press,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(processes + AHEAD):
            group.create_task(_work(pool, waiting, press, now, tell))


async def _work(
    pool: asyncpg.Pool,
    waiting: Iterator[Order],
    press: Press,
    now: datetime,
    tell: Callable[[Outcome], None],
) -> None:
    for order in waiting:
        tell(await _outcome(pool, order, press, now))


async def _outcome(pool: asyncpg.Pool, order: Order, press: Press, now: datetime) -> Outcome:
    """Keep one report; what goes wrong is told, not raised."""
    try:
        return await _kept(pool, order, press, now)
    except Exception as error:  # noqa: BLE001 - the others go on
        return Outcome(order=order, key=None, why=_said(error))


async def _kept(pool: asyncpg.Pool, order: Order, press: Press, now: datetime) -> Outcome:
    try:
        return Outcome(order=order, key=await keep(pool, order, press, now))
    except UsageError:
        # Somebody else may have been quicker.
        of = (order.contract, order.scope, order.asked.name)
        async with pool.acquire() as connection:
            found = await storing.newest_report(connection, *of)
        if order.reason is not None or not found:
            raise
        return Outcome(order=order, key=str(found["report"]), ours=False)


def _said(error: BaseException) -> str:
    text = str(error) if isinstance(error, VigieError) else f"{type(error).__name__}: {error}"
    return one_line(" ".join(text.split()))
