"""Worlds that Hypothesis thinks of, told to the oracle and written into a database."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import asyncpg
from hypothesis import HealthCheck, settings
from tests.sql.oracle.contract import Terms, Told, Window
from tests.sql.oracle.measured import EVER, Endpoint, Span
from tests.sql.oracle.service import Rule, Service
from tests.sql.world import Range, World, minute

HORIZON = 24 * 60  # seconds; the world begins 12 minutes before a UTC midnight
WIDE = (-1000, 6 * HORIZON)  # every contract lies in it, and so does every outage
BEGIN = minute(-12)
CASES = int(os.environ.get("VIGIE_LAW_CASES", "30"))
Version = TypeVar("Version")


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What is known, and what is asked: a period, and one service or all essential ones."""

    told: Told
    period: Span
    scope: int | None = None
    working: Sequence[Span] | None = None  # the hours in which interruptions count
    limit: int | None = None  # how long one may last

    @property
    def asked(self) -> Range:
        return during(self.period)

    @property
    def key(self) -> str:
        return "solution" if self.scope is None else _service_key(self.scope)


def law(function: Any, **more: Any) -> Any:
    """Run as many cases as asked for, however slow; each in a transaction of its own."""
    return settings(
        **more,
        max_examples=CASES,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )(function)


@asynccontextmanager
async def undone(connection: asyncpg.Connection) -> AsyncIterator[World]:
    """Undo what is written inside: one example must not meet another's world."""
    transaction = connection.transaction()
    await transaction.start()
    # Numbers are not given back, and there are only 32,767 of these.
    await connection.execute("alter sequence fact.location_location_id_seq restart")
    try:
        yield World(connection=connection)
    finally:
        await transaction.rollback()


@asynccontextmanager
async def built(
    connection: asyncpg.Connection, scenario: Scenario, shuffle: Any = None
) -> AsyncIterator[World]:
    """Write the scenario into the database, roll it up, and undo it in the end."""
    async with undone(connection) as world:
        await _write(world, scenario)
        rows = [
            (_endpoint_key(number), location, moment(at), outcome)
            for number, endpoint in enumerate(scenario.told.endpoints)
            for location, results in endpoint.results.items()
            for at, outcome in results
        ]
        await _store(world, rows, shuffle)
        await world.rolled_up_to(moment(scenario.told.as_of))
        yield world


def moment(second: int) -> datetime:
    return BEGIN + timedelta(seconds=second)


def second(at: datetime) -> int:
    return round((at - BEGIN).total_seconds())


def during(span: Span) -> Range:
    """Return the span as instants; ever is without a bound."""
    first, last = span
    return asyncpg.Range(
        None if first <= -EVER else moment(first), None if last >= EVER else moment(last)
    )


async def _write(world: World, scenario: Scenario) -> None:
    told = scenario.told
    for number, service in enumerate(told.services):
        await _service(world, number, service)
    for number, endpoint in enumerate(told.endpoints):
        await _endpoint(world, number, endpoint)
    if any(terms.notice for terms in told.terms):
        await world.calendar("daily", [(weekday, 0, 24) for weekday in range(1, 8)])
    if scenario.working is not None:
        await _hours(world, "desk", scenario.working)
    for number, terms in enumerate(told.terms):
        await _terms(world, f"hours-{number}", terms, scenario)
    for window in told.windows:
        await _window(world, window)


async def _store(world: World, rows: list[tuple[str, str, datetime, str]], shuffle: Any) -> None:
    if shuffle is None:
        await world.store(rows)
        return
    late = rows + shuffle.sample(rows, k=min(5, len(rows)))
    shuffle.shuffle(late)
    half = len(late) // 2
    await world.store(late[:half])
    await world.rolled_up_to(BEGIN)
    await world.store(late[half:])


async def _service(world: World, number: int, service: Service) -> None:
    key = _service_key(number)
    world.services.add(key)
    world.ids[key] = await world.insert("service", {"key": key, "name": key}, "service_id")
    for valid, rule in _versions((begins, rule) for begins, rule in service.rules):
        row = {"service_id": world.ids[key], "valid": valid}
        await world.insert("service_version", row | _rule(rule))
    await _correct(world, key, service.corrections)


async def _endpoint(world: World, number: int, endpoint: Endpoint) -> None:
    key = _endpoint_key(number)
    identity = await world.insert("endpoint", {"key": key}, "endpoint_id")
    world.ids[key] = identity
    for span, service in endpoint.homes:
        home = {"service_id": world.ids[_service_key(service)], "endpoint_id": identity}
        await world.insert("service_endpoint", home | {"during": during(span)})
    for valid, probing in _versions((p.begins, p) for p in endpoint.probing):
        # Only the latest version's dates count.
        dates = _dates(endpoint) if probing is endpoint.probing[-1] else {}
        row = {"endpoint_id": identity, "valid": valid, "quorum": probing.quorum, "spec": "{}"}
        every = {"every": timedelta(seconds=probing.every)}
        await world.insert("endpoint_version", row | every | dates)
    await _correct(world, key, endpoint.corrections)


async def _terms(world: World, calendar: str, terms: Terms, scenario: Scenario) -> None:
    if terms.hours is not None:
        await _hours(world, calendar, terms.hours)
    keys = [_service_key(number) for number, essential in terms.covers.items() if essential]
    target = terms.target
    await world.contract(
        essential=keys,
        other=[_service_key(n) for n, essential in terms.covers.items() if not essential],
        valid=during(terms.valid),
        target=None if target is None else Decimal(target.numerator) / target.denominator,
        maintenance=terms.maintenance,
        unknown=terms.unknown,
        hours=None if terms.hours is None else calendar,
        join_within=timedelta(seconds=terms.join_within),
        notice_working_days=terms.notice,
        notice_calendar="daily" if "daily" in world.ids else None,
        interruption_calendar=None if scenario.working is None else "desk",
        interruption_max=None if scenario.limit is None else timedelta(seconds=scenario.limit),
    )


async def _window(world: World, window: Window) -> None:
    first, last = window.announced
    # So many whole days lie between the day of the announcement and the day of the start.
    ahead = None if window.notice is None else timedelta(days=window.notice + 1)
    await world.window(
        first / 60 - 12,
        last / 60 - 12,
        services=[_service_key(number) for number in window.services],
        kind="security" if window.security else "planned",
        announced=None if ahead is None else moment(first) - ahead,
        closed=None if window.closed is None else window.closed / 60 - 12,
        withdrawn=window.withdrawn,
    )


async def _hours(world: World, key: str, spans: Sequence[Span]) -> None:
    # The world begins on Sunday at 23:48.
    week = [(7, (48 * 60 + a) / 3600 + 23, (48 * 60 + b) / 3600 + 23) for a, b in spans]
    await world.calendar(key, week)


async def _correct(world: World, target: str, corrections: Sequence[tuple[Span, str]]) -> None:
    for (first, last), effect in corrections:
        await world.correction(first / 60 - 12, last / 60 - 12, target=target, effect=effect)


def _versions(begun: Iterable[tuple[int, Version]]) -> list[tuple[Range, Version]]:
    rows = list(begun)
    ends = [begins for begins, _ in rows[1:]] + [EVER]
    return [
        (during((begins, end)), version) for (begins, version), end in zip(rows, ends, strict=True)
    ]


def _rule(rule: Rule) -> dict[str, Any]:
    return {"at_least": rule if isinstance(rule, int) else None, "every_endpoint": rule == "all"}


def _dates(endpoint: Endpoint) -> dict[str, Any]:
    dates = {"since": endpoint.since, "until": endpoint.until}
    return {name: moment(at) for name, at in dates.items() if at is not None}


def _service_key(number: int) -> str:
    return f"s{number}"


def _endpoint_key(number: int) -> str:
    return f"e{number}"
