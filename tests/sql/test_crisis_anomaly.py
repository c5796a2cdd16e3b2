"""A crisis that customers report: LEN-11 (b)."""

from typing import Any

import asyncpg
import pytest
from tests.sql.crisis import Cell, customers, outage, rota
from tests.sql.world import World, minute


@pytest.fixture
async def cell(world: World) -> Cell:
    await customers(world)
    await world.contract("initech")
    await rota(world)
    return Cell(world=world, incident=0)


async def reported(
    cell: Cell, customer: str, at: float, *, blocking: bool = True, workaround: str | None = None
) -> Any:
    row = await cell.connection.fetchrow(
        "select * from fact.report_anomaly($1, $2, $3, $4, 'no orders', $5, 'ann', $5)",
        cell.world.ids["api"], cell.world.ids[f"{customer}-customer"], blocking, workaround,
        minute(at),
    )  # fmt: skip
    assert row is not None
    return row["crisis"]


async def test_second_customer_makes_a_crisis(cell: Cell) -> None:
    assert await reported(cell, "acme", 0) is None
    assert await reported(cell, "acme", 1) is None  # the same customer again
    crisis = await reported(cell, "globex", 30)
    row = await cell.connection.fetchrow("select * from fact.crisis")

    assert row is not None
    assert (row["key"], "anomaly", minute(0), minute(30), None) == (
        crisis, row["trigger"], row["started"], row["opened_at"], row["incident_id"]
    )  # fmt: skip
    assert ["page/1/1/alice", "page/1/1/bob"] == await cell.keys()
    assert crisis == await reported(cell, "initech", 31)
    assert 1 == await cell.value("select count(*) from fact.crisis")
    assert ["globex-customer", "initech-customer"] == await cell.value(
        "select array_agg(detail ->> 'customer' order by event_id) from fact.crisis_event"
        " where kind = 'reported'"
    )


@pytest.mark.parametrize(
    "first",
    [
        {"at": 0, "blocking": False},
        {"at": 0, "workaround": "by telephone"},
        {"at": 30 - 24 * 60},
    ],
)
async def test_report_that_does_not_count_makes_no_crisis(
    cell: Cell, first: dict[str, Any]
) -> None:
    await reported(cell, "acme", **first)

    assert await reported(cell, "globex", 30) is None


async def test_withdrawn_report_makes_no_crisis(cell: Cell) -> None:
    await reported(cell, "acme", 0)
    number = await cell.value("select anomaly_id from fact.anomaly")
    ask = "select fact.withdraw_anomaly($1, 'ann', 'a mistake of theirs', $2)"
    await cell.value(ask, number, minute(1))

    assert await reported(cell, "globex", 2) is None
    assert f"anomaly-{number}: was withdrawn, or never reported (vigie anomaly list)" == (
        await cell.refused(cell.value(ask, number, minute(3)))
    )


async def test_contract_that_says_three_waits_for_three(world: World) -> None:
    await world.service("api")
    for key in ("acme", "globex", "initech"):
        await world.contract(key, crisis_customers=3)
    cell = Cell(world=world, incident=0)

    assert [None, None, True] == [
        await reported(cell, key, 1) and True for key in ("acme", "globex", "initech")
    ]


async def test_anomaly_of_a_failing_service_is_the_crisis_of_its_incident(cell: Cell) -> None:
    incident = await outage(cell.world)
    await reported(cell, "acme", 1)
    await reported(cell, "globex", 2)
    cell.incident = incident

    assert ("anomaly", incident) == tuple(
        await cell.connection.fetchrow("select trigger, incident_id from fact.crisis") or ()
    )
    await cell.open(at=10)  # the clock opens no second one
    assert 1 == await cell.value("select count(*) from fact.crisis")


async def test_report_of_the_future_is_refused(cell: Cell) -> None:
    said = await cell.refused(
        cell.value(
            "select fact.report_anomaly($1, $2, true, null, 'x', $3, 'ann', $4)",
            cell.world.ids["api"], cell.world.ids["acme-customer"], minute(2), minute(1),
        )
    )  # fmt: skip

    assert "at: 2026-05-04T00:02:00Z lies in the future (write when it was reported)" == said


async def test_service_that_no_contract_of_the_customer_covers_is_refused(cell: Cell) -> None:
    world = cell.world
    await world.service("shop", endpoints=["s"])
    ended = asyncpg.Range(minute(-1000), minute(0))
    await world.contract("umbrella", valid=ended)
    ask = "select fact.report_anomaly($1, $2, true, null, 'x', $3, 'ann', $3)"

    async def refused(service: str, customer: str, at: float) -> str:
        ids = (world.ids[service], world.ids[customer])
        return await cell.refused(cell.value(ask, *ids, minute(at)))

    assert await refused("shop", "acme-customer", 1) == (
        "acme-customer: no contract of it covers shop (its contracts cover api)"
    )
    assert await refused("api", "umbrella-customer", 1) == (
        "umbrella-customer: no contract of it covers api (it has no contract in force)"
    )
    await cell.value(ask, world.ids["api"], world.ids["umbrella-customer"], minute(-1))


async def test_crisis_that_no_probe_saw_is_resolved_by_word(cell: Cell) -> None:
    await reported(cell, "acme", 0)
    await reported(cell, "globex", 1)
    cell.crisis = await cell.value("select crisis_id from fact.crisis")
    await cell.staff(at=2)
    await cell.plan(at=3)
    await cell.turn(30)

    assert "mitigating" == await cell.state()  # good results prove nothing here
    await cell.resolve(at=31)
    assert "resolved" == await cell.state()
