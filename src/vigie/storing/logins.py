"""Logins of the database server that the program makes."""

import secrets

import asyncpg
from asyncpg import exceptions as pg

from vigie.errors import DatabaseError
from vigie.storing.explain import refusals
from vigie.storing.queries import query

_PASSWORD_BYTES = 24


def new_password() -> str:
    """Return a password that nobody guesses; it is kept nowhere."""
    return secrets.token_urlsafe(_PASSWORD_BYTES)


async def change_login(connection: asyncpg.Connection, name: str, *arguments: object) -> None:
    """Run the query *name*; raises UsageError for what it refuses, DatabaseError without rights."""
    try:
        with refusals():
            await connection.fetchval(query(name), *arguments)
    except pg.InsufficientPrivilegeError as error:
        said = f"{error.args[0]} (set VIGIE_DATABASE_URL to a user with CREATEROLE)"
        raise DatabaseError(said) from error
