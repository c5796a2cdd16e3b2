"""What the catalogue left in the database, for the tests of bringing it there."""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
from tests.storing.made import NOON

from vigie.catalogue import Calendar, Hours

LATER = NOON + timedelta(days=1)
NINE, NOON_CLOCK = timedelta(hours=9), timedelta(hours=12)


def calendar(*hours: Hours, **more: Any) -> Calendar:
    monday = Hours(weekday=1, opens=NINE, closes=NOON_CLOCK)
    return Calendar(key="office", timezone="Europe/Paris", hours=hours or (monday,), **more)


async def rows(connection: asyncpg.Connection, text: str) -> list[tuple[Any, ...]]:
    return [tuple(record) for record in await connection.fetch(text)]


async def versions(connection: asyncpg.Connection) -> list[tuple[Any, ...]]:
    return await rows(
        connection,
        "select k.key, lower(v.valid), upper(v.valid), v.target, v.replaced_at"
        " from fact.contract_version v join fact.contract k using (contract_id)"
        " order by v.version_id",
    )


async def memberships(connection: asyncpg.Connection) -> list[tuple[Any, ...]]:
    return await rows(
        connection,
        "select e.key, s.key, lower(during), upper(during) from fact.service_endpoint"
        " join fact.endpoint e using (endpoint_id) join fact.service s using (service_id)"
        " order by e.key, during",
    )


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=NOON.tzinfo)  # type: ignore[misc,arg-type] # three to seven
