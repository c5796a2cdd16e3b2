"""The views by day, month, quarter and year list the right periods, and add up."""

from datetime import UTC, date, datetime
from decimal import Decimal

import asyncpg
import pytest
from tests.sql.world import World, minute

PARIS_MARCH_S = 743 * 3600  # the clock goes forward on the 29th


@pytest.fixture
async def paris(world: World) -> World:
    """From 15 February to 10 April 2026 in Paris; a minute down as the summer time begins."""
    await world.service("api", endpoints=["a"])
    await world.service("shop", endpoints=["b"])
    begin, end = datetime(2026, 2, 14, 23, tzinfo=UTC), datetime(2026, 4, 9, 22, tzinfo=UTC)
    await world.contract(other=["shop"], timezone="Europe/Paris", valid=asyncpg.Range(begin, None))
    await world.store([("a", "main", datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "down")])
    await world.store([("a", "main", datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "up")])
    await world.rolled_up_to(end)
    return world


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("month", [date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)]),
        ("quarter", [date(2026, 1, 1), date(2026, 4, 1)]),
        ("year", [date(2026, 1, 1)]),
    ],
)
async def test_periods_are_those_that_the_contract_lived(
    paris: World, kind: str, expected: list[date]
) -> None:
    rows = await paris.connection.fetch(
        f"select {kind} as first from sla.availability_{kind}"
        " where contract = 'acme' and scope = 'solution' order by 1"
    )

    assert expected == [row["first"] for row in rows]


async def test_days_end_with_the_roll_up(paris: World) -> None:
    rows = await paris.connection.fetch(
        "select day, period_s, unplanned_s from sla.availability_day"
        " where contract = 'acme' and scope = 'solution' order by day"
    )
    # 14 days of February, 31 of March, 9 of April; the tenth begins as the roll-up ends.
    assert 14 + 31 + 9 == len(rows)
    assert (date(2026, 2, 15), date(2026, 4, 9)) == (rows[0]["day"], rows[-1]["day"])

    short = [tuple(row) for row in rows if row["period_s"] != 24 * 3600]
    assert [(date(2026, 3, 29), 23 * 3600, 60)] == short


async def test_every_scope_has_its_rows(paris: World) -> None:
    rows = await paris.connection.fetch(
        "select distinct scope from sla.availability_month where contract = 'acme' order by 1"
    )

    assert ["api", "shop", "solution"] == [row["scope"] for row in rows]


async def test_a_month_is_the_sum_of_its_days(paris: World) -> None:
    seconds = ", ".join(
        f"sum({name}_s)" for name in ("period", "outside", "unplanned", "unknown", "up")
    )
    row = await paris.connection.fetchrow(
        f"select {seconds} from sla.availability_day"
        " where contract = 'acme' and scope = 'solution'"
        " and day between '2026-03-01' and '2026-03-31'"
    )
    assert row is not None
    # The first result of the endpoint opens its life: before it nothing is known.
    expected = [PARIS_MARCH_S, 0, 60, PARIS_MARCH_S - 120, 60]
    assert [Decimal(value) for value in expected] == list(row)


async def test_a_contract_that_ended_has_no_later_period(world: World) -> None:
    await world.service("api", endpoints=["a"])
    first, last = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    await world.contract(valid=asyncpg.Range(first, last))
    await world.rolled_up_to(minute(60))
    rows = await world.connection.fetch("select month from sla.availability_month")

    assert {date(2026, 4, 1)} == {row["month"] for row in rows}


async def test_nothing_rolled_up_gives_no_rows(world: World) -> None:
    await world.service("api", endpoints=["a"])
    await world.contract()
    for kind in ("day", "month", "quarter", "year"):
        rows = await world.connection.fetch(f"select * from sla.availability_{kind}")

        assert [] == rows
