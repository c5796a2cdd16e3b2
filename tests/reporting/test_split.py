"""A period in which the terms change: each part is told by its own, and none stands for all."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import asyncpg
import pytest
from tests.reporting import samples
from tests.reporting.layout import problems
from tests.reporting.splits import NOW, by_hand, changed, of_may, slots, target
from tests.reporting.test_html import page, text
from tests.reporting.test_pdf import NOWHERE
from tests.sql.world import World

from vigie.reporting import make_pdf, to_json

A_DAY_S = 86400
BEFORE, AFTER = 11 * A_DAY_S, 20 * A_DAY_S  # 1 to 11 May, and 12 to 31 May


async def two_targets(world: World) -> None:
    """95 % until 11 May, 99.9 % from the 12th; down for 100 minutes before and 20 after."""
    down = (*slots(5, 8, 10), *slots(20, 8, 2))
    await changed(world, target("95"), target("99.9"), down=down)


async def test_each_part_has_its_own_target_and_budget(
    world: World, connection: asyncpg.Connection
) -> None:
    await two_targets(world)

    found = await of_may(connection)

    assert found.split is not None
    first, last = found.split.versions
    assert (first.first_day, first.last_day) == (date(2026, 5, 1), date(2026, 5, 11))
    assert (last.first_day, last.last_day) == (date(2026, 5, 12), date(2026, 5, 31))
    assert ("95", "99.9") == (first.target, last.target)
    assert [BEFORE, AFTER] == [one.committed_s for one in found.split.versions]
    assert [100 * 60, 20 * 60] == [one.down_s for one in found.split.versions]
    assert first.budget_s == BEFORE * 5 // 100 == 47520
    assert last.budget_s == Decimal(AFTER) / 1000 == 1728
    assert found.availability.budget_s == 47520 + 1728
    assert found.split.down_s == 120 * 60
    assert found.split.unjudged_s == 0


async def test_no_target_of_a_part_stands_beside_the_figure_of_the_whole(
    world: World, connection: asyncpg.Connection
) -> None:
    await two_targets(world)

    shown = text(page(await of_may(connection)))

    both = "95 % until 11 May 2026, 99.9 % from 12 May 2026"
    assert f"Met Target {both} May 2026:" in shown.replace("\xa0", " ")
    # 31 days are 2,678,400 s, and 7,200 s of them down: 99.73118…
    assert (
        f"May 2026: 99.7311 % (cut, not rounded), target {both}: "
        "met (2 h 0 min 0 s counted as down, 13 h 40 min 48 s allowed)." in shown
    )
    assert "The target lies" not in shown
    assert "Judged in the same way at its worst and at its best bound" in shown
    assert "terms in force since 12 May 2026; they changed in this period" in shown
    assert "7,200 s) ÷ 2,678,400 s = 99.7311 %" in shown
    assert "= 49,248 s" in shown


async def test_what_counts_without_a_target_is_named(
    world: World, connection: asyncpg.Connection
) -> None:
    down = (*slots(5, 8, 40), *slots(20, 8, 25))
    none = {"target": None}
    await changed(world, none, target("100"), down=down)

    found = await of_may(connection)
    shown = text(page(found))

    assert found.split is not None
    assert found.split.unjudged_s == 400 * 60
    assert found.availability.used_s == 250 * 60
    assert (
        "target none until 11 May 2026, 100 % from 12 May 2026: missed by 4 h 10 min 0 s" in shown
    )
    assert "Another 6 h 40 min 0 s of downtime lie in time without a target" in shown


async def test_terms_that_do_not_change_have_no_parts(
    world: World, connection: asyncpg.Connection
) -> None:
    await changed(world, target("95"), target("99.9"))

    await connection.execute(
        "update fact.contract_version set replaced_at = now() where upper(valid) is not null"
    )

    assert (await of_may(connection)).split is None


async def test_a_service_that_came_with_the_latest_terms_is_judged_by_them_alone(
    world: World, connection: asyncpg.Connection
) -> None:
    orders = target("99.9", essential=("orders",))
    await changed(world, target("95"), orders)

    left = await of_may(connection, scope="api")
    came = await of_may(connection, scope="orders")

    assert came.split is None
    assert left.split is not None
    assert ["95"] == [one.target for one in left.split.versions]
    assert "target 95 %: met" in text(page(left))


async def test_the_json_has_no_target_of_the_whole_where_parts_have_several(
    world: World, connection: asyncpg.Connection
) -> None:
    await two_targets(world)

    found = to_json(await of_may(connection))

    assert found["target"] is None
    assert [("2026-05-01", "95", 47520), ("2026-05-12", "99.9", 1728)] == [
        (one["first_day"], one["target"], one["allowed_s"]) for one in found["parts"]
    ]


async def test_the_rules_of_each_part_are_told_where_they_differ(
    world: World, connection: asyncpg.Connection
) -> None:
    await changed(world, target("95", unknown="up"), target("95", essential=("orders",)))

    shown = text(page(await of_may(connection)))

    assert "target 95 %: met" in shown
    assert "Until 11 May 2026: Unknown time counts as up, as the contract says." in shown
    assert "From 12 May 2026: Unknown time counts neither as up nor as down." in shown
    assert "(Api until 11 May 2026; Orders from 12 May 2026)" in shown
    assert 1 == shown.count("Planned downtime Down inside a valid maintenance window.")


@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "it"])
def test_parts_are_laid_out_in_every_language(language: str) -> None:
    base = samples.busy()
    names = [replace(one, name=f"{one.name} of all our regions") for one in base.services]
    long = by_hand(replace(base, services=tuple(names)), before=None, unknown="up", basis="month")

    drawn = make_pdf(long, directory=NOWHERE, now=NOW, language=language)

    assert [] == problems(drawn)


async def test_a_target_that_ended_in_the_period_is_judged_all_the_same(
    world: World, connection: asyncpg.Connection
) -> None:
    await changed(world, target("99.9"), {"target": None}, down=slots(5, 8, 2))

    shown = text(page(await of_may(connection)))

    # 11 days of 86,400 s, of which a thousandth is 950.4 s; 1,200 s of them down.
    both = "99.9 % until 11 May 2026, none from 12 May 2026"
    assert f"target {both}: missed by 4 min 9.6 s (20 min 0 s counted as down" in shown
    assert "no target agreed" not in shown.split("Measurement coverage")[0]
    assert "No target was agreed" not in shown
