"""How a measuring process is doing, as its pages tell it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

import asyncpg

from vigie import clock
from vigie.cli.engine import Pulse
from vigie.cli.following import Following
from vigie.serving import Asked, Health, Measured
from vigie.storing import DATABASE_TROUBLE, mismatch, query, spool_depth

SLACK = timedelta(minutes=2)  # what a busy machine may take before something is wrong
# Of the figures when all is well: from one turn of the roll-up to the next, which takes up to half
# a minute, and 30 s for results to come.
LAG = timedelta(seconds=120)
PATIENCE_S = 2.0  # with the database
STOPPED = "the roll-up stopped"
WATCH_SLACK = timedelta(seconds=60)  # without a look, or word of another process that watches
REPORT_SLACK = timedelta(minutes=10)  # without reports: a restart of the database takes less


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What the pages of one process are made of; each look at them asks anew."""

    home: Path
    location: str
    pulse: Pulse
    # The files that are in force; None: an agent's, which has none and computes no figures.
    following: Following | None = None
    began: datetime = field(default_factory=clock.now)

    def asked(self) -> Asked:
        """Return whom the pages ask."""
        return Asked(health=self.health, unready=self.unready, measured=self.measured)

    async def health(self) -> Health:
        """Return how the process is doing."""
        await self._look()
        spool = self.pulse.spool
        return Health(
            newest_result=self.pulse.newest,
            as_of=self.pulse.as_of,
            spool_files=sum(1 for _ in self.home.joinpath("spool").glob("*.jsonl")),
            wrong=tuple(self._wrong(clock.now())),
            spool=spool.wrong if spool else (),
            catalogue=self.following.problems if self.following else (),
        )

    async def unready(self) -> Sequence[str]:
        """Return why whoever asks the database would not get what they should; [] when ready."""
        why = [told for told in [await self._database_trouble()] if told]
        return [*why, STOPPED] if self._is_stalled(clock.now()) else why

    async def measured(self) -> Measured:
        """Return what the process has measured of itself."""
        latency_s, pulse = await self._look(), self.pulse
        return Measured(
            now=clock.now(),
            location=self.location,
            counts=pulse.counts,
            depth=await asyncio.to_thread(spool_depth, self.home / "spool"),
            in_memory=len(pulse.spool) if pulse.spool else 0,
            lost=pulse.spool.lost if pulse.spool else 0,
            shipped=pulse.shipper.shipped if pulse.shipper else 0,
            newest=pulse.newest,
            as_of=pulse.as_of,
            latency_s=latency_s,
            watching=self._watches(clock.now()),
            queued=pulse.queued,
        )

    def _wrong(self, now: datetime) -> list[str]:
        course, wrong = self.pulse.course, list[str]()
        fastest = min((it.endpoint.every for it in course.targets), default=None)
        since = max(filter(None, (self.pulse.newest, self.began, course.since)))
        if fastest and course.leads and now - since > fastest + SLACK:
            wrong.append("the prober stopped")
        if self._is_stalled(now):
            wrong.append(STOPPED)
        if self._is_unwatched(now):
            wrong.append("watching stopped")
        if self.pulse.unreported and now - self.pulse.unreported[0] > REPORT_SLACK:
            wrong.append(f"no report is made or sent: {self.pulse.unreported[1]}")
        return wrong

    def _is_unwatched(self, now: datetime) -> bool:
        watching = self.following is not None
        return watching and now - (self.pulse.watched or self.began) > WATCH_SLACK

    def _watches(self, now: datetime) -> bool | None:
        """Return whether this process watches; None: an agent, which never does."""
        if self.following is None:
            return None
        return self.pulse.watches and not self._is_unwatched(now)

    def _is_stalled(self, now: datetime) -> bool:
        figures = self.following is not None
        return figures and now - (self.pulse.as_of or self.began) > LAG + SLACK

    async def _look(self) -> float | None:
        """Ask the database, and return how many seconds that took.

        While it is away the last answer stays, and there is no time.
        """
        self.pulse.queued = None
        if self.pulse.pool is None:
            return None
        with suppress(*DATABASE_TROUBLE):
            async with asyncio.timeout(PATIENCE_S), self.pulse.pool.acquire() as connection:
                asked = perf_counter()
                await self._ask(connection)
                took = perf_counter() - asked
                if self.following:
                    self.pulse.queued = await connection.fetchval(query("outbox_queued"))
                return took
        return None

    async def _ask(self, connection: asyncpg.Connection) -> None:
        """Ask up to where the figures hold; for nothing where the login may not see that."""
        if self.following:
            self.pulse.as_of = await connection.fetchval(query("as_of"))
        else:
            await connection.fetchval(query("answers"))

    async def _database_trouble(self) -> str | None:
        pool = self.pulse.pool
        if pool is None:
            return "the database was not reached yet"
        try:
            async with asyncio.timeout(PATIENCE_S), pool.acquire() as connection:
                trouble = await mismatch(connection) if self.following else None
                if trouble is None:
                    await self._ask(connection)
                return trouble
        except DATABASE_TROUBLE as error:
            return f"the database does not answer: {str(error) or type(error).__name__}"
