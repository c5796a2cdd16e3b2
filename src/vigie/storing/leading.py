"""One agent at a time probes from a location; another one stands by.

A lock that lives as long as a session decides. It only spares targets from being asked twice:
two results of one slot are one result, whoever stores them.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import asyncpg
from asyncpg import exceptions as pg

from vigie.storing.queries import query
from vigie.storing.trouble import DATABASE_TROUBLE, Trouble

BEAT_S = 2.0  # between two questions; the leader's session ends 10 s after its last one
PATIENCE_S = 10.0  # without an answer; then who stood by probes too, for nobody may


async def run_leading(
    pool: asyncpg.Pool, location: str, tell: Callable[[bool], None], stop: asyncio.Event
) -> None:
    """Tell again and again whether this process leads *location*, until *stop*.

    While the database is away nobody can know, and everybody leads: better a slot twice than
    never.
    """
    loop = asyncio.get_running_loop()
    trouble = Trouble(
        "leader: the database does not say who leads, probing goes on",
        "leader: the database says again who leads",
        do="start the database; both may probe meanwhile, each slot counts once",
    )
    answered = loop.time()

    def hear(leads: bool) -> None:  # noqa: FBT001 - the answer itself
        nonlocal answered
        answered = loop.time()
        trouble.worked()
        tell(leads)

    while not stop.is_set():
        try:
            await _sit(pool, location, hear, stop)
        except DATABASE_TROUBLE as error:
            trouble.failed(why=str(error) or type(error).__name__)
            if loop.time() - answered > PATIENCE_S:
                tell(True)  # noqa: FBT003 - the answer itself
            await _pause(stop)


async def _sit(
    pool: asyncpg.Pool, location: str, hear: Callable[[bool], None], stop: asyncio.Event
) -> None:
    """Ask for the place, and once it is ours show that we live, on one session until *stop*."""
    async with pool.acquire(timeout=PATIENCE_S) as connection:
        try:
            await connection.execute(query("lead_lease"), timeout=PATIENCE_S)
            leads = False
            while not stop.is_set():
                leads = await _ask(connection, location, leads=leads)
                hear(leads)
                await _pause(stop)
        except DATABASE_TROUBLE as error:
            with suppress(pg.InterfaceError):  # the pool has it back where the server ended it
                connection.terminate()  # its end frees the place, should it be us who hang
            if isinstance(error, pg.InterfaceError):  # it complains about the pool only
                message = "the server ended the session"
                raise ConnectionResetError(message) from error
            raise


async def _ask(connection: asyncpg.Connection, location: str, *, leads: bool) -> bool:
    if leads:
        return bool(await connection.fetchval(query("lead_still"), timeout=PATIENCE_S))
    return bool(await connection.fetchval(query("lead"), location, timeout=PATIENCE_S))


async def _pause(stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), BEAT_S)
