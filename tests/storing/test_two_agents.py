"""Two agents at one location, and two locations: whatever comes when, the figures are the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from tests.storing.made import MINUTE, NOON, catalogue, contract, down, missed, up

from vigie.catalogue import Endpoint, Service
from vigie.probing import Result
from vigie.storing import Shipper, apply_catalogue, roll_up, spoolfile, spoolline

HOUR = timedelta(hours=1)
RESULTS = (
    "select at, outcome::text, attempts from fact.result order by endpoint_id, location_id, at"
)


async def ship(pool: asyncpg.Pool, folder: Path, results: Sequence[Result]) -> int:
    """Store *results* as one agent would, from a spool of its own."""
    spoolfile.write(folder / "a.jsonl", [spoolline.encode(result) for result in results])
    return await Shipper(folder, pool).ship()


async def stored(pool: asyncpg.Pool) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await pool.fetch(RESULTS)]


@pytest.fixture
async def known(pool: asyncpg.Pool) -> asyncpg.Pool:
    async with pool.acquire() as connection:
        await apply_catalogue(connection, catalogue(), NOON - HOUR)
    return pool


async def test_the_first_result_of_a_slot_stays_with_its_own_attempts(
    known: asyncpg.Pool, tmp_path: Path
) -> None:
    others = [up(), down(at=NOON + MINUTE), up(at=NOON + 2 * MINUTE)]
    assert await ship(known, tmp_path / "one", [up(), up(at=NOON + MINUTE)]) == 2
    assert await ship(known, tmp_path / "two", others) == 1

    assert [row[1:] for row in await stored(known)] == [("up", 1), ("up", 1), ("up", 1)]
    # The other one's failed attempts would be evidence against a slot that was up.
    assert await known.fetchval("select count(*) from fact.attempt") == 0


@pytest.mark.parametrize("order", [("missed", "down"), ("down", "missed")])
async def test_a_measured_slot_goes_before_a_missed_one_whoever_comes_first(
    known: asyncpg.Pool, tmp_path: Path, order: tuple[str, str]
) -> None:
    """An agent that was paused tells of slots that it missed, while another one hit them."""
    told = {"missed": missed(), "down": down()}
    for name in order:
        await ship(known, tmp_path / name, [told[name]])

    assert await stored(known) == [(NOON, "down", 3)]
    assert await known.fetchval("select count(*) from fact.attempt") == 3


async def test_both_in_one_file_are_one_result(known: asyncpg.Pool, tmp_path: Path) -> None:
    assert await ship(known, tmp_path, [missed(), down(), missed()]) == 1

    assert await stored(known) == [(NOON, "down", 3)]


async def test_of_two_in_one_file_the_first_stays(known: asyncpg.Pool, tmp_path: Path) -> None:
    slots = [NOON + number * MINUTE for number in range(200)]
    told = [result for at in slots for result in (up(at=at), down(at=at))]
    assert await ship(known, tmp_path, told) == 200

    assert await stored(known) == [(at, "up", 1) for at in slots]


def at_two(quorum: str) -> Service:
    endpoint = Endpoint.model_validate({"key": "api-health", "quorum": quorum})
    return Service(key="api", name="API", endpoints=(endpoint,))


def hour(location: str, *failed: range) -> list[Result]:
    """An hour of slots, down in the minutes of *failed*."""
    bad = {minute for one in failed for minute in one}
    slots = [(NOON + minute * MINUTE, minute in bad) for minute in range(60)]
    return [
        replace(down(at=at) if failing else up(at=at), location=location) for at, failing in slots
    ]


FIGURE = """
select percent, unplanned_s, unknown_s, up_s, low, high, coverage, verdict
from sla.availability('acme', 'solution', tstzrange($1, $2))
"""


async def figure(pool: asyncpg.Pool) -> list[object]:
    async with pool.acquire() as connection:
        await roll_up(pool, NOON + 3 * HOUR)
        row = await connection.fetchrow(FIGURE, NOON, NOON + HOUR)
    assert row
    return list(row)


async def place(pool: asyncpg.Pool, quorum: str) -> None:
    wanted = catalogue(at_two(quorum), locations=("paris", "london"), contracts=(contract(),))
    async with pool.acquire() as connection:
        await apply_catalogue(connection, wanted, NOON - HOUR)


# Paris is down 12:10 to 12:20, London 12:15 to 12:25; majority is strictly more than half of two.
DOWN_S = {"majority": 5 * 60, "any": 15 * 60, "all": 5 * 60}


@pytest.mark.parametrize("quorum", DOWN_S)
async def test_an_agent_that_replays_later_leaves_the_figures_as_they_would_have_been(
    pool: asyncpg.Pool, tmp_path: Path, quorum: str
) -> None:
    await place(pool, quorum)
    paris, london = hour("paris", range(10, 20)), hour("london", range(15, 25))
    await ship(pool, tmp_path / "paris", paris)
    alone = await figure(pool)
    for number, start in enumerate((40, 0, 20)):  # hours later, in pieces, in any order
        await ship(pool, tmp_path / f"london-{number}", london[start : start + 20])
        await figure(pool)
    late = await figure(pool)
    await ship(pool, tmp_path / "again", [*london, *paris])
    again = await figure(pool)
    await _forget(pool)
    await ship(pool, tmp_path / "both", [*paris, *london])
    prompt = await figure(pool)

    assert alone[1] == 10 * 60
    assert late == again == prompt
    assert late[1:4] == [DOWN_S[quorum], 0, 3600 - DOWN_S[quorum]]


async def _forget(pool: asyncpg.Pool) -> None:
    """Begin again: as if nothing had been measured."""
    await pool.execute(
        "truncate fact.result, fact.attempt, fact.endpoint_day, fact.dirty_day, fact.stale_latency"
    )


async def test_an_agent_that_comes_and_goes_votes_while_it_is_there(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    """Paris sees 12:10 to 12:20 down. London, all up, was away from 12:12 to 12:16."""
    await place(pool, "majority")
    await ship(pool, tmp_path / "paris", hour("paris", range(10, 20)))
    london = hour("london")
    await ship(pool, tmp_path / "london", [*london[:12], *london[16:]])

    # One of two is no majority; alone, Paris decides.
    assert (await figure(pool))[1] == 4 * 60
