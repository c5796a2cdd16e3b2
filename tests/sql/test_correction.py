"""Corrections: what each effect does, who makes them count, and the figure without them."""

from typing import Any

import asyncpg
import pytest
from tests.sql.world import START, World, minute, span

UNGUARDED = "alter table fact.correction_event disable trigger another_person_approves"


async def _measured(world: World, results: str = "UUDDUU", **service: Any) -> None:
    await world.service(**service)
    await world.contract()
    await world.results("a", results)
    await world.rolled_up_to(minute(60))


@pytest.mark.parametrize("target", ["api", "a"])
@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ("up", [(0, 3, "up"), (3, 4, "unplanned"), (4, 6, "up")]),
        ("down", [(0, 1, "up"), (1, 4, "unplanned"), (4, 6, "up")]),
        ("unknown", [(0, 1, "up"), (1, 3, "unknown"), (3, 4, "unplanned"), (4, 6, "up")]),
    ],
)
async def test_effect_replaces_what_was_measured(
    world: World, target: str, effect: str, expected: list[tuple[float, float, str]]
) -> None:
    await _measured(world)
    await world.correction(1, 3, target=target, effect=effect)

    assert expected == await world.timeline(span(0, 6))


@pytest.mark.parametrize("target", ["api", "a"])
async def test_nothing_is_in_doubt_about_an_outage_that_was_none(world: World, target: str) -> None:
    """Down from 2 to 4, possibly from 1 on: the minute before goes with the outage."""
    await _measured(world)
    before = await world.availability(span(0, 6))
    await world.correction(2, 4, target=target, effect="up")
    after = await world.availability(span(0, 6))

    assert ("50.0000", "83.3333") == (before["low"], before["high"])  # 3 of 6, 5 of 6
    assert ("100", "100", "100") == (after["low"], after["percent"], after["high"])


@pytest.mark.parametrize(
    ("starts", "ends", "low"),
    [
        (2, 3, "83.3333"),  # from 3 on it was down: 5 of 6, and the minute before was up
        (3, 4, "66.6666"),  # it began at 2, or from 1 on
    ],
)
async def test_an_outage_that_is_partly_one_keeps_its_own_doubt(
    world: World, starts: int, ends: int, low: str
) -> None:
    await _measured(world)
    await world.correction(starts, ends, effect="up")

    assert low == (await world.availability(span(0, 6)))["low"]


async def test_doubt_about_an_outage_of_the_next_period_goes_with_it(world: World) -> None:
    """Down from 2 on; the period ends at 2."""
    await _measured(world)
    assert "50.0000" == (await world.availability(span(0, 2)))["low"]

    await world.correction(2, 4, effect="up")

    assert "100" == (await world.availability(span(0, 2)))["low"]


async def test_excluded_time_of_a_service_leaves_the_figure(world: World) -> None:
    await _measured(world)
    await world.correction(1, 3, effect="exclude")

    expected = [(0, 1, "up"), (1, 3, "excluded"), (3, 4, "unplanned"), (4, 6, "up")]
    assert expected == await world.timeline(span(0, 6))


async def test_excluded_endpoint_leaves_the_answer_to_the_others(world: World) -> None:
    await world.service(endpoints=["a", "b"])
    await world.contract()
    await world.results("a", "UDDDU")
    await world.results("b", "UUUUU")
    await world.correction(1, 3, target="a", effect="exclude")
    await world.rolled_up_to(minute(60))

    expected = [(0, 3, "up"), (3, 4, "unplanned"), (4, 5, "up")]
    assert expected == await world.timeline(span(0, 5))


async def test_excluding_every_endpoint_excludes_the_service(world: World) -> None:
    await world.service(endpoints=["a", "b"])
    await world.contract()
    await world.results("a", "UDDDU")
    await world.results("b", "UUUUU")
    await world.correction(1, 3, target="a", effect="exclude")
    await world.correction(2, 4, target="b", effect="exclude")
    await world.rolled_up_to(minute(60))

    # From 1 to 2 b decides, from 3 to 4 a, and from 2 to 3 nobody is left.
    assert await world.timeline(span(0, 5)) == [
        (0, 2, "up"),
        (2, 3, "excluded"),
        (3, 4, "unplanned"),
        (4, 5, "up"),
    ]
    figures = await world.availability(span(0, 5))
    assert (figures["coverage"], figures["committed_s"]) == ("100", 4 * 60)


async def test_excluded_time_is_no_unknown_time_that_counts_as_down(world: World) -> None:
    await world.service(endpoints=["a"])
    await world.contract(unknown="down")
    await world.results("a", "UUUUU")
    await world.correction(1, 3, target="a", effect="exclude")
    await world.rolled_up_to(minute(60))
    figures = await world.availability(span(0, 5))

    assert (figures["excluded_s"], figures["budget_used_s"]) == (2 * 60, 0)


async def test_service_that_is_stated_is_not_left_out_with_its_endpoint(world: World) -> None:
    await _measured(world)
    await world.correction(1, 3, target="a", effect="exclude")
    await world.correction(2, 3, effect="up")

    expected = [(0, 1, "up"), (1, 2, "excluded"), (2, 3, "up"), (3, 4, "unplanned"), (4, 6, "up")]
    assert expected == await world.timeline(span(0, 6))


@pytest.mark.parametrize(
    "judged",
    [
        {"approver": None},
        {"approver": "alice"},
        {"approver": "  ALICE "},
        {"approver": " "},
        {"approver": "al\u200bice"},
        {"approver": "\uff21lice\u00ad"},
        {"approver": "\u200b"},
        {"approver": "bob", "withdrawn": True},
    ],
    ids=[
        "pending",
        "by its author",
        "by its author in capitals",
        "by nobody",
        "zero width",
        "wide letters",
        "nobody seen",
        "withdrawn",
    ],
)
async def test_correction_without_another_persons_approval_changes_nothing(
    world: World, judged: dict[str, Any]
) -> None:
    """An older program let its author approve it."""
    await _measured(world)
    await world.connection.execute(UNGUARDED)
    await world.correction(1, 3, effect="up", **judged)

    expected = [(0, 2, "up"), (2, 4, "unplanned"), (4, 6, "up")]
    assert expected == await world.timeline(span(0, 6))
    correction = await world.connection.fetchrow("select * from sla.correction")
    approver = "bob" if judged["approver"] == "bob" else None
    assert (False, approver) == (correction["effective"], correction["approved_by"])


@pytest.mark.parametrize("approver", ["alice", "  ALICE ", "al\u200bice", " ", "\u200b"])
async def test_approval_by_the_author_is_refused(world: World, approver: str) -> None:
    await _measured(world)

    with pytest.raises(asyncpg.CheckViolationError, match="author, or by nobody") as bad:
        await world.correction(1, 3, effect="up", approver=approver)
    assert getattr(bad.value, "hint", None) == (
        "Another person than the author must approve it: write who in recorded_by."
    )


async def test_author_may_withdraw(world: World) -> None:
    await _measured(world)
    await world.correction(1, 3, approver=None, withdrawn=True)

    assert await world.connection.fetchval("select withdrawn_at = $1 from sla.correction", START)


async def test_contradicting_corrections_count_against_the_provider(world: World) -> None:
    await _measured(world, "UUUU")
    await world.correction(0, 4, effect="up")
    await world.correction(1, 3, effect="unknown")
    await world.correction(2, 4, effect="down")

    expected = [(0, 1, "up"), (1, 2, "unknown"), (2, 4, "unplanned")]
    assert expected == await world.timeline(span(0, 4))


async def test_readings_show_the_figure_with_and_without(world: World) -> None:
    await _measured(world, "UUDDUUDD..")
    await world.window(6, 7)
    await world.correction(2, 4, effect="up")

    rows = await world.connection.fetch(
        "select reading, agreed, percent from sla.readings('acme', 'solution', $1)", span(0, 10)
    )

    # 10 minutes: corrected up 2 to 4, down 6 to 8 with 6 to 7 planned, 8 to 10 unknown.
    expected = [
        ("as agreed", True, "85.7142"),  # 6 / (6 + 1)
        ("without corrections", False, "57.1428"),  # 4 / (4 + 3)
        ("downtime", True, "85.7142"),
        ("window", False, "85.7142"),
        ("up", False, "87.5000"),  # 7 / (7 + 1)
        ("none", False, "75.0000"),  # 6 / (6 + 2)
        ("neither", True, "85.7142"),
        ("up", False, "88.8888"),  # 8 / (8 + 1)
        ("down", False, "66.6666"),  # 6 / (6 + 1 + 2)
    ]
    assert expected == [tuple(row) for row in rows]
