"""A world per test, in a transaction that is rolled back; reports that are drawn at once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from tests.sql.world import World

from vigie.reporting import press
from vigie.reporting.drawing.workers import Job


@pytest.fixture
def world(connection: asyncpg.Connection) -> World:
    return World(connection=connection)


class _Here:
    async def draw(self, job: Job) -> bytes:
        return await asyncio.to_thread(job)


@pytest.fixture
def drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw in this process: another one takes seconds to start."""

    @asynccontextmanager
    async def workers(_: int) -> AsyncIterator[_Here]:
        yield _Here()

    monkeypatch.setattr(press, "open_workers", workers)


@pytest.fixture
def no_warnings(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on anything that WeasyPrint complains of, but an optional library that is missing."""
    yield
    told = [record.getMessage() for record in caplog.records if record.name == "weasyprint"]
    assert [] == [line for line in told if "HarfBuzz" not in line]
