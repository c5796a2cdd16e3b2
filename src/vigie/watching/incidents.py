"""One process watches; the others stand by and take over when it ends or hangs."""

import asyncio
from contextlib import suppress

import asyncpg
import structlog
from asyncpg import exceptions as pg

from vigie import clock
from vigie.storing import DATABASE_TROUBLE, Trouble, ask_to_watch, look

EVERY_S = 1.0  # between two looks: a page leaves within seconds of its minute
STANDBY_S = 2.0  # between two questions whether the place is free
PATIENCE_S = 10.0

log = structlog.get_logger()


async def run_watch(pool: asyncpg.Pool, stop: asyncio.Event) -> None:
    """Turn what fails into incidents and crises until *stop*, or stand by for who does.

    A database that is gone is waited for: what failed meanwhile is found in the results.
    """
    trouble = Trouble(
        "watching: the database cannot be used, nobody is called meanwhile",
        "watching: the database is back",
        do="start the database; what failed meanwhile is found then",
    )
    while not stop.is_set():
        try:
            await _sit(pool, stop, trouble)
        except DATABASE_TROUBLE as error:
            trouble.failed(why=str(error) or type(error).__name__)
        await _pause(stop, STANDBY_S)


async def _sit(pool: asyncpg.Pool, stop: asyncio.Event, trouble: Trouble) -> None:
    """Ask for the place, and look again and again while it is ours, on one session."""
    async with pool.acquire(timeout=PATIENCE_S) as connection:
        try:
            epoch = await ask_to_watch(connection)
            trouble.worked()
            if epoch is None:
                return
            log.info("watching", epoch=epoch)
            while not stop.is_set():
                await look(connection, epoch, clock.now())
                trouble.worked()
                await _pause(stop, EVERY_S)
        finally:
            # Its end frees the place, and takes the session's limits with it.
            with suppress(pg.InterfaceError):
                connection.terminate()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
