"""Holidays are renewed without changing issued figures."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs
from tests.sql.world import World
from tests.storing.made import NOON, catalogue, contract, eventually, terms

from vigie import clock
from vigie.catalogue import Calendar, Catalogue, Hours, PublicHolidays, Yearly, holidays, renewed
from vigie.cli.years import keep_years
from vigie.storing.catalogue import apply_catalogue, plan_catalogue, renew_calendars

JUNE = datetime(2026, 6, 15, 12, tzinfo=UTC)
JANUARY = datetime(2027, 1, 1, 12, tzinfo=UTC)
ASCENSION, ARMISTICE = date(2026, 5, 14), date(2026, 11, 11)  # both were working days otherwise
NEW_DAY = date(2026, 9, 15)  # a Tuesday

Newer = Callable[..., None]


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Newer:
    """Return what releases a newer holidays library: without some days, and with others."""
    known = holidays._expand.__wrapped__

    def release(without: tuple[date, ...], added: tuple[date, ...] = ()) -> None:
        def days(shape: PublicHolidays, years: range) -> dict[date, str]:
            kept = {day: name for day, name in known(shape, years).items() if day not in without}
            return kept | dict.fromkeys(added, "New Day")

        monkeypatch.setattr(holidays, "_expand", days)
        monkeypatch.setattr(holidays, "_version", lambda: "holidays 9.9")

    return release


def office(now: datetime = JUNE, *, closes: int = 17) -> Catalogue:
    """Return a contract with service hours, Monday to Friday from nine, but on holidays."""
    hours = [Hours(weekday=day, opens=_hours(9), closes=_hours(closes)) for day in range(1, 6)]
    rule = Yearly(holidays=PublicHolidays(country="FR"))
    calendar = Calendar(
        key="office",
        timezone="Europe/Paris",
        hours=tuple(hours),
        yearly=rule,
        years=(2025,),
    )
    bound = contract(terms=terms(hours="office", basis="month"))
    return renewed(catalogue(calendars={"office": calendar}, contracts=(bound,)), now)


def _hours(number: int) -> timedelta:
    return timedelta(hours=number)


async def open_hours(connection: asyncpg.Connection, day: date, days: int = 1) -> float:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    span = asyncpg.Range(start, start + timedelta(days=days))
    seconds = await connection.fetchval("select sla.working_seconds('office', $1)", span)
    return float(seconds) / 3600


async def figures_of_may(connection: asyncpg.Connection) -> list[Any]:
    """Return the whole figure, and the outages, of May 2026."""
    texts = (
        "select * from sla.availability('acme', 'solution', sla.period('acme', 'month', $1))",
        "select * from sla.outage('acme', 'solution', sla.period('acme', 'month', $1))",
    )
    return [tuple(row) for text in texts for row in await connection.fetch(text, date(2026, 5, 1))]


async def measured(connection: asyncpg.Connection) -> None:
    """Store nine minutes of downtime at noon on Ascension Day, 2026-05-14."""
    identity = await connection.fetchval("select endpoint_id from fact.endpoint")
    world = World(connection=connection, ids={"api-health": identity})
    noon = datetime(2026, 5, 14, 12, tzinfo=UTC)
    outcomes = ["up", *["down"] * 9, "up"]
    await world.store(
        ("api-health", "main", noon + timedelta(minutes=number), outcome)
        for number, outcome in enumerate(outcomes)
    )
    await world.rolled_up_to(datetime(2026, 6, 2, tzinfo=UTC))


async def sources(connection: asyncpg.Connection) -> list[tuple[Any, ...]]:
    text = "select year, first_day, source from sla.calendar_year order by year, recorded_at"
    return [tuple(row) for row in await connection.fetch(text)]


async def test_every_year_keeps_the_version_that_it_came_from(
    connection: asyncpg.Connection,
) -> None:
    await apply_catalogue(connection, office(), JUNE)

    assert await sources(connection) == [
        (year, date(year, 1, 1), "holidays 0.109 FR") for year in (2025, 2026, 2027, 2028)
    ]


async def test_january_adds_a_year_and_no_wording(
    connection: asyncpg.Connection, newer: Newer
) -> None:
    await apply_catalogue(connection, office(), JUNE)
    await measured(connection)
    before = await figures_of_may(connection)
    newer(())
    planned = await plan_catalogue(connection, office(JANUARY), JANUARY)
    changes = await apply_catalogue(connection, office(JANUARY), JANUARY)

    assert changes.lines == ("+ calendar office: the days of 2029, from holidays 9.9 FR",)
    assert planned == changes
    assert await sources(connection) == [
        *((year, date(year, 1, 1), "holidays 0.109 FR") for year in (2025, 2026, 2027, 2028)),
        (2029, date(2029, 1, 1), "holidays 9.9 FR"),
    ]
    assert await open_hours(connection, date(2029, 12, 25)) == 0
    assert await figures_of_may(connection) == before
    assert not await apply_catalogue(connection, office(JANUARY), JANUARY)


async def test_newer_library_changes_days_to_come_and_no_figure_of_the_past(
    connection: asyncpg.Connection, newer: Newer
) -> None:
    await apply_catalogue(connection, office(), JUNE)
    await measured(connection)
    before = await figures_of_may(connection)
    newer((ASCENSION, ARMISTICE), (NEW_DAY,))
    planned = await plan_catalogue(connection, office(), JUNE)
    assert [await open_hours(connection, day) for day in (NEW_DAY, ARMISTICE)] == [8, 0]
    changes = await apply_catalogue(connection, office(), JUNE)

    assert changes.lines == (
        "~ calendar office: 2026-09-15 added, New Day",
        "~ calendar office: 2026-11-11 removed, Armistice Day",
        "= calendar office: 2026-05-14 stays as stored, it is over; else removed, Ascension Day",
    )
    assert planned == changes
    assert await figures_of_may(connection) == before
    assert [await open_hours(connection, day) for day in (NEW_DAY, ARMISTICE)] == [0, 8]
    assert (2026, NEW_DAY, "holidays 9.9 FR") in await sources(connection)
    # Nothing is forgotten, nothing told twice.
    again = await apply_catalogue(connection, office(), JUNE)
    assert (bool(again), again.kept) == (False, changes.kept)
    assert await connection.fetch(
        "select day from sla.calendar_day where replaced_at is not null"
    ) == [(ARMISTICE,)]


async def test_days_that_are_over_change_when_asked_for(
    connection: asyncpg.Connection, newer: Newer
) -> None:
    await apply_catalogue(connection, office(), JUNE)
    await measured(connection)
    before = await figures_of_may(connection)
    newer((ASCENSION,))
    changes = await apply_catalogue(connection, office(), JUNE, past_holidays=True)

    assert changes.lines == ("~ calendar office: 2026-05-14 removed, Ascension Day",)
    assert (2026, ASCENSION, "holidays 9.9 FR") in await sources(connection)
    # The holiday lay outside the service hours; now the nine minutes at noon are an outage.
    assert len(before) == 1
    figure, outage = await figures_of_may(connection)
    assert figure != before[0]
    assert timedelta(minutes=9).total_seconds() in outage


async def test_changed_word_supersedes_and_takes_what_the_library_knows_now(
    connection: asyncpg.Connection, newer: Newer
) -> None:
    await apply_catalogue(connection, office(), JUNE)
    newer((ASCENSION,))
    changes = await apply_catalogue(connection, office(closes=18), JUNE)

    assert changes.changed == (
        "calendar office: new wording",
        "contract acme from 2026-01-01: superseded",
    )
    assert await open_hours(connection, ASCENSION) == 18 - 9


@pytest.mark.parametrize(
    ("hour", "expected"),
    [(21, 8), (22, 0)],  # 23:59 on the day in Paris is 21:59 UTC; an hour later it is over
)
async def test_day_is_over_by_the_calendar_s_own_clock(
    connection: asyncpg.Connection, newer: Newer, hour: int, expected: float
) -> None:
    await apply_catalogue(connection, office(), datetime(2026, 5, 1, tzinfo=UTC))
    newer((ASCENSION,))
    late = datetime(2026, 5, 14, hour, 59, tzinfo=UTC)
    await apply_catalogue(connection, office(), late)

    assert await open_hours(connection, ASCENSION) == expected


async def test_renewing_leaves_a_wording_alone_that_somebody_changed(
    connection: asyncpg.Connection, newer: Newer
) -> None:
    await apply_catalogue(connection, office(closes=18), JUNE)
    newer((ARMISTICE,))

    assert not await renew_calendars(connection, office(JANUARY), JANUARY)
    assert (await renew_calendars(connection, office(JANUARY, closes=18), JANUARY)).added == (
        "calendar office: the days of 2029, from holidays 9.9 FR",
    )


@pytest.mark.parametrize("function", ["open_hours", "working_seconds"])
async def test_span_in_a_year_that_is_not_stored_is_refused(
    connection: asyncpg.Connection, function: str
) -> None:
    await apply_catalogue(connection, office(), JUNE)
    ends, later = datetime(2028, 12, 31, 23, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    text = f"select sla.{function}('office', $1)"
    # Midnight of Paris ends the last year that is stored.
    await connection.fetchval(text, asyncpg.Range(NOON, ends))

    with pytest.raises(
        asyncpg.RaiseError,
        match='calendar "office": its holidays and closed days of 2029 are not stored',
    ) as caught:
        await connection.fetchval(text, asyncpg.Range(NOON, later))

    assert str(caught.value).endswith(
        "HINT:  Stored are those of 2025, 2026, 2027, 2028;"
        " vigie apply adds years, up to two after this one."
    )


async def test_figure_in_a_year_that_is_not_stored_is_refused(
    connection: asyncpg.Connection,
) -> None:
    await apply_catalogue(connection, office(), JUNE)

    with pytest.raises(asyncpg.RaiseError, match="of 2031 are not stored"):
        await connection.fetch(
            "select * from sla.availability('acme', 'solution', sla.period('acme', 'year', $1))",
            date(2031, 1, 1),
        )


async def test_calendar_whose_days_do_not_differ_by_year_has_no_last_year(
    connection: asyncpg.Connection,
) -> None:
    friday = Hours(weekday=5, opens=_hours(9), closes=_hours(10))
    rule = Yearly(closed=("2035-05-18",))
    calendar = Calendar(key="office", timezone="UTC", hours=(friday,), yearly=rule, years=(2025,))
    wanted = renewed(catalogue(calendars={"office": calendar}), JUNE)
    await apply_catalogue(connection, wanted, JUNE)

    # 18 May 2035 is a Friday, and closed.
    assert await open_hours(connection, date(2035, 5, 7), days=14) == 1


async def test_process_that_runs_into_january_adds_the_year_by_itself(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = asyncio.Event()
    async with pool.acquire() as connection:
        await apply_catalogue(connection, office(), JUNE)
    monkeypatch.setattr(clock, "now", lambda: JANUARY)
    with capture_logs() as logs:
        keeping = asyncio.create_task(keep_years(pool, office, stop, every_s=0.01))
        await eventually(lambda: logs)
        stop.set()
        await keeping

    assert [line["change"] for line in logs] == [
        "+ calendar office: the days of 2029, from holidays 0.109 FR"
    ]
    assert [row["year"] for row in await pool.fetch("select year from sla.calendar_year")] == [
        *range(2025, 2030)
    ]
