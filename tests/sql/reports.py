"""Reports kept in a world, without making their PDFs."""

import json
from datetime import datetime, timedelta
from typing import Any

import asyncpg
from tests.sql.world import START, World, minute

MARCH = (datetime(2026, 3, 1, tzinfo=START.tzinfo), datetime(2026, 4, 1, tzinfo=START.tzinfo))
FIGURES = {"availability": {"percent": "99.9798", "verdict": "missed", "target": "99.98"}}


async def keep(
    world: World,
    contract: str = "acme",
    *,
    revision: int = 1,
    reason: str | None = None,
    figures: dict[str, Any] | None = None,
    made_at: datetime | None = None,
    by: str = "alice",
) -> str:
    """Keep a report of March 2026 at the end of its contract's chain."""
    head = await world.connection.fetchrow(
        "select r.place, r.digest from fact.report as r"
        " inner join fact.contract as c using (contract_id)"
        " where c.key = $1 order by r.place desc limit 1",
        contract,
    )
    arguments = (
        *(contract, "solution", "month", "2026-03", asyncpg.Range(*MARCH), revision, reason),
        *(head["place"] + 1 if head else 1, head["digest"] if head else None),
        *(["en"], [b"%PDF of " + contract.encode()], json.dumps(figures or FIGURES), None),
        *("0.1.0", made_at or minute(0), by),
    )
    places = ", ".join(f"${number}" for number in range(1, 17))
    return str(
        await world.connection.fetchval(
            f"select fact.keep_report({places.replace('$12', '$12::jsonb')})", *arguments
        )
    )


async def step(world: World, name: str, key: str, *arguments: Any) -> Any:
    """Object to, answer, or issue a report."""
    places = ", ".join(f"${number}" for number in range(1, 2 + len(arguments)))
    return await world.connection.fetchval(f"select fact.{name}({places})", key, *arguments)


async def state(world: World, key: str) -> str:
    return str(
        await world.connection.fetchval("select state from sla.report where report = $1", key)
    )


DAY = timedelta(days=1)
