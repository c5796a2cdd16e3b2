"""Workers on a real queue: everything is sent once, whatever goes wrong on the way."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiohttp import web
from structlog.testing import capture_logs
from tests.cli.processes import until
from tests.watching.queued import (
    FACTS,
    HOOK,
    MAIL,
    ROTA,
    Words,
    queue,
    set_rota,
    until_events,
    until_states,
    working,
)
from tests.watching.receiver import a_receiver, post

from vigie.clock import now
from vigie.storing import claim_messages
from vigie.watching import Message, NotSent, Sent, Transport, run_outbox


def hook(url: str, **more: str) -> list[dict[str, str]]:
    return [{"channel": "webhook", "to": url, **more}]


class Kept:
    """A `send` that keeps what it was given."""

    def __init__(self, *answers: Exception) -> None:
        self.given: list[tuple[Mapping[str, str], Message, Transport]] = []
        self._answers = list(answers)

    async def __call__(
        self, target: Mapping[str, str], message: Message, transport: Transport
    ) -> Sent:
        self.given.append((target, message, transport))
        if self._answers:
            raise self._answers.pop(0)
        return Sent(reference="r1")


async def test_two_processes_send_each_of_200_messages_once(
    pool: asyncpg.Pool, database: str
) -> None:
    async with a_receiver() as receiver, asyncpg.create_pool(database, min_size=0) as second:
        for number in range(200):
            await queue(pool, f"page:{number}", targets=hook(receiver.url))
        async with working(pool, post), working(second, post):
            await until_states(pool, sent=200)

    assert {f"page:{number}": 1 for number in range(200)} == dict(receiver.taken)
    assert [(2, 400)] == [
        tuple(row)
        for row in await pool.fetch(
            "select count(distinct split_part(detail ->> 'worker', ':', 3)),"
            " count(*) + (select count(*) from fact.outbox_event where kind = 'sent')"
            " from fact.outbox_event where kind = 'attempted'"
        )
    ]


async def test_a_queued_message_wakes_the_worker(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the notification it would be found by the poll, which is an hour away."""
    monkeypatch.setattr("vigie.watching.outbox.POLL_S", 3600.0)
    asked = list[str]()

    async def claim(connection: asyncpg.Connection, worker: str, *rest: Any, **more: Any) -> Any:
        asked.append(worker)
        return await claim_messages(connection, worker, *rest, **more)

    monkeypatch.setattr("vigie.watching.outbox.claim_messages", claim)
    sent = Kept()
    async with working(pool, sent):
        await listening(pool)
        async with pool.acquire() as connection, connection.transaction():
            await queue(connection)
            assert [] == sent.given
        await until_states(pool, sent=1)

    # At the start, when it listened, when it was notified, when the message had left.
    assert 2 <= len(asked) <= 4


async def listening(pool: asyncpg.Pool) -> None:
    asked = "select count(*) from pg_stat_activity where query ilike 'listen%vigie_outbox%'"
    async with asyncio.timeout(20):
        while not await pool.fetchval(asked):  # noqa: ASYNC110 - of another session
            await asyncio.sleep(0.02)


async def test_without_a_notification_the_poll_finds_it(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vigie.watching.outbox.CHANNEL", "nobody_speaks_here")
    sent = Kept()
    async with working(pool, sent):
        await queue(pool, "soon", due=now() + timedelta(seconds=0.5))
        await until_states(pool, sent=1)

    assert 1 == len(sent.given)


async def test_stopping_finishes_what_is_on_its_way_and_takes_nothing_new(
    pool: asyncpg.Pool,
) -> None:
    async with a_receiver() as receiver:
        receiver.hold = asyncio.Event()
        await queue(pool, "first", targets=hook(receiver.url))
        async with working(pool, post, workers=1) as stop:
            await until(lambda: bool(receiver.taken))
            await queue(pool, "second", targets=hook(receiver.url))
            stop.set()
            receiver.hold.set()
        states = await pool.fetch("select key, state from fact.outbox order by key")

    assert [("first", "delivered"), ("second", "queued")] == [tuple(one) for one in states]
    assert {"first": 1} == dict(receiver.taken)


async def test_429_is_tried_again_when_it_said(pool: asyncpg.Pool) -> None:
    async with a_receiver() as receiver:
        receiver.refusals = [web.Response(status=429, headers={"retry-after": "30"}, text="slow")]
        await queue(pool, targets=hook(receiver.url))
        async with working(pool, post):
            await until_events(pool, 2)
        waited = await pool.fetchrow(
            "select o.due_at - e.at as waits, o.error, o.state from fact.outbox as o"
            " inner join fact.outbox_event as e on e.message_id = o.message_id"
            " where e.kind = 'failed'"
        )

    assert waited
    assert (timedelta(seconds=30), "status 429: slow", "queued") == tuple(waited)


async def test_the_second_channel_is_used_when_the_first_fails(pool: asyncpg.Pool) -> None:
    async with a_receiver() as receiver:
        receiver.refusals = [web.Response(status=404, text="no such hook")]
        await queue(pool, targets=[*hook(f"{receiver.url}?first"), *hook(receiver.url)])
        async with working(pool, post):
            await until_states(pool, sent=1)
        events = await pool.fetch(
            "select kind, detail ->> 'target' as target from fact.outbox_event order by event_id"
        )

    assert [
        ("attempted", "0"), ("failed", "0"), ("attempted", "1"), ("sent", None),
        ("delivered", None),
    ] == [tuple(one) for one in events]  # fmt: skip


async def test_what_reaches_nobody_is_told_to_the_others_and_in_the_log(
    pool: asyncpg.Pool,
) -> None:
    await set_rota(pool)
    sent = Kept(NotSent("no such mailbox", temporary=False))
    with capture_logs() as logs:
        number = await queue(pool)
        async with working(pool, sent):
            await until_states(pool, dead=1, sent=2)

    assert ["dead_letter for Bob", "dead_letter for Carol"] == sorted(
        message.subject for _, message, _ in sent.given[1:]
    )
    [dead] = [one for one in logs if one["log_level"] == "error"]
    assert (number, "page", "alice", "no such mailbox") == (
        dead["message"], dead["kind"], dead["recipient"], dead["why"]
    )  # fmt: skip


async def test_a_page_carries_its_link_and_thread(pool: asyncpg.Pool) -> None:
    await set_rota(pool)
    await queue(pool, "page")
    await queue(pool, "test", kind="test", facts={"name": "Alice"})
    await queue(pool, "done", kind="dissolved", facts={**FACTS, "crisis": "crisis-3"})
    sent = Kept()
    async with working(pool, sent):
        await until_states(pool, sent=3)
    page, test, done = (
        next(message for _, message, _ in sent.given if message.key == key)
        for key in ("page", "test", "done")
    )

    assert ("incident-7", True, "trigger") == (page.thread, page.urgent, page.event)
    assert page.text.startswith("https://vigie.vendor.example/ack/")
    assert page.data["ack_url"] == page.text
    assert ("test", "None", {"kind": "test", "name": "Alice"}) == (
        test.thread,
        test.text,
        test.data,
    )
    assert ("incident-7", "resolve") == (done.thread, done.event)


async def test_placeholders_are_filled_in_where_it_is_sent(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOOK", "https://hooks.example/S3CRETPATH")
    (tmp_path / "password").write_text("pass-of-the-mail\n")
    mail = {
        "host": "mail.example", "port": 25, "tls": "none", "user": None,
        "password": f"${{file:{tmp_path}/password}}", "sender": "v@vendor.example",
    }  # fmt: skip
    await set_rota(pool, {**ROTA, "mail": mail})
    await queue(pool, "hook", targets=hook("${env:HOOK}"))
    await queue(pool, "mail", targets=[MAIL])
    sent = Kept()
    async with working(pool, sent):
        await until_states(pool, sent=2)
    given = {message.key: (target, transport) for target, message, transport in sent.given}

    assert "https://hooks.example/S3CRETPATH" == given["hook"][0]["to"]
    assert given["hook"][1] == Transport(mail=None, allow=("loopback",))
    used = given["mail"][1].mail
    assert used
    assert ("mail.example", 25, "pass-of-the-mail") == (used.host, used.port, used.password)


async def test_a_secret_is_in_no_row_and_in_no_log(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", "https://hooks.example/S3CRETPATH")
    sent = Kept(
        NotSent("cannot reach https://hooks.example/S3CRETPATH", temporary=False),
        ValueError("https://hooks.example/S3CRETPATH"),
    )
    with capture_logs() as logs:
        await queue(pool, targets=hook("${env:HOOK}") * 2)
        async with working(pool, sent):
            await until_events(pool, 4)
    rows = await pool.fetch(
        "select o::text as line from fact.outbox as o"
        " union all select e::text from fact.outbox_event as e"
    )

    assert "cannot reach ***" in str(logs)
    assert "a defect, ValueError" in str(rows)
    assert "S3CRETPATH" not in str(rows) + str(logs)


async def test_a_missing_secret_uses_the_next_target_at_once(pool: asyncpg.Pool) -> None:
    await queue(pool, targets=[*hook("${env:NOT_SET_ANYWHERE}"), HOOK])
    sent = Kept()
    async with working(pool, sent):
        await until_states(pool, sent=1)
    why = await pool.fetchval("select detail ->> 'why' from fact.outbox_event where kind='failed'")

    assert "the environment variable NOT_SET_ANYWHERE is not set in this process" == why
    assert [HOOK] == [target for target, _, _ in sent.given]


def broken(_kind: str, _facts: Mapping[str, Any]) -> Words:
    raise KeyError("template")


async def test_a_broken_template_does_not_silence_a_page(pool: asyncpg.Pool) -> None:
    """The team reads its facts; a customer waits for the template to be corrected."""
    await queue(pool, "page")
    await queue(pool, "update", kind="customer_update", audience="customer", recipient="acme")
    sent, stop = Kept(), asyncio.Event()
    running = asyncio.create_task(run_outbox(pool, sent, broken, stop))
    await until_events(pool, 4)
    stop.set()
    await running

    [(_, page, _)] = sent.given
    assert ("page", "Vigie: page incident-7") == (page.key, page.subject)
    assert FACTS.items() <= json.loads(page.text).items()
    left = await pool.fetchrow("select state, error from fact.outbox where key = 'update'")
    assert ("queued", "its words cannot be made: KeyError: 'template'") == tuple(left or ())


async def test_a_channel_that_never_ends_is_given_up(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vigie.watching.outbox.SEND_S", 0.05)

    async def hang(*_: object) -> Sent:
        await asyncio.Event().wait()
        raise AssertionError

    await queue(pool)
    async with working(pool, hang):
        await until_events(pool, 2)

    assert "it did not end, and may have been taken" == await pool.fetchval(
        "select error from fact.outbox"
    )


async def test_a_worker_whose_lease_was_taken_does_not_finish(pool: asyncpg.Pool) -> None:
    """It hung for longer than its lease, and another one sends the message now."""
    async with a_receiver() as receiver:
        receiver.hold = asyncio.Event()
        await queue(pool, targets=hook(receiver.url))
        with capture_logs() as logs:
            async with working(pool, post):
                await until(lambda: bool(receiver.taken))
                await pool.execute("update fact.outbox set leased_by = 'another'")
                receiver.hold.set()
                await until(lambda: bool(logs))

    assert ["outbox: a message may be sent twice, its end was not kept"] == [
        one["event"] for one in logs
    ]
    assert "queued" == await pool.fetchval("select state from fact.outbox")
