"""Dropping raw results that are old; what matters of them stays as evidence."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg
from asyncpg import exceptions

from vigie.errors import DatabaseError
from vigie.storing.queries import query


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A UTC day whose results were dropped."""

    day: date
    results: int
    kept: int  # of them, as evidence


async def days_to_drop(connection: asyncpg.Connection, keep_days: int) -> list[date]:
    """Return the UTC days with results older than *keep_days* before the as-of day."""
    records = await connection.fetch(query("days_to_drop"), keep_days)
    return [record["day"] for record in records]


async def drop_days(
    connection: asyncpg.Connection, days: list[date], *, by: str, now: datetime
) -> AsyncIterator[Dropped]:
    """Drop *days*, which are the oldest ones, and yield each when it is done.

    Each is a transaction of its own. Raises DatabaseError where a reader of the results does not
    let go of them; what was dropped before stays dropped.
    """
    for day in days:
        try:
            record = await connection.fetchrow(query("drop_day"), day, by, now)
        except exceptions.LockNotAvailableError as error:
            raise DatabaseError(
                f"{day}: somebody has been reading results for long (try again when they are done)"
            ) from error
        yield Dropped(day=day, results=record["results"], kept=record["kept"])


async def final_until(connection: asyncpg.Connection) -> date | None:
    """Return the last UTC day that takes no result any more; None: every day does."""
    day: date | None = await connection.fetchval(query("final_until"))
    return day
