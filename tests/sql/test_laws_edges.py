"""Denser samples at the edges of an outage tell more of it, and weigh no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal
from itertools import accumulate
from typing import Any

import asyncpg
from hypothesis import given
from hypothesis import strategies as st
from tests.sql.scenario import law, moment, undone
from tests.sql.world import World

from vigie.probing.watch import CALM

EVERY, EDGE = 60, 15  # seconds: the defaults of an endpoint
SLOTS = 20
UP, DOWN = "up", "down"
SECONDS = ("period_s", "planned_s", "unplanned_s", "unknown_s", "up_s", "committed_s")
Sample = tuple[int, str]


@st.composite
def truths(draw: st.DrawFn, *, step: int) -> list[int]:
    """Return when the target changes, it being up at first: each state lasts a minute or more.

    What is shorter may be seen by denser samples alone, which is why they are taken.
    """
    lengths = draw(st.lists(st.integers(EVERY // step, 6 * EVERY // step), min_size=1, max_size=12))
    return [step * change for change in accumulate(lengths)]


def outcome(changes: Sequence[int], at: int) -> str:
    return (UP, DOWN)[sum(change <= at for change in changes) % 2]


def plain(changes: Sequence[int]) -> list[Sample]:
    return [(at, outcome(changes, at)) for at in range(0, EVERY * SLOTS + 1, EVERY)]


def dense(changes: Sequence[int]) -> list[Sample]:
    """Return the samples that an agent takes: more of them while down and after a change."""
    samples: list[Sample] = []
    streak = CALM
    for at in range(0, EVERY * SLOTS + 1, EDGE):
        on_edge = bool(samples) and (samples[-1][1] == DOWN or streak < CALM)
        if at % EVERY and not on_edge:
            continue
        seen = outcome(changes, at)
        streak = 1 if samples and seen != samples[-1][1] else streak + 1
        samples.append((at, seen))
    return samples


async def figures(
    connection: asyncpg.Connection, **samples: Sequence[Sample]
) -> dict[str, Mapping[str, Any]]:
    """Return the figures of the slots' whole minutes, of a service for each list of samples."""
    async with undone(connection) as world:
        for key, taken in samples.items():
            await world.service(key, endpoints=[f"{key}-a"], every=timedelta(seconds=EVERY))
            await world.store((f"{key}-a", "main", moment(at), seen) for at, seen in taken)
        await world.contract(essential=list(samples))
        await world.rolled_up_to(moment(EVERY * (SLOTS + 10)))
        return {key: await _figure(world, key) for key in samples}


async def _figure(world: World, key: str) -> Mapping[str, Any]:
    period = asyncpg.Range(moment(0), moment(EVERY * SLOTS))
    return await world.availability(period, scope=key)


@law
@given(changes=truths(step=1))
async def test_denser_samples_move_a_figure_within_its_bounds_only(
    partitioned: asyncpg.Connection, changes: list[int]
) -> None:
    found = await figures(partitioned, plain=plain(changes), dense=dense(changes))

    rough, fine = found["plain"], found["dense"]
    for each in (rough, fine):
        assert EVERY * SLOTS == each["up_s"] + each["unplanned_s"]
    truth = sum(outcome(changes, at) == UP for at in range(EVERY * SLOTS))
    # All cut alike, so that order is kept. What is known better lies within what was known.
    order = ("low", rough), ("low", fine), ("percent", fine), ("high", fine), ("high", rough)
    told = [Decimal(each[name]) for name, each in order]
    assert sorted(told) == told
    assert told[1] <= cut(truth) <= told[3]


def cut(seconds: int) -> Decimal:
    """Return the share of the period as it is printed."""
    share = Decimal(100 * seconds) / (EVERY * SLOTS)
    return share.quantize(Decimal("0.0001"), ROUND_FLOOR)


@law
@given(changes=truths(step=EVERY))
async def test_denser_samples_of_changes_on_the_minute_shift_nothing(
    partitioned: asyncpg.Connection, changes: list[int]
) -> None:
    found = await figures(partitioned, plain=plain(changes), dense=dense(changes))
    rough, fine = found["plain"], found["dense"]

    assert {name: rough[name] for name in (*SECONDS, "ratio", "percent")} == {
        name: fine[name] for name in (*SECONDS, "ratio", "percent")
    }


async def test_seconds_are_weighed_never_samples_counted(partitioned: asyncpg.Connection) -> None:
    """Five of twenty minutes down: 75 %, though more than half of the samples failed."""
    changes = [5 * EVERY, 10 * EVERY]
    taken = [seen for at, seen in dense(changes) if at < EVERY * SLOTS]
    found = await figures(partitioned, plain=plain(changes), dense=dense(changes))

    # One at once and four a minute from then on; one more after the recovery.
    assert (5 * 4, 15 + 1) == (taken.count(DOWN), taken.count(UP))
    for each in found.values():
        assert (15 * EVERY, 5 * EVERY) == (each["up_s"], each["unplanned_s"])
        assert "75.0000" == each["percent"]
