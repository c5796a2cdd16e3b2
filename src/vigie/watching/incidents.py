"""One process watches; the others stand by and take over when it ends or hangs."""

import asyncio
from collections.abc import Callable
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


class Watcher:
    """Turns what fails into incidents and crises, or stands by for who does.

    *tell* hears True after each look, and False whenever another process watches.
    """

    def __init__(
        self, pool: asyncpg.Pool, stop: asyncio.Event, tell: Callable[[bool], None]
    ) -> None:
        self._pool, self._stop, self._tell = pool, stop, tell
        self._looked = float("-inf")
        self._trouble = Trouble(
            "watching: the database cannot be used, nobody is called meanwhile",
            "watching: the database is back",
            do="look at the database; what failed meanwhile is found then",
        )

    def looked_s_ago(self) -> float:
        """Return the seconds since this process last looked; infinite while it stands by."""
        return asyncio.get_running_loop().time() - self._looked

    async def run(self) -> None:
        """Watch until stopped.

        A database that is gone is waited for: what failed meanwhile is found in the results.
        """
        while not self._stop.is_set():
            try:
                await self._sit()
            except DATABASE_TROUBLE as error:
                self._trouble.failed(why=str(error) or type(error).__name__)
            await self._pause(STANDBY_S)

    async def _sit(self) -> None:
        """Ask for the place, and look again and again while it is ours, on one session."""
        async with self._pool.acquire(timeout=PATIENCE_S) as connection:
            connection.add_log_listener(_warned)
            try:
                epoch = await ask_to_watch(connection)
                self._trouble.worked()
                if epoch is None:
                    self._tell(False)  # noqa: FBT003 - the answer itself
                    return
                log.info("watching", epoch=epoch)
                while not self._stop.is_set():
                    await look(connection, epoch, clock.now())
                    self._looked = asyncio.get_running_loop().time()
                    self._tell(True)  # noqa: FBT003 - the answer itself
                    await self._pause(EVERY_S)
            except pg.InterfaceError as error:  # it complains about the pool only
                message = "the server ended the session"
                raise ConnectionResetError(message) from error
            finally:
                # Its end frees the place, and takes the session's limits with it.
                with suppress(pg.InterfaceError):
                    connection.terminate()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)


def _warned(_: object, message: object) -> None:
    """Log what the database could not do for one crisis, while it went on with the others."""
    log.error(
        "watching: one crisis is held up", why=str(message), do="report it; it is tried again"
    )
