"""Messages to people, as the database keeps them: leased, sent, tried again, acknowledged.

Every *now* may be left out: the database's own clock counts then, one for all workers.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from vigie.catalogue import shown
from vigie.errors import UsageError
from vigie.storing.explain import refusals
from vigie.storing.queries import query
from vigie.storing.window import check_reason

MESSAGE_STATES = ("queued", "sent", "delivered", "bounced", "acknowledged", "dead")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that a worker has leased, and the target whose turn it is."""

    message_id: int
    worker: str  # who leased it; later calls prove the lease with it
    key: str
    kind: str
    recipient: str
    urgent: bool
    attempts: int  # with this target, before now
    target: Mapping[str, str]  # placeholders as they are
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What sending needs besides the messages."""

    rota: Mapping[str, Any]  # the current one, in its words; empty without
    secret: str  # signs the links by which people acknowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """Who answered a message first, and when."""

    by: str
    at: datetime
    first: bool  # it was this call


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a message tells whoever is asked to answer it."""

    message_id: int
    kind: str
    recipient: str
    facts: Mapping[str, Any]
    answered: Acknowledged | None
    over: str | None  # the state of its crisis, where that calls nobody any more


async def claim_messages(
    connection: asyncpg.Connection,
    worker: str,
    most: int,
    *,
    lease: timedelta,
    now: datetime | None = None,
) -> list[Claimed]:
    """Lease what is due for *worker*, whose name must be new for each call; urgent ones first."""
    records = await connection.fetch(query("outbox_claim"), worker, most, lease, now)
    return [_claimed(dict(record), worker) for record in records]


async def attempt_message(
    connection: asyncpg.Connection,
    claimed: Claimed,
    *,
    lease: timedelta,
    now: datetime | None = None,
) -> bool:
    """Write down that *claimed* is about to be sent; False: it must not be, the lease is lost."""
    arguments = (claimed.message_id, claimed.worker, lease, now)
    return bool(await connection.fetchval(query("outbox_attempt"), *arguments))


async def renew_leases(
    connection: asyncpg.Connection,
    process: str,
    *,
    lease: timedelta,
    now: datetime | None = None,
) -> None:
    """Let the leases of all workers whose names begin with *process* begin anew."""
    await connection.execute(query("outbox_renew"), process, lease, now)


async def finish_message(
    connection: asyncpg.Connection,
    claimed: Claimed,
    *,
    reference: str | None,
    now: datetime | None = None,
) -> str | None:
    """Write down that *claimed* was sent; return its state, None where another worker has it."""
    arguments = (claimed.message_id, claimed.worker, reference, now)
    state: str | None = await connection.fetchval(query("outbox_finish"), *arguments)
    return state


async def fail_message(
    connection: asyncpg.Connection,
    claimed: Claimed,
    *,
    why: str,
    temporary: bool,
    retry_after: timedelta | None = None,
    now: datetime | None = None,
) -> str | None:
    """Write down that *claimed* was not sent; return its state, None where another one has it."""
    arguments = (claimed.message_id, claimed.worker, temporary, retry_after, why, now)
    state: str | None = await connection.fetchval(query("outbox_fail"), *arguments)
    return state


async def sending_terms(connection: asyncpg.Connection) -> Terms:
    """Return the current rota and the key that signs links."""
    record = await connection.fetchrow(query("outbox_terms"))
    return Terms(rota=json.loads(record["rota"] or "{}"), secret=record["secret"])


async def mark_message(
    connection: asyncpg.Connection,
    message_id: int,
    state: str,
    *,
    by: str,
    reason: str,
    now: datetime | None = None,
) -> str:
    """Write down that a sent message was `delivered` or `bounced`; return the state it has now.

    One that bounced is queued for its next channel, if it has one.

    Raises:
        UsageError: there is no such message, or it was not sent.
    """
    check_reason(reason)
    with refusals():
        marked: str = await connection.fetchval(
            query("outbox_mark"), message_id, state, by, reason, now
        )
    return marked


async def acknowledge_message(
    connection: asyncpg.Connection, message_id: int, *, by: str, now: datetime | None = None
) -> Acknowledged:
    """Write down that *by* answered; a second time it changes nothing and tells of the first.

    Raises:
        UsageError: there is no such message, or it is not for the team.
    """
    with refusals():
        record = await connection.fetchrow(query("outbox_acknowledge"), message_id, by, now)
    return Acknowledged(by=record["by_whom"], at=record["at"], first=record["first"])


async def read_question(connection: asyncpg.Connection, message_id: int) -> Question | None:
    """Return what the message tells and who answered it; None: there is none of this number."""
    record = await connection.fetchrow(query("outbox_question"), message_id)
    if record is None:
        return None
    by, at = record["by_whom"], record["at"]
    return Question(
        message_id=message_id,
        kind=record["kind"],
        recipient=record["recipient"],
        facts=json.loads(record["facts"]),
        answered=Acknowledged(by=by, at=at, first=False) if at else None,
        over=record["over"],
    )


async def retry_message(
    connection: asyncpg.Connection, message_id: int, *, by: str, now: datetime | None = None
) -> None:
    """Let a queued, bounced or dead message be tried again; raises UsageError for others."""
    with refusals():
        await connection.execute(query("outbox_retry"), message_id, by, now)


async def dead_messages(connection: asyncpg.Connection) -> list[int]:
    """Return the numbers of the messages that reached nobody, oldest first."""
    return [record["message_id"] for record in await connection.fetch(query("outbox_dead"))]


async def find_message(connection: asyncpg.Connection, name: str) -> int:
    """Return the number of the message that *name*, a number or a key, stands for."""
    message_id: int | None = await connection.fetchval(query("outbox_find"), name)
    if message_id is None:
        raise UsageError(f"there is no message {shown(name)} (vigie outbox list shows them)")
    return message_id


async def list_messages(
    connection: asyncpg.Connection, state: str | None, most: int
) -> list[dict[str, Any]]:
    """Return the newest messages first; columns as in `sla.notification`, and their numbers."""
    return [dict(record) for record in await connection.fetch(query("outbox_list"), state, most)]


async def read_message(connection: asyncpg.Connection, message_id: int) -> dict[str, Any]:
    """Return one message, as `list_messages` does."""
    return dict(await connection.fetchrow(query("outbox_read"), message_id))


async def message_events(
    connection: asyncpg.Connection, message_id: int
) -> Sequence[dict[str, Any]]:
    """Return what was tried with a message and what came of it, oldest first."""
    records = await connection.fetch(query("outbox_events"), message_id)
    return [{**record, "detail": json.loads(record["detail"])} for record in records]


def _claimed(record: dict[str, Any], worker: str) -> Claimed:
    target, facts = json.loads(record.pop("target")), json.loads(record.pop("facts"))
    return Claimed(worker=worker, target=target, facts=facts, **record)
