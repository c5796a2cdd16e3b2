"""Calendars of a process that runs into a new year."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import asyncpg
import structlog

from vigie import clock
from vigie.catalogue import Catalogue, is_short, renewed
from vigie.storing import DATABASE_TROUBLE, renew_calendars

LOOK_S = 3600.0  # between two looks at the year; calendars reach two years ahead

log = structlog.get_logger()


async def keep_years(
    pool: asyncpg.Pool,
    current: Callable[[], Catalogue],
    stop: asyncio.Event,
    *,
    every_s: float = LOOK_S,
) -> None:
    """Spell the *current* calendars out for one year more whenever a year begins, until *stop*."""
    given = stored = current()
    while not stop.is_set():
        if given is not current():
            given = stored = current()
        if is_short(stored, clock.now()):
            stored = await _renew(pool, stored)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every_s)


async def _renew(pool: asyncpg.Pool, catalogue: Catalogue) -> Catalogue:
    """Return the catalogue as it is stored now; unchanged when that is to be tried again."""
    now = clock.now()
    fresh = renewed(catalogue, now)
    try:
        async with pool.acquire() as connection:
            changes = await renew_calendars(connection, fresh, now)
    except DATABASE_TROUBLE as error:
        log.warning(
            "calendars: not renewed yet",
            why=str(error),
            do="start the database; it is tried again within the hour",
        )
        return catalogue
    for line in changes.lines:
        log.info("catalogue", change=line)
    return fresh
