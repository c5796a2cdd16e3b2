"""What can be told of a database without changing it."""

from dataclasses import dataclass

import asyncpg

from vigie.storing.explain import address, explained
from vigie.storing.queries import query

_CONNECT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A database as it is; schema and as_of are None before its first migration."""

    address: str
    version: str  # of PostgreSQL
    size: str
    schema: str | None  # the newest migration
    as_of: str | None  # figures say nothing of what lies after


async def read_state(url: str) -> State:
    """Return the state of the database at *url*; nothing is started and nothing migrated."""
    with explained(url):
        connection = await asyncpg.connect(url, timeout=_CONNECT_S)
        try:
            return await _read(connection, url)
        finally:
            await connection.close()


async def _read(connection: asyncpg.Connection, url: str) -> State:
    told = await connection.fetchrow(query("database_state"))
    more = await connection.fetchrow(query("database_schema")) if told["migrated"] else None
    return State(
        address=address(url),
        version=told["postgresql"],
        size=told["database_size"],
        schema=more["filename"] if more else None,
        as_of=more["as_of"] if more else None,
    )
