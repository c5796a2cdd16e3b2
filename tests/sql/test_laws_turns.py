"""A day that is rolled up turn by turn says what it says when it is rolled up at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import asyncpg
from hypothesis import given
from hypothesis import strategies as st
from tests.sql.scenario import law, undone
from tests.sql.world import OUTCOMES, START, World, minute

Arrival = tuple[int, str, int, str]  # minute it came, location, minute of its slot, letter

FIRST, LAST = -180, 26 * 60  # minutes: the day, and what lies near it
EVERY = timedelta(minutes=10)
# Soon after its slot, so late that it reaches what was settled, and in between.
DELAYS = st.sampled_from([0, 0, 0, 0, 0, 0, 3, 60, 95, 200, 700])
LETTERS = st.sampled_from("UUUUUUUUUUUUUUUD?.")
COLUMNS = (
    "up, down, certain_down, possible_down, results, results_up, results_down, first_at,"
    " latency_bucket, latency_count, latency_results"
)
_STORE = """
insert into fact.result (endpoint_id, location_id, at, outcome, attempts, duration_us)
select $1, location_id, $3, $4, 1, $5 from fact.location where key = $2
on conflict do nothing
"""
_MARK = "insert into fact.dirty_day (endpoint_ids, day, since) values ($1, $2, $3)"
_TURN = "select fact.roll_up($1), fact.roll_up_latency($1, $2)"


@st.composite
def arrivals(draw: st.DrawFn) -> list[Arrival]:
    """Return the results of one or two locations, in the order in which they come."""
    came = []
    calm = draw(st.booleans())  # else hardly any day would be without a fault
    for location in draw(st.sampled_from([["main"], ["main"], ["main", "other"]])):
        offset = draw(st.integers(0, 9))
        slots = range(FIRST + offset, LAST, 10)
        letters = draw(st.lists(LETTERS, min_size=len(slots), max_size=len(slots)))
        for slot, letter in zip(slots, "U" * len(slots) if calm else letters, strict=True):
            if letter != ".":
                came.append((slot + draw(DELAYS), location, slot, letter))
        if draw(st.booleans()):
            slot = draw(st.integers(FIRST, LAST))  # beside the grid
            came.append((slot + draw(DELAYS), location, slot, draw(st.sampled_from("UD"))))
    return sorted(came)


@law
@given(came=arrivals(), turns=st.lists(st.integers(FIRST, LAST + 800), max_size=12).map(sorted))
async def test_turns_add_up_to_the_day(
    partitioned: asyncpg.Connection, came: list[Arrival], turns: list[int]
) -> None:
    async with undone(partitioned) as world:
        await world.service(every=EVERY)
        for location in ("main", "other"):
            await world.insert("location", {"key": location}, "location_id")
        for since, until in pairwise([FIRST, *turns, LAST + 1000]):
            await _turn(world, [one for one in came if since <= one[0] < until], minute(until))
        by_turns = await _day(world)
        await world.connection.execute("delete from fact.endpoint_day")
        await _mark(world, None)
        await world.connection.execute(_TURN, START.date(), minute(LAST + 1000))
        at_once = await _day(world)

    assert by_turns == at_once


async def _turn(world: World, came: Sequence[Arrival], until: datetime) -> None:
    rows = [
        (world.ids["a"], location, minute(slot), OUTCOMES[letter], 1000 * (1 + number % 7))
        for number, (_, location, slot, letter) in enumerate(came)
    ]
    await world.connection.executemany(_STORE, rows)
    for lot in filter(None, (came[::2], came[1::2])):
        await _mark(world, minute(min(slot for _, _, slot, _ in lot)))
    await world.connection.execute("select fact.share_out($1, 1)", START.date())
    await world.connection.execute(_TURN, START.date(), until)


async def _mark(world: World, since: datetime | None) -> None:
    await world.connection.execute(_MARK, [world.ids["a"]], START.date(), since)


async def _day(world: World) -> list[tuple[Any, ...]]:
    days = await world.connection.fetch(f"select {COLUMNS} from fact.endpoint_day")
    return [tuple(day) for day in days]
