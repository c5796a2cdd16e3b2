"""A contract that moves to another time zone: its days and periods follow each other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sql.scenario import law, undone
from tests.sql.world import World

from vigie.reporting import Zone
from vigie.storing import query
from vigie.verifying.clocks import clocks
from vigie.verifying.numbers import A_MOMENT

PARIS, NEW_YORK = "Europe/Paris", "America/New_York"
# Also over the date line both ways, by less than an hour, and where midnight comes twice or never.
ZONES = (
    *(PARIS, NEW_YORK, "UTC", "Pacific/Kiritimati", "Pacific/Midway", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Atlantic/Azores", "America/Santiago"),
)
KINDS = ("day", "month", "quarter", "year")


def midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


async def moved(world: World, *zones: tuple[str, date], key: str = "acme") -> None:
    """Add a contract whose versions begin on local days of their zones."""
    begins = [midnight(day, zone) for zone, day in zones]
    for (zone, _), starts, ends in zip(zones, begins, [*begins[1:], None], strict=True):
        valid = asyncpg.Range(starts, ends)
        await world.contract(key, timezone=zone, valid=valid, essential=[*world.services])


@pytest.fixture
async def west(world: World) -> World:
    """In Paris from 15 January 2026, in New York from 12 May; rolled up to 10 July."""
    await world.service()
    await moved(world, (PARIS, date(2026, 1, 15)), (NEW_YORK, date(2026, 5, 12)))
    await world.rolled_up_to(datetime(2026, 7, 10, tzinfo=UTC))
    return world


async def period(world: World, kind: str, day: str) -> tuple[str, str]:
    found = await world.connection.fetchval(
        "select sla.period('acme', $1, $2::text::date)", kind, day
    )
    return tuple(f"{at:%m-%dT%H}" for at in (found.lower, found.upper))  # type: ignore[return-value]


async def test_a_period_ends_where_the_next_one_begins(west: World) -> None:
    # Paris is 1 h, in summer 2 h, ahead of UTC, New York 4 h behind: 6 h between the midnights.
    assert ("04-30T22", "06-01T04") == await period(west, "month", "2026-05-20")
    assert ("06-01T04", "07-01T04") == await period(west, "month", "2026-06-01")
    assert ("03-31T22", "07-01T04") == await period(west, "quarter", "2026-04-01")
    assert ("12-31T23", "01-01T05") == await period(west, "year", "2026-02-01")
    assert ("12-31T23", "05-21T04") == await period(west, "year_to_date", "2026-05-20")
    assert ("06-30T22", "07-01T04") == await period(west, "rolling_12_months", "2026-06-01")


async def test_the_day_before_a_zone_further_west_lasts_until_its_midnight(west: World) -> None:
    rows = await west.connection.fetch(
        "select day, period_s from sla.availability_day"
        " where scope = 'solution' and day between '2026-05-10' and '2026-05-12' order by day"
    )

    expected = [(10, 24 * 3600), (11, (24 + 6) * 3600), (12, 24 * 3600)]
    assert expected == [(row["day"].day, row["period_s"]) for row in rows]


async def test_a_zone_further_east_takes_from_the_day_before_and_counts_nothing_twice(
    world: World,
) -> None:
    await world.service()
    await moved(world, (NEW_YORK, date(2026, 1, 1)), (PARIS, date(2026, 6, 1)))
    await world.rolled_up_to(datetime(2026, 6, 3, tzinfo=UTC))
    seconds = await world.connection.fetch(
        "select month, period_s from sla.availability_month"
        " where scope = 'solution' and month >= '2026-05-01' order by month"
    )

    assert ("05-01T04", "05-31T22") == await period(world, "month", "2026-05-31")
    assert ("05-31T22", "06-30T22") == await period(world, "month", "2026-06-01")
    assert ("05-31T04", "05-31T22") == await period(world, "day", "2026-05-31")
    assert [(31 * 24 - 6) * 3600, 30 * 24 * 3600] == [row["period_s"] for row in seconds]


async def test_downtime_between_the_midnights_of_two_zones_counts_once(world: World) -> None:
    """From 31 May 23:00 to 23:10 UTC: after midnight in Paris, before midnight in New York."""
    await world.service()
    await moved(world, (PARIS, date(2026, 1, 1)), (NEW_YORK, date(2026, 6, 1)))
    down = datetime(2026, 5, 31, 23, tzinfo=UTC)
    await world.store(
        ("a", "main", down + timedelta(minutes=number), "down" if 0 <= number < 10 else "up")
        for number in range(-10, 20)
    )
    await world.rolled_up_to(datetime(2026, 6, 1, 12, tzinfo=UTC))
    rows = await world.connection.fetch(
        "select month, unplanned_s from sla.availability_month"
        " where scope = 'solution' and month >= '2026-05-01' order by month"
    )
    outlook = await world.connection.fetch(
        "select kind, starts, ends, used_s from sla.budget_outlook('acme', 'solution', $1)",
        datetime(2026, 6, 1, 4, tzinfo=UTC),
    )
    marks = await world.connection.fetch(
        "select month, used_s from"
        " fact.slam_months('acme', sla.period('acme', 'month', '2026-06-01'), 2)"
        " where scope = 'solution' and indicator = 'availability'"
    )

    assert [10 * 60, 0] == [row["unplanned_s"] for row in rows]
    assert {10 * 60} == {row["used_s"] for row in outlook}
    assert [(5, 10 * 60), (6, 0)] == [(row["month"].month, row["used_s"]) for row in marks]
    assert datetime(2026, 6, 1, 4, tzinfo=UTC) == outlook[0]["ends"]


async def test_a_move_over_the_date_line_may_skip_a_day(world: World) -> None:
    """From 11 h behind UTC to 14 h ahead of it: 25 h. Of 31 May nothing is left, of 30 May 23 h."""
    await world.service()
    await moved(
        world, ("Pacific/Midway", date(2026, 5, 1)), ("Pacific/Kiritimati", date(2026, 6, 1))
    )
    await world.rolled_up_to(datetime(2026, 6, 3, tzinfo=UTC))
    rows = await world.connection.fetch(
        "select day, period_s from sla.availability_day"
        " where scope = 'solution' and day between '2026-05-29' and '2026-06-01' order by day"
    )

    expected = [(29, 24 * 3600), (30, 23 * 3600), (1, 24 * 3600)]
    assert expected == [(row["day"].day, row["period_s"]) for row in rows]


@law
@given(
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=4),
    apart=st.lists(st.integers(2, 70), min_size=4, max_size=4),
    kind=st.sampled_from(KINDS),
)
async def test_periods_follow_each_other_without_gap_or_overlap(
    connection: asyncpg.Connection, zones: list[str], apart: list[int], kind: str
) -> None:
    days = [date(2026, 2, 27) + timedelta(days=sum(apart[:number])) for number in range(len(zones))]
    async with undone(connection):
        world = World(connection=connection)
        await moved(world, *zip(zones, days, strict=True))
        rows = await connection.fetch(
            """select lower(p.span) as starts, upper(p.span) as ends
            from generate_series('2026-02-01'::date, '2027-02-01', '1 day') as d (day)
            cross join lateral sla.period('acme', $1, d.day::date) as p (span)
            where not isempty(p.span)
            order by d.day""",
            kind,
        )
        spans = list(dict.fromkeys((row["starts"], row["ends"]) for row in rows))
        inside = await connection.fetch(
            """select d.day, lower(d.span) as starts, upper(d.span) as ends,
                fact.local_day('acme', lower(d.span)) as first,
                fact.local_day('acme', upper(d.span) - interval '1 microsecond') as last
            from fact.local_days('acme', tstzrange('2026-02-01', '2027-02-01')) as d"""
        )
        found = await connection.fetch(query("report_zones"), "acme")

    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert all(row["first"] == row["day"] == row["last"] for row in inside)
    # Whoever checks a report finds the same days.
    own = clocks(zones[0], [Zone(**row) for row in found])
    assert all(own.begins(row["day"]) == row["starts"] for row in inside)
    edges = {(own.day(row["starts"]), own.day(row["ends"] - A_MOMENT)) for row in inside}
    assert {(row["day"], row["day"]) for row in inside} == edges
