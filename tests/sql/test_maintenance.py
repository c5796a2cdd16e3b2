"""Which windows hold, why not, and what was inaccessible in them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tests.sql.world import EARLY, World, minute, span

OFFICE = [(day, 9, 17) for day in range(1, 6)]
THURSDAY = 3 * 1440 + 20 * 60  # minute of Thursday 2026-05-07 20:00


def may(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=UTC)


async def _listed(
    world: World, first: float = 0, last: float = 10, contract: str = "acme"
) -> list[dict[str, Any]]:
    rows = await world.connection.fetch(
        "select * from sla.maintenance_of($1, $2)", contract, span(first, last)
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


async def test_hours_of_a_year_whose_holidays_are_unknown_are_not_judged(world: World) -> None:
    """A window far ahead is listed all the same."""
    await world.calendar("office", OFFICE)
    await world.service()
    await world.contract(outside="office", enforced=["outside"])
    await world.connection.execute(
        "insert into fact.calendar_year (calendar_id, year, first_day, recorded_at)"
        " select calendar_id, 2026, '2026-01-01', now() from fact.calendar"
    )
    far = 3 * 365 * 24 * 60
    await world.window(far, far + 24 * 60)
    (row,) = await _listed(world, far, far + 60)

    assert (None, True, None) == (row["forbidden_s"], row["valid"], row["remark"])


NIGHT: dict[str, Any] = {"night_opens": timedelta(hours=22), "night_closes": timedelta(hours=30)}
HOUR = 60  # minutes


@pytest.mark.parametrize(
    ("terms", "first", "last", "forbidden"),
    [
        ({}, 8, 10, 0),
        ({"outside": "office"}, 8, 10, 1),  # 9 to 10
        ({"outside": "office"}, 12, 20, 5),  # 12 to 17
        ({"outside": "office"}, 17, 24, 0),
        ({"outside": "paris"}, 6, 8, 1),  # 9 in Paris is 7 UTC
        (NIGHT, 21, 23, 1),  # at night only: 21 to 22
        (NIGHT, 23, 31, 1),  # over midnight, 6 to 7
        (NIGHT, -2, 6, 0),
        (NIGHT | {"outside": "round"}, 3, 8, 2),  # closed never, but at night: 6 to 8
        (NIGHT | {"outside": "office"}, 5, 10, 1),  # 9 to 10
        (NIGHT | {"timezone": "Europe/Paris"}, 3, 5, 1),  # 6 in Paris is 4 UTC
    ],
)
async def test_time_inside_forbidden_hours_is_measured_and_flagged(
    world: World, terms: dict[str, Any], first: float, last: float, forbidden: int
) -> None:
    await world.calendar("office", OFFICE)
    await world.calendar("paris", OFFICE, timezone="Europe/Paris")
    await world.calendar("round", [(day, 0, 24) for day in range(1, 8)])
    await world.service()
    await world.contract("acme", **terms)
    await world.contract("strict", enforced=["outside"], **terms)
    await world.window(first * HOUR, last * HOUR)
    remark = f"{forbidden * 3600} s inside hours without maintenance" if forbidden else None

    (row,) = await _listed(world, first * HOUR, last * HOUR)
    (strict,) = await _listed(world, first * HOUR, last * HOUR, contract="strict")

    assert (forbidden * 3600, True, remark) == (row["forbidden_s"], row["valid"], row["remark"])
    assert (remark is None, remark) == (strict["valid"], strict["why"])


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-28", 7), ("2026-10-24", 9), ("2026-05-04", 8)],  # 22:00 to 06:00, clocks change
)
async def test_a_night_is_local_and_may_be_short_or_long(
    world: World, day: str, hours: int
) -> None:
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    night = await world.connection.fetchval(
        "select sla.seconds(fact.nights('Europe/Paris', '22:00', '30:00', tstzrange($1, $2)))",
        noon,
        noon + timedelta(days=1),
    )

    assert hours * 3600 == night


async def test_security_measures_have_neither_hours_nor_cap(world: World) -> None:
    """5 minutes are allowed; 6 of security are excused, and 4 planned ones beside them."""
    await world.service()
    await world.contract(
        enforced=["outside", "cap"], cap_time=timedelta(minutes=5), cap_per="month", **NIGHT
    )
    await world.window(10 * HOUR, 10 * HOUR + 10, kind="security")
    await world.window(23 * HOUR, 23 * HOUR + 10)
    await world.results("a", "DDDDDD", start=10 * HOUR)
    await world.results("a", "DDDDU", start=23 * HOUR)
    await world.rolled_up_to(minute(48 * HOUR))
    security, planned = await _listed(world, 0, 24 * HOUR)

    assert (None, None, None, True) == (
        security["forbidden_s"], security["cap_s"], security["remark"], security["valid"]
    )  # fmt: skip
    assert (0, 5 * 60, 4 * 60, None) == (
        planned["forbidden_s"], planned["cap_s"], planned["cap_used_s"], planned["remark"]
    )  # fmt: skip
    assert (6 + 4) * 60 == (await world.availability(span(0, 24 * HOUR)))["planned_s"]


async def _three_windows(world: World, enforced: list[str]) -> list[dict[str, Any]]:
    """5 minutes a month; down 4, 4 and 2 minutes in windows from 0, 20 and 40 on."""
    await world.service()
    await world.contract(enforced=enforced, cap_time=timedelta(minutes=5), cap_per="month")
    for first in (0, 20, 40):
        await world.window(first, first + 10)
    await world.results("a", "DDDDUUUUUUUUUUUUUUUUDDDDUUUUUUUUUUUUUUUUDDUUUUUUUUUUUUUUUUUU")
    await world.rolled_up_to(minute(60))
    return await _listed(world, 0, 60)


async def test_more_than_the_cap_is_flagged(world: World) -> None:
    windows = await _three_windows(world, [])
    # 4 minutes, and the first of the window at 20, make 5.
    remark = "300 s of its month allowed, used up at 2026-05-04T00:21:00Z, 600 s used"

    assert [None, remark, remark] == [window["remark"] for window in windows]
    assert [(True, 240), (True, 240), (True, 120)] == [
        (window["valid"], window["excused_s"]) for window in windows
    ]
    assert {(300, 600)} == {(window["cap_s"], window["cap_used_s"]) for window in windows}
    assert (600, 0) == _planned(await world.availability(span(0, 60)))


async def test_an_enforced_cap_ends_windows_when_it_is_used_up(world: World) -> None:
    windows = await _three_windows(world, ["cap"])
    expected = [
        (None, 240),
        (None, 60),  # cut after its first minute
        ("the 300 s of its month were used up", 0),
    ]

    assert expected == [(window["why"], window["excused_s"]) for window in windows]
    assert [240, 240, 120] == [window["down_s"] for window in windows]
    assert (300, 180 + 120) == _planned(await world.availability(span(0, 60)))
    # A period that begins when the cap is used up knows of what went before it.
    assert (0, 120) == _planned(await world.availability(span(30, 60)))


def _planned(figure: Any) -> tuple[Any, Any]:
    return figure["planned_s"], figure["unplanned_s"]


async def test_exactly_the_cap_is_allowed(world: World) -> None:
    await world.service()
    await world.contract(enforced=["cap"], cap_time=timedelta(minutes=5), cap_per="month")
    await world.window(0, 10)
    await world.window(20, 30)
    await world.results("a", "DDDDDUUUUU")
    await world.rolled_up_to(minute(60))

    assert [(None, None)] * 2 == [
        (row["why"], row["remark"]) for row in await _listed(world, 0, 60)
    ]


async def test_every_month_has_its_own_cap(world: World) -> None:
    """Down for 20 minutes around midnight of 1 June: 5 are excused in either month."""
    await world.service()
    await world.contract(enforced=["cap"], cap_time=timedelta(minutes=5), cap_per="month")
    june = 28 * 24 * HOUR
    await world.window(june - 10, june + 10)
    await world.results("a", "D" * 20 + "U", start=june - 10)
    await world.rolled_up_to(minute(june + 60))
    (row,) = await _listed(world, june - 10, june + 10)

    assert (300 + 300, 300 + 300) == _planned(await world.availability(span(june - 10, june + 10)))
    assert (20 * 60, 10 * 60, True) == (row["down_s"], row["excused_s"], row["valid"])
    assert [
        (june - 10, june - 5, "planned"),
        (june - 5, june, "unplanned"),
        (june, june + 5, "planned"),
        (june + 5, june + 10, "unplanned"),
    ] == await world.timeline(span(june - 10, june + 10))


async def test_services_down_together_use_the_cap_once(world: World) -> None:
    """api is down from 0 to 4 and orders from 2 to 6: 6 minutes are used, not 8."""
    await world.service("api", endpoints=["a"])
    await world.service("orders", endpoints=["o"])
    await world.contract(
        essential=["api"],
        other=["orders"],
        enforced=["cap"],
        cap_time=timedelta(minutes=5),
        cap_per="quarter",
    )
    await world.window(0, 10, services=["api", "orders"])
    await world.results("a", "DDDDUUUUUU")
    await world.results("o", "UUDDDDUUUU")
    await world.rolled_up_to(minute(60))
    (row,) = await _listed(world)

    assert (360, 300) == (row["cap_used_s"], row["excused_s"])
    assert (240, 0) == _planned(await world.availability(span(0, 10), "api"))
    assert (180, 60) == _planned(await world.availability(span(0, 10), "orders"))


async def test_security_is_excused_though_the_cap_is_used_up(world: World) -> None:
    """5 minutes are used by minute 5; a patch from 20 to 30 finds it down for 3."""
    await world.service()
    await world.contract(enforced=["cap"], cap_time=timedelta(minutes=5), cap_per="month")
    await world.window(0, 10)
    await world.window(20, 30, kind="security")
    await world.results("a", "DDDDDDDDUUUUUUUUUUUUDDDUU")
    await world.rolled_up_to(minute(60))

    assert (300 + 180, 180) == _planned(await world.availability(span(0, 60)))


async def test_windows_that_excuse_nothing_use_nothing(world: World) -> None:
    await world.service()
    await world.contract(enforced=["cap"], cap_time=timedelta(minutes=5), cap_per="year")
    await world.window(0, 10, announced=None)
    await world.window(20, 30)
    await world.results("a", "DDDDDDDDDDUUUUUUUUUUDDDDUU")
    await world.rolled_up_to(minute(60))
    late, good = await _listed(world, 0, 60)

    assert ("not announced", 240, 240) == (late["why"], good["cap_used_s"], good["excused_s"])


async def test_windows_of_other_services_are_not_listed(world: World) -> None:
    await world.service("api", endpoints=["a"])
    await world.service("orders", endpoints=["o"])
    await world.contract(essential=["api"])
    await world.window(0, 10, services=["orders"])

    assert [] == await _listed(world)


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
        row = (await _listed(world, first, first + 60))[-1]

        assert (valid, valid) == (plan["valid"], row["valid"])


async def test_plan_of_a_service_that_does_not_exist_is_refused(world: World) -> None:
    await world.service()
    with pytest.raises(asyncpg.RaiseError, match='service "shop": there is none of this key'):
        await world.connection.fetch(
            "select * from sla.maintenance_plan(array['shop'], $1)", span(0, 10)
        )


async def test_window_closed_as_it_began_ends_there(world: World) -> None:
    await world.service()
    await world.contract()
    await world.window(0, 10, closed=0)

    (row,) = await _listed(world)

    assert (row["starts"], row["ends"], row["excused_s"]) == (minute(0), minute(0), 0)
