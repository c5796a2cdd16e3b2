"""What the owners of the database and of its views may do, proved with real logins."""

import asyncio
import logging
import secrets
from urllib.parse import urlsplit

import asyncpg
import pytest
from asyncpg import exceptions as pg

from vigie.storing import migrate


async def test_an_owner_who_may_make_no_roles_gets_figures_and_one_warning(
    empty_database: str, caplog: pytest.LogCaptureFixture
) -> None:
    name = f"vigie_test_owner_{secrets.token_hex(4)}"
    admin = await asyncpg.connect(empty_database)
    await admin.execute(f"create role {name} login password 'secret'")
    await admin.execute(f"grant create on database {urlsplit(empty_database).path[1:]} to {name}")
    owner = await asyncpg.connect(empty_database, user=name, password="secret")
    try:
        with caplog.at_level(logging.WARNING, "vigie"):
            await migrate(owner)
            await asyncio.sleep(0)  # asyncpg tells its listeners in the next turn

        assert 1 == len(caplog.messages)
        assert caplog.messages[0].startswith("logins for analysts are not possible: ")
        assert [] == await owner.fetch("select * from sla.availability_month")
    finally:
        await owner.close()
        await admin.execute(f"drop owned by {name}; drop role {name}")
        await admin.close()


@pytest.mark.parametrize("column", ["targets", "facts", "leased_by"])
async def test_the_owner_of_the_views_may_not_read_addresses_and_words(
    connection: asyncpg.Connection, column: str
) -> None:
    """So that no view can show them by mistake."""
    await connection.execute("set local role vigie_reader")
    with pytest.raises(pg.InsufficientPrivilegeError):
        await connection.fetch(f"select {column} from fact.outbox")


@pytest.mark.parametrize("asked", ["secret from fact.signing_key", "detail from fact.outbox_event"])
async def test_the_owner_of_the_views_may_not_read_what_signs_and_what_was_answered(
    connection: asyncpg.Connection, asked: str
) -> None:
    await connection.execute("set local role vigie_reader")
    with pytest.raises(pg.InsufficientPrivilegeError):
        await connection.fetch(f"select {asked}")
