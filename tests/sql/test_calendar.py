"""Opening hours as instants: breaks, nights, clock changes, closed and special days."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from tests.sql.world import World

PARIS = "Europe/Paris"
SUPPORT = [(day, *part) for day in range(1, 6) for part in ((9, 12.5), (14, 18.5))]
DAILY_NIGHT = [(day, 22, 30) for day in range(1, 8)]  # 22:00 to 06:00
ENDLESS = [(7, 18, 24 * 5 + 18)]  # Sunday 18:00 to Friday 18:00


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "timezone", "first", "last", "expected"),
    [
        # Monday 2026-05-04 in Paris is 22:00 to 22:00 UTC.
        (SUPPORT, PARIS, "2026-05-03T22:00", "2026-05-04T22:00", 8),
        # 11:17 to 15:43 local, the break of 1.5 h taken out.
        (SUPPORT, PARIS, "2026-05-04T09:17", "2026-05-04T13:43", 4 + 26 / 60 - 1.5),
        (SUPPORT, PARIS, "2026-05-01T22:00", "2026-05-03T22:00", 0),  # a weekend
        # A week with the March clock change: still five days of 8 h.
        (SUPPORT, PARIS, "2026-03-23T00:00", "2026-03-30T00:00", 40),
        (DAILY_NIGHT, PARIS, "2026-03-28T20:00", "2026-03-29T05:00", 7),  # spring: 23 h
        (DAILY_NIGHT, PARIS, "2026-10-24T18:00", "2026-10-25T06:00", 9),  # autumn: 25 h
        (DAILY_NIGHT, "UTC", "2026-05-04T00:00", "2026-05-05T00:00", 8),  # 6 h and 2 h
        (ENDLESS, "America/New_York", "2026-05-03T00:00", "2026-05-10T00:00", 5 * 24),
        (ENDLESS, "America/New_York", "2026-05-06T00:00", "2026-05-07T00:00", 24),
    ],
)
async def test_working_hours(
    world: World,
    hours: Sequence[tuple[int, float, float]],
    timezone: str,
    first: str,
    last: str,
    expected: float,
) -> None:
    await world.calendar("c", hours, timezone=timezone)

    assert timedelta(hours=expected) == await _working(world, first, last)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], 24),  # Tuesday, Wednesday and Thursday
        ([("2026-05-06", None, None)], 16),
        ([("2026-05-06", 9, 12)], 19),
        ([("2026-05-06", 9, 12), ("2026-05-06", 13, 14)], 20),
        ([("2026-05-09", 9, 12)], 24),  # a Saturday outside the span
    ],
)
async def test_special_days_replace_the_weekly_hours(
    world: World, days: list[tuple[str, float | None, float | None]], expected: float
) -> None:
    special = [(at(day), opens, closes) for day, opens, closes in days]
    await world.calendar("c", SUPPORT, timezone=PARIS, days=special)

    assert timedelta(hours=expected) == await _working(
        world, "2026-05-05T00:00", "2026-05-08T00:00"
    )


async def test_closed_day_cuts_the_hours_that_began_before_it(world: World) -> None:
    """Sunday 18:00 to Friday 18:00, Wednesday closed: two days and 6 h, then 42 h."""
    closed = [(at("2026-05-06"), None, None)]
    await world.calendar("c", ENDLESS, timezone="UTC", days=closed)

    assert timedelta(hours=(6 + 48) + (24 + 18)) == await _working(
        world, "2026-05-03T00:00", "2026-05-09T00:00"
    )


NIGHTS_OF = "2026-05-04T00:00", "2026-05-08T00:00"  # Monday to Thursday: 4 · (6 + 2) h


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], 32),
        # Wednesday closed: Tuesday's night ends at midnight, Wednesday's does not begin, so
        # Thursday has no hours until 22:00.
        ([("2026-05-06", None, None)], 6 + 2 + 6 + 2 + 2),
        # Closed before the span: its night is missing on Monday.
        ([("2026-05-03", None, None)], 32 - 6),
        # Two closed days: Thursday still has its own evening.
        ([("2026-05-05", None, None), ("2026-05-06", None, None)], 6 + 2 + 2),
        # Other hours on Wednesday stand for its night, too.
        ([("2026-05-06", 9, 12)], 6 + 2 + 6 + 2 + 3 + 2),
        # A special night ends at the midnight of a closed day, and goes on into any other.
        ([("2026-05-05", 20, 30), ("2026-05-06", None, None)], 6 + 2 + 4 + 2),
        ([("2026-05-05", 20, 30)], 6 + 2 + 4 + 6 + 2 + 6 + 2),
        ([("2026-05-05", 20, 30), ("2026-05-06", 9, 12)], 6 + 2 + 4 + 6 + 3 + 2),
    ],
)
async def test_night_belongs_to_the_day_on_which_it_begins(
    world: World, days: list[tuple[str, float | None, float | None]], expected: float
) -> None:
    special = [(at(day), opens, closes) for day, opens, closes in days]
    await world.calendar("c", DAILY_NIGHT, timezone="UTC", days=special)

    assert timedelta(hours=expected) == await _working(world, *NIGHTS_OF)


@pytest.mark.parametrize(
    ("closes", "expected"),
    [
        (18 + 24, 0),  # 24 hours belong to Sunday, which is closed
        (18 + 25, 19),  # more of them are a span, which loses Sunday: Monday until 19:00
    ],
)
async def test_span_of_more_than_a_day_goes_on_after_a_closed_day(
    world: World, closes: float, expected: float
) -> None:
    closed = [(at("2026-05-03"), None, None)]
    await world.calendar("c", [(7, 18, closes)], timezone="UTC", days=closed)

    assert timedelta(hours=expected) == await _working(
        world, "2026-05-03T00:00", "2026-05-09T00:00"
    )


@pytest.mark.parametrize(
    ("announced", "starts", "expected"),
    [
        ("2026-05-04T08:00", "2026-05-07T20:00", 2),  # Monday; Tuesday and Wednesday count
        ("2026-05-04T08:00", "2026-05-06T20:00", 1),
        ("2026-05-07T08:00", "2026-05-12T20:00", 2),  # Friday and Monday, not the weekend
        ("2026-05-04T21:59", "2026-05-07T20:00", 2),  # 23:59 on Monday in Paris
        ("2026-05-04T22:00", "2026-05-07T20:00", 1),  # already Tuesday there
        ("2026-05-07T08:00", "2026-05-07T20:00", 0),
        ("2026-05-08T08:00", "2026-05-07T20:00", 0),  # announced after the start
    ],
)
async def test_whole_working_days_lie_strictly_between(
    world: World, announced: str, starts: str, expected: int
) -> None:
    await world.calendar("c", SUPPORT, timezone=PARIS)

    assert expected == await _working_days(world, announced, starts)


SATURDAY_NIGHT = [(6, 22, 30)]  # 22:00 to 06:00 on Sunday
# Saturday 2 May is the first date of the week of ENDLESS, Sunday 10 May is not counted.
A_WEEK = "2026-05-01T12:00", "2026-05-10T12:00"


@pytest.mark.parametrize(
    ("hours", "days", "expected"),
    [
        (ENDLESS, [], 6),  # Sunday to Friday
        (ENDLESS, [("2026-05-06", None, None)], 5),  # without Wednesday
        (ENDLESS, [("2026-05-03", None, None)], 5),  # the span goes on on Monday
        (ENDLESS, [("2026-05-09", 9, 12)], 7),  # and a special Saturday
        (SATURDAY_NIGHT, [], 3),  # Saturday 2, Sunday 3 and Saturday 9
        (SATURDAY_NIGHT, [("2026-05-02", None, None)], 1),  # its whole night falls out
        (SATURDAY_NIGHT, [("2026-05-03", None, None)], 2),  # Saturday's hours until midnight
        (SATURDAY_NIGHT, [("2026-05-05", 20, 30)], 5),  # a special night on Tuesday
        ([(1, 0, 24)], [], 1),  # what ends at midnight is no hour of Tuesday
        ([(1, 24, 25)], [], 1),  # Tuesday alone: what begins at its midnight
        ([], [], 0),
    ],
)
async def test_working_day_is_any_date_with_opening_hours(
    world: World,
    hours: Sequence[tuple[int, float, float]],
    days: list[tuple[str, float | None, float | None]],
    expected: int,
) -> None:
    special = [(at(day), opens, closes) for day, opens, closes in days]
    await world.calendar("c", hours, timezone=PARIS, days=special)

    assert expected == await _working_days(world, *A_WEEK)


@pytest.mark.parametrize(
    ("hours", "earlier", "later", "expected"),
    [
        # 02:00 to 03:00 does not exist on Sunday 29 March: of two Sundays one is left.
        ([(7, 2, 3)], "2026-03-28T12:00", "2026-04-06T12:00", 1),
        # The same hour as the end of Saturday: Sunday 25 October, when it lasts two hours.
        ([(6, 26, 27)], "2026-10-23T12:00", "2026-10-26T12:00", 1),
        # Until 00:30 in Paris is 22:30 UTC before the change, 23:30 UTC after it.
        ([(6, 22, 24.5)], "2026-10-23T12:00", "2026-10-26T12:00", 2),
        ([(7, 22, 24.5)], "2026-10-24T12:00", "2026-10-27T12:00", 2),
    ],
)
async def test_working_days_next_to_a_clock_change(
    world: World,
    hours: Sequence[tuple[int, float, float]],
    earlier: str,
    later: str,
    expected: int,
) -> None:
    await world.calendar("c", hours, timezone=PARIS)

    assert expected == await _working_days(world, earlier, later)


async def test_holiday_is_no_working_day_but_a_special_day_is(world: World) -> None:
    days = [(at("2026-05-05"), None, None), (at("2026-05-09"), 9.0, 12.0)]
    await world.calendar("c", SUPPORT, timezone=PARIS, days=days)

    # Between Monday 4 and Monday 11: Wednesday to Friday and the special Saturday.
    counted = await _working_days(world, "2026-05-04T10:00", "2026-05-11T10:00")
    assert counted == len(["wed", "thu", "fri", "sat"])


async def test_replaced_day_has_its_weekly_hours_again(world: World) -> None:
    await world.calendar("c", SUPPORT, timezone=PARIS, days=[(at("2026-05-06"), None, None)])
    await world.connection.execute("update fact.calendar_day set replaced_at = recorded_at")

    assert timedelta(hours=8) == await _working(world, "2026-05-05T22:00", "2026-05-06T22:00")
    counted = await _working_days(world, "2026-05-05T10:00", "2026-05-07T10:00")
    assert counted == len(["wed"])


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2027-12-31T22:00", "2027-12-31T23:01"),  # 00:01 of 2028 in Paris
        ("2025-12-31T22:59", "2026-01-02T00:00"),
        ("2020-01-01T00:00", "2031-01-01T00:00"),
    ],
)
async def test_year_that_is_not_stored_is_refused(world: World, first: str, last: str) -> None:
    await world.calendar("c", SUPPORT, timezone=PARIS, years=(2026, 2027))
    span = (at(first), at(last))

    for text in ("working_seconds('c', tstzrange($1, $2))", "working_days('c', $1, $2)"):
        with pytest.raises(asyncpg.RaiseError, match=r"closed days of 20\d\d are not stored"):
            async with world.connection.transaction():
                await world.connection.fetchval(f"select sla.{text}", *span)


async def test_notice_counts_no_day_of_a_year_that_is_not_stored(world: World) -> None:
    """A window announced on Wednesday 30 December 2026 for 8 January: only Thursday is known."""
    await world.calendar("c", SUPPORT, timezone=PARIS, years=(2026,))
    announced, starts = at("2026-12-30T10:00"), at("2027-01-08T20:00")

    assert await world.connection.fetchval(
        "select fact.working_days_between($1, $2, $3)", world.ids["c"], announced, starts
    ) == len(["thu"])


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("-infinity", "2026-05-04T10:00Z"),
        ("2026-05-04T10:00Z", "infinity"),
        ("infinity", None),
    ],
)
async def test_working_days_of_an_infinite_instant_are_refused(
    world: World, earlier: str, later: str | None
) -> None:
    await world.calendar("c", SUPPORT, timezone=PARIS)

    with pytest.raises(asyncpg.RaiseError, match=r"instant -?infinity: it must be finite") as bad:
        await world.connection.fetchval(
            "select sla.working_days('c', $1::text::timestamptz, $2::text::timestamptz)",
            earlier,
            later,
        )
    assert (
        getattr(bad.value, "hint", None) == "Write an instant such as '2026-05-01T09:00:00+02:00'."
    )


@pytest.mark.parametrize(
    ("earlier", "later"), [(None, "2026-05-04T10:00"), ("2026-05-04T10:00", None), (None, None)]
)
async def test_working_days_of_no_instant_are_null(
    world: World, earlier: str | None, later: str | None
) -> None:
    await world.calendar("c", SUPPORT, timezone=PARIS)
    instants = [at(text) if text else None for text in (earlier, later)]

    assert (
        await world.connection.fetchval("select sla.working_days('c', $1, $2)", *instants) is None
    )


async def test_unknown_calendar_is_refused(world: World) -> None:
    with pytest.raises(asyncpg.RaiseError, match='calendar "x": there is none of this key'):
        await _working(world, "2026-05-03T00:00", "2026-05-09T00:00", "x")


async def _working(world: World, first: str, last: str, calendar: str = "c") -> timedelta:
    seconds = await world.connection.fetchval(
        "select sla.working_seconds($1, $2)", calendar, asyncpg.Range(at(first), at(last))
    )
    return timedelta(seconds=float(seconds))


async def _working_days(world: World, earlier: str, later: str) -> int | None:
    days: int | None = await world.connection.fetchval(
        "select sla.working_days('c', $1, $2)", at(earlier), at(later)
    )
    return days
