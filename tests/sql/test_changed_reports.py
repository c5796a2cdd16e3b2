"""A report of a contract whose terms change is one that `vigie verify` computes again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tests.sql.doubts import LATER, doubts
from tests.sql.world import START, World

from vigie.errors import UsageError
from vigie.reporting import Asked, figures

CHANGED = datetime(2026, 6, 12, tzinfo=UTC)
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
PERIODS = [
    *(Asked("month", MAY), Asked("month", JUNE), Asked("month", JULY)),
    *(Asked("quarter", date(2026, 4, 1)), Asked("quarter", JULY), Asked("year", date(2026, 1, 1))),
]
SCOPES = ("solution", "api", "db", "old", "new")
# Of the first terms; the second ones are the usual: neither, downtime, no hours, elapsed time.
TERMS: list[dict[str, Any]] = [
    {"unknown": "up"},
    {"unknown": "down"},
    {"maintenance": "up"},
    {"maintenance": "window"},
    {"join_within": timedelta(minutes=5)},
    {"hours": "desk"},
    {"interruption_max": timedelta(hours=1), "interruption_calendar": "desk"},
    {"crisis_longer_than": timedelta(minutes=1), "crisis_customers": 1},
    {"target": None},
]


async def world_of(world: World, terms: dict[str, Any], *, ends: datetime | None = None) -> World:
    """From April to 12 June of api, db and old, under *terms*; then of api, new and db no more."""
    for key in ("api", "db", "old", "new"):
        await world.service(key, endpoints=[f"{key}-1"])
    await world.calendar("desk", [(weekday, 8, 18) for weekday in range(1, 6)])
    first: dict[str, Any] = {
        "target": 0.95,
        "valid": asyncpg.Range(datetime(2026, 4, 1, tzinfo=UTC), CHANGED),
    }
    await world.contract(essential=["api", "db"], other=["old"], **(first | terms))
    later = asyncpg.Range(CHANGED, ends)
    await world.contract(essential=["api", "new"], target=0.999, valid=later)
    for day in (date(2026, 5, 20), date(2026, 6, 9), date(2026, 6, 20)):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        await measured(world, noon)
        # From 12:10 to 12:12, while all of them are down.
        starts = (noon - START) / timedelta(minutes=1) + 10
        await world.window(starts, starts + 2, services=["api", "db"])
    await world.rolled_up_to(datetime(2026, 7, 10, 12, tzinfo=UTC))
    return world


async def measured(world: World, noon: datetime) -> None:
    """An hour of each endpoint: up, down twice with a minute between, and nothing for a while."""
    outcomes = ["up"] * 9 + ["down"] * 5 + ["up"] + ["down"] * 3 + ["up"] * 9
    for key in ("api", "db", "old", "new"):
        await world.store(
            (f"{key}-1", "main", noon + timedelta(minutes=number), outcome)
            for number, outcome in enumerate([*outcomes, *["unknown"] * 9, *["up"] * 9])
        )


async def doubts_of(world: World, scope: str) -> list[str]:
    found = []
    for asked in PERIODS:
        try:
            one = await figures(
                world.connection,
                contract="acme",
                asked=asked,
                now=LATER,
                scope=scope,
                readings=True,
                evidence=True,
            )
        except UsageError:  # the contract does not cover it then
            continue
        found += [f"{asked.name}: {problem}" for problem in doubts(one)]
    return found


@pytest.mark.parametrize("terms", TERMS, ids=lambda terms: next(iter(terms)))
async def test_a_report_over_changed_terms_raises_no_doubt(
    world: World, terms: dict[str, Any]
) -> None:
    await world_of(world, terms)
    found = {scope: await doubts_of(world, scope) for scope in SCOPES}

    assert found == {scope: [] for scope in SCOPES}


async def test_more_unmeasured_time_than_there_is_is_told_under_changed_terms(world: World) -> None:
    await world_of(world, {"unknown": "up"})
    found = await figures(
        world.connection, contract="acme", asked=Asked("month", JUNE), now=LATER, evidence=True
    )
    of = found.availability
    kept = tuple(
        replace(one, unmeasured_s=of.seconds.unmeasured + 1)
        if (one.scope, one.month) == (of.scope, JUNE)
        else one
        for one in found.contents.kept
    )
    forged = replace(found, contents=replace(found.contents, kept=kept))

    assert "figures.contents.kept: solution in 2026-06-01 is not as in the figures" in doubts(
        forged
    )


async def test_a_report_of_terms_that_end_raises_no_doubt(world: World) -> None:
    await world_of(world, {"unknown": "up"}, ends=datetime(2026, 7, 5, tzinfo=UTC))

    assert [] == [one for scope in ("solution", "db") for one in await doubts_of(world, scope)]
