"""Logins that may read schema `sla`, each of one customer or of all."""

import secrets
from dataclasses import dataclass

import asyncpg
from asyncpg import exceptions as pg

from vigie.errors import DatabaseError
from vigie.storing.explain import refusals
from vigie.storing.queries import query

_PASSWORD_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyst:
    """A login for analysts."""

    login: str
    customer: str | None  # None: sees every customer


async def add_analyst(connection: asyncpg.Connection, login: str, customer: str | None) -> str:
    """Make *login* and return its password, which is kept nowhere."""
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    await _change(connection, "analyst_add", login, customer, password)
    return password


async def remove_analyst(connection: asyncpg.Connection, login: str) -> None:
    """Remove *login* from the server."""
    await _change(connection, "analyst_remove", login)


async def list_analysts(connection: asyncpg.Connection) -> list[Analyst]:
    """Return the logins of this database, by name."""
    return [Analyst(**row) for row in await connection.fetch(query("analyst_list"))]


async def _change(connection: asyncpg.Connection, name: str, *arguments: object) -> None:
    try:
        with refusals():
            await connection.fetchval(query(name), *arguments)
    except pg.InsufficientPrivilegeError as error:
        said = f"{error.args[0]} (set VIGIE_DATABASE_URL to a user with CREATEROLE)"
        raise DatabaseError(said) from error
