"""How much planned maintenance there may be, and what is beyond it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sql.registry import listed
from tests.sql.world import World, minute, span

OFFICE = [(day, 9, 17) for day in range(1, 6)]
THURSDAY = 3 * 1440 + 20 * 60  # minute of Thursday 2026-05-07 20:00


def may(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=UTC)


async def _three_windows(world: World, enforced: list[str]) -> list[dict[str, Any]]:
    """5 minutes a month; down 4, 4 and 2 minutes in windows from 0, 20 and 40 on."""
    await world.service()
    await world.contract(enforced=enforced, cap_time=timedelta(minutes=5), cap_per="month")
    for first in (0, 20, 40):
        await world.window(first, first + 10)
    await world.results("a", "DDDDUUUUUUUUUUUUUUUUDDDDUUUUUUUUUUUUUUUUDDUUUUUUUUUUUUUUUUUU")
    await world.rolled_up_to(minute(60))
    return await listed(world, 0, 60)


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

    assert [(None, None)] * 2 == [(row["why"], row["remark"]) for row in await listed(world, 0, 60)]


async def test_every_month_has_its_own_cap(world: World) -> None:
    """Down for 20 minutes around midnight of 1 June: 5 are excused in either month."""
    await world.service()
    await world.contract(enforced=["cap"], cap_time=timedelta(minutes=5), cap_per="month")
    june = 28 * 24 * 60
    await world.window(june - 10, june + 10)
    await world.results("a", "D" * 20 + "U", start=june - 10)
    await world.rolled_up_to(minute(june + 60))
    (row,) = await listed(world, june - 10, june + 10)

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
    (row,) = await listed(world)

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
    late, good = await listed(world, 0, 60)

    assert ("not announced", 240, 240) == (late["why"], good["cap_used_s"], good["excused_s"])
