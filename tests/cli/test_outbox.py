"""`outbox` as it is typed."""

import asyncio
import json
import re
from datetime import timedelta

import asyncpg
import pytest
from tests.cli.typed import Typed
from tests.watching.queued import MAIL, queue

from vigie.storing import attempt_message, claim_messages, fail_message, finish_message

MINUTE = timedelta(minutes=1)


@pytest.fixture
def three(typed: Typed, database: str) -> Typed:
    """1 is sent, 2 is dead, 3 waits."""
    asyncio.run(_three(database))
    return typed


async def _three(database: str) -> None:
    connection = await asyncpg.connect(database)
    for key in ("page:1", "page:2"):
        await queue(connection, key, targets=[MAIL])
        [one] = await claim_messages(connection, key, 1, lease=MINUTE)
        await attempt_message(connection, one, lease=MINUTE)
        if key == "page:1":
            await finish_message(connection, one, reference="r7")
        else:
            await fail_message(connection, one, why="no such mailbox", temporary=False)
    await queue(connection, "test:3", kind="test", recipient="bob")
    await connection.close()


def undated(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?Z", "THEN", text)


def test_list_shows_what_came_of_each_message(three: Typed) -> None:
    status, said, _ = three("outbox", "list")

    assert 0 == status
    assert [
        "3  test  bob  queued",
        "  key: test:3",
        "  queued THEN",
        "2  page  alice  dead",
        "  key: page:2",
        "  queued THEN",
        "  tried once, last by email",
        "  error: no such mailbox",
        "1  page  alice  sent",
        "  key: page:1",
        "  queued THEN, sent THEN",
        "  tried once, last by email",
    ] == undated(said).splitlines()


def test_list_can_be_narrowed(three: Typed) -> None:
    dead = json.loads(three("outbox", "list", "--state", "dead", "--json")[1])
    newest = json.loads(three("outbox", "list", "--limit", "1", "--json")[1])

    assert ["page:2"] == [one["key"] for one in dead]
    assert ["test:3"] == [one["key"] for one in newest]
    assert "No message is bounced.\n" == three("outbox", "list", "--state", "bounced")[1]


def test_json_has_the_columns_of_the_view_and_no_address(three: Typed) -> None:
    said = three("outbox", "list", "--json")[1] + three("outbox", "show", "2", "--json")[1]
    [_, dead, _] = json.loads(three("outbox", "list", "--json")[1])

    assert {
        "message": 2, "key": "page:2", "kind": "page", "audience": "team", "recipient": "alice",
        "incident": None, "crisis": None, "channel": "email", "state": "dead", "sent_at": None,
        "delivered_at": None, "acknowledged_at": None, "attempts": 1, "error": "no such mailbox",
        "queued_at": dead["queued_at"],
    } == dead  # fmt: skip
    assert dead["queued_at"].endswith("Z")
    assert "example" not in said


@pytest.mark.parametrize("name", ["2", "page:2"])
def test_show_tells_the_story(three: Typed, name: str) -> None:
    assert 0 == three("outbox", "retry", name, "--by", "ann")[0]

    said = undated(three("outbox", "show", name)[1]).splitlines()
    assert [
        "2  page  alice  queued",
        "  key: page:2",
        "  queued THEN",
        "  tried once, last by email",
        "  error: no such mailbox",
        "  THEN  attempted by email",
        "  THEN  failed by email: no such mailbox",
        "  THEN  dead",
        "  THEN  retried by ann",
    ] == said
    story = json.loads(three("outbox", "show", name, "--json")[1])
    assert ["attempted", "failed", "dead", "retried"] == [one["kind"] for one in story["events"]]


def test_retry_of_all_dead_ones(three: Typed) -> None:
    assert (0, "2 is queued.\n", "") == three("outbox", "retry", "--dead")
    assert (0, "No message is dead.\n", "") == three("outbox", "retry", "--dead")
    assert "queued" == three.query("select state from fact.outbox where message_id = 2")


def test_retry_and_mark_answer_in_json(three: Typed) -> None:
    retried = three("outbox", "retry", "--dead", "--json")[1]
    marked = three("outbox", "mark", "1", "delivered", "--reason", "she called", "--json")[1]

    assert {"queued": [2]} == json.loads(retried)
    assert {"queued": []} == json.loads(three("outbox", "retry", "--dead", "--json")[1])
    assert {"message": 1, "state": "delivered"} == json.loads(marked)


def test_mistakes_end_in_one_line_and_change_nothing(three: Typed) -> None:
    said = [
        three("outbox", "retry"),
        three("outbox", "retry", "2", "--dead"),
        three("outbox", "retry", "page:9"),
        three("outbox", "retry", "2", "1"),
        three("outbox", "show", "99999999999999999999"),
        three("outbox", "list", "--limit", "0"),
    ]

    assert [
        "vigie: outbox retry: name the messages, or write --dead (one of them)\n",
        "vigie: outbox retry: name the messages, or write --dead (one of them)\n",
        'vigie: there is no message "page:9" (vigie outbox list shows them)\n',
        "vigie: message 1: is sent already (only what is queued, bounced or dead is tried again)\n",
        'vigie: there is no message "99999999999999999999" (vigie outbox list shows them)\n',
        "vigie: --limit: 0 shows nothing (write 1 or more)\n",
    ] == [error for _, _, error in said]
    assert {1} == {status for status, _, _ in said}
    assert "dead" == three.query("select state from fact.outbox where message_id = 2")


def test_nothing_queued_is_said(typed: Typed) -> None:
    assert (0, "No message was queued yet.\n", "") == typed("outbox", "list")
    assert (0, "[]\n", "") == typed("outbox", "list", "--json")


def test_an_unknown_state_is_told_with_those_that_there_are(typed: Typed) -> None:
    status, _, error = typed("outbox", "list", "--state", "lost")

    assert (2, 1) == (status, error.count("\n"))
    assert "bounced" in error
