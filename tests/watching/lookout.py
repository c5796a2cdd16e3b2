"""A watcher over a small world: results arrive minute by minute, and it looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import asyncpg
from tests.sql.world import World, minute, minutes

from vigie.storing import look

SECOND = 1 / 60  # of a minute
CRISIS = {"crisis_longer_than": timedelta(minutes=10), "crisis_customers": 2}


@dataclass(kw_only=True)
class Lookout:
    """A world, and the epoch of who watches it."""

    world: World
    epoch: int = 0
    now: float = 0

    @property
    def connection(self) -> asyncpg.Connection:
        return self.world.connection

    async def watch(self, at: float = 0) -> None:
        """Take the watcher's place, and look for the first time."""
        self.epoch = await self.connection.fetchval("select fact.take_watch()")
        await self.look(at)

    async def promise(self, *contracts: str, **terms: object) -> None:
        """Bind customers to api (essential) with the terms of a crisis."""
        for contract in contracts:
            await self.world.contract(contract, **(CRISIS | terms))  # type: ignore[arg-type]

    async def measure(self, endpoint: str, outcomes: str, *, start: float = 0) -> None:
        """Store a result a letter and minute, and mark failures as storing does."""
        await self.world.results(endpoint, outcomes, start=start)
        failed = [start + number for number, letter in enumerate(outcomes) if letter == "D"]
        if failed:
            await self.connection.execute(
                "insert into fact.fresh_failure (endpoint_ids, since) values ($1, $2)",
                [self.world.ids[endpoint]],
                minute(failed[0]),
            )

    async def look(self, at: float) -> None:
        """Look at minute *at*."""
        self.now = at
        await look(self.connection, self.epoch, minute(at))

    async def run(self, *, until: float, step: float = 1, **outcomes: str) -> None:
        """Let each minute's results arrive, and look every *step* minutes until minute *until*."""
        at = self.now
        done = dict.fromkeys(outcomes, 0)
        while at <= until:
            for endpoint, letters in outcomes.items():
                arrived = letters[done[endpoint] : int(at) + 1]
                await self.measure(endpoint, arrived, start=done[endpoint])
                done[endpoint] += len(arrived)
            await self.look(at)
            at += step

    async def settle(self, at: float) -> None:
        """Let the ordinary roll-up come by at minute *at*, and look again."""
        await self.world.rolled_up_to(minute(at))
        await self.look(at)

    async def incidents(self) -> list[tuple[tuple[str, ...], float, float | None, str]]:
        """Return (services, first minute, last minute, state) of each incident, oldest first."""
        rows = await self.connection.fetch("select * from sla.incident order by started, incident")
        return [
            (
                tuple(row["services"]),
                minutes(row["started"]),
                row["ended"] and minutes(row["ended"]),
                row["state"],
            )
            for row in rows
        ]

    async def happened(self) -> list[tuple[str, float]]:
        """Return (kind, minute) of each event of every incident, as they were written down."""
        rows = await self.connection.fetch(
            "select e.kind, e.at from fact.incident_event as e order by e.event_id"
        )
        return [(row["kind"], minutes(row["at"])) for row in rows]

    async def crises(self) -> list[tuple[float, float]]:
        """Return (start of the outage, when it was opened) of each crisis, in minutes."""
        rows = await self.connection.fetch("select * from fact.crisis order by crisis_id")
        return [(minutes(row["started"]), minutes(row["opened_at"])) for row in rows]
