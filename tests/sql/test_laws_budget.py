"""The burn-down of the budget agrees with the oracle, and ends in the figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import asyncpg
from hypothesis import given
from tests.sql.oracle.contract import Second, in_force, timeline
from tests.sql.scenario import Scenario, built, law, second
from tests.sql.strategies import scenarios


@law
@given(scenario=scenarios())
async def test_budget_curve_is_the_oracles_and_ends_in_the_figure(
    partitioned: asyncpg.Connection, scenario: Scenario
) -> None:
    async with built(partitioned, scenario) as world:
        curve = await world.connection.fetch(
            "select * from sla.budget_curve('acme', $1, $2)", scenario.key, scenario.asked
        )
        figure = await world.availability(scenario.asked, scenario.key)

    assert _burning(scenario) == _by_second(curve, scenario)
    for row, following in pairwise(curve):
        length = (following["at"] - row["at"]).total_seconds() if row["class"] else 0
        assert row["budget_used_s"] + round(length) == following["budget_used_s"]
    last = curve[-1]
    assert (figure["budget_used_s"], figure["budget_left_s"]) == (
        last["budget_used_s"],
        last["budget_left_s"],
    )


@law
@given(scenario=scenarios())
async def test_a_longer_period_leads_to_no_less_downtime_than_what_it_holds(
    partitioned: asyncpg.Connection, scenario: Scenario
) -> None:
    async with built(partitioned, scenario) as world:
        rows = await world.connection.fetch(
            "select * from sla.budget_outlook('acme', $1, $2)",
            *(scenario.key, scenario.asked.upper),
        )

    for shorter, longer in pairwise(rows):
        for name in ("used_s", "budget_s", "to_come_s", "projected_s"):
            assert (shorter[name] or 0) <= (longer[name] or 0)


def _burning(scenario: Scenario) -> list[str | None]:
    versions = in_force(scenario.told, scenario.period, scenario.scope)
    promised = [version for version in versions if version.target is not None] or versions

    def burns(one: Second) -> str | None:
        if one.terms not in promised:
            return None
        presumed = one.terms.unknown == "down" and one.name == "unknown" and one.exposed
        return one.name if one.name == "unplanned" or presumed else None

    return [burns(one) for one in timeline(scenario.told, scenario.period, scenario.scope)]


def _by_second(curve: Sequence[Mapping[str, Any]], scenario: Scenario) -> list[str | None]:
    first, last = scenario.period
    marks: list[str | None] = [None] * (last - first)
    for row, following in pairwise(curve):
        starts, ends = second(row["at"]) - first, second(following["at"]) - first
        marks[starts:ends] = [row["class"]] * (ends - starts)
    return marks
