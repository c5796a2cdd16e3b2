"""A period in which the terms changed: its parts are computed again, each number by itself."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.reporting.splits import NOW as MADE
from tests.reporting.splits import changed, of_may, slots, target
from tests.sql.world import World
from tests.verifying.reports import NOWHERE, failing
from tests.verifying.test_every_number import (
    kind_of,
    numbers_of,
    with_another,
)

from vigie.reporting import Figures, make_pdf
from vigie.verifying.splits import splits

PARTS = "split.versions[]"
CASES = {
    "another target": (target("95"), target("99.9")),
    "none before": ({"target": None}, target("100")),
    "none since": (target("99.9"), {"target": None}),
    "other rules": (target("50", unknown="up", maintenance="up"), target("99.9", unknown="down")),
    "other services": (target("95"), target("99.9", essential=("orders",))),
}


@pytest.fixture
def world(connection: asyncpg.Connection) -> World:
    return World(connection=connection)


async def told(world: World, before: dict[str, Any], after: dict[str, Any]) -> Figures:
    """Return May, down and not measured for two hours before and after the terms change."""
    down, lost = (*slots(5, 8, 12), *slots(20, 8, 12)), (*slots(6, 8, 12), *slots(21, 8, 12))
    await changed(world, before, after, down=down, lost=lost)
    return await of_may(world.connection)


@pytest.mark.parametrize("case", CASES)
async def test_a_genuine_report_over_a_change_of_terms_holds(world: World, case: str) -> None:
    assert [] == list(splits(await told(world, *CASES[case])))


async def test_the_report_of_a_scope_that_left_holds(world: World) -> None:
    await told(world, *CASES["other services"])

    assert [] == list(splits(await of_may(world.connection, scope="api")))
    assert [] == list(splits(await of_may(world.connection, scope="orders")))


@pytest.mark.parametrize("case", ["another target", "none before"])
async def test_every_forged_number_of_a_part_is_caught(world: World, case: str) -> None:
    figures = await told(world, *CASES[case])

    own = [one for one in numbers_of(figures, "figures") if one[0].startswith("figures.split")]
    unseen = {
        kind_of(place)
        for place, steps, forged in own
        if not list(splits(with_another(figures, steps, forged)))
    }

    # The contract's own: the first terms began before the period.
    assert {f"{PARTS}.contract.join_within_s", f"{PARTS}.contract.version_from"} == unseen


async def test_parts_that_are_taken_out_are_missed(world: World) -> None:
    figures = await told(world, *CASES["another target"])
    assert figures.split is not None
    short = replace(figures.split, versions=figures.split.versions[1:])

    for forged in (None, short, replace(short, versions=())):
        assert list(splits(replace(figures, split=forged)))


def drawn(found: Figures, folder: Path) -> dict[str, str]:
    return failing(make_pdf(found, directory=NOWHERE, now=MADE, language="en"), folder)


async def test_a_report_drawn_with_one_target_for_all_fails(world: World, tmp_path: Path) -> None:
    figures = await told(world, *CASES["another target"])

    assert {} == await asyncio.to_thread(drawn, figures, tmp_path)
    without = replace(figures, split=None)
    assert {"arithmetic"} == set(await asyncio.to_thread(drawn, without, tmp_path))
