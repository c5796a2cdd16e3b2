"""A world per test, in a transaction that is rolled back; reports that are drawn at once."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from tests import here
from tests.reporting.byclock import began
from tests.sql.world import World

drawn_here = here.drawn_here


@pytest.fixture
def world(connection: asyncpg.Connection) -> World:
    return World(connection=connection)


@pytest.fixture
def no_warnings(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on anything that WeasyPrint complains of, but an optional library that is missing."""
    yield
    told = [record.getMessage() for record in caplog.records if record.name == "weasyprint"]
    assert [] == [line for line in told if "HarfBuzz" not in line]


@pytest.fixture
def given(tmp_path: Path) -> Path:
    made = tmp_path / "given"
    made.mkdir()
    return made


@pytest.fixture
async def world_of_may(pool: asyncpg.Pool, given: Path) -> AsyncIterator[World]:
    """May 2026 is over; reports go to a folder, by the clock since the end of May."""
    async with pool.acquire() as connection:
        world = World(connection=connection)
        await world.service()
        reports = {"to": [{"folder": str(given)}]}
        await world.contract(
            timezone="Europe/Paris",
            basis="year",
            terms=json.dumps({"terms": {"reports": reports}}),
        )
        await world.rolled_up_to(datetime(2026, 7, 1, tzinfo=UTC))
        await began(connection, datetime(2026, 5, 20, tzinfo=UTC))
        yield world
