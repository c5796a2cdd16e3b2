"""A database for a measurement."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from vigie.settings import Settings
from vigie.storing.embedded import Embedded
from vigie.storing.pool import open_database


@asynccontextmanager
async def bench_pool(folder: Path) -> AsyncIterator[asyncpg.Pool]:
    """Open `VIGIE_DATABASE_URL`, else an embedded PostgreSQL in *folder*."""
    url = os.environ.get("VIGIE_DATABASE_URL")
    async with open_database(Settings(database_url=url, home=folder / "home")) as pool:
        yield pool


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Give the URL of a database for several processes: `VIGIE_DATABASE_URL`, else embedded."""
    if url := os.environ.get("VIGIE_DATABASE_URL"):
        yield url
        return
    folder.chmod(0o755)  # PostgreSQL's user must enter it
    server = Embedded(folder / "home")
    yield server.join()
    server.leave()
