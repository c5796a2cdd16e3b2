"""The outbox's working side: claims messages, sends them, and writes down what came of it.

At least once: what was sent by a worker that died before it could say so is sent again, with the
same key. No transaction is open while a message is on its way.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from itertools import count
from typing import TypeVar

import asyncpg
import structlog

from vigie import clock
from vigie.errors import PlaceholderError
from vigie.probing import hidden
from vigie.storing import (
    DATABASE_TROUBLE,
    Claimed,
    Terms,
    Trouble,
    attempt_message,
    claim_messages,
    fail_message,
    finish_message,
    renew_leases,
    report_attachments,
    sending_terms,
)
from vigie.watching.handing import hand_over
from vigie.watching.message import Attached, NotSent, Sent
from vigie.watching.outgoing import Render, Send, prepare

CHANNEL = "vigie_outbox"  # of notifications, as in sql/functions/97_outbox.sql
WORKERS = 20  # messages on their way at once; each may take its channel a second
POLL_S = 1.0  # a notification may be missed, and nobody notifies of a time that has come
SEND_S = 35.0  # channels end within 30 s by themselves
LEASE = timedelta(seconds=10)  # renewed while we live: so long a dead process holds a page up
RENEWALS = 3  # in each lease
DATABASE_S = 10.0  # of one transaction; a connection may be dead and not say so
PATIENCE_S = 3600.0  # to write down what came of a message, while the database is away
STOP_S = 10.0  # the same, once we are asked to stop

_T = TypeVar("_T")
log = structlog.get_logger()


async def run_outbox(
    pool: asyncpg.Pool,
    send: Send,
    render: Render,
    stop: asyncio.Event,
    *,
    workers: int = WORKERS,
    lease: timedelta = LEASE,
) -> None:
    """Send what is due until *stop*, then finish what is on its way.

    However many processes do this, a message is with one of them at a time. A database that is
    gone is waited for.
    """
    outbox = _Outbox(pool, send, render, stop, lease)
    async with asyncio.TaskGroup() as group:
        helpers = [
            group.create_task(_listen(pool, outbox.wake)),
            group.create_task(_pass_on(stop, outbox.wake)),
            group.create_task(outbox.renew()),
        ]
        await outbox.run(workers)
        for helper in helpers:
            helper.cancel()


class _Outbox:
    """One process's part of the work."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        send: Send,
        render: Render,
        stop: asyncio.Event,
        lease: timedelta,
    ) -> None:
        self.wake = asyncio.Event()  # there may be something to claim
        self._pool, self._send, self._render = pool, send, render
        self._stop, self._lease = stop, lease
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._calls = count(1)
        self._flying: set[asyncio.Task[None]] = set()
        self._trouble = Trouble(
            "outbox: the database cannot be used, messages wait",
            "outbox: the database is back, messages are sent",
            do="look at the database; no message is lost",
        )

    async def run(self, workers: int) -> None:
        async with asyncio.TaskGroup() as flights:
            while not self._stop.is_set():
                self.wake.clear()  # before the question: what is queued later wakes us again
                free = workers - len(self._flying)
                terms, claimed = await self._claim(free) if free else (None, [])
                for one in claimed:
                    flight = flights.create_task(self._deliver(one, terms))
                    self._flying.add(flight)
                    flight.add_done_callback(self._landed)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), POLL_S)

    async def renew(self) -> None:
        """Keep the leases of what is on its way, again and again."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / RENEWALS)
            if self._flying:
                with suppress(*DATABASE_TROUBLE):
                    async with self._connected() as connection:
                        await renew_leases(connection, self._name, lease=self._lease)

    def _landed(self, flight: asyncio.Task[None]) -> None:
        self._flying.discard(flight)
        self.wake.set()

    async def _claim(self, most: int) -> tuple[Terms | None, Sequence[Claimed]]:
        """Return what is due now, leased, and the terms on which it is sent."""
        worker = f"{self._name}:{next(self._calls)}"
        try:
            async with self._connected() as connection, connection.transaction():
                claimed = await claim_messages(connection, worker, most, lease=self._lease)
                terms = await sending_terms(connection) if claimed else None
        except DATABASE_TROUBLE as error:
            self._trouble.failed(error=_text(error))
            return None, []
        self._trouble.worked()
        return terms, claimed

    async def _deliver(self, claimed: Claimed, terms: Terms | None) -> None:
        lease = self._lease
        if not terms or not await self._surely(
            lambda connection: attempt_message(connection, claimed, lease=lease)
        ):
            return
        why = None
        try:
            sent = await self._attempt(claimed, terms)
        except NotSent as error:
            why, no = error.why, error
            state = await self._surely(
                lambda connection: fail_message(
                    connection,
                    claimed,
                    why=no.why,
                    temporary=no.temporary,
                    retry_after=no.retry_after,
                )
            )
        else:
            state = await self._surely(
                lambda connection: finish_message(connection, claimed, reference=sent.reference)
            )
        _tell(claimed, state, why)

    async def _attempt(self, claimed: Claimed, terms: Terms) -> Sent:
        """Send, or raise NotSent, whatever goes wrong, without secrets in its words."""
        held: list[str] = []
        try:
            files, now = await self._files(claimed), clock.now()
            async with asyncio.timeout(SEND_S):
                handed = await hand_over(claimed, terms, files, now) if files else None
                ready = prepare(claimed, terms, self._render, held, now, handed=handed)
                sent = await self._send(ready.target, ready.message, ready.transport)
        except NotSent as error:
            raise NotSent(
                hidden(error.why, held), temporary=error.temporary, retry_after=error.retry_after
            ) from error
        except PlaceholderError as error:
            raise NotSent(str(error), temporary=False) from error
        except TimeoutError as error:
            raise NotSent("it did not end, and may have been taken", temporary=True) from error
        except Exception as error:  # its text may hold a secret
            raise NotSent(f"a defect, {type(error).__name__}", temporary=True) from error
        return Sent(reference=sent.reference and hidden(sent.reference, held))

    async def _files(self, claimed: Claimed) -> list[Attached]:
        """Return the files of the report that a message is about."""
        key = claimed.facts.get("report")
        if not isinstance(key, str):
            return []
        async with self._connected() as connection:
            files = await report_attachments(connection, key)
        return [
            Attached(name=name, content=content, language=language)
            for language, name, content in files
        ]

    async def _surely(self, work: Callable[[asyncpg.Connection], Awaitable[_T]]) -> _T | None:
        """Return what *work* gives, also when the database comes back later; None: we gave up."""
        began = asyncio.get_running_loop().time()
        while True:
            try:
                async with self._connected() as connection:
                    return await work(connection)
            except DATABASE_TROUBLE as error:
                self._trouble.failed(error=_text(error))
            waited = asyncio.get_running_loop().time() - began
            if waited > (STOP_S if self._stop.is_set() else PATIENCE_S):
                return None
            await asyncio.sleep(POLL_S)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        async with asyncio.timeout(DATABASE_S), self._pool.acquire() as connection:
            yield connection


async def _listen(pool: asyncpg.Pool, wake: asyncio.Event) -> None:
    """Set *wake* whenever something is queued; while nobody can tell us, the poll finds it."""
    while True:
        with suppress(*DATABASE_TROUBLE):
            async with pool.acquire(timeout=DATABASE_S) as connection:
                await _hear(connection, wake)
        await asyncio.sleep(POLL_S)


async def _hear(connection: asyncpg.Connection, wake: asyncio.Event) -> None:
    """Listen until the connection is gone."""
    gone = asyncio.Event()

    def heard(*_: object) -> None:
        wake.set()

    def ended(_: object) -> None:
        gone.set()

    connection.add_termination_listener(ended)
    try:
        await connection.add_listener(CHANNEL, heard)
        wake.set()  # what was queued before we listened
        await gone.wait()
    finally:
        connection.remove_termination_listener(ended)
        await connection.remove_listener(CHANNEL, heard)


async def _pass_on(stop: asyncio.Event, wake: asyncio.Event) -> None:
    await stop.wait()
    wake.set()


def _tell(claimed: Claimed, state: str | None, why: str | None) -> None:
    """Log what came of a message; its words and addresses are nobody's business here."""
    where = {"message": claimed.message_id, "kind": claimed.kind, "recipient": claimed.recipient}
    if state is None:
        do = "nothing: its receiver is given the same key"
        log.warning("outbox: a message may be sent twice, its end was not kept", **where, do=do)
    elif state == "dead":
        do = f"correct the channels of {claimed.recipient}, then: vigie outbox retry --dead"
        log.error("outbox: a message reached nobody", **where, why=why, do=do)
    elif why:
        do = f"nothing yet; what follows: vigie outbox show {claimed.message_id}"
        log.warning("outbox: a message was not sent, it is tried again", **where, why=why, do=do)
    else:
        log.info("outbox: a message was sent", **where)


def _text(error: BaseException) -> str:
    return str(error) or type(error).__name__
