"""How a measuring process is doing, as its pages tell it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

from vigie import clock
from vigie.cli.engine import Pulse
from vigie.cli.following import Following
from vigie.serving import Health, Measured
from vigie.storing import DATABASE_TROUBLE, mismatch, query, spool_depth

SLACK = timedelta(minutes=2)  # what a busy machine may take before something is wrong
LAG = timedelta(seconds=90)  # of the figures when all is well: one turn of the roll-up, and 30 s
PATIENCE_S = 2.0  # with the database
STOPPED = "the roll-up stopped"


async def health(following: Following, home: Path, pulse: Pulse, began: datetime) -> Health:
    """Return how the process that *began* then is doing."""
    now = clock.now()
    await _look(pulse)
    wrong = []
    services = following.catalogue.services
    endpoints = [endpoint for service in services for endpoint in service.endpoints]
    fastest = min((endpoint.every for endpoint in endpoints), default=None)
    course = pulse.course
    since = max(filter(None, (pulse.newest, began, course.since)))
    if fastest and course.leads and now - since > fastest + SLACK:
        wrong.append("the prober stopped")
    if _is_stalled(pulse, began, now):
        wrong.append(STOPPED)
    files = sum(1 for _ in home.joinpath("spool").glob("*.jsonl"))
    return Health(
        newest_result=pulse.newest,
        as_of=pulse.as_of,
        spool_files=files,
        wrong=tuple(wrong),
        spool=pulse.spool.wrong if pulse.spool else (),
        catalogue=following.problems,
    )


async def unready(pulse: Pulse, began: datetime) -> Sequence[str]:
    """Return why whoever asks for figures would not get them as they should be; [] when ready."""
    why = [told for told in [await _schema_trouble(pulse)] if told]
    if _is_stalled(pulse, began, clock.now()):
        why.append(STOPPED)
    return why


async def measured(home: Path, pulse: Pulse, location: str) -> Measured:
    """Return what the process has measured of itself."""
    latency_s = await _look(pulse)
    depth = await asyncio.to_thread(spool_depth, home / "spool")
    return Measured(
        now=clock.now(),
        location=location,
        counts=pulse.counts,
        depth=depth,
        in_memory=len(pulse.spool) if pulse.spool else 0,
        lost=pulse.spool.lost if pulse.spool else 0,
        shipped=pulse.shipper.shipped if pulse.shipper else 0,
        newest=pulse.newest,
        as_of=pulse.as_of,
        latency_s=latency_s,
    )


def _is_stalled(pulse: Pulse, began: datetime, now: datetime) -> bool:
    return now - (pulse.as_of or began) > LAG + SLACK


async def _look(pulse: Pulse) -> float | None:
    """Ask the database up to where the figures hold, and return how many seconds that took.

    While it is away the last answer stays, and there is no time.
    """
    if pulse.pool is None:
        return None
    with suppress(*DATABASE_TROUBLE):
        async with asyncio.timeout(PATIENCE_S), pulse.pool.acquire() as connection:
            asked = perf_counter()
            pulse.as_of = await connection.fetchval(query("as_of"))
            return perf_counter() - asked
    return None


async def _schema_trouble(pulse: Pulse) -> str | None:
    if pulse.pool is None:
        return "the database was not reached yet"
    try:
        async with asyncio.timeout(PATIENCE_S), pulse.pool.acquire() as connection:
            trouble = await mismatch(connection)
            if trouble is None:
                pulse.as_of = await connection.fetchval(query("as_of"))
            return trouble
    except DATABASE_TROUBLE as error:
        return f"the database does not answer: {str(error) or type(error).__name__}"
