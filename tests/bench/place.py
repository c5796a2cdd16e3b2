"""A database for a measurement."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from vigie.settings import Settings
from vigie.storing.pool import open_database


@asynccontextmanager
async def bench_pool(folder: Path) -> AsyncIterator[asyncpg.Pool]:
    """Open `VIGIE_DATABASE_URL`, else an embedded PostgreSQL in *folder*."""
    url = os.environ.get("VIGIE_DATABASE_URL")
    async with open_database(Settings(database_url=url, home=folder / "home")) as pool:
        yield pool
