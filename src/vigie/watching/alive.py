"""A dead man's switch: somebody outside is called every minute, while watching works.

When the calls stop, that monitor wakes people: nothing here can tell of its own end.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress

import asyncpg
import structlog

from vigie import __version__
from vigie.errors import PlaceholderError
from vigie.probing import filled
from vigie.storing import DATABASE_TROUBLE, sending_terms
from vigie.watching.channels.http import post
from vigie.watching.message import NotSent, Transport

EVERY_S = 60.0
FRESH_S = 30.0  # a look this old says that watching hangs
ACQUIRE_S = 10.0

log = structlog.get_logger()


async def run_alive(
    pool: asyncpg.Pool,
    looked_s_ago: Callable[[], float],
    stop: asyncio.Event,
    *,
    every_s: float = EVERY_S,
) -> None:
    """Call the rota's `alive` again and again until *stop*, while the last look is fresh.

    *looked_s_ago* gives the seconds since this process last looked; a standby never calls.
    """
    while not stop.is_set():
        if looked_s_ago() < FRESH_S:
            await _call(pool)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every_s)


async def _call(pool: asyncpg.Pool) -> None:
    body = json.dumps({"vigie": __version__, "watching": True}).encode()
    try:
        async with pool.acquire(timeout=ACQUIRE_S) as connection:
            rota = (await sending_terms(connection)).rota
        if not (address := rota.get("alive")):
            return
        transport = Transport(mail=None, allow=tuple(rota.get("allow") or ()))
        headers = {"content-type": "application/json"}
        await post(filled(address, []), body, transport, headers=headers)
    except (NotSent, PlaceholderError, *DATABASE_TROUBLE) as error:
        why = str(error) or type(error).__name__
        log.warning("alive: the outside monitor was not reached", why=why, do="look at rota alive")
