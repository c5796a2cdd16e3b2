"""SQL and the second-by-second oracle agree on every world that Hypothesis can think of."""

from __future__ import annotations

from typing import Any

import asyncpg
from hypothesis import given
from hypothesis import strategies as st
from tests.sql.oracle.contract import figures, in_force, timeline
from tests.sql.oracle.outage import Outage, outages, worst_s
from tests.sql.scenario import HORIZON, WIDE, Scenario, built, during, law, second
from tests.sql.strategies import scenarios

CLASSES = ("outside_s", "excluded_s", "planned_s", "unplanned_s", "unknown_s", "up_s")


@law
@given(scenario=scenarios())
async def test_figures_are_the_oracles(partitioned: asyncpg.Connection, scenario: Scenario) -> None:
    async with built(partitioned, scenario) as world:
        rows = await world.timeline(scenario.asked, scenario.key)
        row = await world.availability(scenario.asked, scenario.key)

    seconds = timeline(scenario.told, scenario.period, scenario.scope)
    complete = scenario.period[1] <= scenario.told.as_of
    versions = in_force(scenario.told, scenario.period, scenario.scope)
    expected = figures(seconds, versions, complete=complete)
    assert [second.name.replace("future", "unknown") for second in seconds] == [
        name for first, last, name in rows for _ in range(round((last - first) * 60))
    ]
    assert expected == {name: row[name] for name in expected}


@law
@given(scenario=scenarios())
async def test_outages_are_the_oracles(partitioned: asyncpg.Connection, scenario: Scenario) -> None:
    async with built(partitioned, scenario) as world:
        rows = await world.outages(scenario.asked, scenario.key)

    assert _expected(scenario) == [
        Outage(
            services=[int(key[1:]) for key in row["services"]],
            started=second(row["started"]),
            ended=second(row["ended"]),
            **{
                name: row[name]
                for name in ("clipped_s", "working_s", "certain_s", "possible_s", "open")
            },
        )
        for row in rows
    ]
    for row in rows:
        assert row["certain_s"] <= row["elapsed_s"] <= row["possible_s"]
        assert max(row["clipped_s"], row["working_s"]) <= row["elapsed_s"]


@law
@given(scenario=scenarios())
async def test_longest_interruption_is_the_oracles(
    partitioned: asyncpg.Connection, scenario: Scenario
) -> None:
    async with built(partitioned, scenario) as world:
        row = await world.longest(scenario.asked, scenario.key)
        committed_s = (await world.availability(scenario.asked, scenario.key))["committed_s"]

    found = [(o.working_s, o.ended - o.started) for o in _expected(scenario)]
    working_s, elapsed_s = max(found, default=(0, 0))
    greatest_s = max((elapsed_s for _, elapsed_s in found), default=0)
    limit = scenario.limit if in_force(scenario.told, scenario.period) else None
    assert (working_s, elapsed_s, limit, greatest_s) == (
        row["working_s"],
        row["elapsed_s"],
        row["limit_s"],
        row["greatest_elapsed_s"],
    )
    assert row["verdict"] == _verdict(scenario, working_s, committed_s)


@law
@given(scenario=scenarios(), cut=st.integers(1, HORIZON))
async def test_splitting_a_period_adds_up(
    partitioned: asyncpg.Connection, scenario: Scenario, cut: int
) -> None:
    first, last = scenario.period
    middle = first + cut % (last - first) or first
    if middle == first:
        return
    async with built(partitioned, scenario) as world:
        whole, *parts = [
            await world.availability(during(period), scenario.key)
            for period in ((first, last), (first, middle), (middle, last))
        ]

    assert {n: whole[n] for n in CLASSES} == {n: sum(p[n] for p in parts) for n in CLASSES}


@law
@given(scenario=scenarios(), seed=st.randoms(use_true_random=False))
async def test_order_duplication_and_lateness_change_nothing(
    partitioned: asyncpg.Connection, scenario: Scenario, seed: Any
) -> None:
    async with built(partitioned, scenario) as world:
        straight = await world.timeline(scenario.asked, scenario.key)
    async with built(partitioned, scenario, shuffle=seed) as world:
        shuffled = await world.timeline(scenario.asked, scenario.key)

    assert straight == shuffled


def _verdict(scenario: Scenario, working_s: int, committed_s: int) -> str:
    if scenario.limit is None or committed_s == 0:
        return "not_applicable"
    if scenario.period[1] > scenario.told.as_of:
        return "running"
    if working_s > scenario.limit:
        return "missed"
    doubt = worst_s(**_whole(scenario), working=scenario.working) > scenario.limit
    return "not_provable" if doubt else "met"


def _expected(scenario: Scenario) -> list[Outage]:
    if not in_force(scenario.told, scenario.period):
        return []  # no contract touches the period
    return outages(**_whole(scenario), working=scenario.working, as_of=scenario.told.as_of)


def _whole(scenario: Scenario) -> dict[str, Any]:
    return {
        "seconds": timeline(scenario.told, WIDE, scenario.scope),
        "start": WIDE[0],
        "period": scenario.period,
        "join_within": in_force(scenario.told, scenario.period)[-1].join_within,
    }
