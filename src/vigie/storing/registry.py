"""The registry of maintenance windows: append-only, with who, when and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from vigie.catalogue import advice, shown
from vigie.errors import UsageError
from vigie.storing.queries import query

KINDS = ("planned", "security")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """An announced window, before it is recorded; instants are aware."""

    services: tuple[str, ...]
    kind: str
    starts: datetime
    ends: datetime
    reason: str
    announced: datetime | None = None
    channel: str | None = None
    recipient: str | None = None
    evidence: str | None = None  # text, or the digest of a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A window that is in the registry, and what is remarkable about it."""

    key: str
    remarks: tuple[str, ...] = ()
    known: bool = False  # it was there before


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A window as recorded, what happened to it, and what each contract makes of it."""

    key: str
    services: tuple[str, ...]
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
    recorded_by: str
    recorded_at: datetime
    why_not: dict[str, str | None]  # by contract: why it excuses nothing; None: it is valid


async def add_maintenance(
    connection: asyncpg.Connection, window: Window, *, by: str, now: datetime
) -> Recorded:
    """Record *window* and return its key; raises UsageError where it makes no sense."""
    async with connection.transaction():
        await connection.execute(query("maintenance_lock"))
        return await _add(connection, window, by, now)


async def import_window(
    connection: asyncpg.Connection, window: Window, *, by: str, now: datetime
) -> Recorded:
    """Record *window* unless the same one is there; raises UsageError where it makes no sense."""
    async with connection.transaction():
        await connection.execute(query("maintenance_lock"))
        if key := await connection.fetchval(query("same_maintenance"), *_same(window)):
            return Recorded(key=key, known=True)
        return await _add(connection, window, by, now)


async def withdraw_maintenance(
    connection: asyncpg.Connection, key: str, *, reason: str, by: str, now: datetime
) -> None:
    """Take the announcement back: the window excuses nothing any more."""
    async with connection.transaction():
        state = await _state(connection, key)
        _check_reason(reason)
        _check_not_withdrawn(key, state)
        event = (state["maintenance_id"], "withdrawn", now, reason, by, now)
        await connection.execute(query("add_maintenance_event"), *event)


async def close_maintenance(
    connection: asyncpg.Connection, key: str, *, at: datetime, reason: str, by: str, now: datetime
) -> None:
    """End the window early, at *at*: what is down later is not excused."""
    async with connection.transaction():
        state = await _state(connection, key)
        _check_reason(reason)
        _check_not_withdrawn(key, state)
        _check_end(key, state, at, now)
        event = (state["maintenance_id"], "closed", at, reason, by, now)
        await connection.execute(query("add_maintenance_event"), *event)


async def list_maintenance(connection: asyncpg.Connection) -> list[Listed]:
    """Return every window, latest start first."""
    judged: dict[str, dict[str, str | None]] = {}
    for record in await connection.fetch(query("judge_maintenance")):
        judged.setdefault(record["key"], {})[record["contract"]] = record["why"]
    records = await connection.fetch(query("list_maintenance"))
    return [_listed(dict(record), judged) for record in records]


def _listed(record: dict[str, Any], judged: dict[str, dict[str, str | None]]) -> Listed:
    services = tuple(record.pop("services"))
    return Listed(services=services, why_not=judged.get(record["key"], {}), **record)


async def _add(connection: asyncpg.Connection, window: Window, by: str, now: datetime) -> Recorded:
    known = [record["key"] for record in await connection.fetch(query("service_keys"))]
    check_window(window, known, now)
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
    )
    return Recorded(key=key, remarks=tuple(_remarks(window)))


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


def check_window(window: Window, known: Sequence[str], now: datetime) -> None:
    """Raise UsageError where *window* makes no sense; *known* are the keys of the services."""
    if not window.services:
        raise UsageError("services: none is named (write one, or several joined by ;)")
    for service in window.services:
        if service not in known:
            raise UsageError(f"services: there is no {shown(service)} ({advice(service, known)})")
    if window.kind not in KINDS:
        raise UsageError(f"kind: there is no {shown(window.kind)} ({advice(window.kind, KINDS)})")
    if window.ends <= window.starts:
        raise UsageError(
            f"ends: {_text(window.ends)} is not after the start {_text(window.starts)}"
            " (write a later end)"
        )
    if window.announced and window.announced > now:
        raise UsageError(
            f"announced: {_text(window.announced)} lies in the future"
            " (record the window when customers have been told)"
        )
    _check_reason(window.reason)


def _remarks(window: Window) -> list[str]:
    """Say what no contract that asks for notice will accept; it happened, so it is recorded."""
    if window.kind == "security":
        return []
    if window.announced is None:
        return ["it was not announced: it excuses nothing"]
    if window.announced > window.starts:
        return ["it was announced after its start: it excuses nothing"]
    if not (window.channel or window.recipient or window.evidence):
        return ["there is no proof of the announcement: it excuses nothing"]
    return []


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise UsageError("reason: is empty (write why, in a few words)")


async def _state(connection: asyncpg.Connection, key: str) -> asyncpg.Record:
    await connection.execute(query("maintenance_lock"))
    state: asyncpg.Record | None = await connection.fetchrow(query("maintenance_state"), key)
    if state:
        return state
    known = [record["key"] for record in await connection.fetch(query("maintenance_keys"))]
    raise UsageError(f"there is no maintenance window {shown(key)} ({advice(key, known)})")


def _check_not_withdrawn(key: str, state: asyncpg.Record) -> None:
    if state["withdrawn_at"]:
        raise UsageError(
            f"{key}: was withdrawn at {_text(state['withdrawn_at'])} (add a new window)"
        )


def _check_end(key: str, state: asyncpg.Record, at: datetime, now: datetime) -> None:
    if state["closed_at"]:
        raise UsageError(f"{key}: was closed at {_text(state['closed_at'])} already")
    if at < state["starts"]:
        raise UsageError(
            f"{key}: starts at {_text(state['starts'])}, so it cannot end at {_text(at)}"
            " (withdraw it)"
        )
    if at >= state["ends"]:
        raise UsageError(
            f"{key}: ends by itself at {_text(state['ends'])}"
            " (an overrun is not excused; leave it, or give an earlier --at)"
        )
    if at > now:
        raise UsageError(f"{key}: {_text(at)} lies in the future (close it when it is over)")


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
