"""What people find out about a message: it arrived, or it came back."""

import asyncpg
import pytest
from tests.watching.queued import LEASE, MAIL, NOW, queue

from vigie.errors import UsageError
from vigie.storing import attempt_message, claim_messages, finish_message, mark_message


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


async def test_mail_that_came_back_and_has_no_other_channel_is_told_to_others(
    connection: asyncpg.Connection,
) -> None:
    message_id = await _sent(connection, MAIL)

    state = await mark_message(connection, message_id, "bounced", by="eve", reason="no such user")

    assert "bounced" == state
    with pytest.raises(UsageError, match=r"bounced \(only what was sent arrives or comes"):
        await mark_message(connection, message_id, "delivered", by="eve", reason="she called")
