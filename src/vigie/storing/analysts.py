"""Logins that may read schema `sla`, each of one customer or of all."""

from dataclasses import dataclass

import asyncpg

from vigie.storing.logins import change_login, new_password
from vigie.storing.queries import query


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyst:
    """A login for analysts."""

    login: str
    customer: str | None  # None: sees every customer


async def add_analyst(connection: asyncpg.Connection, login: str, customer: str | None) -> str:
    """Make *login* and return its password, which is kept nowhere."""
    password = new_password()
    await change_login(connection, "analyst_add", login, customer, password)
    return password


async def remove_analyst(connection: asyncpg.Connection, login: str) -> None:
    """Remove *login* from the server."""
    await change_login(connection, "analyst_remove", login)


async def list_analysts(connection: asyncpg.Connection) -> list[Analyst]:
    """Return the logins of this database, by name."""
    return [Analyst(**row) for row in await connection.fetch(query("analyst_list"))]
