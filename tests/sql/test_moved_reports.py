"""A report of a contract that moved to another time zone is one that `vigie verify` computes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.sql.doubts import LATER, doubts
from tests.sql.test_moved import NEW_YORK, PARIS, moved
from tests.sql.world import World

from vigie.reporting import Asked, Days, Figures, Zone, figures, summary
from vigie.reporting.drawing.strips import THINNEST, strip
from vigie.reporting.formats import Formats
from vigie.verifying.summaries import added_up, ranked

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
PERIODS = [
    *(Asked("month", MAY), Asked("month", JUNE), Asked("quarter", date(2026, 4, 1))),
    *(Asked("year", date(2026, 1, 1)), Asked("year_to_date", date(2026, 5, 20))),
    *(Asked("rolling_12_months", JUNE), Days(date(2026, 5, 10), date(2026, 5, 12))),
]
WAYS = pytest.mark.parametrize("ways", [(PARIS, NEW_YORK), (NEW_YORK, PARIS)], ids=["west", "east"])


async def world_of(world: World, ways: tuple[str, str]) -> World:
    """Moved on 12 May 2026, down for half an hour before midnight of that day in Paris."""
    await world.service()
    await moved(world, (ways[0], date(2026, 1, 15)), (ways[1], date(2026, 5, 12)))
    await world.connection.execute("update fact.contract_version set target = 0.999")
    down = datetime(2026, 5, 11, 21, 30, tzinfo=UTC)
    await world.store(
        ("a", "main", down + timedelta(minutes=number), "down" if 0 <= number < 30 else "up")
        for number in range(-30, 60)
    )
    await world.rolled_up_to(datetime(2026, 7, 1, 4, tzinfo=UTC))
    return world


async def found_in(world: World, asked: Asked | Days) -> Figures:
    return await figures(
        world.connection, contract="acme", asked=asked, now=LATER, readings=True, evidence=True
    )


@WAYS
@pytest.mark.parametrize("asked", PERIODS, ids=lambda asked: asked.name)
async def test_a_report_over_a_move_raises_no_doubt(
    world: World, asked: Asked | Days, ways: tuple[str, str]
) -> None:
    found = await found_in(await world_of(world, ways), asked)

    assert [] == doubts(found)


@WAYS
async def test_a_summary_over_a_move_raises_no_doubt(world: World, ways: tuple[str, str]) -> None:
    await world_of(world, ways)
    for asked in (Asked("month", MAY), Asked("month", JUNE), Asked("quarter", date(2026, 4, 1))):
        found = await summary(world.connection, asked=asked, now=LATER)

        assert [] == [*added_up(found), *ranked(found)]


async def test_other_zones_than_those_of_its_days_are_told(world: World) -> None:
    found = await found_in(await world_of(world, (PARIS, NEW_YORK)), Asked("month", MAY))
    first, second = found.zones
    later = replace(second, first_day=date(2026, 5, 13))

    assert (Zone(timezone=PARIS, first_day=None), NEW_YORK) == (first, second.timezone)
    assert "figures.days[10]: does not end on 2026-05-11" in doubts(replace(found, zones=()))
    assert "figures.days[11]: does not begin on 2026-05-12" in doubts(
        replace(found, zones=(first, later))
    )
    for zones in ((first,), (second, first), (first, replace(first, first_day=MAY))):
        assert "figures.zones: are not one after the other" in doubts(replace(found, zones=zones))


async def test_what_a_day_has_beyond_24_hours_is_at_its_foot(world: World) -> None:
    """11 May lasts until 06:00 the next morning in Paris, and has one column."""
    await world_of(world, (PARIS, NEW_YORK))
    beyond = datetime(2026, 5, 12, 1, tzinfo=UTC)
    await world.store(
        ("a", "main", beyond + timedelta(minutes=number), "down" if number < 9 else "up")
        for number in range(20)
    )
    await world.rolled_up_to(datetime(2026, 7, 1, 4, tzinfo=UTC))
    found = strip(await found_in(world, Asked("month", MAY)), width=310, height=100)

    assert found is not None
    # 21:30 UTC is 23:30 in Paris; 01:00 UTC is after the 24 hours, and one mark with it.
    [piece] = [one for one in found.pieces if (one.kind, one.column) == ("unplanned", 10)]
    assert (round(100 * 23.5 / 24, 2), 100) == (
        piece.at,
        round(piece.at + piece.length - THINNEST, 2),
    )


def test_a_period_has_its_own_name_on_the_clocks_of_another_zone() -> None:
    """2026 began in Paris, 18:00 of the year before in New York."""
    began = datetime(2025, 12, 31, 23, tzinfo=UTC)

    assert "2026" == Formats("en", NEW_YORK).period("year", began)
    assert "January 2026" == Formats("en", NEW_YORK).period_inside("month", began)
