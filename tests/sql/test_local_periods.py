"""Periods are those of the contract's zone, with their real lengths."""

import asyncpg
import pytest
from tests.sql.world import World, minute


@pytest.mark.parametrize(
    ("month", "timezone", "hours"),
    [
        ("2026-03-15", "Europe/Paris", 743),
        ("2026-10-15", "Europe/Paris", 745),
        ("2026-05-15", "Europe/Paris", 744),
        ("2026-03-15", "UTC", 744),
        ("2026-10-15", "Australia/Lord_Howe", 743.5),  # its clocks change by half an hour
    ],
)
async def test_months_are_local(world: World, month: str, timezone: str, hours: float) -> None:
    await world.service()
    await world.contract(timezone=timezone)

    seconds = await world.connection.fetchval(
        "select sla.seconds(sla.period('acme', 'month', $1::text::date))", month
    )

    assert hours * 3600 == seconds


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        ("day", 1),
        ("month", 31),
        ("quarter", 30 + 31 + 30),
        ("year", 365),
        ("year_to_date", 31 + 28 + 31 + 30 + 20),
        ("rolling_12_months", 365),
    ],
)
async def test_period_kinds(world: World, kind: str, days: int) -> None:
    await world.service()
    await world.contract()

    seconds = await world.connection.fetchval(
        "select sla.seconds(sla.period('acme', $1, '2026-05-20'))", kind
    )

    assert days * 86400 == seconds


async def test_unknown_period_kind_is_refused(world: World) -> None:
    await world.service()
    await world.contract()

    with pytest.raises(asyncpg.RaiseError, match='period kind "week": there is none of this name'):
        await world.connection.fetchval("select sla.period('acme', 'week', '2026-05-20')")


async def test_period_without_a_day_is_refused(world: World) -> None:
    await world.contract(essential=[])
    with pytest.raises(asyncpg.RaiseError, match="period: its kind or its day is missing"):
        await world.connection.fetchval("select sla.period('acme', 'month', null)")


async def test_scope_that_is_missing_is_refused(world: World) -> None:
    await world.service()
    await world.contract()
    with pytest.raises(asyncpg.RaiseError, match='contract "acme" does not cover it'):
        await world.connection.fetch(
            "select * from sla.availability('acme', null, '[2026-05-01,2026-06-01)')"
        )


async def test_timeline_of_a_closed_span_is_that_of_the_half_open_one(world: World) -> None:
    await world.contract(essential=[])
    spans = await world.connection.fetch(
        "select span from sla.timeline('acme', 'solution', '[2026-05-01,2026-05-20]')"
    )

    assert [str(row["span"].upper.date()) for row in spans][-1] == "2026-05-20"
    assert all(row["span"].lower < row["span"].upper for row in spans)


async def test_watermark_beyond_the_clock_starts_anew(world: World) -> None:
    """A clock was a year fast when figures were asked for; now it is right again."""
    await world.connection.execute(
        "update fact.watermark set rolled_up_to = now() + interval '1 year'"
    )
    marks = [
        await world.connection.fetchval("select fact.advance_watermark($1)", minute(number))
        for number in (0, 5, 3)
    ]
    ahead = await world.connection.fetchval(
        "select fact.advance_watermark(now() + interval '1 year') <= now()"
    )

    assert marks == [minute(0), minute(5), minute(5)]
    assert ahead
