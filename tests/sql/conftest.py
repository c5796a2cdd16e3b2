"""A world per test, in a transaction that is rolled back."""

import asyncio
import os

import asyncpg
import pytest
from tests.conftest import with_database
from tests.sql.mutants import MUTANTS
from tests.sql.world import World


@pytest.fixture
def world(connection: asyncpg.Connection) -> World:
    return World(connection=connection)


@pytest.fixture(scope="session")
def template(server: str, template: str) -> str:
    """The migrated database; with the wrong that `VIGIE_MUTANT` names, when it names one."""
    name = os.environ.get("VIGIE_MUTANT")
    for mutant in MUTANTS:
        if mutant.name == name:
            asyncio.run(_apply(with_database(server, template), mutant.text()))
    return template


async def _apply(url: str, text: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(text)
    await connection.close()
