"""Who is on duty, and who is called at each level."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from tests.sql.world import World

PARIS = "Europe/Paris"
OFFICE = [(day, 9, 17) for day in range(1, 6)]
LATE = [(day, 17, 22) for day in range(1, 6)]
MAY_1 = datetime(2026, 5, 1, tzinfo=UTC)  # a Friday, and a holiday
LEVELS = [["alice", "bob"], ["carol"], ["dave", "alice"]]


def person(hours: str | None = None, *roles: str) -> dict[str, Any]:
    return {"name": "N.", "roles": roles, "reach": [], "hours": hours}


PEOPLE = {
    "alice": person("office", "incident_manager", "development"),
    "bob": person("late"),
    "carol": person(),
    "dave": person("office"),
}


@pytest.fixture
async def rota(world: World) -> World:
    """Alice and Dave work by day, Bob in the evening, Carol always; times of Paris."""
    await world.calendar("office", OFFICE, timezone=PARIS, days=[(MAY_1, None, None)], years=[2026])
    await world.calendar("late", LATE, timezone=PARIS)
    await write(world)
    return world


async def write(
    world: World,
    people: Mapping[str, Any] = PEOPLE,
    levels: Sequence[Sequence[str]] = LEVELS,
) -> None:
    await world.connection.execute(
        "insert into fact.rota (spec, recorded_at) values ($1, now())",
        json.dumps({"people": people, "levels": levels}),
    )


async def on_duty(world: World, people: Sequence[str], at: str) -> Any:
    instant = datetime.fromisoformat(at)
    return await world.connection.fetchval("select fact.on_duty($1, $2)", people, instant)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-05-04T08:59:59+02:00", ["carol"]),
        ("2026-05-04T09:00:00+02:00", ["dave", "carol", "alice"]),
        ("2026-05-04T16:59:59+02:00", ["dave", "carol", "alice"]),
        ("2026-05-04T17:00:00+02:00", ["carol", "bob"]),  # half-open: the day ends, the evening
        ("2026-05-01T10:00:00+02:00", ["carol"]),  # a holiday of the office
        ("2026-05-01T18:00:00+02:00", ["carol", "bob"]),  # of the office only
        ("2026-05-03T10:00:00+02:00", ["carol"]),  # a Sunday
    ],
)
async def test_people_are_on_duty_in_their_hours(rota: World, at: str, expected: list[str]) -> None:
    assert expected == await on_duty(rota, ["dave", "carol", "bob", "alice"], at)


async def test_all_are_called_when_nobody_is_on_duty(rota: World) -> None:
    people = ["dave", "bob", "alice"]

    assert people == await on_duty(rota, people, "2026-05-03T10:00:00+02:00")


async def test_nobody_of_nobody_is_on_duty(rota: World) -> None:
    assert [] == await on_duty(rota, [], "2026-05-04T10:00:00+02:00")


async def test_year_that_is_not_stored_keeps_nobody_from_being_called(rota: World) -> None:
    # The days of 2027 are not known: the office may be open. The evening has no such days.
    night = "2027-05-04T03:00:00+02:00"

    assert ["alice"] == await on_duty(rota, ["alice", "bob"], night)


async def test_first_hour_of_a_stored_year_is_of_the_local_year(rota: World) -> None:
    # 2026 in Paris, 2025 in UTC: closed, so that Carol alone is called.
    assert ["carol"] == await on_duty(rota, ["alice", "carol"], "2025-12-31T23:30:00+00:00")


async def test_calendar_that_is_not_stored_keeps_nobody_from_being_called(world: World) -> None:
    await write(world, {"erin": person("gone")}, [["erin"]])

    assert ["erin"] == await on_duty(world, ["erin"], "2026-05-03T10:00:00+02:00")


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (-1, ["carol"]),
        (0, ["dave", "alice"]),
        (1, ["alice"]),
        (2, ["carol"]),
        (3, ["dave", "alice"]),
        (4, ["alice"]),
        (5, ["carol"]),
        (300, ["dave", "alice"]),
    ],
)
async def test_after_the_last_level_the_first_comes_again(
    rota: World, level: int, expected: list[str]
) -> None:
    monday = datetime.fromisoformat("2026-05-04T10:00:00+02:00")
    called = await rota.connection.fetchval("select fact.level_people($1, $2)", level, monday)

    assert expected == called


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-05-04T18:00:00+02:00", ["bob"]),
        ("2026-05-03T18:00:00+02:00", ["alice", "bob"]),  # Sunday: nobody of the level is
    ],
)
async def test_a_level_calls_those_on_duty_or_all_of_it(
    rota: World, at: str, expected: list[str]
) -> None:
    instant = datetime.fromisoformat(at)

    assert expected == await rota.connection.fetchval("select fact.level_people(1, $1)", instant)


async def test_without_a_rota_nobody_is_called(connection: asyncpg.Connection) -> None:
    row = await connection.fetchrow(
        "select fact.rota_now(), fact.level_people(1, now()), fact.on_duty('{}', now())"
    )

    assert (None, [], []) == tuple(row)


async def test_only_the_current_wording_counts(rota: World) -> None:
    await rota.connection.execute("update fact.rota set replaced_at = now()")
    await write(rota, {"zoe": person()}, [["zoe"]])

    assert ["zoe"] == await rota.connection.fetchval("select fact.level_people(1, now())")


async def test_person_is_told_by_name_role_and_reach(world: World) -> None:
    reach = [{"channel": "email", "to": "zoe@vendor.example"}]
    zoe = {"name": "Zoe B.", "roles": ["development"], "reach": reach, "hours": None}
    await write(world, {"zoe": zoe}, [["zoe"]])
    row = await world.connection.fetchrow(
        "select fact.person_name('zoe'), fact.has_role('zoe', 'development'),"
        " fact.has_role('zoe', 'infrastructure'), fact.reach_of('zoe')"
    )
    *known, reached = tuple(row)

    assert (["Zoe B.", True, False], reach) == (known, json.loads(reached))


QUESTIONS = [
    "fact.person_name('zoe')",
    "fact.has_role('zoe', 'development')",
    "fact.reach_of('zoe')",
    "fact.is_on_duty('zoe', now())",
    "fact.on_duty('{alice,zoe}', now())",
]


@pytest.mark.parametrize("question", QUESTIONS)
async def test_unknown_person_is_refused_with_those_known(rota: World, question: str) -> None:
    with pytest.raises(asyncpg.RaiseError) as caught:
        await rota.connection.fetchval(f"select {question}")

    assert caught.value.args[0] == 'person "zoe": there is none of this key in the rota'
    assert caught.value.as_dict()["hint"] == "People of the rota: alice, bob, carol, dave"


async def test_person_without_a_rota_is_refused(connection: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.RaiseError) as caught:
        await connection.fetchval("select fact.person_name('zoe')")

    assert caught.value.args[0] == 'person "zoe": there is no rota'
    assert caught.value.as_dict()["hint"] == "Write reports/rota.yaml, then run vigie apply."


async def test_the_owner_of_the_views_may_not_read_the_rota(
    connection: asyncpg.Connection,
) -> None:
    """So that no view can show people's addresses by mistake."""
    await connection.execute("set local role vigie_reader")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("select spec from fact.rota")
