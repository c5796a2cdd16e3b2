"""Which windows hold, why not, and what was inaccessible in them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.sql.registry import listed
from tests.sql.world import EARLY, World, minute, span

OFFICE = [(day, 9, 17) for day in range(1, 6)]
THURSDAY = 3 * 1440 + 20 * 60  # minute of Thursday 2026-05-07 20:00


def may(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=UTC)


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
        ({"announced": may(4), "channel": " \t"}, "no proof of the announcement"),
        ({"announced": may(4), "channel": "\u200b\u2800"}, "no proof of the announcement"),
        (
            {"announced": may(4), "channel": "", "recipient": "\u00a0", "evidence": "\ufeff"},
            "no proof of the announcement",
        ),
        ({"announced": may(4), "channel": None, "recipient": "sla@acme.example"}, None),
        ({"announced": may(4), "channel": " ", "evidence": "message 17"}, None),
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

    (row,) = await listed(world, THURSDAY, THURSDAY + 60)

    assert (why is None, why) == (row["valid"], row["why"])


async def test_notice_counts_each_day_of_a_span_of_days(world: World) -> None:
    """Sunday 18:00 to Friday 18:00: Tuesday and Wednesday are working days."""
    await world.calendar("desk", [(7, 18, 5 * 24 + 18)])
    await world.service()
    await world.contract(notice_working_days=2, notice_calendar="desk")
    await world.window(THURSDAY, THURSDAY + 60, announced=may(4))

    (row,) = await listed(world, THURSDAY, THURSDAY + 60)

    assert (True, 2) == (row["valid"], row["notice_days"])


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

    (row,) = await listed(world)

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

    (row,) = await listed(world, 1, 5)

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

    (row,) = await listed(world)

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
    (row,) = await listed(world, far, far + 60)

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

    (row,) = await listed(world, first * HOUR, last * HOUR)
    (strict,) = await listed(world, first * HOUR, last * HOUR, contract="strict")

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
    security, planned = await listed(world, 0, 24 * HOUR)

    assert (None, None, None, True) == (
        security["forbidden_s"], security["cap_s"], security["remark"], security["valid"]
    )  # fmt: skip
    assert (0, 5 * 60, 4 * 60, None) == (
        planned["forbidden_s"], planned["cap_s"], planned["cap_used_s"], planned["remark"]
    )  # fmt: skip
    assert (6 + 4) * 60 == (await world.availability(span(0, 24 * HOUR)))["planned_s"]


async def test_windows_of_other_services_are_notlisted(world: World) -> None:
    await world.service("api", endpoints=["a"])
    await world.service("orders", endpoints=["o"])
    await world.contract(essential=["api"])
    await world.window(0, 10, services=["orders"])

    assert [] == await listed(world)


async def test_window_closed_as_it_began_ends_there(world: World) -> None:
    await world.service()
    await world.contract()
    await world.window(0, 10, closed=0)

    (row,) = await listed(world)

    assert (row["starts"], row["ends"], row["excused_s"]) == (minute(0), minute(0), 0)


async def test_only_what_leaves_the_availability_is_excused(world: World) -> None:
    """Agreed from 9:00; windows at 3:00 and 8:50-9:10, and 9:03-9:05 is left out."""
    await world.calendar("office", OFFICE)
    await world.service()
    await world.contract(hours="office")
    await world.window(3 * HOUR, 3 * HOUR + 4)
    await world.window(9 * HOUR - 10, 9 * HOUR + 10)
    await world.correction(9 * HOUR + 3, 9 * HOUR + 5)
    for first, length in ((3 * HOUR, 4), (9 * HOUR - 10, 20)):
        await world.results("a", "D" * length + "U", start=first)
    await world.rolled_up_to(minute(10 * HOUR))

    rows = await listed(world, 0, 10 * HOUR)

    assert [(True, 4 * 60, 0), (True, 20 * 60, (10 - 2) * 60)] == [
        (row["valid"], row["down_s"], row["excused_s"]) for row in rows
    ]
    assert (10 - 2) * 60 == (await world.availability(span(0, 10 * HOUR)))["planned_s"]
