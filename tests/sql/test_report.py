"""Kept reports: their terms, the way from draft to issue, and the chain."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tests.sql.reports import DAY, FIGURES, MARCH, keep, state, step
from tests.sql.world import World, minute

from vigie.storing import add_analyst, remove_analyst

R1, R2 = "acme/2026-03/r1", "acme/2026-03/r2"


def terms(**reports: Any) -> str:
    return json.dumps({"terms": {"reports": reports}})


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        # April 2026 begins on a Wednesday; the 3rd is Good Friday, of which no calendar is told.
        ({}, "2026-04-03T06:00"),  # 08:00 in Paris, UTC+2
        ({"send": {"working_day": 1, "at": "23:30"}}, "2026-04-01T21:30"),
        ({"send": {"calendar": "office"}}, "2026-04-07T06:00"),  # closed on the 3rd and the 6th
        ({"send": {"working_day": 4, "calendar": "office"}}, "2026-04-08T06:00"),
        ({"automatic": False}, None),
    ],
)
async def test_report_is_due_on_a_working_day_of_the_contract_s_zone(
    world: World, reports: dict[str, Any], expected: str | None
) -> None:
    await world.service()
    days = [(datetime(2026, 4, day, tzinfo=UTC), None, None) for day in (3, 6)]
    await world.calendar("office", [(day, 9, 18) for day in range(1, 6)], days=days)
    await world.contract(timezone="Europe/Paris", terms=terms(**reports))
    march = await world.connection.fetchval("select sla.period('acme', 'month', '2026-03-01')")
    due = await world.connection.fetchval(
        "select fact.report_due($1, $2)", world.ids["acme"], march
    )

    assert expected == (due and f"{due:%Y-%m-%dT%H:%M}")


async def test_objections_may_be_made_for_five_local_days(world: World) -> None:
    """Over the end of summer time, five days are 121 hours."""
    await world.service()
    await world.contract(timezone="Europe/Paris")
    made = datetime(2026, 10, 22, 6, tzinfo=UTC)
    until = await world.connection.fetchval(
        "select fact.objections_until($1, $2, $3)", world.ids["acme"], asyncpg.Range(*MARCH), made
    )

    assert timedelta(hours=121) == until - made


@pytest.fixture
async def acme(world: World) -> World:
    await world.service()
    await world.contract()
    return world


async def test_draft_is_issued_once_nobody_may_object_any_more(acme: World) -> None:
    await keep(acme, made_at=minute(0))
    with pytest.raises(
        asyncpg.RaiseError, match="objections may be made until 2026-05-09T00:00:00Z"
    ):
        async with acme.connection.transaction():
            await step(acme, "issue_report", R1, "alice", None, minute(0) + 5 * DAY - DAY / 2)
    assert "draft" == await state(acme, R1)
    await step(acme, "issue_report", R1, "alice", None, minute(0) + 5 * DAY)

    assert "issued" == await state(acme, R1)


async def test_open_objection_keeps_a_draft_from_being_issued(acme: World) -> None:
    await keep(acme)
    for number in (1, 2):
        assert number == await step(acme, "object_report", R1, "bob", "wrong", minute(number))
    assert "objected" == await state(acme, R1)
    with pytest.raises(asyncpg.RaiseError, match=r"objection 1 .*; objection 2 of bob"):
        async with acme.connection.transaction():
            await step(acme, "issue_report", R1, "alice", "in a hurry", minute(3))
    with pytest.raises(asyncpg.RaiseError, match="say which objection"):
        async with acme.connection.transaction():
            await step(acme, "answer_objection", R1, None, "alice", "no", minute(3))
    for number in (2, 1):
        assert number == await step(
            acme, "answer_objection", R1, number, "alice", "it is right", minute(3)
        )
    with pytest.raises(asyncpg.RaiseError, match="no objection waits"):
        async with acme.connection.transaction():
            await step(acme, "answer_objection", R1, None, "alice", "no", minute(3))
    await step(acme, "issue_report", R1, "alice", "in a hurry", minute(3))
    row = await acme.connection.fetchrow("select * from sla.report")

    assert ("issued", 2, 0, "in a hurry") == (
        *(row["state"], row["objections"], row["open_objections"], row["issued_early"]),
    )


async def test_draft_whose_place_was_taken_is_never_issued(acme: World) -> None:
    await keep(acme)
    later = {"availability": {**FIGURES["availability"], "percent": "99.9900"}}
    await keep(acme, revision=2, reason="late results", figures=later)
    with pytest.raises(asyncpg.RaiseError, match=f"{R2} has taken its place"):
        async with acme.connection.transaction():
            await step(acme, "issue_report", R1, "alice", "why not", minute(9))
    changes = await acme.connection.fetch("select * from sla.report_change")

    assert "replaced" == await state(acme, R1)
    assert [(R2, R1, "availability.percent", "99.9798", "99.9900", "late results")] == [
        tuple(row) for row in changes
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": {"b": 1, "c": [1]}}, {"a": {"b": 1, "c": [1, 2]}}, [("a.c", "[1]", "[1, 2]")]),
        ({"a": 1}, {}, [("a", "1", None)]),
        ({"period": {"as_of": "x"}}, {"period": {"as_of": "y"}}, []),
        (
            {"outages": [{"starts": "1", "s": 5}, {"starts": "2", "s": 6}]},
            {"outages": [{"starts": "2", "s": 7}], "availability": {"x": "1"}},
            [
                ("availability", None, '{"x": "1"}'),
                ("outages[1]", '{"s": 5, "starts": "1"}', None),
                ("outages[2].s", "6", "7"),
            ],
        ),
        (
            {"days": [{"day": "1"}, {"day": "1", "n": 1}]},
            {"days": [{"day": "1"}, {"day": "1", "n": 2}]},
            [("days[1#2].n", "1", "2")],
        ),
        ({"a": []}, {"a": [{"key": "k"}]}, [("a[k]", None, '{"key": "k"}')]),
        ({"a": None}, {"a": "x"}, [("a", None, "x")]),
    ],
)
async def test_changes_name_each_figure_by_its_row(
    connection: asyncpg.Connection, before: Any, after: Any, expected: list[tuple[Any, ...]]
) -> None:
    rows = await connection.fetch(
        "select * from fact.figure_changes($1::jsonb, $2::jsonb)",
        json.dumps(before),
        json.dumps(after),
    )

    assert expected == [tuple(row) for row in rows]


async def test_chain_tells_what_was_changed_and_what_is_missing(acme: World) -> None:
    await keep(acme)
    for revision in (2, 3, 4):
        await keep(acme, revision=revision, reason="again")
    faults = "select place, fault from fact.report_chain('acme') where fault is not null"
    assert [] == await acme.connection.fetch(faults)

    await acme.connection.execute("""
        set local session_replication_role = replica;
        update fact.report_file set bytes = 'x', sha256 = encode(sha256('x'), 'hex')
        where report_id = (select report_id from fact.report where revision = 1);
        delete from fact.report where revision = 3;
        set local session_replication_role = origin;
    """)

    assert [
        (1, "was changed: its text has another digest"),
        (3, "is missing"),
        (4, "does not follow the report before it"),
    ] == [tuple(row) for row in await acme.connection.fetch(faults)]


async def test_report_is_kept_once_whatever_runs_at_once(acme: World) -> None:
    await keep(acme)
    with pytest.raises(asyncpg.UniqueViolationError) as caught:
        async with acme.connection.transaction():
            await keep(acme)
    assert "report_has_its_place" != caught.value.constraint_name  # type: ignore[attr-defined]
    with pytest.raises(asyncpg.RaiseError, match="there is no revision before it"):
        async with acme.connection.transaction():
            await keep(acme, revision=3, reason="too far")
    with pytest.raises(asyncpg.RaiseError, match="reason: is empty"):
        async with acme.connection.transaction():
            await keep(acme, revision=2, reason=" ")


async def test_customer_s_login_sees_issued_reports_of_its_own(database: str) -> None:
    owner = await asyncpg.connect(database, server_settings={"timezone": "UTC"})
    world = World(connection=owner)
    await world.service()
    for contract in ("acme", "globex"):
        await world.contract(contract)
        await step(world, "issue_report", await keep(world, contract), "a", "now", minute(1))
    await keep(world, revision=2, reason="a draft")
    login = f"acme_{secrets.token_hex(4)}"
    password = await add_analyst(owner, login, "acme-customer")
    own = await asyncpg.connect(database, user=login, password=password)
    try:
        seen = [
            {row["report"] for row in await own.fetch(f"select * from sla.{view}")}
            for view in ("report", "report_event", "report_change")
        ]
        replaced = await own.fetchval("select replaced_by from sla.report")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await own.fetch("select bytes from fact.report_file")
    finally:
        await own.close()
        await remove_analyst(owner, login)
        await owner.close()

    assert ([{R1}, {R1}, set()], None) == (seen, replaced)
