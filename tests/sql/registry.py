"""The registry as a contract sees it, for tests."""

from typing import Any

from tests.sql.world import World, span


async def listed(
    world: World, first: float = 0, last: float = 10, contract: str = "acme"
) -> list[dict[str, Any]]:
    rows = await world.connection.fetch(
        "select * from sla.maintenance_of($1, $2)", contract, span(first, last)
    )
    return [dict(row) for row in rows]
