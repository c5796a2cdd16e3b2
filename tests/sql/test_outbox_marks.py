"""What people find out about a message: it arrived, or it came back."""

import asyncpg
import pytest
from tests.watching.queued import HOOK, HOUR, LEASE, MAIL, MINUTE, NOW, queue

from vigie.errors import UsageError
from vigie.storing import (
    attempt_message,
    claim_messages,
    fail_message,
    finish_message,
    mark_message,
)


async def _sent(connection: asyncpg.Connection, *targets: dict[str, str]) -> int:
    message_id = await queue(connection, "k", targets=[*targets])
    assert message_id
    [held] = await claim_messages(connection, "w", 1, lease=LEASE, now=NOW)
    assert await attempt_message(connection, held, lease=LEASE, now=NOW)
    await finish_message(connection, held, reference=None, now=NOW)
    return message_id


async def _state(connection: asyncpg.Connection, message_id: int) -> str:
    state: str = await connection.fetchval(
        "select state from fact.outbox where message_id = $1", message_id
    )
    return state


async def test_mail_is_sent_and_what_people_look_at_is_delivered(
    connection: asyncpg.Connection,
) -> None:
    mail = await _sent(connection, MAIL)
    chat = await queue(connection, "c", targets=[{"channel": "slack", "to": "https://s.example"}])
    assert chat
    [held] = await claim_messages(connection, "w2", 1, lease=LEASE, now=NOW)
    assert await attempt_message(connection, held, lease=LEASE, now=NOW)

    assert "delivered" == await finish_message(connection, held, reference=None, now=NOW)
    assert ("sent", "delivered") == (await _state(connection, mail), await _state(connection, chat))


async def test_mail_that_came_back_goes_to_the_next_channel(
    connection: asyncpg.Connection,
) -> None:
    message_id = await _sent(connection, MAIL, MAIL | {"to": "bob@vendor.example"})

    state = await mark_message(connection, message_id, "bounced", by="eve", reason="no such user")

    assert "queued" == state
    [held] = await claim_messages(connection, "w2", 1, lease=LEASE)
    assert "bob@vendor.example" == held.target["to"]


async def test_urgent_mail_that_came_back_tries_the_others_anew(
    connection: asyncpg.Connection,
) -> None:
    """An hour after the first attempt: its patience begins anew, and it never comes back here."""
    message_id = await queue(connection, "k", targets=[HOOK, MAIL])
    assert message_id
    for worker in ("one", "two"):
        [held] = await claim_messages(connection, worker, 1, lease=LEASE, now=NOW)
        assert await attempt_message(connection, held, lease=LEASE, now=NOW)
        if worker == "one":
            await fail_message(connection, held, why="x", temporary=True, now=NOW)
    await finish_message(connection, held, reference=None, now=NOW)
    later = NOW + HOUR
    await mark_message(connection, message_id, "bounced", by="eve", reason="full", now=later)
    tried = list[str]()
    for worker in ("three", "four"):
        later += MINUTE
        [held] = await claim_messages(connection, worker, 1, lease=LEASE, now=later)
        assert await attempt_message(connection, held, lease=LEASE, now=later)
        tried.append(held.target["channel"])
        state = await fail_message(connection, held, why="x", temporary=True, now=later)

        assert "queued" == state
    assert ["webhook", "webhook"] == tried


async def test_mail_that_came_back_and_has_no_other_channel_is_told_to_others(
    connection: asyncpg.Connection,
) -> None:
    message_id = await _sent(connection, MAIL)

    state = await mark_message(connection, message_id, "bounced", by="eve", reason="no such user")

    assert "bounced" == state
    with pytest.raises(UsageError, match=r"bounced \(only what was sent arrives or comes"):
        await mark_message(connection, message_id, "delivered", by="eve", reason="she called")
