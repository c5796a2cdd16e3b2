"""What more downtime, more excuses or less knowledge may do to a figure, and what not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import asyncpg
from hypothesis import given
from hypothesis import strategies as st
from tests.sql.oracle.contract import Window
from tests.sql.oracle.measured import DOWN, UP, Span
from tests.sql.scenario import HORIZON, Scenario, built, law
from tests.sql.strategies import scenarios, spans


def read_as(scenario: Scenario, **words: Any) -> Scenario:
    """Return the scenario with other words in every version of the contract."""
    terms = [replace(version, **words) for version in scenario.told.terms]
    return replace(scenario, told=replace(scenario.told, terms=terms))


@law
@given(scenario=scenarios(), second=st.integers(0, HORIZON))
async def test_a_result_that_is_down_instead_of_up_never_raises_availability(
    partitioned: asyncpg.Connection, scenario: Scenario, second: int
) -> None:
    """Corrections and windows stay as they are; the quorum may outvote it.

    How much time is known may change either way: beside an endpoint that nobody measured, one
    failure decides for a service that is down when any is, and one good result when all must be.
    """
    plain = read_as(scenario, maintenance="up")
    worse = _with_one_failure(plain, second)

    before, after = await _availability(partitioned, plain), await _availability(partitioned, worse)

    assert _not_above(after, before)
    assert before["up_s"] >= after["up_s"]
    assert before["unplanned_s"] <= after["unplanned_s"]


@law
@given(scenario=scenarios(), window=spans(400))
async def test_a_valid_window_never_lowers_availability(
    partitioned: asyncpg.Connection, scenario: Scenario, window: Span
) -> None:
    plain = read_as(scenario, maintenance="downtime", unknown="neither")
    services = range(len(plain.told.services))
    more = Window(announced=window, services=services, security=True)
    told = replace(plain.told, windows=[*plain.told.windows, more])

    before = await _availability(partitioned, plain)
    after = await _availability(partitioned, replace(plain, told=told))

    if after["ratio"] is not None:
        assert _not_above(before, after)
    assert after["unplanned_s"] <= before["unplanned_s"]
    assert after["up_s"] <= before["up_s"]  # only inaccessible time is taken out


@law
@given(scenario=scenarios())
async def test_figure_lies_between_its_bounds_and_met_is_proven(
    partitioned: asyncpg.Connection, scenario: Scenario
) -> None:
    neither, strict = read_as(scenario, unknown="neither"), read_as(scenario, unknown="down")

    found = await _availability(partitioned, neither)
    at_worst = await _availability(partitioned, strict)

    low, percent, high = (
        Decimal(found[name] or default)
        for name, default in (("low", "0"), ("percent", "0"), ("high", "100"))
    )
    if found["percent"] is not None:
        assert low <= percent <= high
    assert not (found["verdict"] == "met" and at_worst["verdict"] == "missed")
    assert not (found["verdict"] == "missed" and at_worst["verdict"] == "met")


async def _availability(connection: asyncpg.Connection, scenario: Scenario) -> Mapping[str, Any]:
    async with built(connection, scenario) as world:
        return await world.availability(scenario.asked, scenario.key)


def _not_above(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool((one["ratio"] or 0) <= (other["ratio"] or 0))


def _with_one_failure(scenario: Scenario, second: int) -> Scenario:
    endpoint = scenario.told.endpoints[0]
    location, results = next(iter(endpoint.results.items()))
    up = [number for number, (_, outcome) in enumerate(results) if outcome == UP]
    if not up:
        return scenario
    changed = list(results)
    number = up[second % len(up)]
    changed[number] = (changed[number][0], DOWN)
    worse = replace(endpoint, results={**endpoint.results, location: changed})
    endpoints = [worse, *scenario.told.endpoints[1:]]
    return replace(scenario, told=replace(scenario.told, endpoints=endpoints))
