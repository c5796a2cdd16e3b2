"""Which windows hold, why not, and what was inaccessible in them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.sql.world import EARLY, World, minute, span

OFFICE = [(day, 9, 17) for day in range(1, 6)]
THURSDAY = 3 * 1440 + 20 * 60  # minute of Thursday 2026-05-07 20:00


def may(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=UTC)


async def _listed(world: World, first: float = 0, last: float = 10) -> list[dict[str, Any]]:
    rows = await world.connection.fetch(
        "select * from sla.maintenance_of('acme', $1)", span(first, last)
    )
    return [dict(row) for row in rows]


@pytest.mark.parametrize(
    ("window", "why"),
    [
        ({"announced": may(4)}, None),  # Monday noon: Tuesday and Wednesday lie between
        ({"announced": may(5)}, "announced 1 whole working days ahead, 2 asked"),
        ({"announced": may(5), "kind": "security"}, None),
        ({"announced": None, "kind": "security"}, None),
        ({"announced": None}, "not announced"),
        ({"announced": may(8)}, "announced after its start"),
        ({"announced": may(4), "channel": None}, "no proof of the announcement"),
        ({"announced": may(4), "withdrawn": True}, "withdrawn"),
        ({"announced": None, "kind": "security", "withdrawn": True}, "withdrawn"),
    ],
)
async def test_window_is_valid_or_says_why_not(
    world: World, window: dict[str, Any], why: str | None
) -> None:
    await world.calendar("office", OFFICE)
    await world.service()
    await world.contract(notice_working_days=2, notice_calendar="office")
    await world.window(THURSDAY, THURSDAY + 60, **window)

    (row,) = await _listed(world, THURSDAY, THURSDAY + 60)

    assert (why is None, why) == (row["valid"], row["why"])


async def test_validity_in_the_list_is_validity_in_the_figures(world: World) -> None:
    await world.calendar("office", OFFICE)
    await world.service()
    await world.contract("strict", notice_working_days=2, notice_calendar="office")
    await world.contract("acme")
    await world.window(THURSDAY, THURSDAY + 60, announced=may(5))
    await world.results("a", "DDDD", start=THURSDAY)
    await world.rolled_up_to(minute(THURSDAY + 600))

    period = span(THURSDAY, THURSDAY + 4)
    assert (240, 0) == (
        (await world.availability(period, contract="strict"))["unplanned_s"],
        (await world.availability(period, contract="acme"))["unplanned_s"],
    )


async def test_row_tells_window_proof_and_measured_downtime(world: World) -> None:
    await world.service()
    await world.contract()
    key = await world.window(2, 8, closed=6)
    await world.results("a", "UUUDDDDDDU")
    await world.rolled_up_to(minute(60))

    (row,) = await _listed(world)

    expected = {
        "key": key,
        "services": ["api"],
        "kind": "planned",
        "starts": minute(2),
        "ends": minute(6),  # closed early
        "announced_ends": minute(8),
        "announced_at": EARLY,
        "channel": "e-mail",
        "reason": "upgrade",
        "valid": True,
        "down_s": 180,  # minutes 3 to 6
    }
    assert expected == {name: row[name] for name in expected}


async def test_downtime_is_clipped_to_the_period_and_never_counted_twice(world: World) -> None:
    await world.service("api", endpoints=["a"])
    await world.service("orders", endpoints=["o"])
    await world.contract(essential=["api"], other=["orders"])
    await world.window(0, 10, services=["api", "orders"])
    await world.results("a", "DDDDUUUUUU")
    await world.results("o", "UUDDDDUUUU")
    await world.rolled_up_to(minute(60))

    (row,) = await _listed(world, 1, 5)

    # Down from 0 to 4 and from 2 to 6: their union inside [1, 5) is 4 minutes.
    assert (["api", "orders"], 240) == (row["services"], row["down_s"])


async def test_window_of_every_service_excuses_each_of_them(world: World) -> None:
    await world.service("api", endpoints=["a"])
    await world.service("orders", endpoints=["o"])
    await world.contract(essential=["api"], other=["orders"])
    await world.window(0, 4, services=None)
    await world.results("a", "DDDDDDUUUU")
    await world.results("o", "UUDDDDUUUU")
    await world.rolled_up_to(minute(60))

    (row,) = await _listed(world)

    assert (["api", "orders"], True, 240) == (row["services"], row["every_service"], row["down_s"])
    # Both are down for 2 minutes after its end.
    for scope, planned in (("api", 240), ("orders", 120)):
        figure = await world.availability(span(0, 10), scope)
        assert (planned, 120) == (figure["planned_s"], figure["unplanned_s"])


async def test_windows_of_other_services_are_not_listed(world: World) -> None:
    await world.service("api", endpoints=["a"])
    await world.service("orders", endpoints=["o"])
    await world.contract(essential=["api"])
    await world.window(0, 10, services=["orders"])

    assert [] == await _listed(world)
