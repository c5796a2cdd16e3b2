"""The digest of the raw results: its text by hand, and what changes it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import asyncpg
import pytest
from tests.sql.world import START, World, minute, span

DAY = 1440


@pytest.fixture
async def measured(world: World) -> World:
    """Two endpoints of the contract and one of nobody's; the night between two days."""
    await world.service("api", endpoints=("b", "a"))
    await world.service("other", endpoints=("c",))
    await world.contract(essential=("api",))
    await world.results("a", "UD?", start=DAY - 2)
    await world.results("a", "U", start=DAY - 2, location="eu")
    await world.results("b", "U", start=DAY + 1)
    await world.results("c", "D", start=5)
    await world.connection.execute(
        "update fact.result set duration_us = 1500, status = 503, reason = 'status'"
        " where outcome = 'down'"
    )
    await world.rolled_up_to(minute(2 * DAY))
    return world


def digest(lines: Sequence[str]) -> str:
    return sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


async def rows(world: World, period: "asyncpg.Range[datetime]") -> list[tuple[object, ...]]:
    found = await world.connection.fetch("select * from sla.results_digest_day('acme', $1)", period)
    return [tuple(row) for row in found]


def day_of(at: datetime) -> object:
    return at.date()


async def test_a_line_per_result_is_hashed_by_endpoint_and_day(measured: World) -> None:
    monday, tuesday = day_of(START), day_of(START + timedelta(days=1))
    first = [
        "eu,2026-05-04 23:58:00,up,,,",
        "main,2026-05-04 23:58:00,up,,,",
        "main,2026-05-04 23:59:00,down,503,1500,status",
    ]
    second = ["main,2026-05-05 00:00:00,unknown,,,"]
    third = ["main,2026-05-05 00:01:00,up,,,"]

    assert [
        ("a", monday, 3, "all", digest(first)),
        ("a", tuesday, 1, "all", digest(second)),
        ("b", monday, 0, "all", digest([])),
        ("b", tuesday, 1, "all", digest(third)),
    ] == await rows(measured, span(0, 2 * DAY))


async def test_the_whole_is_the_digest_of_the_days(measured: World) -> None:
    days = await rows(measured, span(0, 2 * DAY))
    lines = [f"{sha}  {key} {day} {count} {covers}" for key, day, count, covers, sha in days]

    # The text of an instant is the same whatever the session prefers.
    await measured.connection.execute(
        "set local datestyle = 'German'; set local timezone = 'Asia/Tokyo'"
    )
    found = await measured.connection.fetchrow(
        "select * from sla.results_digest('acme', $1)", span(0, 2 * DAY)
    )

    assert found is not None
    assert (5, 4, 0, digest(lines)) == tuple(found)


async def test_only_slots_of_the_period_that_are_rolled_up_count(measured: World) -> None:
    await measured.connection.execute(
        "update fact.watermark set rolled_up_to = $1", minute(DAY + 1)
    )

    clipped = await rows(measured, span(DAY - 1, 3 * DAY))

    assert [("a", 1), ("a", 1), ("b", 0), ("b", 0)] == [(row[0], row[2]) for row in clipped]


@pytest.mark.parametrize(
    "change",
    [
        "update fact.result set outcome = 'up' where outcome = 'down'",
        "update fact.result set duration_us = duration_us + 1 where outcome = 'down'",
        "update fact.result set reason = 'timeout' where outcome = 'down'",
        "delete from fact.result where outcome = 'unknown'",
    ],
)
async def test_a_changed_result_changes_the_digest(measured: World, change: str) -> None:
    before = await rows(measured, span(0, 2 * DAY))

    await measured.connection.execute(change)

    after = await rows(measured, span(0, 2 * DAY))
    assert 1 == sum(old != new for old, new in zip(before, after, strict=True))


async def test_of_a_dropped_day_the_evidence_is_hashed_and_said_so(measured: World) -> None:
    before = await rows(measured, span(0, 2 * DAY))

    await measured.rolled_up_to(datetime(2026, 5, 8, tzinfo=UTC))
    await measured.connection.execute("delete from fact.dirty_day")
    await measured.connection.execute("select * from fact.drop_day('2026-05-04', 'alice', now())")

    after = await rows(measured, span(0, 2 * DAY))
    # Every result of that day is evidence: the ends of runs, and what was down.
    assert ["evidence", "all", "evidence", "all"] == [row[3] for row in after]
    assert [row[4] for row in before] == [row[4] for row in after]
