"""The command `vigie db maintain`: raw results do not stay for ever."""

from datetime import date
from pathlib import Path
from typing import Annotated

import asyncpg
from cyclopts import Parameter

from vigie import clock, settings, storing
from vigie.cli.who import operator
from vigie.errors import UsageError

KEEP_DAYS = 761  # 25 months: a year's report can be disputed for another year
SHORTEST = 7
LONGEST = 36_500  # a century: PostgreSQL has no days before 4713 BC


async def maintain(
    *,
    keep_days: int = KEEP_DAYS,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    by: str | None = None,
    directory: Annotated[Path, Parameter(name="--dir")] = Path(),
) -> None:
    """Drop the raw results of old days; figures stay, and so does all that was not up.

    Parameters
    ----------
    keep_days
        How many days of raw results to keep; 761 is 25 months.
    dry_run
        Only say what would be dropped.
    by
        Who does it; default: the user of this computer.
    directory
        The catalogue's directory.
    """
    if keep_days < SHORTEST:
        raise UsageError(f"--keep-days: {keep_days} is too few (write at least {SHORTEST})")
    if keep_days > LONGEST:
        raise UsageError(f"--keep-days: {keep_days} is too many (write at most {LONGEST})")
    async with storing.open_database(settings.read(directory)) as pool:
        await storing.roll_up(pool, clock.now())
        async with pool.acquire() as connection:
            days = await storing.days_to_drop(connection, keep_days)
            if dry_run or not days:
                print(_plan(days, keep_days))
                return
            await _drop(connection, days, operator(by))


async def _drop(connection: asyncpg.Connection, days: list[date], by: str) -> None:
    async for dropped in storing.drop_days(connection, days, by=by, now=clock.now()):
        print(
            f"{dropped.day}: {dropped.results:,} results dropped,"
            f" {dropped.kept:,} of them kept as evidence."
        )
    print("The figures of these days, and of the day after them, are final now.")


def _plan(days: list[date], keep_days: int) -> str:
    if not days:
        return f"No results are older than {keep_days} days."
    # Days in between may have none, so they are not counted.
    span = f"{days[0]}" if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"The results of {span} would be dropped."
