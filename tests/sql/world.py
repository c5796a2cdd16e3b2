"""A small world in a real database, told in minutes: what was measured, announced and promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

import asyncpg

Range: TypeAlias = "asyncpg.Range[datetime]"

START = datetime(2026, 5, 4, tzinfo=UTC)  # a Monday
EARLY = START - timedelta(days=10)
OUTCOMES = {"U": "up", "D": "down", "?": "unknown"}


def minute(number: float) -> datetime:
    """Return the instant *number* minutes after the world's start."""
    return START + timedelta(minutes=number)


def span(first: float, last: float) -> Range:
    """Return the half-open span between two minutes."""
    return asyncpg.Range(minute(first), minute(last))


@dataclass(kw_only=True)
class World:
    """Writes facts and asks for figures; every id is kept by key."""

    connection: asyncpg.Connection
    ids: dict[str, int] = field(default_factory=dict)
    services: set[str] = field(default_factory=set)

    async def service(
        self,
        key: str = "api",
        *,
        endpoints: Sequence[str] = ("a",),
        at_least: int | None = None,
        every_endpoint: bool = False,
        every: timedelta = timedelta(minutes=1),
        quorum: str = "majority",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> None:
        """Add a service and its endpoints, as if the catalogue had always listed them."""
        identity = await self.insert("service", {"key": key, "name": key.title()}, "service_id")
        self.ids[key] = identity
        self.services.add(key)
        always: Range = asyncpg.Range(None, None)
        rule = {"service_id": identity, "valid": always, "at_least": at_least}
        await self.insert("service_version", rule | {"every_endpoint": every_endpoint})
        for name in endpoints:
            await self.endpoint(
                name, service=key, every=every, quorum=quorum, since=since, until=until
            )

    async def endpoint(
        self,
        key: str,
        *,
        service: str,
        every: timedelta,
        quorum: str,
        since: datetime | None,
        until: datetime | None,
    ) -> None:
        """Add an endpoint to a service."""
        always: Range = asyncpg.Range(None, None)
        self.ids[key] = await self.insert("endpoint", {"key": key}, "endpoint_id")
        member = {"service_id": self.ids[service], "endpoint_id": self.ids[key], "during": always}
        await self.insert("service_endpoint", member)
        version = {"endpoint_id": self.ids[key], "valid": always, "every": every}
        dates = {"since": since, "until": until}
        await self.insert("endpoint_version", version | dates | {"quorum": quorum, "spec": "{}"})

    async def results(
        self,
        endpoint: str,
        outcomes: str,
        *,
        start: float = 0,
        step: float = 1,
        location: str = "main",
    ) -> None:
        """Store one result a letter (U, D, ?) every *step* minutes; a dot is a hole."""
        known = enumerate(outcomes)
        await self.store(
            (endpoint, location, minute(start + step * number), OUTCOMES[letter])
            for number, letter in known
            if letter != "."
        )

    async def store(self, results: Any) -> None:
        """Store (endpoint, location, at, outcome) and mark their days dirty."""
        rows = [
            (self.ids[endpoint], await self._location(location), at, outcome)
            for endpoint, location, at, outcome in results
        ]
        for day in {row[2].date() for row in rows}:
            await self.connection.execute("select fact.ensure_partitions($1, $1)", day)
        await self.connection.executemany(
            """insert into fact.result (endpoint_id, location_id, at, outcome, attempts)
            values ($1, $2, $3, $4, 1) on conflict do nothing""",
            rows,
        )
        marks = {
            (row[0], (row[2] + reach).date())
            for row in rows
            for reach in (timedelta(minutes=-90), timedelta(), timedelta(minutes=90))
        }
        await self.connection.executemany(
            "insert into fact.dirty_day (endpoint_ids, day) values (array[$1::integer], $2)",
            list(marks),
        )

    async def rolled_up_to(self, moment: datetime) -> None:
        """Roll up all dirty days and say that results are complete up to *moment*."""
        days = await self.connection.fetch("select distinct day from fact.dirty_day")
        for row in days:
            await self.connection.execute("select fact.roll_up($1)", row["day"])
            await self.connection.execute("select fact.roll_up_latency($1, 'infinity')", row["day"])
        await self.connection.execute("delete from fact.stale_latency")
        await self.connection.execute("select fact.advance_watermark($1)", moment)

    async def calendar(
        self,
        key: str,
        hours: Sequence[tuple[int, float, float]],
        *,
        timezone: str = "UTC",
        days: Sequence[tuple[datetime, float | None, float | None]] = (),
        years: Sequence[int] = (),
    ) -> None:
        """Add a calendar: (weekday, opens, closes) and special (day, opens, closes), in hours.

        With *years* its days differ by year, and it was spelled out for these.
        """
        made = {"key": key, "digest": "", "timezone": timezone, "recorded_at": START}
        identity = await self.insert("calendar", made, "calendar_id")
        self.ids[key] = identity
        for weekday, opens, closes in hours:
            row = {"calendar_id": identity, "weekday": weekday}
            await self.insert("calendar_hours", row | _hours(opens, closes))
        for day, starts, ends in days:
            special = {"calendar_id": identity, "day": day.date(), "name": "special"}
            dated = special | {"recorded_at": START}
            await self.insert("calendar_day", dated | _hours(starts, ends))
        for year in years:
            spelled = {"calendar_id": identity, "year": year, "recorded_at": START}
            await self.insert("calendar_year", spelled | {"first_day": date(year, 1, 1)})

    async def contract(
        self,
        key: str = "acme",
        *,
        essential: Sequence[str] = ("api",),
        other: Sequence[str] = (),
        valid: Range | None = None,
        customer: str | None = None,
        **terms: Any,
    ) -> None:
        """Add a contract, or a further version of it when its key is known."""
        if key not in self.ids:
            name = customer or f"{key}-customer"
            buyer = {"key": name, "name": name, "language": "en", "recipients": []}
            if name not in self.ids:
                self.ids[name] = await self.insert("customer", buyer, "customer_id")
            bound = {"key": key, "customer_id": self.ids[name]}
            self.ids[key] = await self.insert("contract", bound, "contract_id")
        version = _TERMS | {
            "contract_id": self.ids[key],
            "valid": valid or asyncpg.Range(minute(-100000), None),
            **{
                name: self.ids.get(value, value) if name in _CALENDARS else value
                for name, value in terms.items()
            },
        }
        identity = await self.insert("contract_version", version, "version_id")
        for position, service in enumerate((*essential, *other)):
            covered = {"version_id": identity, "service_id": self.ids[service]}
            place = {"essential": service in essential, "position": position}
            await self.insert("contract_service", covered | place)

    async def window(
        self,
        first: float,
        last: float,
        *,
        services: Sequence[str] | None = ("api",),  # None: every service
        kind: str = "planned",
        announced: datetime | None = EARLY,
        channel: str | None = "e-mail",
        recipient: str | None = None,
        evidence: str | None = None,
        closed: float | None = None,
        withdrawn: bool = False,
    ) -> str:
        """Announce a maintenance window; return its key."""
        key = f"m-{len(self.ids)}"
        row = {
            "key": key,
            "kind": kind,
            "starts": minute(first),
            "ends": minute(last),
            "announced_at": announced,
            "channel": channel,
            "recipient": recipient,
            "evidence": evidence,
            "reason": "upgrade",
            "every_service": services is None,
        }
        row |= {"recorded_by": "alice", "recorded_at": START}
        self.ids[key] = await self.insert("maintenance", row, "maintenance_id")
        for service in services or ():
            held = {"maintenance_id": self.ids[key], "service_id": self.ids[service]}
            await self.insert("maintenance_service", held)
        if closed is not None:
            await self._happened(key, "closed", minute(closed))
        if withdrawn:
            await self._happened(key, "withdrawn", START)
        return key

    async def correction(
        self,
        first: float,
        last: float,
        *,
        target: str = "api",
        effect: str = "exclude",
        approver: str | None = "bob",
        withdrawn: bool = False,
    ) -> None:
        """Record a correction of a service or endpoint by alice; *approver* None: pending."""
        key = f"c-{len(self.ids)}"
        kind = "service_id" if target in self.services else "endpoint_id"
        row = {
            "key": key,
            kind: self.ids[target],
            "during": span(first, last),
            "effect": effect,
            "reason": "probe fault",
        }
        row |= {"recorded_by": "alice", "recorded_at": START}
        self.ids[key] = await self.insert("correction", row, "correction_id")
        if approver:
            await self._judged(key, "approved", approver)
        if withdrawn:
            await self._judged(key, "withdrawn", "alice")

    async def _judged(self, key: str, action: str, who: str) -> None:
        event = {"correction_id": self.ids[key], "action": action, "recorded_by": who}
        await self.insert("correction_event", event | {"recorded_at": START})

    async def availability(
        self, period: Range, scope: str = "solution", contract: str = "acme"
    ) -> Mapping[str, Any]:
        """Return the row of sla.availability."""
        row = await self.connection.fetchrow(
            "select * from sla.availability($1, $2, $3)", contract, scope, period
        )
        assert row is not None
        return dict(row)

    async def longest(
        self, period: Range, scope: str = "solution", contract: str = "acme"
    ) -> Mapping[str, Any]:
        """Return the row of sla.longest_interruption."""
        row = await self.connection.fetchrow(
            "select * from sla.longest_interruption($1, $2, $3)", contract, scope, period
        )
        assert row is not None
        return dict(row)

    async def timeline(
        self, period: Range, scope: str = "solution", contract: str = "acme"
    ) -> list[tuple[float, float, str]]:
        """Return the timeline as (first minute, last minute, class)."""
        rows = await self.connection.fetch(
            "select * from sla.timeline($1, $2, $3)", contract, scope, period
        )
        return [(minutes(r["span"].lower), minutes(r["span"].upper), r["class"]) for r in rows]

    async def outages(
        self, period: Range, scope: str = "solution", contract: str = "acme"
    ) -> list[dict[str, Any]]:
        """Return the rows of sla.outage."""
        rows = await self.connection.fetch(
            "select * from sla.outage($1, $2, $3)", contract, scope, period
        )
        return [dict(row) for row in rows]

    async def _happened(self, key: str, action: str, at: datetime) -> None:
        event = {"maintenance_id": self.ids[key], "action": action, "at": at, "reason": "done"}
        who = {"recorded_by": "alice", "recorded_at": START}
        await self.insert("maintenance_event", event | who)

    async def _location(self, key: str) -> int:
        name = f"location:{key}"
        if name not in self.ids:
            self.ids[name] = await self.insert("location", {"key": key}, "location_id")
        return self.ids[name]

    async def insert(self, table: str, row: Mapping[str, Any], returning: str = "1") -> int:
        places = ", ".join(f"${number + 1}" for number in range(len(row)))
        statement = f"insert into fact.{table} ({', '.join(row)}) values ({places})"
        identity = await self.connection.fetchval(
            f"{statement} returning {returning}", *row.values()
        )
        return int(identity)


_CALENDARS = ("hours", "interruption_calendar", "notice_calendar", "outside")
_TERMS: dict[str, Any] = {
    "recorded_at": START,
    "plan": "test",
    "timezone": "UTC",
    "target": Decimal("0.9998"),
    "basis": "month",
    "maintenance": "downtime",
    "unknown": "neither",
    "join_within": timedelta(0),
    "terms": "{}",
}


def _hours(opens: float | None, closes: float | None) -> dict[str, timedelta | None]:
    if opens is None or closes is None:
        return {"opens": None, "closes": None}
    return {"opens": timedelta(hours=opens), "closes": timedelta(hours=closes)}


def minutes(moment: datetime) -> float:
    return (moment - START) / timedelta(minutes=1)
