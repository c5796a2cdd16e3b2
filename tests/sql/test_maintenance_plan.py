"""What a window would mean before it is announced."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tests.sql.registry import listed
from tests.sql.world import World, minute, span

OFFICE = [(day, 9, 17) for day in range(1, 6)]
THURSDAY = 3 * 1440 + 20 * 60  # minute of Thursday 2026-05-07 20:00


def may(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=UTC)


async def _plan(world: World, first: float, last: float, announced: datetime) -> dict[str, Any]:
    (row,) = await world.connection.fetch(
        "select * from sla.maintenance_plan(array['api'], $1, $2)", span(first, last), announced
    )
    return dict(row)


async def test_plan_tells_budget_cap_hours_clashes_and_the_last_day(world: World) -> None:
    """Thursday 20:00 to 21:00; Tuesday and Wednesday must lie between: Monday is the last day."""
    await world.calendar("office", OFFICE)
    await world.service()
    await world.contract(
        notice_working_days=2,
        notice_calendar="office",
        outside="office",
        cap_time=timedelta(hours=1),
        cap_per="quarter",
    )
    key = await world.window(THURSDAY + 30, THURSDAY + 90)
    await world.window(0, 5)
    await world.results("a", "DDDDDDDDUU")  # 5 planned, 3 unplanned minutes
    await world.rolled_up_to(minute(10))
    plan = await _plan(world, THURSDAY - 240, THURSDAY + 60, may(4))
    month = (await world.availability(span(-4320, 40320)))["budget_left_s"]
    expected = {
        "contract": "acme",
        "services_hit": ["api"],
        "window_s": 5 * 3600,
        "month_budget_left_s": month,
        "cap_used_s": 5 * 60,
        "cap_left_s": 55 * 60,
        "forbidden_s": 3600,  # 16:00 to 17:00
        "clashes": [key],
        "notice_asked": 2,
        "announce_before": datetime(2026, 5, 5, tzinfo=UTC),
        "valid": True,
        "remark": "3600 s inside hours without maintenance; 14700 s over the 3600 s of its"
        f" quarter if it is down throughout; overlaps {key}",
    }

    assert expected == {name: plan[name] for name in expected}


@pytest.mark.parametrize("days", [0, 1, 2, 5])
@pytest.mark.parametrize("start", range(5, 12))
async def test_plan_and_registry_agree_on_the_last_moment(
    world: World, days: int, start: int
) -> None:
    """Announced just before the deadline a window is valid, just after it is not."""
    await world.calendar("office", OFFICE, timezone="Europe/Paris", days=[(may(7), None, None)])
    await world.service()
    await world.contract(notice_working_days=days, notice_calendar="office")
    first = (start - 4) * 1440 + 600
    deadline = (await _plan(world, first, first + 60, may(1)))["announce_before"]
    late = timedelta(microseconds=1) if days == 0 else timedelta()
    for announced, valid in ((deadline - timedelta(seconds=1), True), (deadline + late, False)):
        await world.window(first, first + 60, announced=announced)
        plan = await _plan(world, first, first + 60, announced)
        row = (await listed(world, first, first + 60))[-1]

        assert (valid, valid) == (plan["valid"], row["valid"])


async def test_plan_of_a_service_that_does_not_exist_is_refused(world: World) -> None:
    await world.service()
    with pytest.raises(asyncpg.RaiseError, match='service "shop": there is none of this key'):
        await world.connection.fetch(
            "select * from sla.maintenance_plan(array['shop'], $1)", span(0, 10)
        )
