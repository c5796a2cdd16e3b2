"""Rows of named queries become records."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

import asyncpg

from vigie.storing import query

Row = Mapping[str, Any]
Made = TypeVar("Made")


async def rows(connection: asyncpg.Connection, name: str, *arguments: object) -> list[Row]:
    """Return the rows of the named query."""
    return [dict(row) for row in await connection.fetch(query(name), *arguments)]


def record(made: type[Made], row: Row, **more: object) -> Made:
    """Return a record from the columns that bear its fields' names, and from *more*."""
    names = [field.name for field in fields(made)]  # type: ignore[arg-type] # all are dataclasses
    return made(**{name: _frozen(row[name]) for name in names if name not in more}, **more)


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
