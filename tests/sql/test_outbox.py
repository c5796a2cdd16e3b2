"""The queue's own rules: who gets which message when, and what a failure leads to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from tests.sql.claimed import DAY, claim, claim_only, fail, kinds, row
from tests.watching.queued import (
    FACTS,
    HOOK,
    HOUR,
    LEASE,
    MAIL,
    MINUTE,
    NOW,
    ROTA,
    SECOND,
    queue,
    set_rota,
)

from vigie.storing import (
    attempt_message,
    fail_message,
    finish_message,
)


async def test_a_key_is_queued_once(connection: asyncpg.Connection) -> None:
    first = await queue(connection)
    again = await queue(connection, recipient="bob")

    assert first is not None
    assert first == again
    assert "alice" == (await row(connection, first))["recipient"]


@pytest.mark.parametrize("targets", [None, ()])
async def test_a_message_to_nowhere_is_not_queued(
    connection: asyncpg.Connection, targets: Sequence[Any] | None
) -> None:
    assert await queue(connection, targets=targets) is None
    assert 0 == await connection.fetchval("select count(*) from fact.outbox")


async def test_urgent_messages_go_first_then_the_longest_due(
    connection: asyncpg.Connection,
) -> None:
    await queue(connection, "later", urgent=False, due=NOW - SECOND)
    await queue(connection, "sooner", urgent=False, due=NOW - HOUR)
    await queue(connection, "urgent", due=NOW)
    await queue(connection, "not due", due=NOW + SECOND)

    claimed = [await claim_only_one(connection, worker) for worker in ("a", "b", "c")]

    assert ["urgent", "sooner", "later"] == claimed
    assert [] == await claim(connection, "d")


async def claim_only_one(connection: asyncpg.Connection, worker: str) -> str:
    [claimed] = await claim(connection, worker, most=1)
    return claimed.key


async def test_a_lease_that_ran_out_is_another_worker_s(connection: asyncpg.Connection) -> None:
    await queue(connection)
    held = await claim_only(connection, "one")

    assert [] == await claim(connection, "two", after=LEASE - SECOND)
    taken = await claim_only(connection, "two", after=LEASE)
    assert not await attempt_message(connection, held, lease=LEASE, now=NOW + LEASE)
    assert await finish_message(connection, held, reference=None, now=NOW) is None
    refused = await fail_message(connection, held, why="x", temporary=False, now=NOW)
    assert refused is None
    assert [] == await kinds(connection, taken.message_id)
    assert "delivered" == await finish_message(connection, taken, reference="r", now=NOW + LEASE)


async def test_a_worker_that_is_late_but_alone_may_finish(connection: asyncpg.Connection) -> None:
    await queue(connection)
    held = await claim_only(connection)
    await attempt_message(connection, held, lease=LEASE, now=NOW)

    assert "delivered" == await finish_message(connection, held, reference=None, now=NOW + HOUR)


async def test_finishing_twice_changes_nothing(connection: asyncpg.Connection) -> None:
    """As a worker does that did not hear the answer of the database."""
    message_id = await queue(connection)
    held = await claim_only(connection)
    await attempt_message(connection, held, lease=LEASE, now=NOW)
    for minute in (1, 2):
        now = NOW + minute * MINUTE
        assert "delivered" == await finish_message(connection, held, reference="r", now=now)

    assert ["attempted", "sent", "delivered"] == await kinds(connection, message_id)
    assert NOW + MINUTE == (await row(connection, message_id))["sent_at"]


async def test_failing_twice_counts_once(connection: asyncpg.Connection) -> None:
    message_id = await queue(connection)
    held = await claim_only(connection)
    assert "queued" == await fail(connection, held)
    again = await fail_message(connection, held, why="x", temporary=True, now=NOW)

    assert "queued" == again
    assert ["attempted", "failed"] == await kinds(connection, message_id)


@pytest.mark.parametrize(
    ("urgent", "attempts", "seconds"),
    [
        (True, 1, 5), (True, 2, 10), (True, 3, 20), (True, 4, 40), (True, 5, 40), (True, 9999, 40),
        (False, 1, 30), (False, 2, 60), (False, 7, 1920), (False, 8, 3600), (False, 9999, 3600),
    ],
)  # fmt: skip
async def test_waiting_doubles_up_to_a_limit(
    connection: asyncpg.Connection, urgent: bool, attempts: int, seconds: int
) -> None:
    waits = [
        await connection.fetchval("select fact.backoff($1, $2, $3)", attempts, urgent, jitter)
        for jitter in (0.0, 0.5, 1.0)
    ]

    assert [timedelta(seconds=seconds * part) for part in (0.75, 1, 1.25)] == waits


async def test_a_failed_message_waits_for_its_time(connection: asyncpg.Connection) -> None:
    message_id = await queue(connection)
    assert "queued" == await fail(connection, await claim_only(connection))
    due = (await row(connection, message_id))["due_at"]

    assert NOW + 3.75 * SECOND <= due <= NOW + 6.25 * SECOND
    assert [] == await claim(connection, "two", after=3 * SECOND)
    assert 1 == (await claim_only(connection, "two", after=7 * SECOND)).attempts


async def test_retry_after_is_not_undercut(connection: asyncpg.Connection) -> None:
    message_id = await queue(connection)
    await fail(connection, await claim_only(connection), retry_after=90 * SECOND)
    await fail(connection, await claim_only(connection, "two", 90 * SECOND), after=90 * SECOND)

    [waited] = await connection.fetch(
        "select due_at from fact.outbox where message_id = $1", message_id
    )
    assert NOW + 97.5 * SECOND <= waited["due_at"] <= NOW + 102.5 * SECOND


async def test_a_short_retry_after_does_not_shorten_the_wait(
    connection: asyncpg.Connection,
) -> None:
    message_id = await queue(connection)
    await fail(connection, await claim_only(connection), retry_after=SECOND)

    assert (await row(connection, message_id))["due_at"] >= NOW + 3.75 * SECOND


async def test_a_retry_after_beyond_our_patience_uses_the_next_target_at_once(
    connection: asyncpg.Connection,
) -> None:
    message_id = await queue(connection, targets=[HOOK, MAIL], urgent=False)
    await fail(connection, await claim_only(connection), retry_after=DAY)
    assert 0 == (await row(connection, message_id))["target"]
    later = await claim_only(connection, "two", DAY)
    await fail(connection, later, after=DAY, retry_after=DAY + SECOND)

    after = await row(connection, message_id)
    assert (1, 0, NOW + DAY) == (after["target"], after["attempts"], after["due_at"])
    assert MAIL == (await claim_only(connection, "three", DAY)).target


async def test_a_target_is_given_up_after_its_time(connection: asyncpg.Connection) -> None:
    """30 s + … + 32 min + 23 h are a day; more or less."""
    message_id = await queue(connection, targets=[HOOK, MAIL], urgent=False)
    tried, before = 0, await row(connection, message_id)
    while before["target"] == 0:
        after = before["due_at"] - NOW
        await fail(connection, await claim_only(connection, f"w{tried}", after), after=after)
        tried, before = tried + 1, await row(connection, message_id)

    assert 27 <= tried <= 36
    assert before["due_at"] - NOW <= DAY


@dataclass(frozen=True, slots=True)
class Target:
    """How each attempt with it ends, and after how many seconds."""

    took: int = 0
    temporary: bool = True
    retry_after: int | None = None


# (second, target) of each attempt; waits are 5, 10, 20, 40, 40 s of each target by itself.
URGENT: dict[str, tuple[list[Target], list[tuple[int, int]]]] = {
    "one target": ([Target()], [(0, 0), (5, 0), (15, 0), (35, 0), (75, 0), (115, 0)]),
    "round and round": (
        [Target(), Target()],
        [
            (0, 0), (0, 1), (5, 0), (5, 1), (15, 0), (15, 1),
            (35, 0), (35, 1), (75, 0), (75, 1), (115, 0), (115, 1),
        ],
    ),
    "the first hangs": (
        [Target(took=8), Target()],
        [
            (0, 0), (8, 1), (13, 0), (21, 1), (31, 0), (39, 1), (59, 0), (67, 1), (107, 0),
            (115, 1),
        ],
    ),
    "the first is no more": (
        [Target(temporary=False), Target()],
        [(0, 0), (0, 1), (5, 1), (15, 1), (35, 1), (75, 1), (115, 1)],
    ),
    "the last is no more": (
        [Target(), Target(), Target(temporary=False)],
        [
            (0, 0), (0, 1), (0, 2), (5, 0), (5, 1), (15, 0), (15, 1),
            (35, 0), (35, 1), (75, 0), (75, 1), (115, 0), (115, 1),
        ],
    ),
    "none is any more": ([Target(temporary=False)] * 2, [(0, 0), (0, 1)]),
    "the first is busy": (
        [Target(retry_after=90), Target()],
        [(0, 0), (0, 1), (5, 1), (15, 1), (35, 1), (75, 1), (90, 0), (115, 1)],
    ),
    "the first is busy for too long": (
        [Target(retry_after=121), Target(temporary=False)],
        [(0, 0), (0, 1)],
    ),
}  # fmt: skip
WITHOUT_JITTER = (
    "create or replace function"
    " fact.backoff(attempts integer, urgent boolean, jitter double precision)"
    " returns interval language sql immutable begin atomic"
    " select least(5 * power(2, attempts - 1), 40) * interval '1 second'; end"
)


@pytest.mark.parametrize("case", URGENT)
async def test_an_urgent_message_goes_from_target_to_target(
    connection: asyncpg.Connection, case: str
) -> None:
    targets, expected = URGENT[case]
    await connection.execute(WITHOUT_JITTER)
    reach = [{"channel": "webhook", "to": str(number)} for number in range(len(targets))]
    message_id = await queue(connection, targets=reach)
    tried = list[tuple[int, int]]()
    while (before := await row(connection, message_id))["state"] == "queued":
        at = before["due_at"] - NOW
        tried.append((int(at.total_seconds()), before["target"]))
        await play(connection, targets[before["target"]], at, f"w{len(tried)}")

    assert "dead" == before["state"]
    assert expected == tried


async def play(connection: asyncpg.Connection, target: Target, at: timedelta, worker: str) -> None:
    held = await claim_only(connection, worker, at)
    assert await attempt_message(connection, held, lease=LEASE, now=NOW + at)
    later = None if target.retry_after is None else target.retry_after * SECOND
    await fail_message(
        connection, held, why="x", temporary=target.temporary, retry_after=later,
        now=NOW + at + target.took * SECOND,
    )  # fmt: skip


async def test_a_lasting_failure_uses_the_next_target_at_once(
    connection: asyncpg.Connection,
) -> None:
    message_id = await queue(connection, targets=[HOOK, MAIL])
    state = await fail(connection, await claim_only(connection), temporary=False)

    assert "queued" == state
    assert MAIL == (await claim_only(connection, "two")).target
    assert ["attempted", "failed"] == await kinds(connection, message_id)


async def test_after_the_last_target_the_others_of_the_level_are_told(
    connection: asyncpg.Connection,
) -> None:
    await set_rota(connection)
    message_id = await queue(connection)
    assert "dead" == await fail(connection, await claim_only(connection), temporary=False)
    told = await connection.fetch(
        "select key, kind, recipient, targets, facts, urgent, due_at from fact.outbox"
        " where kind = 'dead_letter' order by recipient"
    )

    assert ["attempted", "failed", "dead"] == await kinds(connection, message_id)
    assert ["bob", "carol"] == [letter["recipient"] for letter in told]
    assert f"dead_letter:{message_id}:1:bob" == told[0]["key"]
    assert ROTA["people"]["bob"]["reach"] == json.loads(told[0]["targets"])
    assert (True, NOW) == (told[0]["urgent"], told[0]["due_at"])
    facts = json.loads(told[0]["facts"])
    assert ("Bob", "incident-7") == (facts["name"], facts["incident"])
    assert "page to Alice Martin: refused" == facts["text"]
    assert {
        "message": message_id, "kind": "page", "recipient": "alice", "name": "Alice Martin",
        "error": "refused",
    } == facts["dead"]  # fmt: skip


async def test_many_customers_that_were_not_reached_are_told_of_once(
    connection: asyncpg.Connection,
) -> None:
    await set_rota(connection)
    await connection.execute(
        "insert into fact.crisis (trigger, started, opened_at, opened_by, reason, late)"
        " values ('hand', $1, $1, 'ann', 'x', false)",
        NOW,
    )
    crisis = await connection.fetchval("select max(crisis_id) from fact.crisis")
    for update, customer in ((2, "acme"), (2, "bolt"), (3, "acme")):
        number = await queue(
            connection, f"crisis-{crisis}/update/{update}/{customer}/1f3a2b4c",
            kind="customer_update", audience="customer", recipient=customer,
            targets=[MAIL], urgent=False,
        )  # fmt: skip
        await connection.execute(
            "update fact.outbox set crisis_id = $1 where message_id = $2", crisis, number
        )
    for claimed in await claim(connection, "one", 3):
        await fail(connection, claimed, temporary=False)

    told = await connection.fetch(
        "select key, facts ->> 'text' as text from fact.outbox"
        " where kind = 'dead_letter' and recipient = 'alice' order by key"
    )
    assert [f"dead_letter:crisis-{crisis}/update/{n}:1:alice" for n in (2, 3)] == [
        one["key"] for one in told
    ]
    assert told[0]["text"].startswith("customer_update to Alice Martin, and perhaps to others: ")


async def test_a_dead_letter_that_dies_tells_nobody(connection: asyncpg.Connection) -> None:
    await set_rota(connection)
    await queue(connection, "dead_letter:1:1:bob", kind="dead_letter", recipient="bob")
    assert "dead" == await fail(connection, await claim_only(connection), temporary=False)

    assert 1 == await connection.fetchval("select count(*) from fact.outbox")


async def test_alone_on_the_level_the_next_level_is_told(connection: asyncpg.Connection) -> None:
    await set_rota(connection, {**ROTA, "levels": [["alice"], ["dave"]]})
    await queue(connection)
    await fail(connection, await claim_only(connection), temporary=False)

    assert "dave" == await connection.fetchval(
        "select string_agg(recipient, ' ') from fact.outbox where kind = 'dead_letter'"
    )


async def test_a_customer_named_like_a_person_is_another_one(
    connection: asyncpg.Connection,
) -> None:
    await set_rota(connection)
    facts = {**FACTS, "language": "fr"}
    await queue(connection, kind="customer_update", audience="customer", facts=facts)
    await fail(connection, await claim_only(connection), temporary=False)

    told = await connection.fetch(
        "select recipient, facts ->> 'language' as language from fact.outbox"
        " where kind = 'dead_letter' order by 1"
    )
    assert [("alice", "en"), ("bob", "en"), ("carol", "en")] == [tuple(one) for one in told]


async def test_without_a_rota_a_dead_message_is_dead(connection: asyncpg.Connection) -> None:
    await queue(connection)

    assert "dead" == await fail(connection, await claim_only(connection), temporary=False)
