"""Reports by the clock: one process makes what is due, and leads what is kept to the customer."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import takewhile
from pathlib import Path

import asyncpg
import structlog

from vigie import clock, storing
from vigie.errors import VigieError
from vigie.reporting.figures.periods import Asked
from vigie.reporting.keeping.keeping import Order
from vigie.reporting.keeping.running import Outcome, keep_all
from vigie.settings import Settings
from vigie.storing import DATABASE_TROUBLE, Trouble

EVERY_S = 60.0  # between two turns
MOST = 20  # reports of one turn; the next one follows at once
AGAIN_S = 600.0  # what could not be made is tried again
PATIENCE_S = 10.0
BY = "vigie"

log = structlog.get_logger()


async def run_reports(
    pool: asyncpg.Pool,
    *,
    settings: Settings,
    directory: Path,
    stop: asyncio.Event,
    tell: Callable[[str | None], None] = lambda _: None,
) -> None:
    """Make, circulate, issue and send reports as their contracts say, until *stop*.

    One process at a time does; what a time without any left undone is made up for.
    A database that is gone is waited for. *tell* hears why none is made, and None when one may be.
    """
    clerk = Clerk(pool, settings, directory, stop)
    trouble = Trouble(
        "reports: the database does not do its part, none is made or sent meanwhile",
        "reports: the database is back",
        do="look at the database, or report this defect; what is due is made then",
    )
    while not stop.is_set():
        more = False
        try:
            more = await clerk.turn(clock.now())
            trouble.worked()
            tell(None)
        except DATABASE_TROUBLE as error:
            why = str(error) or type(error).__name__
            trouble.failed(why=why)
            tell(why)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.1 if more else EVERY_S)


class Clerk:
    """Does what is due, turn by turn, and remembers what failed."""

    def __init__(
        self, pool: asyncpg.Pool, settings: Settings, directory: Path, stop: asyncio.Event
    ) -> None:
        self._pool, self._settings, self._directory, self._stop = pool, settings, directory, stop
        self._again: dict[tuple[str, str], float] = {}  # by contract and period

    async def turn(self, now: datetime) -> bool:
        """Do what is due at *now*, unless another process does; return whether more is."""
        async with self._pool.acquire(timeout=PATIENCE_S) as connection:
            if not await storing.lead_reports(connection):
                return False
            try:
                return await self._lead(connection, now)
            finally:
                with suppress(*DATABASE_TROUBLE):
                    await storing.end_leading_reports(connection)

    async def _lead(self, connection: asyncpg.Connection, now: datetime) -> bool:
        seconds = time.monotonic()
        failed = {one for one, at in self._again.items() if at > seconds}
        due = await storing.reports_due(connection, now, MOST + len(failed))
        orders = [
            Order(
                contract=one.contract,
                asked=Asked(one.kind, one.day),
                by=BY,
                directory=self._directory,
            )
            for one in due
            if (one.contract, one.period) not in failed
        ][:MOST]
        if orders:
            await self._make(orders, now)
        for one in await storing.turn_reports(connection, now):
            log.info("reports: led on", report=one["report"], done=one["done"])
        return len(orders) == MOST

    async def _make(self, orders: list[Order], now: datetime) -> None:
        """Keep reports in a thread with a loop of its own: ours is probing meanwhile."""
        wanted = takewhile(lambda _: not self._stop.is_set(), orders)
        work = partial(_keep_all, self._settings, wanted, now, self._tell)
        try:
            await asyncio.to_thread(lambda: asyncio.run(work()))
        except VigieError as error:  # of the key, or the database: none of them was begun
            for one in orders:
                self._tell(Outcome(order=one, key=None, why=str(error)))

    def _tell(self, made: Outcome) -> None:
        contract, period = made.order.contract, made.order.asked.name
        if made.why is None:
            said = "reports: kept as a draft" if made.ours else "reports: somebody else kept it"
            log.info(said, report=made.key)
            return
        self._again[contract, period] = time.monotonic() + AGAIN_S
        log.error(
            "reports: a report that is due cannot be made",
            contract=contract,
            period=period,
            why=made.why,
            do=f"correct that; it is tried again, or: vigie report draft {contract}",
        )


async def _keep_all(
    settings: Settings, orders: Iterable[Order], now: datetime, tell: Callable[[Outcome], None]
) -> None:
    async with storing.open_database(settings, migrating=False) as pool:
        await keep_all(pool, orders, processes=1, now=now, tell=tell)
