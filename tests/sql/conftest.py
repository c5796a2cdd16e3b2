"""A world per test, in a transaction that is rolled back."""

import asyncio
import os
from datetime import timedelta

import asyncpg
import pytest
from tests.conftest import with_database
from tests.sql.mutants import MUTANTS
from tests.sql.world import START, World


@pytest.fixture
def world(connection: asyncpg.Connection) -> World:
    return World(connection=connection)


@pytest.fixture
async def partitioned(connection: asyncpg.Connection) -> asyncpg.Connection:
    """The connection, with the days of the laws' worlds made: every example would make them."""
    days = [(START + timedelta(days=number)).date() for number in (-2, 2)]
    await connection.execute("select fact.ensure_partitions($1, $2)", *days)
    return connection


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
