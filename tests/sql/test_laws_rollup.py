"""An endpoint day says what its results say, whichever way it was rolled up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from hypothesis import given
from hypothesis import strategies as st
from tests.sql.oracle.contract import Told
from tests.sql.oracle.measured import DOWN, EVER, UNKNOWN, UP, Endpoint, Probing, states
from tests.sql.oracle.service import Service
from tests.sql.scenario import HORIZON, Scenario, built, law, second
from tests.sql.strategies import endpoints

MIDNIGHT = 12 * 60  # the first UTC midnight of the worlds
BOTH_DAYS = (MIDNIGHT - 24 * 3600, MIDNIGHT + 24 * 3600)
# Whatever is rolled up lies near the results: a result covers at most one interval more.
NEAR = (-300, HORIZON + 300)
COLUMNS = ("up", "down", "certain_down", "possible_down")


@st.composite
def calm_endpoints(draw: st.DrawFn) -> Endpoint:
    """Return an endpoint with every slot good at every location, but for at most one fault."""
    every = draw(st.sampled_from([30, 60, 60, 120]))
    slots = draw(st.integers(2, HORIZON // every))
    results: dict[str, Sequence[tuple[int, str]]] = {
        f"l{n}": [(draw_offset + number * every, UP) for number in range(slots)]
        for n, draw_offset in enumerate(
            draw(st.lists(st.integers(0, every - 1), min_size=1, max_size=3))
        )
    }
    fault = draw(st.sampled_from([None, None, DOWN, UNKNOWN, "hole", "late", "double"]))
    if fault is not None:
        results["l0"] = _with(results["l0"], fault, draw(st.integers(0, slots - 1)))
    changes = [(HORIZON // 2, 60)] if draw(st.sampled_from([False, False, True])) else []
    return Endpoint(
        results=results,
        probing=[
            Probing(begins=begins, every=step, quorum=draw(st.sampled_from(["majority", "any"])))
            for begins, step in [(-EVER, every), *changes]
        ],
        homes=[((-EVER, EVER), 0)],
        since=None,
        until=None,
    )


@law
@given(endpoint=calm_endpoints() | endpoints(1))
async def test_endpoint_day_is_what_its_results_say(
    partitioned: asyncpg.Connection, endpoint: Endpoint
) -> None:
    async with built(partitioned, _alone(endpoint)) as world:
        rows = await world.connection.fetch("select * from fact.endpoint_day order by day")

    plain = Endpoint(
        results=endpoint.results, probing=endpoint.probing, homes=(), since=-EVER, until=None
    )
    said = [state or (UNKNOWN, False, False) for state in states(plain, NEAR)]
    expected = {
        "up": [outcome == UP for outcome, _, _ in said],
        "down": [outcome == DOWN for outcome, _, _ in said],
        "certain_down": [certain for _, certain, _ in said],
        "possible_down": [possible for _, _, possible in said],
    }
    assert expected == {name: _seconds(rows, name) for name in COLUMNS}
    assert _counts(endpoint) == {name: sum(row[name] for row in rows) for name in _counts(endpoint)}


def _with(results: Sequence[tuple[int, str]], fault: str, number: int) -> Sequence[tuple[int, str]]:
    changed = list(results)
    at, _ = changed[number]
    if fault == "hole":
        del changed[number]
    elif fault == "late":
        changed[number] = (at + 1, UP)
    elif fault == "double":
        changed.insert(number + 1, (at + 7, UP))
    else:
        changed[number] = (at, fault)
    return changed


def _alone(endpoint: Endpoint) -> Scenario:
    told = Told(
        services=[Service(rules=[(-EVER, "any")], corrections=())],
        endpoints=[endpoint],
        windows=(),
        terms=(),
        as_of=10 * HORIZON,
    )
    return Scenario(told=told, period=BOTH_DAYS)


def _seconds(rows: Sequence[Mapping[str, Any]], name: str) -> list[bool]:
    marks = [False] * (NEAR[1] - NEAR[0])
    for row in rows:
        for span in row[name]:
            first, last = second(span.lower) - NEAR[0], second(span.upper) - NEAR[0]
            marks[first:last] = [True] * (last - first)
    return marks


def _counts(endpoint: Endpoint) -> dict[str, int]:
    outcomes = [outcome for results in endpoint.results.values() for _, outcome in results]
    return {
        "results": len(outcomes),
        "results_up": outcomes.count(UP),
        "results_down": outcomes.count(DOWN),
    }
