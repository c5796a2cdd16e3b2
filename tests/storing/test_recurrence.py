"""Windows that come back: local times, real lengths, and rules that are refused."""

import calendar
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from tests.storing.made import NOON, catalogue, service

from vigie.errors import UsageError
from vigie.storing.catalogue import apply_catalogue
from vigie.storing.recurrence import Recurrence, rule_text, spans
from vigie.storing.registry import (
    add_series,
    list_maintenance,
    withdraw_maintenance,
    withdraw_series,
)
from vigie.storing.window import Window

PARIS = ZoneInfo("Europe/Paris")
HOUR = timedelta(hours=1)
SUNDAYS = "FREQ=WEEKLY;BYDAY=SU;COUNT=3"


def begin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def found(
    rule: str,
    starts: str,
    lasts: timedelta = 2 * HOUR,
    excepted: Sequence[date] = (),
) -> list[tuple[str, str]]:
    """Return the spans in UTC, as month-day and hour."""
    first = begin(starts).astimezone(UTC)
    recurrence = Recurrence(rule=rule, zone=PARIS, excepted=tuple(excepted))
    return [
        (f"{start:%m-%d %H:%M}", f"{end:%m-%d %H:%M}")
        for start, end in spans((first, first + lasts), recurrence)
    ]


def test_local_time_stays_and_so_does_the_real_length_in_the_night_of_summer_time() -> None:
    """01:00 to 05:00 by the clock on 29 March is 3 hours; the window is 4 all the same."""
    assert found(SUNDAYS, "2026-03-22T01:00", 4 * HOUR) == [
        ("03-22 00:00", "03-22 04:00"),  # +01:00
        ("03-29 00:00", "03-29 04:00"),  # ends at 06:00 local
        ("04-04 23:00", "04-05 03:00"),  # +02:00
    ]


def test_real_length_stays_in_the_night_of_winter_time() -> None:
    assert found("FREQ=WEEKLY;COUNT=2", "2026-10-18T01:00", 4 * HOUR) == [
        ("10-17 23:00", "10-18 03:00"),
        ("10-24 23:00", "10-25 03:00"),  # ends at 04:00 local, an hour earlier by the clock
    ]


def test_until_is_an_instant_and_counts_itself() -> None:
    rule = "FREQ=DAILY;UNTIL=20260514T010000Z"  # 03:00 local

    assert [start for start, _ in found(rule, "2026-05-12T03:00")] == [
        "05-12 01:00", "05-13 01:00", "05-14 01:00"
    ]  # fmt: skip


def test_excepted_days_are_left_out_and_still_count() -> None:
    assert found(SUNDAYS, "2026-05-17T03:00", excepted=[date(2026, 5, 24)]) == [
        ("05-17 01:00", "05-17 03:00"),
        ("05-31 01:00", "05-31 03:00"),
    ]


def test_touching_windows_are_apart() -> None:
    assert len(found("FREQ=DAILY;COUNT=3", "2026-05-12T03:00", 24 * HOUR)) == 3


def test_a_year_of_days_is_the_most() -> None:
    assert len(found("FREQ=DAILY;COUNT=367", "2026-05-12T03:00")) == 367
    with pytest.raises(UsageError, match="goes on for more than a year"):
        found("FREQ=DAILY;COUNT=368", "2026-05-12T03:00")


def test_rule_is_kept_in_the_words_of_the_standard() -> None:
    first = begin("2026-05-17T03:00").astimezone(UTC)
    recurrence = Recurrence(rule=SUNDAYS, zone=PARIS, excepted=(date(2026, 5, 24),))

    assert rule_text((first, first + 2 * HOUR), recurrence).splitlines() == [
        "DTSTART;TZID=Europe/Paris:20260517T030000",
        "DURATION:PT7200S",
        "RRULE:FREQ=WEEKLY;BYDAY=SU;COUNT=3",
        "EXDATE;TZID=Europe/Paris:20260524T030000",
    ]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("every sunday", '"every sunday" is no rule (write FREQ=WEEKLY;BYDAY=SU;COUNT=10)'),
        ("", '"" is no rule (write FREQ=WEEKLY;BYDAY=SU;COUNT=10)'),
        (
            "FREQ=SECONDLY;COUNT=5",
            (
                "FREQ=SECONDLY is finer than a day (write one of DAILY, WEEKLY, MONTHLY, YEARLY;"
                " the time of day is that of the start)"
            ),
        ),
        ("FREQ=HOURLY;COUNT=5", "FREQ=HOURLY is finer than a day"),
        ("FREQ=DAILY;COUNT=5;BYSECOND=1,2,3", "BYSECOND=1,2,3 is finer than a day"),
        ("FREQ=WEEKLY", "never ends (add ;COUNT=10, or ;UNTIL=20261231T225959Z)"),
        (
            "FREQ=WEEKLY;COUNT=2;UNTIL=20260601T000000Z",
            "has two ends, COUNT and UNTIL (write one of them)",
        ),
        ("FREQ=DAILY;COUNT=0", "COUNT=0 is no number from 1 to 9999 (write COUNT=2)"),
        ("FREQ=DAILY;INTERVAL=0;COUNT=3", "INTERVAL=0 is no number from 1 to 9999"),
        (
            "FREQ=DAILY;UNTIL=20260601",
            "UNTIL=20260601 is no instant in UTC (write UNTIL=20261231T225959Z)",
        ),
        ("FREQ=DAILY;UNTIL=20260601T000000", "UNTIL=20260601T000000 is no instant in UTC"),
        ("FREQ=DAILY;UNTIL=20261399T000000Z", "invalid 'UNTIL'"),
        ("FREQ=DAILY;UNTIL=20260101T000000Z", "hits no day within a year of the start"),
        ("FREQ=WEKLY;COUNT=3", "FREQ=WEKLY is no step (write WEEKLY)"),
        ("FREQ=DAILY;COUNTS=3", 'there is no "COUNTS" (write COUNT)'),
        ("FREQ=DAILY;COUNT=3;COUNT=4", "says something twice"),
        ("BYDAY=SU;COUNT=3", "does not say how often"),
        ("FREQ=WEEKLY;BYDAY=XX;COUNT=3", "invalid 'BYDAY': XX"),
        ("FREQ=WEEKLY;BYDAY=2SU;COUNT=3", "BYDAY=2SU counts the weekdays of a month or year"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", "hits no day within a year"),
        ("FREQ=YEARLY;COUNT=3", "goes on for more than a year (end it by 2027-05-13,"),
        (
            "FREQ=WEEKLY;BYDAY=SU;COUNT=3",
            "does not hit its own start, 2026-05-12 (start on 2026-05-17)",
        ),
    ],
)
def test_rule_that_makes_no_sense_is_refused(rule: str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        found(rule, "2026-05-12T03:00")

    assert str(caught.value).startswith(f"rrule: {problem}")


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20990601T000000Z",
        "FREQ=DAILY;BYSETPOS=2;BYMONTHDAY=1;COUNT=3",
    ],
)
def test_rule_that_hits_nothing_is_not_walked_for_thousands_of_years(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[int] = set()
    length = calendar.monthrange

    def counted(year: int, month: int) -> tuple[int, int]:
        asked.add(year)
        return length(year, month)

    monkeypatch.setattr(calendar, "monthrange", counted)  # dateutil asks it in each month
    with pytest.raises(UsageError, match="hits no day within a year"):
        found(rule, "2026-05-12T03:00")

    assert 0 < len(asked) <= 400


@pytest.mark.parametrize(
    ("rule", "starts", "problem"),
    [
        # 29 February comes back after more than a year, whichever way the end is written.
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=2", "2028-02-29T03:00", "by 2029-03-01"),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;UNTIL=20320301T000000Z",
            "2028-02-29T03:00",
            "by 2029-03-01",
        ),
        ("FREQ=DAILY;UNTIL=99991231T000000Z", "2026-05-12T03:00", "by 2027-05-13"),
    ],
)
def test_rule_that_goes_on_is_refused_however_late_its_next_hit(
    rule: str, starts: str, problem: str
) -> None:
    with pytest.raises(UsageError) as caught:
        found(rule, starts)

    assert str(caught.value).startswith(f"rrule: goes on for more than a year (end it {problem}")


def test_leap_days_and_iso_weeks_stay_where_they_are() -> None:
    leap = found("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2028-01-31T03:00")
    last = found("FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO,TU;COUNT=2", "2026-12-28T03:00")

    assert ["01-31", "02-29", "03-31", "12-28", "12-29"] == [it[:5] for it, _ in (*leap, *last)]


@pytest.mark.parametrize(
    ("starts", "problem"),
    [
        ("2026-03-22T02:30", '"2026-03-29T02:30:00" does not exist in Europe/Paris'),
        ("2026-10-18T02:30", '"2026-10-25T02:30:00" exists twice in Europe/Paris'),
    ],
)
def test_local_time_that_the_clock_change_takes_or_doubles_is_refused(
    starts: str, problem: str
) -> None:
    day = problem[1:11]
    with pytest.raises(UsageError) as caught:
        found(SUNDAYS, starts)

    assert str(caught.value) == (
        f"rrule: {problem} (leave it out with --exdate {day}, and add that window by itself)"
    )
    assert len(found(SUNDAYS, starts, excepted=[date.fromisoformat(day)])) == 2


@pytest.mark.parametrize(
    ("lasts", "excepted", "problem"),
    [
        (25, [], "rrule: the window of 2026-05-12 lasts into that of 2026-05-13 (write a shorter"),
        (1, ["2026-05-20"], "exdate: no window begins on 2026-05-20 (the nearest does on 2026-05"),
        (1, ["2026-05-12", "2026-05-13"], "exdate: no window is left (leave out fewer days)"),
    ],
)
def test_windows_that_overlap_or_are_all_left_out_are_refused(
    lasts: int, excepted: list[str], problem: str
) -> None:
    with pytest.raises(UsageError) as caught:
        found(
            "FREQ=DAILY;COUNT=2",
            "2026-05-12T03:00",
            lasts * HOUR,
            [date.fromisoformat(day) for day in excepted],
        )

    assert str(caught.value).startswith(problem)


@pytest.fixture
async def registry(connection: asyncpg.Connection) -> asyncpg.Connection:
    await apply_catalogue(connection, catalogue(service("api")), NOON)
    first = begin("2026-05-17T03:00").astimezone(UTC)
    window = Window(
        services=("api",), kind="security", starts=first, ends=first + HOUR, reason="patch"
    )
    recurrence = Recurrence(rule=SUNDAYS, zone=PARIS)
    for _ in range(2):
        await add_series(connection, window, recurrence, by="ana", now=NOON)
    return connection


async def test_series_has_a_row_for_each_window(registry: asyncpg.Connection) -> None:
    rows = await list_maintenance(registry)
    series = {row.key: row.series for row in rows}

    assert len(rows) == 6
    assert series["m-20260517-1"] == series["m-20260524-1"] == "s-20260517-1"
    assert series["m-20260531-2"] == "s-20260517-2"
    assert {row.rule for row in rows if row.rule} != set()


async def test_withdrawing_a_series_takes_back_what_is_still_to_come(
    registry: asyncpg.Connection,
) -> None:
    act = {"reason": "put off", "by": "bob"}
    await withdraw_maintenance(registry, "m-20260524-1", **act, now=NOON)
    during_the_first = begin("2026-05-17T03:30")
    keys = await withdraw_series(registry, "s-20260517-1", **act, now=during_the_first)
    withdrawn = {row.key for row in await list_maintenance(registry) if row.withdrawn_at}

    assert keys == ["m-20260531-1"]
    assert withdrawn == {"m-20260524-1", "m-20260531-1"}
    with pytest.raises(UsageError, match="none of its windows is still to come"):
        await withdraw_series(registry, "s-20260517-1", **act, now=during_the_first)
    with pytest.raises(UsageError, match="is a series"):
        await withdraw_maintenance(registry, "s-20260517-1", **act, now=NOON)


async def test_refused_series_leaves_nothing_behind(registry: asyncpg.Connection) -> None:
    first = begin("2026-05-17T03:00")
    window = Window(services=("ap",), kind="security", starts=first, ends=first + HOUR, reason="x")
    with pytest.raises(UsageError, match='there is no "ap"'):
        await add_series(registry, window, Recurrence(rule=SUNDAYS, zone=PARIS), by="ana", now=NOON)

    assert len(await list_maintenance(registry)) == 6
