"""Messages in a queue, a rota, and workers of a test's own."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from vigie.watching import Send, run_outbox

NOW = datetime(2026, 5, 12, 10, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LEASE = MINUTE
HOOK = {"channel": "webhook", "to": "https://hooks.example/alice"}
MAIL = {"channel": "email", "to": "alice@vendor.example"}
FACTS = {"incident": "incident-7", "crisis": None, "name": "Alice Martin", "text": None}
PEOPLE = ("alice", "bob", "carol", "dave")
ROTA: dict[str, Any] = {
    "people": {
        key: {"name": key.title(), "roles": [], "reach": [{"channel": "webhook", "to": key}]}
        for key in PEOPLE
    },
    "levels": [["alice", "bob", "carol"], ["dave"]],
    "public_url": "https://vigie.vendor.example/",
    "allow": ["loopback"],
    "mail": None,
}
QUEUE = "select fact.queue_message($1, $2, $3, $4, $5, $6, urgent => $7, due_at => $8)"


async def queue(
    asked: asyncpg.Connection | asyncpg.Pool,
    key: str = "page:1:alice",
    *,
    kind: str = "page",
    audience: str = "team",
    recipient: str = "alice",
    targets: Sequence[Mapping[str, str]] | None = (HOOK,),
    facts: Mapping[str, Any] = FACTS,
    urgent: bool = True,
    due: datetime | None = NOW,
) -> int | None:
    """Queue a message and return its number."""
    told = None if targets is None else json.dumps(list(targets))
    words = (key, kind, audience, recipient, told, json.dumps(dict(facts)), urgent, due)
    rows: Sequence[asyncpg.Record] = await asked.fetch(QUEUE, *words)
    message_id: int | None = rows[0][0]
    return message_id


async def set_rota(
    asked: asyncpg.Connection | asyncpg.Pool, spec: Mapping[str, Any] = ROTA
) -> None:
    await asked.execute(
        "insert into fact.rota (spec, recorded_at) values ($1, $2)", json.dumps(dict(spec)), NOW
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a template would have made."""

    subject: str
    text: str
    html: str | None = None


def render(kind: str, facts: Mapping[str, Any]) -> Words:
    return Words(subject=f"{kind} for {facts['name']}", text=str(facts.get("ack_url")))


@asynccontextmanager
async def working(
    pool: asyncpg.Pool, send: Send, *, workers: int = 8, lease: timedelta = LEASE
) -> AsyncIterator[asyncio.Event]:
    """Run an outbox meanwhile; setting the event, or leaving, stops it."""
    stop = asyncio.Event()
    running = asyncio.create_task(
        run_outbox(pool, send, render, stop, workers=workers, lease=lease)
    )
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(running, 30)


async def until_states(pool: asyncpg.Pool, **expected: int) -> None:
    """Wait until so many messages are in each state, and fail when that does not come true.

    What was delivered counts as sent.
    """
    seen: dict[str, int] = {}
    try:
        async with asyncio.timeout(30):
            while seen != expected:
                await asyncio.sleep(0.02)
                rows = await pool.fetch(
                    "select case state when 'delivered' then 'sent' else state end as state,"
                    " count(*) from fact.outbox group by 1"
                )
                seen = {row["state"]: row["count"] for row in rows}
    except TimeoutError:
        assert expected == seen


async def until_events(pool: asyncpg.Pool, number: int) -> None:
    """Wait until so many events are written down."""
    async with asyncio.timeout(20):
        while await pool.fetchval("select count(*) from fact.outbox_event") < number:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
