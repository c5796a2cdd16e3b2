"""The registry of maintenance windows: append-only, with who, when and why."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import asyncpg

from vigie.catalogue import advice, shown
from vigie.errors import UsageError
from vigie.storing.queries import query
from vigie.storing.recurrence import Recurrence, rule_text, spans
from vigie.storing.verdicts import judged
from vigie.storing.window import (
    Recorded,
    Window,
    check_reason,
    check_window,
    remarks_on,
    utc_text,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Windows that recur, in the registry; each may be closed or withdrawn by itself."""

    key: str
    windows: tuple[Recorded, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A window as recorded, what happened to it, and what each contract makes of it."""

    key: str
    services: tuple[str, ...]  # none: every service
    every_service: bool
    kind: str
    starts: datetime
    ends: datetime
    closed_at: datetime | None
    withdrawn_at: datetime | None
    announced_at: datetime | None
    channel: str | None
    recipient: str | None
    evidence: str | None
    reason: str
    series: str | None  # key that the windows of a recurrence share
    rule: str | None  # the recurrence, in the words of RFC 5545
    recorded_by: str
    recorded_at: datetime
    why_not: dict[str, str | None]  # by contract: why it excuses nothing; None: it is valid
    remarks: dict[str, str]  # by contract: what breaks a rule that is not enforced


async def add_maintenance(
    connection: asyncpg.Connection, window: Window, *, by: str, now: datetime
) -> Recorded:
    """Record *window* and return its key; raises UsageError where it makes no sense."""
    async with connection.transaction():
        await connection.execute(query("maintenance_lock"))
        check_window(window, await _services(connection), now)
        recorded = await _add(connection, window, by, now)
    [told] = await judged(connection, [recorded])
    return told


async def add_series(
    connection: asyncpg.Connection,
    window: Window,
    recurrence: Recurrence,
    *,
    by: str,
    now: datetime,
) -> Series:
    """Record *window* and those that *recurrence* adds to it, or none; raises UsageError."""
    check_window(window, await _services(connection), now)
    first = (window.starts, window.ends)
    found, rule = spans(first, recurrence), rule_text(first, recurrence)
    async with connection.transaction():
        await connection.execute(query("maintenance_lock"))
        key: str = await connection.fetchval(
            query("next_series"), found[0][0].astimezone(UTC).date()
        )
        windows = [
            await _add(connection, replace(window, starts=starts, ends=ends), by, now, (key, rule))
            for starts, ends in found
        ]
    return Series(key=key, windows=await judged(connection, windows))


async def import_window(
    connection: asyncpg.Connection, window: Window, *, by: str, now: datetime
) -> Recorded:
    """Record *window* unless the same one is there; raises UsageError where it makes no sense."""
    async with connection.transaction():
        await connection.execute(query("maintenance_lock"))
        if key := await connection.fetchval(query("same_maintenance"), *_same(window)):
            return Recorded(key=key, known=True)
        check_window(window, await _services(connection), now)
        return await _add(connection, window, by, now)


async def withdraw_maintenance(
    connection: asyncpg.Connection, key: str, *, reason: str, by: str, now: datetime
) -> None:
    """Take the announcement back: the window excuses nothing any more."""
    async with connection.transaction():
        state = await _state(connection, key)
        check_reason(reason)
        _check_not_withdrawn(key, state)
        event = (state["maintenance_id"], "withdrawn", now, reason, by, now)
        await connection.execute(query("add_maintenance_event"), *event)


async def withdraw_series(
    connection: asyncpg.Connection, key: str, *, reason: str, by: str, now: datetime
) -> list[str]:
    """Take back the windows of a series that are still to come; return their keys."""
    check_reason(reason)
    async with connection.transaction():
        await connection.execute(query("maintenance_lock"))
        withdrawn = await connection.fetch(query("withdraw_series"), key, now, reason, by)
    if not withdrawn:
        raise UsageError(f"{key}: none of its windows is still to come (nothing to withdraw)")
    return [record["key"] for record in withdrawn]


async def is_series(connection: asyncpg.Connection, key: str) -> bool:
    """Return whether *key* is that of a series."""
    return await connection.fetchval(query("series_exists"), key) is True


async def close_maintenance(
    connection: asyncpg.Connection, key: str, *, at: datetime, reason: str, by: str, now: datetime
) -> None:
    """End the window early, at *at*: what is down later is not excused."""
    async with connection.transaction():
        state = await _state(connection, key)
        check_reason(reason)
        _check_not_withdrawn(key, state)
        _check_end(key, state, at, now)
        event = (state["maintenance_id"], "closed", at, reason, by, now)
        await connection.execute(query("add_maintenance_event"), *event)


async def plan_maintenance(
    connection: asyncpg.Connection,
    services: Sequence[str] | None,
    span: tuple[datetime, datetime],
    *,
    announced: datetime,
) -> list[dict[str, Any]]:
    """Return what sla.maintenance_plan says of a window; *services* None: every one."""
    if span[1] <= span[0]:
        raise UsageError(
            f"ends: {utc_text(span[1])} is not after the start {utc_text(span[0])}"
            " (write a later end)"
        )
    known = await _services(connection)
    for service in services or ():
        if service not in known:
            raise UsageError(f"services: there is no {shown(service)} ({advice(service, known)})")
    named = None if services is None else list(services)
    records = await connection.fetch(query("plan_maintenance"), named, *span, announced)
    return [dict(record) for record in records]


async def list_maintenance(connection: asyncpg.Connection) -> list[Listed]:
    """Return every window, latest start first."""
    judged = defaultdict(list)
    for record in await connection.fetch(query("judge_maintenance")):
        judged[record["key"]].append(record)
    records = await connection.fetch(query("list_maintenance"))
    return [_listed(dict(record), judged[record["key"]]) for record in records]


def _listed(record: dict[str, Any], judged: Sequence[asyncpg.Record]) -> Listed:
    return Listed(
        services=tuple(record.pop("services")),
        why_not={one["contract"]: one["why"] for one in judged},
        remarks={one["contract"]: one["remark"] for one in judged if one["remark"]},
        **record,
    )


async def _services(connection: asyncpg.Connection) -> list[str]:
    return [record["key"] for record in await connection.fetch(query("service_keys"))]


async def _add(
    connection: asyncpg.Connection,
    window: Window,
    by: str,
    now: datetime,
    series: tuple[str | None, str | None] = (None, None),
) -> Recorded:
    key: str = await connection.fetchval(
        query("add_maintenance"),
        window.starts.astimezone(UTC).date(),
        list(window.services),
        window.kind,
        window.starts,
        window.ends,
        window.announced,
        window.channel,
        window.recipient,
        window.evidence,
        window.reason,
        by,
        now,
        window.every_service,
        *series,
    )
    return Recorded(key=key, remarks=tuple(remarks_on(window)))


def _same(window: Window) -> tuple[object, ...]:
    services = sorted(set(window.services))
    return (
        services,
        window.kind,
        window.starts,
        window.ends,
        window.announced,
        window.reason,
    )


async def _state(connection: asyncpg.Connection, key: str) -> asyncpg.Record:
    await connection.execute(query("maintenance_lock"))
    state: asyncpg.Record | None = await connection.fetchrow(query("maintenance_state"), key)
    if state:
        return state
    if await is_series(connection, key):
        raise UsageError(f"{key}: is a series (write the key of one of its windows)")
    known = [record["key"] for record in await connection.fetch(query("maintenance_keys"))]
    raise UsageError(f"there is no maintenance window {shown(key)} ({advice(key, known)})")


def _check_not_withdrawn(key: str, state: asyncpg.Record) -> None:
    if state["withdrawn_at"]:
        raise UsageError(
            f"{key}: was withdrawn at {utc_text(state['withdrawn_at'])} (add a new window)"
        )


def _check_end(key: str, state: asyncpg.Record, at: datetime, now: datetime) -> None:
    if state["closed_at"]:
        raise UsageError(f"{key}: was closed at {utc_text(state['closed_at'])} already")
    if at < state["starts"]:
        raise UsageError(
            f"{key}: starts at {utc_text(state['starts'])}, so it cannot end at {utc_text(at)}"
            " (withdraw it)"
        )
    if at >= state["ends"]:
        raise UsageError(
            f"{key}: ends by itself at {utc_text(state['ends'])}"
            " (an overrun is not excused; leave it, or give an earlier --at)"
        )
    if at > now:
        raise UsageError(f"{key}: {utc_text(at)} lies in the future (close it when it is over)")
