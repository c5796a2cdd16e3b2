"""Which reports the summary calls owed and overdue: those that the clock makes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.reporting import summaries
from tests.reporting.test_summary import END, known_since, measured, text_of
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


def test_drafts_that_the_clock_leaves_to_people_wait_for_them() -> None:
    [report] = summaries.running().reports
    mine = replace(report, state="draft", report="acme/2026-05/r1", due=None, overdue=False)

    told = text_of(replace(summaries.one(), reports=(mine,)))

    assert "Issue 1 draft that the clock leaves to you. vigie report issue acme/2026-05/r1" in told
    assert "Nothing waits for you" not in told
