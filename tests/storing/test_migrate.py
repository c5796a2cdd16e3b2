import asyncpg

from vigie.storing.migrate import migrate


async def test_a_second_migration_is_a_no_op(connection: asyncpg.Connection) -> None:
    assert await migrate(connection) == []


async def test_a_clone_is_migrated(database: str) -> None:
    connection = await asyncpg.connect(database)
    assert await migrate(connection) == []
    await connection.close()
