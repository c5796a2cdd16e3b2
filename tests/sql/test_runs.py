"""Long tracks, where the roll-up passes over hours without a fault, give the same spans."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sql.world import START, World, minute

Track = Sequence[tuple[float, str]]  # minutes after the world's start, and U, D or ?
Spans = list[tuple[float, float]]

FIRST = -129.5  # 130 slots before a UTC midnight, and 130 after it, none upon it
SLOTS = 260
REACH = 90  # minutes
CASES = int(os.environ.get("VIGIE_LAW_CASES", "60"))
# Around the ends of the hours that the roll-up may pass over, and around midnight.
CORNERS = sorted({60 * hour + near for hour in range(5) for near in (-2, -1, 0, 1, 2)} | {129, 130})


def track(changes: Mapping[int, str] | None = None, extra: Track = ()) -> Track:
    """Return a result a minute, all up but for *changes* by slot (a dot: none), and *extra*."""
    letters = [(changes or {}).get(slot, "U") for slot in range(SLOTS)]
    grid = {FIRST + slot: letter for slot, letter in enumerate(letters) if letter != "."}
    return sorted((dict(extra) | grid).items())


def covered(results: Track, letter: str) -> Spans:
    """Return the union of what results of one outcome cover."""
    following = [at for at, _ in results[1:]] + [float("inf")]
    return _union(
        (at, after if after - at <= 1.5 else at + 1)
        for (at, what), after in zip(results, following, strict=True)
        if what == letter
    )


def certain(results: Track) -> Spans:
    """Return what lies between two failures, of which the second came in time."""
    known = [(at, what) for at, what in results if what != "?"]
    return _union(
        (at, after)
        for (at, a), (after, b) in pairwise(known)
        if a == b == "D" and after - at <= 1.5
    )


def possible(results: Track) -> Spans:
    """Return what lies between a failure and its known neighbours, and what failures cover."""
    known = [(at, what) for at, what in results if what != "?"]
    gaps = [
        (at, after)
        for (at, a), (after, b) in pairwise(known)
        if "D" in (a, b) and after - at <= REACH
    ]
    return _union([*gaps, *covered(results, "D")])


def _union(spans: Any) -> Spans:
    joined: Spans = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


async def rolled(world: World, results: Track) -> dict[str, Spans]:
    """Store *results* at one location, roll up, and return the spans of all days, in minutes."""
    await world.service("api", endpoints=["a"])
    names = {"U": "up", "D": "down", "?": "unknown"}
    await world.store(("a", "main", minute(at), names[what]) for at, what in results)
    await world.rolled_up_to(minute(SLOTS))
    record = await world.connection.fetchrow(
        """select range_agg(up) as up, range_agg(down) as down,
            range_agg(certain_down) as certain, range_agg(possible_down) as possible
        from fact.endpoint_day"""
    )
    return {name: [_minutes(span) for span in spans or ()] for name, spans in record.items()}


def _minutes(span: Any) -> tuple[float, float]:
    first, last = ((at - START) / timedelta(minutes=1) for at in (span.lower, span.upper))
    return first, last


def expected(results: Track) -> dict[str, Spans]:
    return {
        "up": covered(results, "U"),
        "down": covered(results, "D"),
        "certain": certain(results),
        "possible": possible(results),
    }


@pytest.mark.parametrize(
    "results",
    [
        track(),
        track({0: "D"}),
        track({59: "D"}),
        track({60: "D"}),
        track({61: "D"}),
        track({129: "D"}),
        track({130: "D"}),
        track({129: "?"}),
        track({130: "?"}),
        track({SLOTS - 1: "D"}),
        track(dict.fromkeys(range(SLOTS), "D")),
        track(dict.fromkeys(range(130), ".")),
        track(dict.fromkeys(range(130, SLOTS), ".")),
        track({59: "."}),
        track({60: "."}),
        track({129: ".", 130: "."}),
        track({129: "."}),
        track({129: "."}, [(0, "U")]),
        track({70: "."}, [(-60.25, "U")]),
        track(dict.fromkeys(range(61, 170), ".")),
        track(extra=[(-70.25, "D")]),
        track(extra=[(-10.25, "U")]),
        track({100: "D", 101: "?", 102: "D"}),
        track({100: "D"} | dict.fromkeys(range(101, 180), "?")),
        track({100: "D"} | dict.fromkeys(range(101, 200), "?")),
    ],
    ids=[
        "no fault",
        "the first result fails",
        "the last of an hour fails",
        "the first of an hour fails",
        "the second of an hour fails",
        "the last before midnight fails",
        "the first after midnight fails",
        "the last before midnight is unknown",
        "the first after midnight is unknown",
        "the last result fails",
        "all fail",
        "nothing before midnight",
        "nothing after midnight",
        "the last of an hour is missing",
        "the first of an hour is missing",
        "both sides of midnight are missing",
        "the last before midnight is missing",
        "the last before midnight is missing, and an extra one covers it",
        "a result beside the grid instead of one on it",
        "an hour and more is missing",
        "an extra result fails",
        "an extra result is good",
        "unknown between failures",
        "unknown after a failure, within reach of the next good one",
        "unknown after a failure, out of reach of the next good one",
    ],
)
async def test_spans_of_a_long_track(world: World, results: Track) -> None:
    assert await rolled(world, results) == expected(results)


@settings(
    max_examples=max(1, CASES // 2),  # worlds of hours are slow to write
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    changes=st.dictionaries(st.sampled_from(CORNERS), st.sampled_from("DD?.."), max_size=6),
    extra=st.dictionaries(
        st.sampled_from([slot + FIRST + 0.25 for slot in CORNERS]),
        st.sampled_from("UD"),
        max_size=1,
    ),
)
async def test_spans_of_any_long_track(
    connection: asyncpg.Connection, changes: Mapping[int, str], extra: Mapping[float, str]
) -> None:
    results = track(changes, list(extra.items()))
    transaction = connection.transaction()
    await transaction.start()
    try:
        spans = await rolled(World(connection=connection), results)
    finally:
        await transaction.rollback()

    assert spans == expected(results)


async def test_changed_interval_is_followed(world: World) -> None:
    """Every minute to minute 30, then every two; missing at 40: a hole of four minutes."""
    await world.service("api", endpoints=["a"])
    await change_interval(world, 30)
    await world.results("a", "U" * 30)
    await world.results("a", "UUUUU.UUUU", start=30, step=2)
    await world.rolled_up_to(minute(60))
    record = await world.connection.fetchrow(
        "select up, results from fact.endpoint_day where up <> '{}'"
    )

    # 30 + 5 results; the one at 38 covers two minutes; the last one, at 48, covers two.
    assert [_minutes(span) for span in record["up"]] == [(0, 38 + 2), (42, 48 + 2)]
    assert record["results"] == 30 + 9


async def test_interval_of_the_last_result_says_how_long_it_covers(world: World) -> None:
    """A result a minute, as before, though two minutes are asked for from minute 30 on."""
    await world.service("api", endpoints=["a"])
    await change_interval(world, 30)
    await world.results("a", "U" * 60)
    await world.rolled_up_to(minute(90))
    up = await world.connection.fetchval("select range_agg(up) from fact.endpoint_day")

    assert [_minutes(span) for span in up] == [(0, 59 + 2)]


async def change_interval(world: World, at: float) -> None:
    """Ask for a result every two minutes from a minute on."""
    await world.connection.execute(
        "update fact.endpoint_version set valid = tstzrange(null, $1)", minute(at)
    )
    await world.connection.execute(
        """insert into fact.endpoint_version (endpoint_id, valid, every, quorum, spec)
        select endpoint_id, tstzrange($1, null), '2 min', quorum, spec
        from fact.endpoint_version""",
        minute(at),
    )


async def test_a_second_location_makes_a_calm_track_one_of_two(world: World) -> None:
    """Paris sees nothing wrong; Rome fails for two minutes: half of them is no majority."""
    await world.service("api", endpoints=["a"], quorum="any")
    await world.results("a", "U" * 120, location="paris")
    await world.results("a", "U" * 60 + "DD" + "U" * 58, location="rome")
    await world.rolled_up_to(minute(120))
    down = await world.connection.fetchval("select range_agg(down) from fact.endpoint_day")

    assert [_minutes(span) for span in down] == [(60, 62)]


async def test_latencies_follow_late_results(world: World) -> None:
    await world.service("api", endpoints=["a"])
    counts = []
    for start in (0, 10):
        await world.results("a", "U" * 10, start=start)
        await world.rolled_up_to(minute(20))
        counts.append(
            await world.connection.fetchval(
                "select latency_results from fact.endpoint_day where results > 0"
            )
        )

    assert counts == [10, 10 + 10]
