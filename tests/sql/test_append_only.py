"""The registries keep what was recorded as it was recorded, and say when that was."""

import asyncpg
import pytest
from tests.sql.disputes import dispute
from tests.sql.world import START, World, minute, span

REGISTRIES = (
    "maintenance",
    "maintenance_service",
    "maintenance_event",
    "correction",
    "correction_event",
    "report",
    "report_file",
    "report_event",
    "dispute",
    "dispute_result",
)
CHANGES = {
    "maintenance": "update fact.maintenance set announced_at = starts - interval '9 days'",
    "maintenance_service": "update fact.maintenance_service set service_id = service_id",
    "maintenance_event": "update fact.maintenance_event set at = at - interval '1 hour'",
    "correction": "update fact.correction set recorded_by = 'carol'",
    "correction_event": "update fact.correction_event set action = 'approved'",
    "report": "update fact.report set figures = '{}'",
    "report_file": "update fact.report_file set bytes = 'x', sha256 = 'x'",
    "report_event": "update fact.report_event set at = at - interval '1 hour'",
    "dispute": "update fact.dispute set every = '1 hour'",
    "dispute_result": "update fact.dispute_result set outcome = 'up'",
}


@pytest.mark.parametrize("registry", REGISTRIES)
@pytest.mark.parametrize("change", ["update", "delete", "truncate"])
async def test_registry_refuses_to_be_changed(world: World, registry: str, change: str) -> None:
    await world.service()
    await world.window(1, 2, withdrawn=True)
    await world.correction(1, 3, withdrawn=True)
    await world.contract()
    await dispute(world, api="D")
    text = {
        "update": CHANGES[registry],
        "delete": f"delete from fact.{registry}",
        "truncate": f"truncate fact.{registry} cascade",
    }

    with pytest.raises(asyncpg.RestrictViolationError, match="is append-only: nothing in it"):
        await world.connection.execute(text[change])


async def test_window_tells_who_recorded_it_and_when(world: World) -> None:
    await world.service()
    await world.contract()
    await world.window(-20, -10)  # recorded by alice at minute 0
    await world.rolled_up_to(minute(60))
    row = await world.connection.fetchrow(
        "select * from sla.maintenance_of('acme', $1)", span(-60, 60)
    )

    assert (row["recorded_by"], row["recorded_at"]) == ("alice", START)
    assert row["recorded_at"] > row["starts"]
