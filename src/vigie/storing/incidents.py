"""Incidents: the watcher's place and its looks, and what people write down of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import asyncpg

from vigie.storing.queries import query
from vigie.storing.window import check_reason

PATIENCE_S = 30.0  # a look at a storm takes some seconds


async def ask_to_watch(connection: asyncpg.Connection) -> int | None:
    """Take the place of the watcher and return its epoch; None: another session holds it.

    The place is held until the session ends. A session that is silent for ten seconds is ended by
    the server, so that a process that hangs is followed by another one.
    """
    await connection.execute(query("watch_lease"), timeout=PATIENCE_S)
    if not await connection.fetchval(query("watch_lead"), timeout=PATIENCE_S):
        return None
    epoch: int = await connection.fetchval(query("watch_take"), timeout=PATIENCE_S)
    return epoch


async def look(connection: asyncpg.Connection, epoch: int, now: datetime) -> None:
    """Let what failed up to *now* become incidents and crises, and do what is due in these.

    Repeated, it changes nothing.

    Each step is a transaction of its own, and what is left of the last one is found by the next.
    Raises what the driver does where another watcher took over.
    """
    await connection.execute(query("watch_marks"), epoch, now, timeout=PATIENCE_S)
    await connection.execute(query("watch_roll_up"), now, timeout=PATIENCE_S)
    await connection.execute(query("watch_turn"), epoch, now, timeout=PATIENCE_S)
    await connection.execute(query("watch_crises"), now, timeout=PATIENCE_S)
    await connection.execute(query("watch_routine"), now, timeout=PATIENCE_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An outage that people handle, as it stands."""

    incident: str
    services: tuple[str, ...]
    started: datetime
    ended: datetime | None  # None: something of it is down, or not known to be good
    elapsed_s: Decimal | None
    state: str  # open, recovered, excused, closed
    opened_at: datetime
    late: bool
    assigned_to: str | None
    crisis: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEvent:
    """What happened to an incident, with who, when and why."""

    kind: str
    at: datetime
    actor: str
    reason: str | None
    detail: Mapping[str, object]
    recorded_at: datetime


async def list_incidents(
    connection: asyncpg.Connection, *, only_open: bool = False
) -> list[Incident]:
    """Return the incidents, the newest first."""
    return [_incident(row) for row in await connection.fetch(query("incidents"), only_open, None)]


async def show_incident(
    connection: asyncpg.Connection, key: str
) -> tuple[Incident, str | None, list[IncidentEvent]]:
    """Return an incident, its first failed result in words, and its events in order.

    Raises RaiseError of the driver, with a hint, when there is none of this key.
    """
    rows = await connection.fetch(query("incident_events"), key)
    cause = await connection.fetchval(query("incident_cause"), key)
    [row] = await connection.fetch(query("incidents"), False, key)  # noqa: FBT003 - also over
    events = [IncidentEvent(**{**row, "detail": json.loads(row["detail"])}) for row in rows]
    return _incident(row), cause, events


def _incident(row: asyncpg.Record) -> Incident:
    return Incident(**{**row, "services": tuple(row["services"])})


async def note_incident(
    connection: asyncpg.Connection, key: str, text: str, *, by: str, now: datetime
) -> None:
    """Write *text* into the story of an incident; raises UsageError where it says nothing."""
    check_reason(text)
    await connection.execute(query("incident_note"), key, text, by, now)


async def assign_incident(
    connection: asyncpg.Connection, key: str, person: str, *, by: str, now: datetime
) -> None:
    """Say who handles an incident."""
    await connection.execute(query("incident_assign"), key, person, by, now)


async def close_incident(
    connection: asyncpg.Connection, key: str, reason: str, *, by: str, now: datetime
) -> None:
    """End an incident of which nothing is measured any more; refused while it is down."""
    check_reason(reason)
    await connection.execute(query("incident_close"), key, reason, by, now)
