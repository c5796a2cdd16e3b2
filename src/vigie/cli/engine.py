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
from vigie.reporting import run_reports
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
from vigie.watching import run_watching

SETTLE = timedelta(seconds=30)  # results of other processes may still come
RETRY_S = 2.0  # between two looks for a database that is down

Beside = Callable[[asyncpg.Pool], Awaitable[None]]  # what runs beside storing

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Pulse:
    """What a measuring process knows of itself."""

    newest: datetime | None = None  # slot of the newest result
    as_of: datetime | None = None  # figures said nothing of what lay after, when last asked
    watched: datetime | None = None  # when it last looked, or heard that another one watches
    watches: bool = False  # it was this process
    unreported: tuple[datetime, str] | None = None  # since when no report is made, and why
    queued: int | None = None  # messages that waited, when last asked
    pool: asyncpg.Pool | None = None  # None while the database was not reached yet
    counts: Counts = field(default_factory=Counts)
    spool: Spool | None = None
    shipper: Shipper | None = None
    course: Course = field(default_factory=Course)

    def hear_of_watching(self, ours: bool) -> None:  # noqa: FBT001 - the answer itself
        """Note that somebody watches, and whether it is this process."""
        self.watched, self.watches = clock.now(), ours

    def hear_of_reports(self, why: str | None) -> None:
        """Note why no report can be made or sent; None: they can."""
        since = self.unreported[0] if self.unreported else clock.now()
        self.unreported = (since, why) if why else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What one process measures, and for whom."""

    catalogue: Catalogue  # applied as a whole
    location: str
    only: Sequence[Service] | None = None  # probed; None: all services
    # Replaces the catalogue by what its files say, whenever they change.
    following: Following | None = None
    record: Callable[[Result], None] | None = None  # gets each result, too
    alone: bool = False  # no other process measures, so figures hold up to the very end


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


async def measure(order: Order, settings: Settings, stop: asyncio.Event, pulse: Pulse) -> None:
    """Probe until *stop*, then write, ship and roll up what is left. No result is lost.

    Raises what made it impossible, after the same orderly end.
    """
    services = order.catalogue.services if order.only is None else order.only
    pulse.course.follow(targets(services), references_at(order.catalogue, order.location))
    settle = timedelta(0) if order.alone else SETTLE
    ends = Ends(stop=stop, written=asyncio.Event(), settle=settle)
    beside: list[Beside] = [partial(_keep_up, order, ends, pulse.course)]
    if order.following:
        beside.append(partial(stand, settings, order.location, pulse, stop))
        directory = order.following.directory
        tell = pulse.hear_of_watching
        beside.append(partial(run_watching, stop=stop, directory=directory, tell=tell))
        told = pulse.hear_of_reports
        beside.append(
            partial(run_reports, settings=settings, directory=directory, stop=stop, tell=told)
        )
    store = partial(_store, order.catalogue, settings, ends, pulse, beside)
    await probe_and(
        store, settings, ends, location=order.location, pulse=pulse, record=order.record
    )


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
        await _probe(location, keep, ends.stop, pulse, spool)
    finally:
        probed.set()
        await asyncio.wait([writing])
        ends.written.set()
        await asyncio.wait([storing])
    writing.result()
    storing.result()


async def _probe(
    location: str, keep: Callable[[Result], None], stop: asyncio.Event, pulse: Pulse, spool: Spool
) -> None:
    judge = Judge(location=location, tell=spool.put)
    pulse.course.judged(judge.follow)
    try:
        await run_agent(
            (),
            location=location,
            record=keep,
            stop=stop,
            changes=pulse.course.changes,
            counts=pulse.counts,
            judge=judge,
        )
    finally:
        await judge.aclose()  # what it tells must reach the spool


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


async def _keep_up(order: Order, ends: Ends, course: Course, pool: asyncpg.Pool) -> None:
    """Keep up with the years, and with the files where they are followed."""
    following = order.following
    if following is None:
        await keep_years(pool, lambda: order.catalogue, ends.written)
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
    take = pulse.course.take if follow else None
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
