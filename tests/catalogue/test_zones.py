"""A zone means the same to this program and to PostgreSQL, which does the arithmetic."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from pydantic import TypeAdapter, ValidationError

from vigie.catalogue.scalars import Zone

ZONE: TypeAdapter[str] = TypeAdapter(Zone)
INSTANTS = [datetime(2026, month, 1, 12, tzinfo=UTC) for month in (1, 7)]
OFFSETS = [f"UTC{sign}{hours}" for sign in "+-" for hours in range(13)]
ZONES = ["Europe/Paris", "America/New_York", "Asia/Dubai", "Australia/Melbourne", "GMT", "Japan"]
ASK = "select $1::timestamptz at time zone $2"


async def read(database: str, zones: list[str]) -> dict[str, list[datetime]]:
    """Return the wall-clock times of the instants in each of *zones*."""
    connection = await asyncpg.connect(database)
    try:
        return {
            zone: [await connection.fetchval(ASK, at, zone) for at in INSTANTS] for zone in zones
        }
    finally:
        await connection.close()


def test_accepted_zone_is_the_same_in_postgresql(database: str) -> None:
    zones = [ZONE.validate_python(text) for text in OFFSETS + ZONES]
    expected = {
        zone: [at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in INSTANTS]
        for zone in zones
    }

    assert expected == asyncio.run(read(database, zones))


def test_fixed_offset_is_ahead_of_utc_as_it_says(database: str) -> None:
    ahead = asyncio.run(read(database, [ZONE.validate_python("UTC+1")]))

    # 12:00 UTC is 13:00 there, in winter and in summer.
    assert [[13, 13]] == [[at.hour for at in times] for times in ahead.values()]


@pytest.mark.parametrize("name", ["CET", "MET", "EET", "WET"])
def test_name_that_postgresql_reads_otherwise_is_refused(database: str, name: str) -> None:
    here = [at.astimezone(ZoneInfo(name)).replace(tzinfo=None) for at in INSTANTS]

    assert here != asyncio.run(read(database, [name]))[name]
    with pytest.raises(ValidationError, match="means an offset to some and a zone to others"):
        ZONE.validate_python(name)
