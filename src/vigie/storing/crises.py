"""Changes of a crisis; the guards are in SQL, in the transaction of the change."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg

from vigie.catalogue import advice, shown
from vigie.errors import UsageError
from vigie.storing.explain import refusals
from vigie.storing.queries import query
from vigie.storing.window import check_reason, check_text


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCustomers:
    """What was queued for the affected customers."""

    number: int | None  # of the update; None: the notice of the resolution
    messages: int  # one per address; 0: the same words were sent before
    unreachable: tuple[str, ...]  # customers without an address


async def open_crisis(
    connection: asyncpg.Connection, names: Sequence[str], *, reason: str, by: str, now: datetime
) -> str:
    """Open the crisis of an incident, or of services, and return its key.

    The key of the crisis that goes on about them already, when there is one.
    """
    check_reason(reason)
    subjects = await connection.fetch(query("crisis_subjects"))
    incidents = {row["key"]: row["id"] for row in subjects if row["kind"] == "incident"}
    services = {row["key"]: row["id"] for row in subjects if row["kind"] == "service"}
    if len(names) == 1 and names[0].startswith("incident-") and names[0] not in services:
        name: str = "crisis_open"
        asked: int | list[int] = found_id(incidents, "incident", names[0])
    else:
        name = "crisis_open_of"
        asked = [found_id(services, "service", one) for one in names]
    with refusals():
        async with connection.transaction():
            return str(await connection.fetchval(query(name), asked, by, reason, now))


async def acknowledge_crisis(
    connection: asyncpg.Connection, key: str, *, by: str, now: datetime
) -> bool:
    """Note that somebody looks after it; False: *by* did so before, or it is over."""
    return bool(await _change(connection, "crisis_acknowledge", key, by, now))


async def staff_crisis(
    connection: asyncpg.Connection, key: str, roles: Mapping[str, str], *, by: str, now: datetime
) -> str:
    """Give roles to people of the rota; return the state, `staffed` once all are filled."""
    text = json.dumps(dict(roles))
    return str(await _change(connection, "crisis_staff", key, by, text, now))


async def plan_crisis(
    connection: asyncpg.Connection, key: str, text: str, *, by: str, now: datetime
) -> str:
    """Write the communication plan; return the state."""
    check_lines("text", text)
    return str(await _change(connection, "crisis_plan", key, by, text, now))


async def update_crisis(
    connection: asyncpg.Connection,
    key: str,
    text: str,
    *,
    next_due: datetime | None,
    by: str,
    now: datetime,
) -> ToldCustomers:
    """Queue a message to every affected customer; None: the next one is due on cadence."""
    check_lines("text", text)
    crisis = await crisis_id(connection, key)
    arguments = (crisis, by, text, next_due, now)
    return await _tell(connection, "crisis_update", *arguments)


async def note_workaround(
    connection: asyncpg.Connection, key: str, text: str, *, by: str, now: datetime
) -> None:
    """Note a workaround, which is no fix."""
    check_lines("text", text)
    await _change(connection, "crisis_workaround", key, by, text, now)


async def affect_customer(
    connection: asyncpg.Connection,
    key: str,
    customer: str,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> bool:
    """Put a customer on the list of a crisis; False: it is there."""
    check_reason(reason)
    buyer = await customer_id(connection, customer)
    return bool(await _change(connection, "crisis_affect", key, buyer, by, reason, now))


async def resolve_crisis(
    connection: asyncpg.Connection, key: str, text: str, *, by: str, now: datetime
) -> ToldCustomers:
    """Confirm the full fix, as its incident manager, and tell the affected customers."""
    check_lines("text", text)
    crisis = await crisis_id(connection, key)
    return await _tell(connection, "crisis_resolve", crisis, by, text, now)


async def waive_customer(
    connection: asyncpg.Connection,
    key: str,
    customer: str,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> bool:
    """Document why a customer need not be told of the resolution; False: it was before."""
    check_reason(reason)
    buyer = await customer_id(connection, customer)
    return bool(await _change(connection, "crisis_waive", key, buyer, by, reason, now))


async def write_section(
    connection: asyncpg.Connection, key: str, section: str, text: str, *, by: str, now: datetime
) -> None:
    """Write a section of the incident report; an approval of the text before counts no more."""
    check_lines(section, text)
    await _change(connection, "crisis_write", key, section, text, by, now)


async def approve_incident_report(
    connection: asyncpg.Connection, key: str, *, reason: str | None, by: str, now: datetime
) -> None:
    """Approve the report; none of its authors can."""
    check_text("reason", reason)
    await _change(connection, "crisis_approve", key, by, reason, now)


async def dissolve_crisis(
    connection: asyncpg.Connection, key: str, *, reason: str | None, by: str, now: datetime
) -> None:
    """End the cell: fixed, customers informed, reported."""
    check_text("reason", reason)
    await _change(connection, "crisis_dissolve", key, by, reason, now)


async def review_crisis(
    connection: asyncpg.Connection,
    key: str,
    *,
    analysis: str,
    plan: str | None,
    none_needed: str | None,
    by: str,
    now: datetime,
) -> None:
    """Record the analysis of management, with a plan or why none is needed."""
    for name, text in (("analysis", analysis), ("plan", plan), ("none needed", none_needed)):
        check_lines(name, text or "")
    await _change(connection, "crisis_review", key, by, analysis, plan, none_needed, now)


async def add_action(
    connection: asyncpg.Connection,
    key: str,
    what: str,
    *,
    owner: str,
    due: date,
    by: str,
    now: datetime,
) -> int:
    """Decide an action and return its number."""
    check_text("what", what)
    check_text("owner", owner)
    return int(await _change(connection, "crisis_add_action", key, by, what, owner, due, now))


async def is_of_rota(connection: asyncpg.Connection, name: str) -> bool:
    """Return whether *name* is a person of the rota, by key or by name; True without a rota."""
    return bool(await connection.fetchval(query("crisis_knows"), name))


async def end_action(
    connection: asyncpg.Connection, key: str, number: int, *, reason: str, by: str, now: datetime
) -> bool:
    """Note that an action is done, or was given up; False: that was noted before."""
    check_reason(reason)
    return bool(await _change(connection, "crisis_end_action", key, number, by, reason, now))


async def cancel_crisis(
    connection: asyncpg.Connection, key: str, *, reason: str, by: str, now: datetime
) -> bool:
    """Ask to cancel a false alarm, or agree to that; True: it is cancelled now."""
    check_reason(reason)
    return bool(await _change(connection, "crisis_cancel", key, by, reason, now) == "cancelled")


async def merge_crisis(
    connection: asyncpg.Connection, key: str, into: str, *, reason: str, by: str, now: datetime
) -> None:
    """Make a crisis part of another one."""
    check_reason(reason)
    target = await crisis_id(connection, into)
    await _change(connection, "crisis_merge", key, target, by, reason, now)


async def crisis_id(connection: asyncpg.Connection, key: str) -> int:
    """Return the number of a crisis; UsageError when there is none of this key."""
    rows = await connection.fetch(query("crisis_ids"))
    return found_id({row["key"]: row["crisis_id"] for row in rows}, "crisis", key)


async def customer_id(connection: asyncpg.Connection, key: str) -> int:
    """Return the number of a customer; UsageError when there is none of this key."""
    rows = await connection.fetch(query("crisis_customer_ids"))
    return found_id({row["key"]: row["customer_id"] for row in rows}, "customer", key)


def found_id(known: Mapping[str, int], what: str, key: str) -> int:
    """Return the number of *key*; UsageError with the nearest of those that are known."""
    if key not in known:
        raise UsageError(f"there is no {what} {shown(key)} ({advice(key, list(known))})")
    return known[key]


def check_lines(name: str, text: str) -> None:
    """Raise UsageError where a text of several lines would steer the reader's terminal."""
    for line in text.splitlines():
        check_text(name, line)


async def _change(connection: asyncpg.Connection, name: str, key: str, *arguments: object) -> Any:  # noqa: ANN401 - what the query of that name selects
    crisis = await crisis_id(connection, key)
    with refusals():
        async with connection.transaction():
            return await connection.fetchval(query(name), crisis, *arguments)


async def _tell(connection: asyncpg.Connection, name: str, *arguments: object) -> ToldCustomers:
    with refusals():
        async with connection.transaction():
            row = await connection.fetchrow(query(name), *arguments)
    told = dict(row) if row else {}
    return ToldCustomers(
        number=told.get("number"),
        messages=told["messages"],
        unreachable=tuple(told["unreachable"]),
    )
