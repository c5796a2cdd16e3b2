"""Periods are those of the contract's zone, with their real lengths."""

import asyncpg
import pytest
from tests.sql.world import World


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
