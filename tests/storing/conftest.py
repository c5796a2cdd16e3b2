import asyncpg
import pytest
from tests.storing.made import NOON, catalogue, service

from vigie.storing.catalogue import apply_catalogue


@pytest.fixture
async def known(pool: asyncpg.Pool) -> asyncpg.Pool:
    """A database that knows the endpoints api-health and shop-health at paris."""
    async with pool.acquire() as connection:
        await apply_catalogue(connection, catalogue(service("api"), service("shop")), NOON)
    return pool
