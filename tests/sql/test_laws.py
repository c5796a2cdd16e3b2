"""SQL and the second-by-second oracle agree on every world that Hypothesis can think of."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sql import oracle
from tests.sql.world import Range, World, minute

HORIZON = 24 * 60  # seconds; the world begins 12 minutes before a UTC midnight
BEGIN = minute(-12)
CASES = int(os.environ.get("VIGIE_LAW_CASES", "60"))


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A world, a promise and a period."""

    services: Sequence[oracle.Service]
    invalid_windows: Sequence[oracle.Span]
    promise: oracle.Promise
    period: oracle.Span
    as_of: int


def spans(longest: int = HORIZON) -> st.SearchStrategy[oracle.Span]:
    """Return non-empty spans of seconds, also some that reach over the horizon."""
    first = st.integers(-300, HORIZON + 100)
    return st.tuples(first, st.integers(1, longest)).map(lambda pair: (pair[0], sum(pair)))


@st.composite
def results(draw: st.DrawFn, every: int) -> Sequence[tuple[int, str]]:
    """Return the results of one location: a grid with faults, holes and a few extra slots."""
    offset = draw(st.integers(0, every - 1))
    letters = draw(st.text("UUUUDD?..", min_size=2, max_size=HORIZON // every))
    names = {"U": oracle.UP, "D": oracle.DOWN, "?": oracle.UNKNOWN}
    grid = {offset + n * every: names[c] for n, c in enumerate(letters) if c != "."}
    edges = draw(
        st.dictionaries(
            st.integers(0, HORIZON), st.sampled_from([oracle.UP, oracle.DOWN]), max_size=3
        )
    )
    return sorted((edges | grid).items())


@st.composite
def endpoints(draw: st.DrawFn) -> oracle.Endpoint:
    every = draw(st.sampled_from([60, 60, 45, 120]))
    locations = draw(st.integers(1, 3))
    since = draw(st.none() | st.integers(-100, HORIZON))
    until = draw(st.none() | st.integers((since or 0) + 1, HORIZON + 100))
    return oracle.Endpoint(
        results={f"l{n}": draw(results(every)) for n in range(locations)},
        every=every,
        quorum=draw(st.sampled_from(["majority", "any", "all"])),
        since=since,
        until=until,
        corrections=draw(corrections()),
    )


def corrections() -> st.SearchStrategy[Sequence[tuple[oracle.Span, str]]]:
    effects = st.sampled_from(["exclude", oracle.UP, oracle.DOWN, oracle.UNKNOWN])
    return st.lists(st.tuples(spans(300), effects), max_size=2)


def services() -> st.SearchStrategy[oracle.Service]:
    return st.builds(
        oracle.Service,
        endpoints=st.lists(endpoints(), min_size=1, max_size=3),
        rule=st.sampled_from(["any", "all", 2]),
        windows=st.lists(spans(400), max_size=3),
        corrections=corrections(),
    )


def promises() -> st.SearchStrategy[oracle.Promise]:
    return st.builds(
        oracle.Promise,
        target=st.sampled_from([Fraction(9, 10), Fraction(9998, 10000), Fraction(1, 2)]),
        valid=spans(4 * HORIZON),
        hours=st.none() | st.just([(0, 300), (420, 1000)]),
        maintenance=st.sampled_from(["downtime", "window", "up"]),
        unknown=st.sampled_from(["neither", "neither", "up", "down"]),
    )


def scenarios() -> st.SearchStrategy[Scenario]:
    return st.builds(
        Scenario,
        services=st.lists(services(), min_size=1, max_size=2),
        invalid_windows=st.lists(spans(400), max_size=1),
        promise=promises(),
        period=spans(HORIZON),
        as_of=st.integers(0, HORIZON + 300) | st.just(10 * HORIZON),
    )


def law(function: Any) -> Any:
    """Run as many cases as asked for, however slow; each in a transaction of its own."""
    return settings(
        max_examples=CASES,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )(function)


@law
@given(scenario=scenarios())
async def test_figures_are_the_oracles(connection: asyncpg.Connection, scenario: Scenario) -> None:
    period = _period(scenario.period)
    async with undone(connection):
        world = await build(connection, scenario)
        timeline = await world.timeline(period)
        availability = await world.availability(period)
        outages = await world.outages(period)

    seconds = _seconds(scenario, scenario.period)
    complete = scenario.period[1] <= scenario.as_of
    figures = oracle.figures(seconds, scenario.promise, complete=complete)
    assert [second.name.replace("future", oracle.UNKNOWN) for second in seconds] == [
        name for first, last, name in timeline for _ in range(round((last - first) * 60))
    ]
    assert figures == {name: availability[name] for name in figures}
    assert _expected_outages(scenario) == [
        (_second(row["started"]), _second(row["ended"]), row["clipped_s"]) for row in outages
    ]


@law
@given(scenario=scenarios(), cut=st.integers(1, HORIZON))
async def test_splitting_a_period_adds_up(
    connection: asyncpg.Connection, scenario: Scenario, cut: int
) -> None:
    first, last = scenario.period
    middle = first + cut % (last - first) or first
    if middle == first:
        return
    async with undone(connection):
        world = await build(connection, scenario)
        whole = await world.availability(_period((first, last)))
        parts = [await world.availability(_period(p)) for p in ((first, middle), (middle, last))]

    names = ("outside_s", "excluded_s", "planned_s", "unplanned_s", "unknown_s", "up_s")
    assert {n: whole[n] for n in names} == {n: sum(p[n] for p in parts) for n in names}


@law
@given(scenario=scenarios(), seed=st.randoms(use_true_random=False))
async def test_order_duplication_and_lateness_change_nothing(
    connection: asyncpg.Connection, scenario: Scenario, seed: Any
) -> None:
    period = _period(scenario.period)
    async with undone(connection):
        straight = await (await build(connection, scenario)).timeline(period)
    async with undone(connection):
        shuffled = await (await build(connection, scenario, shuffle=seed)).timeline(period)

    assert straight == shuffled


@asynccontextmanager
async def undone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Undo what is written inside: one example must not meet another's world."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


async def build(connection: asyncpg.Connection, scenario: Scenario, shuffle: Any = None) -> World:
    """Write the scenario into the database and roll it up."""
    world = World(connection=connection)
    names = [f"s{number}" for number in range(len(scenario.services))]
    batches: list[tuple[str, str, Any, str]] = []
    for name, service in zip(names, scenario.services, strict=True):
        batches += await _service(world, name, service)
    await _contract(world, scenario.promise, names)
    for name, service in zip(names, scenario.services, strict=True):
        for first, last in service.windows:
            await world.window(first / 60 - 12, last / 60 - 12, services=[name])
        for number, endpoint in enumerate(service.endpoints):
            await _correct(world, f"{name}-e{number}", endpoint.corrections)
        await _correct(world, name, service.corrections)
    for first, last in scenario.invalid_windows:
        await world.window(first / 60 - 12, last / 60 - 12, services=names, announced=None)
    await _store(world, batches, shuffle)
    await world.connection.execute("update fact.watermark set rolled_up_to = '-infinity'")
    await world.rolled_up_to(_moment(scenario.as_of))
    return world


async def _correct(
    world: World, target: str, corrections: Sequence[tuple[oracle.Span, str]]
) -> None:
    for (first, last), effect in corrections:
        await world.correction(first / 60 - 12, last / 60 - 12, target=target, effect=effect)


async def _store(world: World, batches: list[tuple[str, str, Any, str]], shuffle: Any) -> None:
    if shuffle is None:
        await world.store(batches)
        return
    late = batches + shuffle.sample(batches, k=min(5, len(batches)))
    shuffle.shuffle(late)
    half = len(late) // 2
    await world.store(late[:half])
    await world.rolled_up_to(BEGIN)
    await world.store(late[half:])


async def _service(
    world: World, name: str, service: oracle.Service
) -> list[tuple[str, str, Any, str]]:
    batches: list[tuple[str, str, Any, str]] = []
    await world.service(
        name,
        endpoints=[],
        at_least=service.rule if isinstance(service.rule, int) else None,
        every_endpoint=service.rule == "all",
    )
    for number, endpoint in enumerate(service.endpoints):
        key = f"{name}-e{number}"
        await world.endpoint(
            key,
            service=name,
            every=timedelta(seconds=endpoint.every),
            quorum=endpoint.quorum,
            since=None if endpoint.since is None else _moment(endpoint.since),
            until=None if endpoint.until is None else _moment(endpoint.until),
        )
        for location, rows in endpoint.results.items():
            batches += [(key, location, _moment(at), outcome) for at, outcome in rows]
    return batches


async def _contract(world: World, promise: oracle.Promise, services: Sequence[str]) -> None:
    hours = None
    if promise.hours is not None:
        hours = "office"
        # The world begins on Sunday at 23:48.
        week = [(7, (48 * 60 + a) / 3600 + 23, (48 * 60 + b) / 3600 + 23) for a, b in promise.hours]
        await world.calendar("office", week)
    await world.contract(
        essential=services,
        valid=_period(promise.valid),
        target=Decimal(promise.target.numerator) / promise.target.denominator,
        maintenance=promise.maintenance,
        unknown=promise.unknown,
        hours=hours,
    )


def _seconds(scenario: Scenario, period: oracle.Span) -> list[oracle.Second]:
    return oracle.timeline(scenario.services, scenario.promise, period, scenario.as_of)


def _expected_outages(scenario: Scenario) -> list[tuple[int, int, int]]:
    wide = (-1000, 6 * HORIZON)  # an outage is whole, however far it reaches
    first, last = scenario.period
    starts, ends = scenario.promise.valid
    if starts >= last or ends <= first:
        return []  # no contract touches the period
    return [
        (start, end, min(end, last) - max(start, first))
        for start, end in oracle.runs(_seconds(scenario, wide), wide[0])
        if start < last and end > first
    ]


def _moment(second: int) -> datetime:
    return BEGIN + timedelta(seconds=second)


def _second(moment: datetime) -> int:
    return round((moment - BEGIN).total_seconds())


def _period(period: oracle.Span) -> Range:
    return asyncpg.Range(_moment(period[0]), _moment(period[1]))
