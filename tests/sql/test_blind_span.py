"""From edges to spans: when a location could not tell."""

import pytest
from tests.sql.world import World, minute, minutes


async def told(world: World, location: str, *edges: tuple[float, bool]) -> None:
    """Store edges as (minute, blind), in the order of the list."""
    place = await world._location(location)
    for at, blind in edges:
        why = "references that failed: dns" if blind else ""
        row = {"location_id": place, "at": minute(at), "blind": blind, "why": why}
        await world.insert("blind_edge", row)


@pytest.mark.parametrize(
    ("edges", "spans"),
    [
        ([], []),
        ([(0, False)], []),  # a prober started, and saw
        ([(0, False), (5, True), (7, False)], [(5, 7, 120)]),
        ([(5, True)], [(5, None, None)]),  # not over
        # Killed while blind, started again at 9 when the network was back.
        ([(5, True), (9, False)], [(5, 9, 240)]),
        # Killed while blind, and still blind after the start: one span.
        ([(5, True), (8, True), (11, False)], [(5, 11, 360)]),
        ([(5, True), (7, False), (8, False), (9, True), (9.5, False)], [(5, 7, 120), (9, 9.5, 30)]),
        ([(7, False), (5, True)], [(5, 7, 120)]),  # late data
    ],
)
async def test_spans_from_edges(
    world: World,
    edges: list[tuple[float, bool]],
    spans: list[tuple[float, float | None, int | None]],
) -> None:
    await told(world, "paris", *edges)
    rows = await world.connection.fetch("select * from sla.blind_span order by starts")

    assert spans == [
        (minutes(row["starts"]), row["ends"] and minutes(row["ends"]), row["seconds"])
        for row in rows
    ]
    assert {"paris"} >= {row["location"] for row in rows}
    assert {"references that failed: dns"} >= {row["why"] for row in rows}


async def test_each_location_has_its_own(world: World) -> None:
    await told(world, "paris", (0, True), (4, False))
    await told(world, "rome", (1, True), (2, False))
    rows = await world.connection.fetch(
        "select location, seconds from sla.blind_span order by location"
    )

    assert [("paris", 240), ("rome", 60)] == [tuple(row) for row in rows]


async def test_nothing_shows_where_nothing_was_told(world: World) -> None:
    assert [] == await world.connection.fetch("select * from sla.blind_span")
