"""The same promise under each reading that its text leaves open."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from tests.sql.world import Range, World, minute, span

HOUR = timedelta(hours=1)
WEEK = range(1, 6)


def left(code: str, **more: Any) -> str:
    """Return a contract's terms that leave one ambiguity open."""
    return json.dumps({"open": [{"code": code, **more}]})


async def readings(world: World, period: Range, topic: str, *columns: str) -> list[tuple[Any, ...]]:
    rows = await world.connection.fetch(
        "select * from sla.readings('acme', 'solution', $1) where topic = $2", period, topic
    )
    return [tuple(row[column] for column in columns) for row in rows]


async def topics(world: World, period: Range) -> list[str]:
    rows = await world.connection.fetch(
        "select distinct topic from sla.readings('acme', 'solution', $1) order by 1", period
    )
    return [row["topic"] for row in rows]


def utc(year: int, month: int, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


async def test_a_contract_that_leaves_nothing_open_has_conventions_only(world: World) -> None:
    await world.service()
    await world.contract()
    await world.results("a", "UUUU")
    await world.rolled_up_to(minute(4))

    assert ["corrections", "maintenance", "unknown"] == await topics(world, span(0, 4))


async def test_judged_periods_are_those_of_the_last_day_asked(world: World) -> None:
    """One day of 24 hourly results each: 3, 6, 0 and 2 hours down."""
    await world.service(every=HOUR)
    await world.contract(
        basis="year",
        target=Decimal("0.9"),
        valid=asyncpg.Range(utc(2025, 1), None),
        terms=left("AMB-1", clause="LEN-01"),
    )
    days = ((utc(2025, 7), 3), (utc(2026, 2), 6), (utc(2026, 4, 9), 0), (utc(2026, 5, 4), 2))
    for day, down in days:
        hours = ("down" if number < down else "up" for number in range(24))
        slots = [("a", "main", day + number * HOUR, state) for number, state in enumerate(hours)]
        await world.store(slots)
    await world.rolled_up_to(utc(2026, 6))
    columns = ("reading", "agreed", "percent", "verdict", "during", "clause")
    rows = await readings(world, asyncpg.Range(utc(2026, 5), utc(2026, 6)), "period", *columns)

    # What was not measured is unknown: a share of 0.9 and more cannot be proved.
    expected = [
        # 22 of 24
        ("month", False, "91.6666", "not_provable", utc(2026, 5), utc(2026, 6)),
        # 24 + 22 of 48
        ("quarter", False, "95.8333", "running", utc(2026, 4), utc(2026, 7)),
        # 18 + 24 + 22 of 72
        ("year to date", False, "88.8888", "missed", utc(2026, 1), utc(2026, 6)),
        # 21 + 18 + 24 + 22 of 96
        ("rolling 12 months", False, "88.5416", "missed", utc(2025, 6), utc(2026, 6)),
        ("year", True, "88.8888", "running", utc(2026, 1), utc(2027, 1)),
    ]
    assert expected == [(*row[:4], row[4].lower, row[4].upper) for row in rows]
    assert {"LEN-01"} == {row[5] for row in rows}


async def test_hours_of_an_interruption(world: World) -> None:
    """Down on Monday from 11:00 to 19:00, and at most 6 hours are allowed."""
    await world.service()
    await world.calendar("support", [(day, *part) for day in WEEK for part in ((9, 12), (14, 18))])
    await world.calendar("office", [(day, 9, 18) for day in WEEK])
    others = ["office", "lost", "always"]  # one of them is not in the database
    await world.contract(
        interruption_calendar="support",
        interruption_max=6 * HOUR,
        terms=left("AMB-2", calendar="support", others=others),
    )
    await world.results("a", "U" * 60 + "D" * 480 + "U" * 60, start=600)
    await world.rolled_up_to(minute(1200))
    columns = ("reading", "agreed", "working_s", "limit_s", "verdict", "percent")

    assert [
        ("support", True, 3600 + 4 * 3600, 6 * 3600, "met", None),  # 11-12 and 14-18
        ("office", False, 7 * 3600, 6 * 3600, "missed", None),  # 11-18
        ("elapsed time", False, 8 * 3600, 6 * 3600, "missed", None),
    ] == await readings(world, span(600, 1200), "hours", *columns)
    longest = await world.longest(span(600, 1200))
    assert (5 * 3600, "met") == (longest["working_s"], longest["verdict"])


async def test_elapsed_time_leaves_the_working_days_of_the_notice(world: World) -> None:
    """Down on Monday from 11:00 to 19:00, of which a window excuses all but the first hour."""
    await world.service()
    await world.calendar("support", [(day, 9, 18) for day in WEEK])
    await world.contract(
        interruption_calendar="support",
        interruption_max=6 * HOUR,
        notice_calendar="support",
        notice_working_days=2,
        outside="support",
        enforced=["outside"],
        terms=left("AMB-2", calendar="support", others=["always"]),
    )
    await world.window(12 * 60, 18 * 60)  # at a forbidden time
    await world.window(18 * 60, 19 * 60)
    await world.results("a", "U" * 60 + "D" * 480 + "U" * 60, start=600)
    await world.rolled_up_to(minute(1200))

    assert [("support", 7 * 3600), ("elapsed time", 7 * 3600)] == await readings(
        world, span(600, 1200), "hours", "reading", "working_s"
    )


async def test_doubt_about_an_interruption_is_measured_in_the_hours_of_the_reading(
    world: World,
) -> None:
    """Unknown on Monday from 11:00 to 15:00: 2 working hours at the most, 4 without the lunch."""
    await world.service()
    await world.calendar("support", [(day, *part) for day in WEEK for part in ((9, 12), (14, 18))])
    await world.calendar("office", [(day, 9, 18) for day in WEEK])
    await world.contract(
        interruption_calendar="support",
        interruption_max=3 * HOUR,
        terms=left("AMB-2", calendar="support", others=["office"]),
    )
    await world.results("a", "U" * 60 + "?" * 240 + "U" * 60, start=600)
    await world.rolled_up_to(minute(960))

    assert [("support", "met"), ("office", "not_provable")] == await readings(
        world, span(600, 960), "hours", "reading", "verdict"
    )


async def test_zone_taken_literally_moves_hours_and_the_days_of_the_notice(world: World) -> None:
    """Monday 9 to 12 is 7:00 to 10:00 UTC in Paris, and 8:00 to 11:00 in UTC+1.

    Down from 7:00 to 9:00, with a window from 8:30 on that was announced on 30 April at 22:30 UTC:
    on Friday 1 May in Paris, no working day before the Monday; on the Thursday in UTC+1.
    """
    hours = [(day, 9, 12) for day in WEEK]
    await world.service()
    await world.calendar("support", hours, timezone="Europe/Paris")
    await world.calendar("literal", hours, timezone="Etc/GMT-1")
    await world.contract(
        interruption_calendar="support",
        interruption_max=HOUR,
        notice_calendar="support",
        notice_working_days=1,
        terms=left("AMB-3", calendar="support", others=["literal"]),
    )
    await world.window(510, 540, announced=datetime(2026, 4, 30, 22, 30, tzinfo=UTC))
    await world.results("a", "U" * 420 + "D" * 120 + "U" * 60)
    await world.rolled_up_to(minute(600))
    columns = ("indicator", "reading", "agreed", "working_s", "percent", "verdict")

    assert [
        ("longest interruption", "support", True, 2 * 3600, None, "missed"),
        ("longest interruption", "literal", False, 1800, None, "met"),  # 8:00 to 8:30
        ("availability", "support", True, None, "80.0000", "missed"),  # 480 / 600
        ("availability", "literal", False, None, "84.2105", "missed"),  # 480 / (600 - 30)
    ] == await readings(world, span(0, 600), "zone", *columns)


async def test_zone_of_the_service_hours_moves_what_is_agreed(world: World) -> None:
    """Down from 7:00 to 8:00 UTC: in the hours of Paris, before those of UTC+1."""
    hours = [(day, 9, 12) for day in WEEK]
    await world.service()
    await world.calendar("support", hours, timezone="Europe/Paris")
    await world.calendar("literal", hours, timezone="Etc/GMT-1")
    await world.contract(
        hours="support", terms=left("AMB-3", calendar="support", others=["literal"])
    )
    await world.results("a", "U" * 420 + "D" * 60 + "U" * 240)
    await world.rolled_up_to(minute(720))

    # Only the availability has a say in this: no limit to one interruption is promised.
    assert [
        ("availability", "support", "66.6666", 3 * 3600),
        ("availability", "literal", "100", 3 * 3600),
    ] == await readings(
        world, span(0, 720), "zone", "indicator", "reading", "percent", "committed_s"
    )


ENFORCED = [
    # 10 minutes down in windows, 50 up. Cap: 7 are excused. Hours: not the 4 in the second window.
    (7, ["100", "94.3396", "92.5925", "92.5925"]),  # 50/50, 50/53, 50/54; 6 use no cap of 7
    (3, ["100", "87.7192", "92.5925", "87.7192"]),  # 50/50, 50/57, 50/54; 3 of 6 are excused
]


@pytest.mark.parametrize(("cap", "percents"), ENFORCED)
async def test_cap_and_hours_flagged_or_enforced(
    world: World, cap: int, percents: Sequence[str]
) -> None:
    """Down 4, 4 and 2 minutes in windows from 0, 20 and 40 on; none is wished from 0:15 to 0:35."""
    await world.service()
    await world.calendar("quiet", [(1, 0.25, 0.25 + 1 / 3)])
    terms = {
        "open": [
            {"code": "AMB-6", "term": "maintenance.cap", "clause": "LEN-05"},
            {"code": "AMB-6", "term": "maintenance.outside", "clause": "LEN-05"},
        ]
    }
    await world.contract(
        cap_time=timedelta(minutes=cap), cap_per="month", outside="quiet", terms=json.dumps(terms)
    )
    for first in (0, 20, 40):
        await world.window(first, first + 10)
    await world.results("a", "DDDDUUUUUUUUUUUUUUUUDDDDUUUUUUUUUUUUUUUUDDUUUUUUUUUUUUUUUUUU")
    await world.rolled_up_to(minute(60))
    words = ["flagged only", "cap enforced", "hours enforced", "both enforced"]

    assert list(zip(words, [True, False, False, False], percents, strict=True)) == await readings(
        world, span(0, 60), "enforcement", "reading", "agreed", "percent"
    )
    assert percents[0] == (await world.availability(span(0, 60)))["percent"]


async def test_only_the_rule_that_is_open_is_read_otherwise(world: World) -> None:
    await world.service()
    await world.contract(
        cap_time=timedelta(minutes=5),
        cap_per="month",
        terms=left("AMB-6", term="maintenance.cap"),
    )
    await world.results("a", "UUUU")
    await world.rolled_up_to(minute(4))

    assert [("flagged only",), ("cap enforced",)] == await readings(
        world, span(0, 4), "enforcement", "reading"
    )


NOTICES = [
    # A window on Tuesday 5 May at 10:00; hours are Monday to Friday, 9 to 17.
    # Announced; valid by whole days, by 48 hours on working days, by 48 hours of working time.
    ("2026-05-01T10:00", False, True, False),  # Monday; 14 + 24 + 10 h; 7 + 8 + 1 h
    ("2026-05-01T10:01", False, False, False),  # a minute less than 48 h
    ("2026-04-30T23:59", True, True, False),  # Friday and Monday
    ("2026-04-27T10:00", True, True, True),  # 7 h, four days and Monday of 8 h, 1 h: 48 h
    ("2026-04-27T10:01", True, True, False),
    ("2026-05-05T10:01", False, False, False),  # after its start
]


@pytest.mark.parametrize(("announced", "days", "hours", "working"), NOTICES)
async def test_notice_in_days_or_in_hours(
    world: World, announced: str, days: bool, hours: bool, working: bool
) -> None:
    """Down for 10 of 30 minutes, inside the window: all is excused, or nothing."""
    begin = 1440 + 600
    await world.service()
    await world.calendar("office", [(day, 9, 17) for day in WEEK])
    await world.contract(
        notice_working_days=2, notice_calendar="office", terms=left("AMB-7", clause="LEN-05")
    )
    told = datetime.fromisoformat(announced).replace(tzinfo=UTC)
    await world.window(begin, begin + 20, announced=told)
    await world.results("a", "U" * 10 + "D" * 10 + "U" * 10, start=begin - 10)
    await world.rolled_up_to(minute(begin + 20))
    percent = {True: "100", False: "66.6666"}  # 20 / 20, 20 / 30

    assert [
        ("2 whole working days", True, percent[days]),
        ("48 h on working days", False, percent[hours]),
        ("48 h of working time", False, percent[working]),
    ] == await readings(
        world, span(begin - 10, begin + 20), "notice", "reading", "agreed", "percent"
    )


async def test_notice_over_days_whose_holidays_are_not_known_counts_them_not(world: World) -> None:
    """Announced long before the years that were spelled out: January to Tuesday 5 May count."""
    begin = 1440 + 600
    await world.service()
    await world.calendar("office", [(day, 9, 17) for day in WEEK], years=[2026])
    await world.contract(
        notice_working_days=60, notice_calendar="office", terms=left("AMB-7", clause="LEN-05")
    )
    await world.window(begin, begin + 20, announced=utc(2024, 1))
    await world.results("a", "U" * 10 + "D" * 10 + "U" * 10, start=begin - 10)
    await world.rolled_up_to(minute(begin + 20))

    # 88 working days, of 24 or of 8 hours: 60 times 24 hours are 1440, and 88 times 8 are 704.
    assert [("100",), ("100",), ("66.6666",)] == await readings(
        world, span(begin - 10, begin + 20), "notice", "percent"
    )
