"""How locations, endpoints and services make one state: votes, rules and scopes."""

from __future__ import annotations

from typing import Any

import pytest
from tests.sql.world import World, minute, span

ANY: dict[str, Any] = {}
ALL: dict[str, Any] = {"every_endpoint": True}
TWO: dict[str, Any] = {"at_least": 2}


@pytest.mark.parametrize(
    ("rule", "states", "expected"),
    [
        (ANY, "UU", "up"),
        (ANY, "UD", "unplanned"),
        (ANY, "D?", "unplanned"),
        (ANY, "U?", "unknown"),
        (ALL, "DD", "unplanned"),
        (ALL, "DU", "up"),
        (ALL, "U?", "up"),
        (ALL, "D?", "unknown"),
        (TWO, "DUU", "up"),
        (TWO, "DDU", "unplanned"),
        (TWO, "D?U", "unknown"),
        (TWO, "?UU", "up"),
        (TWO, "??U", "unknown"),
        (TWO, "DD?", "unplanned"),
    ],
)
async def test_service_is_unknown_only_where_the_unknown_endpoints_could_change_it(
    world: World, rule: dict[str, Any], states: str, expected: str
) -> None:
    names = [f"e{number}" for number in range(len(states))]
    await world.service(endpoints=names, **rule)
    await world.contract()
    for name, state in zip(names, states, strict=True):
        await world.results(name, f"U{state}U")
    await world.rolled_up_to(minute(60))

    assert [(1, 2, expected)] == await world.timeline(span(1, 2))


@pytest.mark.parametrize(
    ("quorum", "votes", "expected"),
    [
        ("majority", "DUU", "up"),
        ("majority", "DDU", "unplanned"),
        ("majority", "DU", "up"),  # half is not more than half
        ("majority", "D??", "unplanned"),  # among those that cover it
        ("majority", "???", "unknown"),
        ("any", "DUU", "unplanned"),
        ("all", "DDU", "up"),
        ("all", "DD?", "unplanned"),
    ],
)
async def test_locations_vote_among_those_that_cover(
    world: World, quorum: str, votes: str, expected: str
) -> None:
    await world.service(quorum=quorum)
    await world.contract()
    for number, vote in enumerate(votes):
        await world.results("a", f"U{vote}U", location=f"l{number}")
    await world.rolled_up_to(minute(60))

    assert [(1, 2, expected)] == await world.timeline(span(1, 2))


async def test_endpoint_of_unknown_results_only_counts_as_unknown(world: World) -> None:
    """Two of two must be down: the other endpoint alone cannot answer for both."""
    await world.service(endpoints=["a", "b"], at_least=2)
    await world.contract()
    await world.results("a", "DDD")
    for location in ("paris", "london"):
        await world.results("b", "???", location=location)
    await world.rolled_up_to(minute(60))

    assert [(0, 3, "unknown")] == await world.timeline(span(0, 3))


async def test_one_services_window_never_excuses_anothers_outage(world: World) -> None:
    await world.service("api", endpoints=["a"])
    await world.service("orders", endpoints=["o"])
    await world.contract(essential=["api", "orders"])
    await world.window(1, 5, services=["api"])
    await world.results("a", "UUDDUUU")
    await world.results("o", "UUUDDUU")
    await world.rolled_up_to(minute(60))

    expected = [(0, 2, "up"), (2, 3, "planned"), (3, 5, "unplanned"), (5, 7, "up")]
    assert expected == await world.timeline(span(0, 7))


async def test_solution_is_down_with_its_essential_services_only(world: World) -> None:
    await world.service("api", endpoints=["a"])
    await world.service("crawler", endpoints=["c"])
    await world.contract(essential=["api"], other=["crawler"])
    await world.results("a", "UUUUU")
    await world.results("c", "UDDUU")
    await world.rolled_up_to(minute(60))

    assert [(0, 5, "up")] == await world.timeline(span(0, 5))
    expected = [(0, 1, "up"), (1, 3, "unplanned"), (3, 5, "up")]
    assert expected == await world.timeline(span(0, 5), scope="crawler")
