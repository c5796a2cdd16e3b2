"""Corrections of what was measured: recorded by one person, approved by another, never erased."""

from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from vigie.catalogue import advice, shown
from vigie.errors import UsageError
from vigie.storing.queries import query
from vigie.storing.window import check_proof, check_reason, check_text

EFFECTS = ("exclude", "up", "down", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A statement that a span was measured wrongly, before it is recorded; instants are aware."""

    target: str  # key of a service or an endpoint
    starts: datetime
    ends: datetime
    effect: str
    reason: str
    evidence: str | None = None  # text, or the digest of a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A correction or a maintenance window, and the span that it is of."""

    key: str
    starts: datetime
    ends: datetime


async def add_correction(
    connection: asyncpg.Connection, correction: Correction, *, by: str, now: datetime
) -> str:
    """Record *correction* and return its key; it changes nothing until another approves it."""
    async with connection.transaction():
        await connection.execute(query("correction_lock"))
        service, endpoint = await _target(connection, correction.target)
        _check(correction, now)
        during: asyncpg.Range[datetime] = asyncpg.Range(correction.starts, correction.ends)
        found = await connection.fetchval(
            query("contradicting_correction"), service, endpoint, during, correction.effect
        )
        if found:
            raise UsageError(f"{found} says otherwise of a part of this span (withdraw it first)")
        day = correction.starts.astimezone(UTC).date()
        words = (correction.effect, correction.reason, correction.evidence)
        arguments = (day, service, endpoint, during, *words, by, now)
        return str(await connection.fetchval(query("add_correction"), *arguments))


async def approve_correction(
    connection: asyncpg.Connection, key: str, *, reason: str | None, by: str, now: datetime
) -> None:
    """Let the correction change figures; its author cannot."""
    async with connection.transaction():
        state = await _state(connection, key, by)
        _check_open(key, state)
        if state["approved_by"]:
            raise UsageError(f"{key}: was approved by {state['approved_by']} already")
        if not state["may_approve"]:
            author = state["recorded_by"]
            raise UsageError(f"{key}: was recorded by {author} (another person must approve it)")
        check_text("reason", reason)
        event = (state["correction_id"], "approved", reason, by, now)
        await connection.execute(query("add_correction_event"), *event)


async def withdraw_correction(
    connection: asyncpg.Connection, key: str, *, reason: str, by: str, now: datetime
) -> None:
    """Take the correction back: figures are as measured again."""
    async with connection.transaction():
        state = await _state(connection, key, by)
        _check_open(key, state)
        check_reason(reason)
        event = (state["correction_id"], "withdrawn", reason, by, now)
        await connection.execute(query("add_correction_event"), *event)


async def list_corrections(connection: asyncpg.Connection) -> list[dict[str, object]]:
    """Return every correction, latest start first; columns as in `sla.correction`."""
    return [dict(record) for record in await connection.fetch(query("list_corrections"))]


async def recorded_since(
    connection: asyncpg.Connection, contract: str | None, since: datetime
) -> tuple[Addition, ...]:
    """Return the corrections and windows that something was recorded of since then.

    Those of a contract's services; None: of any.
    """
    found = await connection.fetch(query("recorded_since"), contract, since)
    return tuple(Addition(**record) for record in found)


async def _target(connection: asyncpg.Connection, key: str) -> tuple[str | None, str | None]:
    """Return *key* as a service or as an endpoint; services are looked up first."""
    records = await connection.fetch(query("correction_targets"))
    kinds = {record["kind"] for record in records if record["key"] == key}
    if "service" in kinds:
        return key, None
    if "endpoint" in kinds:
        return None, key
    known = [record["key"] for record in records]
    raise UsageError(f"there is no service or endpoint {shown(key)} ({advice(key, known)})")


async def _state(connection: asyncpg.Connection, key: str, by: str) -> asyncpg.Record:
    await connection.execute(query("correction_lock"))
    state: asyncpg.Record | None = await connection.fetchrow(query("correction_state"), key, by)
    if state:
        return state
    known = [record["key"] for record in await connection.fetch(query("correction_keys"))]
    raise UsageError(f"there is no correction {shown(key)} ({advice(key, known)})")


def _check(correction: Correction, now: datetime) -> None:
    if correction.effect not in EFFECTS:
        effect = correction.effect
        raise UsageError(f"effect: there is no {shown(effect)} ({advice(effect, EFFECTS)})")
    if correction.ends <= correction.starts:
        raise UsageError("ends: is not after the start (write a later end)")
    if correction.ends > now:
        raise UsageError("ends: lies in the future (correct what is over)")
    check_reason(correction.reason)
    check_proof("evidence", correction.evidence)


def _check_open(key: str, state: asyncpg.Record) -> None:
    if state["withdrawn_at"]:
        when = state["withdrawn_at"].astimezone(UTC).isoformat().replace("+00:00", "Z")
        raise UsageError(f"{key}: was withdrawn at {when} (add a new correction)")
