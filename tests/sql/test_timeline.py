"""What every instant of a period is: cover and classes, in minutes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from tests.sql.world import Range, World, minute, span

Timeline = list[tuple[float, float, str]]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One endpoint, one slot a minute (U up, D down, ? unknown, . a hole), the period [0, 10)."""

    name: str
    results: str
    expected: Timeline
    contract: dict[str, Any] = field(default_factory=dict)
    windows: tuple[dict[str, Any], ...] = ()
    exclusions: tuple[tuple[float, float], ...] = ()


COVER = [
    Case(name="all_up", results="UUUUUUUUUU", expected=[(0, 10, "up")]),
    Case(
        name="down_slots_last_one_interval_each",
        results="UUUDDUUUUU",
        expected=[(0, 3, "up"), (3, 5, "unplanned"), (5, 10, "up")],
    ),
    Case(
        name="a_hole_covers_one_interval_and_no_more",
        # The result of minute 2 holds for [2, 3); 3 to 5 is covered by nothing.
        results="UUU..UUUUU",
        expected=[(0, 3, "up"), (3, 5, "unknown"), (5, 10, "up")],
    ),
    Case(
        name="down_before_a_hole_is_not_extended",
        results="UUD..UUUUU",
        expected=[(0, 2, "up"), (2, 3, "unplanned"), (3, 5, "unknown"), (5, 10, "up")],
    ),
    Case(
        name="unknown_result_covers_as_unknown",
        results="UU?UUUUUUU",
        expected=[(0, 2, "up"), (2, 3, "unknown"), (3, 10, "up")],
    ),
    Case(
        name="nothing_before_the_first_result_counts",
        # The endpoint counts from its first result; where none counts, the service is unknown.
        results="...UUUUUUU",
        expected=[(0, 3, "unknown"), (3, 10, "up")],
    ),
]

MAINTENANCE = [
    Case(
        name="down_inside_a_window_is_planned",
        results="UUUDDUUUUU",
        windows=({"first": 2, "last": 6},),
        expected=[(0, 3, "up"), (3, 5, "planned"), (5, 10, "up")],
    ),
    Case(
        name="overrun_is_unplanned",
        results="UUUDDDUUUU",
        windows=({"first": 2, "last": 5},),
        expected=[(0, 3, "up"), (3, 5, "planned"), (5, 6, "unplanned"), (6, 10, "up")],
    ),
    Case(
        name="early_close_ends_the_excuse",
        results="UUUDDDUUUU",
        windows=({"first": 2, "last": 9, "closed": 4},),
        expected=[(0, 3, "up"), (3, 4, "planned"), (4, 6, "unplanned"), (6, 10, "up")],
    ),
    Case(
        name="closing_after_the_announced_end_does_not_extend_it",
        results="UUUDDDUUUU",
        windows=({"first": 2, "last": 5, "closed": 9},),
        expected=[(0, 3, "up"), (3, 5, "planned"), (5, 6, "unplanned"), (6, 10, "up")],
    ),
    Case(
        name="withdrawn_window_excuses_nothing",
        results="UUUDDUUUUU",
        windows=({"first": 2, "last": 6, "withdrawn": True},),
        expected=[(0, 3, "up"), (3, 5, "unplanned"), (5, 10, "up")],
    ),
    Case(
        name="unannounced_window_excuses_nothing",
        results="UUUDDUUUUU",
        windows=({"first": 2, "last": 6, "announced": None},),
        expected=[(0, 3, "up"), (3, 5, "unplanned"), (5, 10, "up")],
    ),
    Case(
        name="announcement_without_proof_excuses_nothing",
        results="UUUDDUUUUU",
        windows=({"first": 2, "last": 6, "channel": None},),
        expected=[(0, 3, "up"), (3, 5, "unplanned"), (5, 10, "up")],
    ),
    Case(
        name="announcement_after_the_start_excuses_nothing",
        results="UUUDDUUUUU",
        windows=({"first": 2, "last": 6, "announced": minute(3)},),
        expected=[(0, 3, "up"), (3, 5, "unplanned"), (5, 10, "up")],
    ),
    Case(
        name="security_measure_needs_no_notice",
        results="UUUDDUUUUU",
        windows=({"first": 2, "last": 6, "kind": "security", "announced": None},),
        expected=[(0, 3, "up"), (3, 5, "planned"), (5, 10, "up")],
    ),
    Case(
        name="overlapping_nested_touching_and_duplicate_windows_are_one_union",
        results="DDDDDDDDDD",
        windows=(
            {"first": 1, "last": 4},
            {"first": 3, "last": 5},
            {"first": 2, "last": 3},
            {"first": 5, "last": 6},
            {"first": 1, "last": 4},
        ),
        expected=[(0, 1, "unplanned"), (1, 6, "planned"), (6, 10, "unplanned")],
    ),
    Case(
        name="window_longer_than_the_period",
        results="UUUDDUUUUU",
        windows=({"first": -60, "last": 60},),
        expected=[(0, 3, "up"), (3, 5, "planned"), (5, 10, "up")],
    ),
    Case(
        name="convention_window_takes_all_of_it_up_or_down",
        results="UUUDDUUUUU",
        contract={"maintenance": "window"},
        windows=({"first": 2, "last": 6},),
        expected=[(0, 2, "up"), (2, 6, "planned"), (6, 10, "up")],
    ),
    Case(
        name="convention_downtime_leaves_unknown_in_a_window_unknown",
        results="UUU..UUUUU",
        windows=({"first": 2, "last": 6},),
        expected=[(0, 3, "up"), (3, 5, "unknown"), (5, 10, "up")],
    ),
]

PRIORITY = [
    Case(
        name="excluded_before_planned_before_unplanned",
        results="DDDDDDDDDD",
        exclusions=((2, 4),),
        windows=({"first": 3, "last": 6},),
        expected=[
            (0, 2, "unplanned"),
            (2, 4, "excluded"),
            (4, 6, "planned"),
            (6, 10, "unplanned"),
        ],
    ),
    Case(
        name="excluded_covers_up_and_unknown_too",
        results="UU..UUUUUU",
        exclusions=((1, 3),),
        expected=[(0, 1, "up"), (1, 3, "excluded"), (3, 4, "unknown"), (4, 10, "up")],
    ),
    Case(
        name="outside_before_everything",
        results="DDDDDDDDDD",
        contract={"valid": span(3, 7)},
        exclusions=((2, 4),),
        expected=[
            (0, 3, "outside"),
            (3, 4, "excluded"),
            (4, 7, "unplanned"),
            (7, 10, "outside"),
        ],
    ),
]


@pytest.mark.parametrize("case", [*COVER, *MAINTENANCE, *PRIORITY], ids=lambda case: case.name)
async def test_timeline(world: World, case: Case) -> None:
    await world.service()
    await world.contract(**case.contract)
    for window in case.windows:
        await world.window(**window)
    for first, last in case.exclusions:
        await world.correction(first, last)
    await world.results("a", case.results)
    await world.rolled_up_to(minute(60))

    assert case.expected == await world.timeline(span(0, 10))


async def test_what_is_not_over_is_unknown(world: World) -> None:
    await world.service()
    await world.contract()
    await world.results("a", "UUUUU")
    await world.rolled_up_to(minute(4))

    assert [(0, 4, "up"), (4, 10, "unknown")] == await world.timeline(span(0, 10))


async def test_time_outside_the_agreed_hours_is_outside(world: World) -> None:
    await world.calendar("office", [(1, 0.1, 0.2), (1, 0.3, 0.4)])  # minutes 6-12 and 18-24
    await world.service()
    await world.contract(hours="office")
    await world.results("a", "D" * 30)
    await world.rolled_up_to(minute(60))

    expected = [
        (0, 6, "outside"),
        (6, 12, "unplanned"),
        (12, 18, "outside"),
        (18, 24, "unplanned"),
        (24, 30, "outside"),
    ]
    assert expected == await world.timeline(span(0, 30))


async def test_endpoint_counts_from_since_to_until(world: World) -> None:
    await world.service(endpoints=["old"], every_endpoint=True, since=minute(2), until=minute(6))
    await world.contract()
    await world.results("old", "DDDDDDDDDD")
    await world.rolled_up_to(minute(60))

    expected = [(0, 2, "unknown"), (2, 6, "unplanned"), (6, 10, "unknown")]
    assert expected == await world.timeline(span(0, 10))


async def test_adding_an_endpoint_does_not_make_the_past_unknown(world: World) -> None:
    await world.service(endpoints=["old", "new"])
    await world.contract()
    await world.results("old", "UUUUUUUUUU")
    await world.results("new", "UUUUU", start=5)
    await world.rolled_up_to(minute(60))

    assert [(0, 10, "up")] == await world.timeline(span(0, 10))


async def test_late_results_are_the_same_as_timely_ones(world: World) -> None:
    await world.service()
    await world.contract()
    await world.results("a", "UU..UUUU")
    await world.rolled_up_to(minute(60))
    await world.results("a", "DD", start=2)
    await world.results("a", "UU", start=2)  # replayed with another outcome: the first one stays
    await world.rolled_up_to(minute(60))

    expected = [(0, 2, "up"), (2, 4, "unplanned"), (4, 8, "up")]
    assert expected == await world.timeline(span(0, 8))


async def test_cover_reaches_over_midnight(world: World) -> None:
    midnight = 24 * 60
    await world.service()
    await world.contract()
    await world.results("a", "UDDU", start=midnight - 1.5)
    await world.rolled_up_to(minute(midnight + 60))

    expected = [
        (midnight - 1.5, midnight - 0.5, "up"),
        (midnight - 0.5, midnight + 1.5, "unplanned"),
        (midnight + 1.5, midnight + 2.5, "up"),
    ]
    assert expected == await world.timeline(span(midnight - 1.5, midnight + 2.5))


async def test_denser_samples_shift_nothing(world: World) -> None:
    await world.service()
    await world.contract()
    await world.results("a", "UUUD")  # minutes 0 to 3
    await world.results("a", "DDDDDDDU", start=3.25, step=0.25)  # each 15 s until the recovery
    await world.results("a", "UUUUU", start=6)
    await world.rolled_up_to(minute(60))

    expected = [(0, 3, "up"), (3, 5, "unplanned"), (5, 11, "up")]
    assert expected == await world.timeline(span(0, 11))


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (asyncpg.Range(empty=True), "period empty: its end must lie after its start"),
        (asyncpg.Range(minute(0), None), "its end must lie after its start, both finite"),
    ],
)
async def test_period_without_length_is_refused(world: World, period: Range, expected: str) -> None:
    await world.service()
    await world.contract()

    with pytest.raises(asyncpg.RaiseError, match=expected):
        await world.timeline(period)


@pytest.mark.parametrize(
    ("contract", "scope", "expected"),
    [
        ("acne", "solution", 'contract "acne": there is none of this key'),
        ("acme", "aqi", 'scope "aqi": contract "acme" does not cover it'),
    ],
)
async def test_unknown_names_are_refused(
    world: World, contract: str, scope: str, expected: str
) -> None:
    await world.service()
    await world.contract()

    with pytest.raises(asyncpg.RaiseError, match=expected):
        await world.timeline(span(0, 1), scope=scope, contract=contract)


async def test_interval_change_keeps_the_cover_of_older_results(world: World) -> None:
    await world.service(every=timedelta(minutes=5))
    await world.contract()
    await world.results("a", "UDU", step=5)
    await world.rolled_up_to(minute(60))

    expected = [(0, 5, "up"), (5, 10, "unplanned"), (10, 15, "up")]
    assert expected == await world.timeline(span(0, 15))
