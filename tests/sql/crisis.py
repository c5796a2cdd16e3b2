"""A crisis cell in a small world: a rota, an incident, and its commands at minutes of a clock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest
from tests.sql.world import World, minute

ROLES = {
    "support_agent": "bob",
    "incident_manager": "alice",
    "support_manager": "carol",
    "infrastructure": "dave",
    "development": "erin",
}
ROTA: dict[str, Any] = {
    "people": {
        person: {
            "name": f"{person.title()} Martin",
            "roles": [role, *(["support_agent"] if person == "alice" else [])],
            "reach": [{"channel": "email", "to": f"{person}@vendor.example"}],
            "hours": None,
        }
        for role, person in ROLES.items()
    },
    "levels": [["alice", "bob"], ["carol"]],
    "acknowledge_within_s": 300,
    "several_roles": False,
    "updates": {"first_s": 900, "every_s": 1800, "monitoring_s": 3600},
    "relapse_within_s": 1800,
    "good_for_s": 600,
    "clocks": [],
}
SECTIONS = ("summary", "analysis", "corrective", "preventive")


@dataclass(kw_only=True)
class Cell:
    """Commands of one crisis; every one takes the minute at which it is typed."""

    world: World
    incident: int
    crisis: int = 0

    @property
    def connection(self) -> asyncpg.Connection:
        return self.world.connection

    async def value(self, question: str, *arguments: object) -> Any:
        return await self.connection.fetchval(question, *arguments)

    async def happened(self, kind: str, at: float) -> None:
        """Let the watcher write an event of the incident."""
        row = {"incident_id": self.incident, "kind": kind, "at": minute(at), "actor": "vigie"}
        await self.world.insert("incident_event", row)

    async def open(self, at: float = 10, trigger: str = "outage") -> int:
        self.crisis = await self.value(
            "select fact.open_crisis($1, $2, 'vigie', 'over 10 minutes', $3)",
            self.incident, trigger, minute(at),
        )  # fmt: skip
        return self.crisis

    async def turn(self, at: float) -> int:
        done: int = await self.value("select fact.crisis_turn($1)", minute(at))
        return done

    async def acknowledge(self, at: float = 11, by: str = "alice") -> bool:
        done: bool = await self.value(
            "select fact.crisis_acknowledged($1, $2, $3)", self.crisis, by, minute(at)
        )
        return done

    async def staff(
        self, at: float = 12, roles: Mapping[str, str] = ROLES, by: str = "alice"
    ) -> Any:
        text = json.dumps(dict(roles))
        ask = "select fact.staff_crisis($1, $2, $3, $4)"
        return await self.value(ask, self.crisis, by, text, minute(at))

    async def plan(self, at: float = 13, text: str = "carol tells the customers") -> Any:
        ask = "select fact.plan_crisis($1, 'alice', $2, $3)"
        return await self.value(ask, self.crisis, text, minute(at))

    async def update(
        self, at: float = 14, text: str = "We work on it.", due: float | None = None
    ) -> tuple[Any, ...]:
        row = await self.connection.fetchrow(
            "select * from fact.crisis_update($1, 'carol', $2, $3, $4)",
            self.crisis, text, None if due is None else minute(due), minute(at),
        )  # fmt: skip
        assert row is not None
        return tuple(row)

    async def workaround(self, at: float = 20, text: str = "a second gateway") -> None:
        ask = "select fact.crisis_workaround($1, 'dave', $2, $3)"
        await self.value(ask, self.crisis, text, minute(at))

    async def resolve(
        self, at: float = 40, by: str = "alice", text: str = "The cause is removed."
    ) -> tuple[Any, ...]:
        ask = "select * from fact.resolve_crisis($1, $2, $3, $4)"
        row = await self.connection.fetchrow(ask, self.crisis, by, text, minute(at))
        assert row is not None
        return tuple(row)

    async def waive(self, customer: str = "acme-customer", at: float = 41) -> Any:
        return await self.value(
            "select fact.waive_customer($1, $2, 'carol', 'told on the phone', $3)",
            self.crisis, self.world.ids[customer], minute(at),
        )  # fmt: skip

    async def affect(self, customer: str, at: float = 15) -> Any:
        return await self.value(
            "select fact.affect_customer($1, $2, 'carol', 'called us', $3)",
            self.crisis, self.world.ids[customer], minute(at),
        )  # fmt: skip

    async def report(
        self, at: float = 50, sections: Sequence[str] = SECTIONS, text: str = "As it was."
    ) -> None:
        for section in sections:
            ask = "select fact.write_report($1, $2, $3, 'bob', $4)"
            await self.value(ask, self.crisis, section, text, minute(at))

    async def approve(self, at: float = 51, by: str = "carol") -> None:
        ask = "select fact.approve_report($1, $2, null, $3)"
        await self.value(ask, self.crisis, by, minute(at))

    async def dissolve(self, at: float = 52) -> None:
        ask = "select fact.dissolve_crisis($1, 'alice', null, $2)"
        await self.value(ask, self.crisis, minute(at))

    async def review(
        self, analysis: str = "seen", plan: str = "", none: str = "small", at: float = 60
    ) -> None:
        ask = "select fact.review_crisis($1, 'zoe', $2, $3, $4, $5)"
        await self.value(ask, self.crisis, analysis, plan, none, minute(at))

    async def action(self, due: date, owner: str = "dave", at: float = 55) -> int:
        ask = "select fact.add_action($1, 'zoe', 'a second line', $2, $3, $4)"
        made: int = await self.value(ask, self.crisis, owner, due, minute(at))
        return made

    async def cancel(self, by: str, at: float = 30) -> Any:
        ask = "select fact.cancel_crisis($1, $2, 'a false alarm', $3)"
        return await self.value(ask, self.crisis, by, minute(at))

    async def state(self) -> Any:
        return await self.value("select fact.crisis_state($1)", self.crisis)

    async def now(self, at: float) -> dict[str, Any]:
        row = await self.connection.fetchrow(
            "select * from fact.crisis_now($1, $2)", self.crisis, minute(at)
        )
        assert row is not None
        return dict(row)

    async def kinds(self) -> list[str]:
        rows = await self.connection.fetch(
            "select kind from fact.crisis_event where crisis_id = $1 order by event_id", self.crisis
        )
        return [row["kind"] for row in rows]

    async def keys(self, kind: str | None = None) -> list[str]:
        """The keys of the messages, without the crisis, in the order of their queueing."""
        rows = await self.connection.fetch(
            "select key from fact.outbox where $1::text is null or kind = $1 order by message_id",
            kind,
        )
        return [row["key"].partition("/")[2] for row in rows]

    async def sent(self, state: str = "sent") -> None:
        """Let the worker send whatever waits."""
        await self.value(
            "update fact.outbox set state = $1, sent_at = clock_timestamp()"
            " where state = 'queued' returning 1",
            state,
        )

    async def refused(self, work: Any) -> str:
        """Return what *work* is refused with: the error, and its hint in brackets."""
        with pytest.raises(asyncpg.RaiseError) as raised:
            async with self.connection.transaction():
                await work
        hint = raised.value.as_dict().get("hint")
        return f"{raised.value.args[0]} ({hint})"


async def rota(world: World, **changes: Any) -> None:
    """Put a rota in force."""
    await world.connection.execute("update fact.rota set replaced_at = recorded_at")
    row = {"spec": json.dumps(ROTA | changes), "recorded_at": minute(-100)}
    await world.insert("rota", row)


async def outage(
    world: World, services: Sequence[str] = ("api",), started: float = 0, *, late: bool = False
) -> int:
    """Let the watcher open an incident; return its id."""
    row = {"started": minute(started), "opened_at": minute(started), "late": late}
    incident = await world.insert("incident", row, "incident_id")
    for service in services:
        joined = {"incident_id": incident, "service_id": world.ids[service]}
        times = {"started": minute(started), "added_at": minute(started)}
        await world.insert("incident_service", joined | times)
    event = {"incident_id": incident, "kind": "opened", "at": minute(started), "actor": "vigie"}
    await world.insert("incident_event", event)
    return incident


async def customers(world: World) -> None:
    """Acme and globex buy `api`; acme has two addresses, globex one; both want 10 minutes."""
    await world.service("api", endpoints=["a"])
    trigger: dict[str, Any] = {"crisis_longer_than": timedelta(minutes=10), "crisis_customers": 2}
    await world.contract("acme", timezone="Europe/Paris", **trigger)
    await world.contract("globex", **trigger)
    await reach(world, "acme-customer", "fr", "sla@acme.example", "it@acme.example")
    await reach(world, "globex-customer", "de", "ops@globex.example")


async def crisis_of(world: World) -> Cell:
    """Lead a crisis of `api`, opened at minute 12, to its resolution; customers heard at 32."""
    await rota(world)
    cell = Cell(world=world, incident=await outage(world, started=2))
    await cell.open(at=12)
    await cell.acknowledge(at=13)
    await cell.staff(at=15)
    await cell.plan(at=16)
    await cell.happened("recovered", 15)
    await reach(world, "acme-customer", "fr", "sla@acme.example")
    await cell.update(at=30)
    await cell.value(
        "update fact.outbox set state = 'sent', sent_at = $1 where audience = 'customer'"
        " returning 1", minute(32),
    )  # fmt: skip
    await cell.resolve(at=40)
    await cell.action(date(2026, 5, 3))
    return cell


async def reach(world: World, customer: str, language: str, *addresses: str) -> None:
    await world.connection.execute(
        "update fact.customer set recipients = $2, language = $3 where key = $1",
        customer, list(addresses), language,
    )  # fmt: skip


async def cell_of(world: World, **changes: Any) -> Cell:
    """Return an open crisis of two customers: down since minute 0, opened at minute 10."""
    await customers(world)
    await rota(world, **changes)
    cell = Cell(world=world, incident=await outage(world))
    await cell.open()
    return cell


async def brought_to(cell: Cell, state: str) -> None:
    """Lead an open crisis to *state*, on the way on which every guard is met."""
    steps: list[tuple[str, Any]] = [
        ("staffed", cell.staff),
        ("mitigating", cell.plan),
        ("monitoring", cell.workaround),
        ("resolved", lambda: _resolved(cell)),
        ("reporting", lambda: _informed(cell)),
        ("dissolved", lambda: _dissolved(cell)),
        ("reviewed", cell.review),
    ]
    if state in ("cancelled", "merged"):
        await _set_aside(cell, state)
        return
    for reached, step in steps:
        if await cell.state() == state:
            return
        await step()
        assert await cell.state() == reached


async def _resolved(cell: Cell) -> None:
    await cell.happened("recovered", 25)
    await cell.resolve()


async def _informed(cell: Cell) -> None:
    await cell.sent()
    await cell.turn(42)


async def _dissolved(cell: Cell) -> None:
    await cell.report()
    await cell.approve()
    await cell.dissolve()


async def _set_aside(cell: Cell, state: str) -> None:
    if state == "cancelled":
        await cell.happened("excused", 29)
        await cell.cancel("alice")
        await cell.cancel("bob")
        return
    other = await cell.value(
        "select fact.open_crisis($1, 'hand', 'bob', 'also', $2)",
        await outage(cell.world), minute(11),
    )  # fmt: skip
    await cell.value(
        "select fact.merge_crisis($1, $2, 'bob', 'the same', $3)", cell.crisis, other, minute(12)
    )


def hashed(address: str) -> str:
    """Return what a key shows of an address."""
    return hashlib.md5(address.encode()).hexdigest()[:8]
