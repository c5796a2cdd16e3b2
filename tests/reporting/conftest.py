"""A world per test, in a transaction that is rolled back."""

import asyncpg
import pytest
from tests.sql.world import World


@pytest.fixture
def world(connection: asyncpg.Connection) -> World:
    return World(connection=connection)
