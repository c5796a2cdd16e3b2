"""Which reports the summary calls owed and overdue: those that the clock makes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.reporting.test_summary import END, known_since, measured
from tests.sql.world import World

from vigie.reporting import Asked, summary
from vigie.verifying.summaries import added_up, ranked


@pytest.mark.parametrize(
    ("kind", "recorded", "owed"),
    [
        ("month", -timedelta(days=1), {"acme", "calm", "free", "globex"}),
        ("quarter", -timedelta(days=1), {"globex"}),  # the others are judged by the month
        ("month", timedelta(days=10), set()),  # applied after it was due: that is history
    ],
)
async def test_only_reports_that_the_clock_makes_are_owed(
    world: World, kind: str, recorded: timedelta, owed: set[str]
) -> None:
    await measured(world)
    await known_since(world, END + recorded)
    await world.connection.execute(
        "update fact.contract_version set basis = 'quarter' where basis = 'year'"
    )
    later = datetime(2026, 8, 1, tzinfo=UTC)
    await world.rolled_up_to(later)

    of = Asked(kind, date(2026, 5 if kind == "month" else 4, 1))
    found = await summary(world.connection, asked=of, now=later)

    assert owed == {one.contract for one in found.reports if one.due}
    assert owed == {one.contract for one in found.waiting if one.overdue}
    assert [] == [*added_up(found), *ranked(found)]
