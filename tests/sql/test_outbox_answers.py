"""What people do with messages: try them again, answer them, look at them."""

from typing import Any

import asyncpg
import pytest
from asyncpg import exceptions as pg
from tests.sql.claimed import claim, claim_only, fail, kinds, row
from tests.watching.queued import (
    HOOK,
    HOUR,
    LEASE,
    MAIL,
    MINUTE,
    NOW,
    SECOND,
    queue,
    set_rota,
)

from vigie.storing import (
    attempt_message,
    fail_message,
    finish_message,
)


async def retry(connection: asyncpg.Connection, message_id: int | None) -> None:
    await connection.execute("select fact.retry_message($1, 'ann', $2)", message_id, NOW + HOUR)


async def test_a_dead_message_is_tried_again_from_its_first_target(
    connection: asyncpg.Connection,
) -> None:
    await set_rota(connection)
    message_id = await queue(connection, targets=[HOOK, MAIL])
    for worker in ("one", "two"):
        await fail(connection, await claim_only(connection, worker), temporary=False)
    await connection.execute("delete from fact.outbox where kind = 'dead_letter'")
    await retry(connection, message_id)
    again = await claim_only(connection, "three", HOUR)

    assert (HOOK, 0) == (again.target, again.attempts)
    # All begins anew: what failed for good is tried, and a failure waits, an hour later.
    assert "queued" == await fail(connection, again, after=HOUR)
    second = await claim_only(connection, "four", HOUR)
    assert MAIL == second.target
    assert "queued" == await fail(connection, second, after=HOUR)
    told = await connection.fetchval(
        "select detail ->> 'by' from fact.outbox_event where kind = 'retried'"
    )
    assert "ann" == told


async def test_a_message_that_dies_again_is_told_again(connection: asyncpg.Connection) -> None:
    await set_rota(connection)
    message_id = await queue(connection)
    for worker, after in (("one", 0 * HOUR), ("two", HOUR)):
        await fail(
            connection,
            next(c for c in await claim(connection, worker, 9, after) if c.kind == "page"),
            after=after,
            temporary=False,
        )
        if worker == "one":
            await retry(connection, message_id)

    assert 4 == await connection.fetchval(
        "select count(*) from fact.outbox where kind = 'dead_letter'"
    )


@pytest.mark.parametrize(
    ("state", "leased", "said"),
    [
        ("sent", False, "message {}: is sent already"),
        ("acknowledged", False, "message {}: is acknowledged already"),
        ("queued", True, "message {}: is being sent now"),
    ],
)
async def test_what_needs_no_retry_is_refused(
    connection: asyncpg.Connection, state: str, leased: bool, said: str
) -> None:
    message_id = await queue(connection)
    await connection.execute(
        "update fact.outbox set state = $1, leased_until = $2",
        state,
        NOW + HOUR + SECOND if leased else None,
    )
    with pytest.raises(pg.RaiseError) as raised:
        await retry(connection, message_id)

    assert said.format(message_id) == raised.value.args[0]


async def acknowledge(
    connection: asyncpg.Connection, message_id: int | None, person: str, minutes: int
) -> tuple[Any, ...]:
    found = await connection.fetchrow(
        "select * from fact.acknowledge($1, $2, $3)", message_id, person, NOW + minutes * MINUTE
    )
    return tuple(found)


async def test_acknowledging_twice_tells_of_the_first_and_changes_nothing(
    connection: asyncpg.Connection,
) -> None:
    message_id = await queue(connection)
    first = await acknowledge(connection, message_id, "alice", 1)
    second = await acknowledge(connection, message_id, "bob", 2)

    assert (True, "alice", NOW + MINUTE) == first
    assert (False, "alice", NOW + MINUTE) == second
    assert "acknowledged" == (await row(connection, message_id))["state"]
    assert ["acknowledged"] == await kinds(connection, message_id)


async def test_what_is_acknowledged_is_not_sent_any_more(connection: asyncpg.Connection) -> None:
    message_id = await queue(connection)
    held = await claim_only(connection)
    await acknowledge(connection, message_id, "alice", 1)

    assert not await attempt_message(connection, held, lease=LEASE, now=NOW)
    assert [] == await claim(connection, "two", after=HOUR)


@pytest.mark.parametrize("taken", [True, False])
async def test_acknowledged_on_its_way_stays_acknowledged(
    connection: asyncpg.Connection, taken: bool
) -> None:
    message_id = await queue(connection)
    held = await claim_only(connection)
    await attempt_message(connection, held, lease=LEASE, now=NOW)
    await acknowledge(connection, message_id, "alice", 0)
    if taken:
        state = await finish_message(connection, held, reference=None, now=NOW)
    else:
        state = await fail_message(connection, held, why="x", temporary=False, now=NOW)

    assert "acknowledged" == state
    assert (NOW if taken else None) == (await row(connection, message_id))["sent_at"]


async def test_the_crisis_is_told_where_there_is_one(connection: asyncpg.Connection) -> None:
    await connection.execute("drop function if exists fact.crisis_acknowledged")
    crisis_id = await connection.fetchval(
        "insert into fact.crisis (trigger, started, opened_at, opened_by, reason)"
        " values ('hand', $1, $1, 'ann', 'test') returning crisis_id",
        NOW,
    )
    page, other, before = [await queue(connection, key) for key in ("page", "other", "before")]
    await connection.execute(
        "update fact.outbox set crisis_id = $1 where key <> 'other'", crisis_id
    )
    await acknowledge(connection, before, "carol", 0)  # nobody to tell yet
    await connection.execute(
        "create table pg_temp.told (crisis_id integer, person text, at timestamptz);"
        "create function fact.crisis_acknowledged(integer, text, timestamptz) returns void"
        " language sql begin atomic insert into pg_temp.told values ($1, $2, $3); end"
    )
    await acknowledge(connection, page, "alice", 1)
    await acknowledge(connection, page, "bob", 2)
    await acknowledge(connection, other, "alice", 3)

    told = await connection.fetch("select * from pg_temp.told")
    assert [(crisis_id, "alice", NOW + MINUTE)] == [tuple(one) for one in told]


async def test_a_customer_s_message_asks_for_no_answer(connection: asyncpg.Connection) -> None:
    message_id = await queue(connection, audience="customer", recipient="acme")
    with pytest.raises(pg.RaiseError, match=f"message {message_id}: is for a customer"):
        await acknowledge(connection, message_id, "acme", 1)


async def test_the_view_tells_the_story_without_words_and_addresses(
    connection: asyncpg.Connection,
) -> None:
    message_id = await queue(connection, targets=[HOOK, MAIL])
    await fail(connection, await claim_only(connection), temporary=False)
    held = await claim_only(connection, "two", MINUTE)
    await attempt_message(connection, held, lease=LEASE, now=NOW + MINUTE)
    await finish_message(connection, held, reference="r", now=NOW + 2 * MINUTE)
    await acknowledge(connection, message_id, "alice", 3)
    found = await connection.fetchrow("select * from sla.notification")

    assert found
    assert {
        "key": "page:1:alice", "kind": "page", "audience": "team", "recipient": "alice",
        "incident": None, "crisis": None, "channel": "email", "state": "acknowledged",
        "sent_at": NOW + 2 * MINUTE, "delivered_at": None, "acknowledged_at": NOW + 3 * MINUTE,
        "attempts": 2, "error": None, "queued_at": found["queued_at"],
    } == dict(found)  # fmt: skip
