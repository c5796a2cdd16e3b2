"""A customer's own log beside ours: agreement, difference, and what it would come to."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from tests.sql.disputes import dispute
from tests.sql.world import World, minute, minutes, span

Row = tuple[Any, ...]


async def difference(world: World, key: str, first: float = 0, last: float = 60) -> list[Row]:
    rows = await world.connection.fetch(
        "select * from sla.dispute_difference($1, $2)", key, span(first, last)
    )
    return [
        (minutes(row["span"].lower), minutes(row["span"].upper), *tuple(row)[2:5]) for row in rows
    ]


async def summary(world: World, key: str, first: float = 0, last: float = 60) -> list[Any]:
    return await world.connection.fetch(
        "select * from sla.dispute_summary($1, $2)", key, span(first, last)
    )


async def effect(world: World, key: str, scope: str = "solution", last: float = 60) -> list[Row]:
    """Return (taken, percent, unplanned minutes, verdict)."""
    rows = await world.connection.fetch(
        "select * from sla.dispute_effect($1, $2, $3)", key, scope, span(0, last)
    )
    return [(r["taken"], r["percent"], r["unplanned_s"] / 60, r["verdict"]) for r in rows]


async def measured(world: World, ours: str, **terms: Any) -> None:
    """Measure a service minute by minute, up to the last result."""
    await world.service()
    await world.contract(**terms)
    await world.results("a", ours)
    await world.rolled_up_to(minute(len(ours)))


@pytest.mark.parametrize(
    ("every", "log", "up", "down"),
    [
        (1, "UUDDU", [(0, 2), (4, 5)], [(2, 4)]),
        (5, "UD.U", [(0, 5), (15, 20)], [(5, 10)]),  # no result at minute 10: a hole
        (5, "D", [], [(0, 5)]),
        (5, "UDU", [(0, 5), (10, 12)], [(5, 10)]),  # asked for 12 minutes
    ],
)
async def test_result_of_a_log_speaks_until_the_next_or_for_one_interval(
    world: World, every: float, log: str, up: list[Row], down: list[Row]
) -> None:
    await measured(world, "U")
    key = await dispute(world, every=every, api=log)
    until = 12 if log == "UDU" else 60
    row = await world.connection.fetchrow(
        "select * from sla.dispute_track($1, 'api', $2)", key, span(0, until)
    )
    seen = [[(minutes(s.lower), minutes(s.upper)) for s in row[name]] for name in ("up", "down")]

    assert [up, down] == seen


async def test_results_off_their_interval_join_within_one_and_a_half(world: World) -> None:
    await measured(world, "U")
    key = await dispute(world, every=1.5, api="DD")  # at 0 and 1.5
    text = "update fact.dispute set every = '1 minute' where key = $1"
    await world.connection.execute("alter table fact.dispute disable trigger append_only")
    await world.connection.execute(text, key)
    row = await world.connection.fetchrow(
        "select * from sla.dispute_track($1, 'api', $2)", key, span(0, 60)
    )

    assert [(0, 2.5)] == [(minutes(s.lower), minutes(s.upper)) for s in row["down"]]


async def test_spans_in_which_both_agree_and_differ(world: World) -> None:
    await measured(world, "UUUUDDDUUU", target=Decimal("0.65"))
    key = await dispute(world, api="UUDUDDUUUU")
    first, total = await summary(world, key)

    assert [
        (0, 2, "up", "up", True),
        (2, 3, "up", "down", False),
        (3, 4, "up", "up", True),
        (4, 6, "unplanned", "down", True),
        (6, 7, "unplanned", "up", False),
        (7, 10, "up", "up", True),
    ] == await difference(world, key)
    # 8 of 10 minutes
    expected = (600, 600, 480, "80.0000", 60, 60, 0, 0, 0, 2)
    assert [("api", *expected), (None, *expected)] == [tuple(first), tuple(total)]
    assert [
        ("nothing", "70.0000", 3, "met"),
        ("down", "60.0000", 4, "missed"),
        ("up", "80.0000", 2, "met"),
        ("down and up", "70.0000", 3, "met"),
        ("everything", "70.0000", 3, "met"),
    ] == await effect(world, key, last=10)


async def test_holes_and_time_that_does_not_count_agree_with_nothing(world: World) -> None:
    await world.service()
    await world.contract()
    await world.window(8, 9)
    await world.correction(10, 11)
    await world.results("a", "UUUU..DDDDUU")
    await world.rolled_up_to(minute(12))
    key = await dispute(world, api="UU..DDDUDUDU")
    [row, _] = await summary(world, key)

    assert [
        (0, 2, "up", "up", True),
        (2, 4, "up", "unknown", None),
        (4, 6, "unknown", "down", None),
        (6, 7, "unplanned", "down", True),
        (7, 8, "unplanned", "up", False),
        (8, 9, "planned", "down", True),
        (9, 10, "unplanned", "up", False),
        (10, 11, "excluded", "down", None),
        (11, 12, "up", "up", True),
    ] == await difference(world, key)
    # agree 5 of the 7 minutes that can be compared; ours unknown 2, theirs 2, excluded 1
    minutes_of = [value if isinstance(value, str) else value / 60 for value in tuple(row)[1:-1]]
    assert [12, 7, 5, "71.4285", 2, 0, 2, 2, 1] == minutes_of
    assert (
        [
            ("nothing", "62.5000", 3),  # 5 of 8 minutes
            ("down", "62.5000", 3),
            ("up", "87.5000", 1),  # minutes 7 and 9
            ("down and up", "87.5000", 1),
            ("everything", "70.0000", 3),  # minutes 4 and 5 become down: 7 of 10
        ]
        == [row[:3] for row in await effect(world, key, last=12)]
    )


async def test_planned_time_is_compared_as_it_was_measured(world: World) -> None:
    """The whole window is taken out: in it we say up, down, and nothing."""
    await world.service()
    await world.contract(maintenance="window")
    await world.window(0, 4)
    await world.results("a", "UDD.U")
    await world.rolled_up_to(minute(5))
    key = await dispute(world, api="UDUDU")

    assert [
        (0, 1, "planned", "up", True),
        (1, 2, "planned", "down", True),
        (2, 3, "planned", "up", False),
        (3, 4, "planned", "down", None),
        (4, 5, "up", "up", True),
    ] == await difference(world, key)


async def test_windows_hours_and_versions_count_for_what_is_taken(world: World) -> None:
    """They say down for 8 minutes: 2 in a window, 2 after hours, 2 of another contract's time."""
    await world.service()
    await world.calendar("desk", [(1, 0, 0.1)])  # Monday, its first 6 minutes
    await world.contract(hours="desk", valid=span(-100000, 4))
    await world.contract(hours="desk", valid=asyncpg.Range(minute(4), None), target=Decimal("0.5"))
    await world.window(0, 2)
    await world.results("a", "U" * 8)
    await world.rolled_up_to(minute(8))
    key = await dispute(world, api="D" * 8)
    nothing, down, *_ = await effect(world, key, last=8)

    assert ("nothing", "100", 0, "met") == nothing
    assert ("down", "0.0000", 4, "missed") == down  # minutes 2 to 5
    assert [("up", False), ("outside", None)] == [
        (ours, agrees) for _, _, ours, _, agrees in await difference(world, key)
    ]


async def test_cap_of_maintenance_is_used_up_by_what_is_taken(world: World) -> None:
    await world.service()
    await world.contract(cap_time=timedelta(minutes=2), cap_per="quarter", enforced=["cap"])
    await world.window(0, 10)
    await world.results("a", "U" * 10)
    await world.rolled_up_to(minute(10))
    key = await dispute(world, api="D" * 5 + "U" * 5)
    nothing, down, *_ = await effect(world, key, last=10)

    assert (0, 3) == (nothing[2], down[2])  # the first two of five minutes are excused


async def test_one_service_s_log_is_taken_for_that_service_only(world: World) -> None:
    await world.service()
    await world.service("shop", endpoints=["b"])
    await world.contract(essential=["api"], other=["shop"])
    for endpoint in ("a", "b"):
        await world.results(endpoint, "UUUU")
    await world.rolled_up_to(minute(4))
    key = await dispute(world, shop="DDUU")

    assert ["100", "100"] == [row[1] for row in (await effect(world, key, last=4))[:2]]
    assert ["100", "50.0000"] == [row[1] for row in (await effect(world, key, "shop", 4))[:2]]
    assert ["shop", None] == [row["service"] for row in await summary(world, key)]


async def test_each_span_names_the_lines_and_reasons_that_speak_for_it(world: World) -> None:
    await measured(world, "UUUUUU")
    key = await dispute(world, every=2, api="UDD")  # lines 2 to 4
    rows = await world.connection.fetch(
        "select * from sla.dispute_difference($1, $2)", key, span(1, 6)
    )

    # The result at minute 0 speaks for minute 1.
    assert [(2, 2, None), (3, 4, "timeout of acme")] == [tuple(row)[5:] for row in rows]


async def test_halves_of_a_period_add_up_and_what_lies_outside_gives_nothing(world: World) -> None:
    await measured(world, "UUDDUUDDUU")
    key = await dispute(world, every=1.5, api="UDUDDU")
    [whole, _], [first, _], [second, _] = [
        await summary(world, key, *part) for part in ((0, 10), (0, 4.25), (4.25, 10))
    ]
    names = [name for name in whole.keys() if name.endswith("_s")]  # noqa: SIM118 - a record

    assert [whole[name] for name in names] == [first[name] + second[name] for name in names]
    assert 9 * 60 == whole["told_s"]
    [nothing] = await summary(world, key, 20, 30)
    assert (None, 0, 0, None) == (nothing[0], nothing[1], nothing[2], nothing["agree_percent"])


async def test_service_that_the_contract_covers_no_more_is_outside(world: World) -> None:
    await world.service("shop", endpoints=["b"])
    await measured(world, "UU")
    key = await dispute(world, shop="DD")

    assert [(0, 2, "outside", "down", None)] == await difference(world, key)


async def test_unknown_dispute_is_refused_with_those_that_are_known(world: World) -> None:
    await measured(world, "U")
    key = await dispute(world, api="U")

    with pytest.raises(asyncpg.RaiseError, match='dispute "d-9999"') as caught:
        await effect(world, "d-9999")
    assert f"Disputes: {key}" == caught.value.as_dict()["hint"]


async def split(world: World, key: str) -> list[Row]:
    """Return (first minute, last minute, ours, theirs, agrees, measured, corrections)."""
    rows = await world.connection.fetch(
        "select * from fact.dispute_difference($1, $2)", key, span(0, 60)
    )
    names = ("ours", "theirs", "agrees", "measured", "corrections")
    return [
        (minutes(row["span"].lower), minutes(row["span"].upper), *(row[name] for name in names))
        for row in rows
    ]


@pytest.mark.parametrize(
    ("effect", "ours", "agrees"),
    [("up", "up", False), ("exclude", "excluded", None), ("unknown", "unknown", None)],
)
@pytest.mark.parametrize("on", ["api", "a"])  # the service, its endpoint
async def test_what_we_measured_is_told_where_a_correction_took_it_out(
    world: World, effect: str, ours: str, agrees: bool | None, on: str
) -> None:
    await measured(world, "UUDDDDUU")
    key = await dispute(world, api="UUDDDDUU")
    await world.correction(1, 4, target=on, effect=effect)
    [correction] = await world.connection.fetch("select key from fact.correction")

    told = await split(world, key)

    # From 1 to 2 both were up: a correction that says so too changes nothing.
    changed = (1, 2, ours, "up", agrees, "up", correction["key"])
    same = (0, 2, "up", "up", True, None, None)
    first = [same] if effect == "up" else [(0, 1, *same[2:]), changed]
    assert [
        *first,
        (2, 4, ours, "down", agrees, "down", correction["key"]),
        (4, 6, "unplanned", "down", True, None, None),
        (6, 8, "up", "up", True, None, None),
    ] == sorted(told)


async def test_a_correction_to_down_is_told_too_and_one_not_approved_is_not(world: World) -> None:
    await measured(world, "UUUU")
    key = await dispute(world, api="UUUU")
    await world.correction(0, 1, effect="down")
    await world.correction(2, 3, effect="down", approver=None)
    correction = await world.connection.fetchval("select min(key) from fact.correction")

    assert [
        (0, 1, "unplanned", "up", False, "up", correction),
        (1, 4, "up", "up", True, None, None),
    ] == sorted(await split(world, key))
