"""Everything that measures, in one process: prober, spool, shipper and roll-up.

Probing does not wait for the database: what is measured meanwhile waits in the spool.
"""

import asyncio
import platform
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import asyncpg
import structlog

from vigie import __version__, clock
from vigie.catalogue import Catalogue, Service, references_at
from vigie.cli.course import Course
from vigie.cli.following import Following
from vigie.cli.years import keep_years
from vigie.errors import DatabaseDownError, DatabaseError
from vigie.probing import Counts, Judge, Result, Target, run_agent
from vigie.settings import Settings
from vigie.storing import (
    DATABASE_TROUBLE,
    AgentState,
    Shipper,
    Spool,
    apply_catalogue,
    attend,
    open_database,
    roll_up,
    run_leading,
    run_rollup,
    spool_depth,
)

SETTLE = timedelta(seconds=30)  # results of other processes may still come
RETRY_S = 2.0  # between two looks for a database that is down

Beside = Callable[[asyncpg.Pool], Awaitable[None]]  # what runs beside storing

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Pulse:
    """What a measuring process knows of itself."""

    newest: datetime | None = None  # slot of the newest result
    as_of: datetime | None = None  # figures said nothing of what lay after, when last asked
    pool: asyncpg.Pool | None = None  # None while the database was not reached yet
    counts: Counts = field(default_factory=Counts)
    spool: Spool | None = None
    shipper: Shipper | None = None
    course: Course = field(default_factory=Course)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """When storing ends, and how far behind the end the figures stay."""

    stop: asyncio.Event  # no more is measured
    written: asyncio.Event  # everything measured is in the spool
    settle: timedelta


def targets(services: Sequence[Service]) -> list[Target]:
    """Return what the services ask to probe."""
    return [
        Target(service=service.key, endpoint=endpoint, allow=service.allow)
        for service in services
        for endpoint in service.endpoints
    ]


async def measure(
    catalogue: Catalogue,
    settings: Settings,
    stop: asyncio.Event,
    *,
    location: str,
    pulse: Pulse,
    record: Callable[[Result], None] | None = None,
    only: Sequence[Service] | None = None,
    alone: bool = False,
    following: Following | None = None,
) -> None:
    """Probe until *stop*, then write, ship and roll up what is left. No result is lost.

    The whole *catalogue* is applied; *only* some of its services may be probed.
    With *following* it is replaced by what its files say, whenever they change.
    *alone*: no other process measures, so the figures hold up to the very end.
    Raises what made it impossible, after the same orderly end.
    """
    services = catalogue.services if only is None else only
    pulse.course.follow(targets(services), references_at(catalogue, location))
    settle = timedelta(0) if alone else SETTLE
    ends = Ends(stop=stop, written=asyncio.Event(), settle=settle)
    beside: list[Beside] = [partial(_keep_up, catalogue, following, ends, pulse.course)]
    if following:
        beside.append(partial(stand, settings, location, pulse, stop))
    store = partial(_store, catalogue, settings, ends, pulse, beside)
    await probe_and(store, settings, ends, location=location, pulse=pulse, record=record)


async def probe_and(
    store: Callable[[], Awaitable[None]],
    settings: Settings,
    ends: Ends,
    *,
    location: str,
    pulse: Pulse,
    record: Callable[[Result], None] | None = None,
) -> None:
    """Probe what the course of *pulse* says, and *store* meanwhile what the spool takes.

    Raises what made it impossible, after the same orderly end.
    """
    spool = pulse.spool = Spool(settings.home / "spool")
    probed = asyncio.Event()
    judge = Judge(location=location, tell=spool.put)
    pulse.course.judged(judge.follow)

    def keep(result: Result) -> None:
        pulse.newest = result.at
        spool.put(result)
        if record:
            record(result)

    writing = asyncio.create_task(spool.run(probed))
    storing = asyncio.ensure_future(store())
    for task in (writing, storing):  # they end on their own only when they cannot go on
        task.add_done_callback(lambda _: ends.stop.set())
    try:
        await run_agent(
            (),
            location=location,
            record=keep,
            stop=ends.stop,
            changes=pulse.course.changes,
            counts=pulse.counts,
            judge=judge,
        )
    finally:
        await judge.aclose()  # what it tells must reach the spool
        probed.set()
        await asyncio.wait([writing])
        ends.written.set()
        await asyncio.wait([storing])
    writing.result()
    storing.result()


async def _store(
    catalogue: Catalogue,
    settings: Settings,
    ends: Ends,
    pulse: Pulse,
    beside: Sequence[Beside],
) -> None:
    """Keep the database up with the spool until everything is written; *beside* runs meanwhile."""
    async with AsyncExitStack() as stack:
        pool = await open_patiently(stack, settings, ends.stop)
        if pool is None:
            log.warning(
                "the database never answered, results wait in the spool",
                do="start the database; the next start ships them",
            )
            return
        await _apply(pool, catalogue)
        pulse.pool = pool
        shipper = pulse.shipper = Shipper(settings.home / "spool", pool)
        await asyncio.gather(
            shipper.run(ends.written),
            run_rollup(pool, ends.written),
            *(work(pool) for work in beside),
        )
        pulse.pool = None
        await _last_roll_up(pool, ends.settle)


async def _keep_up(
    catalogue: Catalogue,
    following: Following | None,
    ends: Ends,
    course: Course,
    pool: asyncpg.Pool,
) -> None:
    """Keep up with the years, and with the files where they are followed."""
    if following is None:
        await keep_years(pool, lambda: catalogue, ends.written)
        return

    async def put_in_force(found: Catalogue) -> None:
        await _apply(pool, found)
        course.follow(targets(found.services), references_at(found, following.location))

    await asyncio.gather(
        keep_years(pool, lambda: following.catalogue, ends.written),
        following.run(put_in_force, ends.stop),
    )


async def stand(
    settings: Settings,
    location: str,
    pulse: Pulse,
    stop: asyncio.Event,
    pool: asyncpg.Pool,
    *,
    follow: bool = False,
) -> None:
    """Be one of several agents: tell how we are, lead or stand by, and *follow* the database."""
    state = partial(_state, settings, location, pulse)
    take = pulse.course.follow if follow else None
    async with asyncio.TaskGroup() as group:
        group.create_task(attend(pool, state, stop, take=take))
        group.create_task(run_leading(pool, location, pulse.course.lead, stop))


def _state(settings: Settings, location: str, pulse: Pulse) -> AgentState:
    return AgentState(
        location=location,
        host=platform.node(),
        home=str(settings.home),
        version=__version__,
        leads=bool(pulse.course.leads),
        spool_files=spool_depth(settings.home / "spool").files,
        newest=pulse.newest,
    )


async def open_patiently(
    stack: AsyncExitStack, settings: Settings, stop: asyncio.Event, *, migrating: bool = True
) -> asyncpg.Pool | None:
    """Return a pool as soon as the database answers, or None when *stop* came first."""
    told = False
    while not stop.is_set():
        try:
            return await stack.enter_async_context(open_database(settings, migrating=migrating))
        except DatabaseDownError as error:
            if not told:
                log.warning(
                    "waiting for the database, results wait in the spool",
                    why=str(error),
                    do="start the database, or correct VIGIE_DATABASE_URL and start again",
                )
            told = True
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), RETRY_S)
    return None


async def _apply(pool: asyncpg.Pool, catalogue: Catalogue) -> None:
    try:
        async with pool.acquire() as connection:
            changes = await apply_catalogue(connection, catalogue, clock.now())
    except DATABASE_TROUBLE as error:
        raise DatabaseError(f"the catalogue could not be applied: {error} (try again)") from error
    for line in changes.lines:
        log.info("catalogue", change=line)


async def _last_roll_up(pool: asyncpg.Pool, settle: timedelta) -> None:
    """Let the figures follow to the end; the next start does it if the database is gone now."""
    try:
        await roll_up(pool, clock.now(), settle=settle)
    except DATABASE_TROUBLE as error:
        log.warning(
            "roll-up: left to the next start",
            why=str(error),
            do="start the database, and vigie again",
        )
