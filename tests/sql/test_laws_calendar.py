"""Opening hours, working time and working days agree with a walk along the local clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
from hypothesis import given
from hypothesis import strategies as st
from tests.sql.oracle.clock import MINUTE, Calendar, Hours, open_minutes, working_days
from tests.sql.scenario import law, undone
from tests.sql.world import World

# Zones, and a day next to which their clocks change.
CHANGES = (
    ("Europe/Paris", "2026-03-29"),
    ("Europe/Paris", "2026-10-25"),
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-05"),  # by half an hour
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Etc/GMT-1", "2026-03-29"),
    ("Asia/Kathmandu", "2026-05-04"),
)
A_DAY = 24 * 60
BREAK = ((9 * 60, 12 * 60 + 30), (14 * 60, 18 * 60 + 30))
SHAPES = (
    [(weekday, part) for weekday in range(1, 6) for part in BREAK],
    [(weekday, (22 * 60, 30 * 60)) for weekday in range(1, 8)],  # over midnight
    [(7, (18 * 60, 18 * 60 + 5 * A_DAY))],  # Sunday 18:00 to Friday 18:00
    [(weekday, (0, A_DAY)) for weekday in range(1, 8)],
)


def hours(longest: int) -> st.SearchStrategy[Hours]:
    length = st.integers(1, longest)
    return st.tuples(st.integers(0, A_DAY - 1), length).map(lambda h: (h[0], h[0] + h[1]))


def weeks() -> st.SearchStrategy[Sequence[tuple[int, Hours]]]:
    """Return weekly hours: usual ones, or any that begin at different times."""
    some = st.lists(
        st.tuples(st.integers(1, 7), hours(A_DAY) | hours(6 * A_DAY)),
        max_size=6,
        unique_by=lambda row: (row[0], row[1][0]),
    )
    return st.sampled_from(SHAPES) | some


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """Return a calendar, and a moment next to the change of its zone's clocks."""
    timezone, change = draw(st.sampled_from(CHANGES))
    day = date.fromisoformat(change)
    near = st.integers(-4, 4).map(lambda number: day + timedelta(days=number))
    special = st.lists(hours(A_DAY), max_size=2, unique_by=lambda h: h[0])
    calendar = Calendar(
        timezone=timezone,
        weekly=draw(weeks()),
        special=draw(st.dictionaries(near, special, max_size=2)),
    )
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return calendar, midnight + draw(st.integers(-4 * A_DAY, 2 * A_DAY)) * MINUTE


async def write(world: World, calendar: Calendar, key: str = "office") -> None:
    days: list[tuple[datetime, float | None, float | None]] = []
    for day, parts in calendar.special.items():
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        days += [(midnight, a / 60, b / 60) for a, b in parts] or [(midnight, None, None)]
    weekly = [(weekday, a / 60, b / 60) for weekday, (a, b) in calendar.weekly]
    await world.calendar(key, weekly, timezone=calendar.timezone, days=days)


@law
@given(drawn=calendars(), minutes=st.integers(1, 4 * A_DAY))
async def test_open_hours_are_those_of_the_local_clock(
    connection: asyncpg.Connection, drawn: tuple[Calendar, datetime], minutes: int
) -> None:
    calendar, starts = drawn
    ends = starts + minutes * MINUTE
    async with undone(connection) as world:
        await write(world, calendar)
        row = await connection.fetchrow(
            """select sla.open_hours('office', $1), sla.working_seconds('office', $1)""",
            asyncpg.Range(starts, ends),
        )

    walked = open_minutes(calendar, starts, ends)
    assert walked == _by_minute(row[0], starts, minutes)
    assert 60 * sum(walked) == row[1]


@law
@given(drawn=calendars(), minutes=st.integers(0, 20 * A_DAY))
async def test_working_days_are_those_of_the_local_clock(
    connection: asyncpg.Connection, drawn: tuple[Calendar, datetime], minutes: int
) -> None:
    calendar, starts = drawn
    ends = starts + minutes * MINUTE
    async with undone(connection) as world:
        await write(world, calendar)
        counted = await connection.fetchval(
            "select sla.working_days('office', $1, $2)", starts, ends
        )

    assert working_days(calendar, starts, ends) == counted


@law
@given(drawn=calendars(), minutes=st.integers(0, 20 * A_DAY))
async def test_working_days_are_the_dates_with_opening_hours(
    connection: asyncpg.Connection, drawn: tuple[Calendar, datetime], minutes: int
) -> None:
    calendar, starts = drawn
    ends = starts + minutes * MINUTE
    async with undone(connection) as world:
        await write(world, calendar)
        row = await connection.fetchrow(
            """select
                sla.working_days('office', $1, $2),
                (
                    select count(*)
                    from generate_series(
                        date_trunc('day', $1::timestamptz at time zone $3) + interval '1 day',
                        $2::timestamptz at time zone $3 - interval '1 day',
                        interval '1 day'
                    ) as d
                    where not isempty(sla.open_hours(
                        'office',
                        tstzrange(d at time zone $3, (d + interval '1 day') at time zone $3)
                    ))
                )""",
            starts,
            ends,
            calendar.timezone,
        )

    assert row[0] == row[1]


def _by_minute(spans: Any, starts: datetime, minutes: int) -> list[bool]:
    marks = [False] * minutes
    for span in spans:
        first, last = ((at - starts) // MINUTE for at in (span.lower, span.upper))
        marks[first:last] = [True] * (last - first)
    return marks
