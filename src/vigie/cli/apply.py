"""The commands `plan` and `apply`: what the database would change, and changing it."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from vigie import catalogue, clock, probing, settings
from vigie.storing import Changes, apply_catalogue, open_database, plan_catalogue

Directory = Annotated[Path, Parameter(name="--dir")]
PastHolidays = Annotated[bool, Parameter(negative="")]


async def plan(*, directory: Directory = Path(), past_holidays: PastHolidays = False) -> None:
    """Show what `apply` would change in the database; nothing is changed.

    Parameters
    ----------
    directory
        The catalogue's directory, with probes/ and reports/ in it.
    past_holidays
        Change days that are over too, where the holidays library now knows better: figures of the
        past may change.
    """
    found = catalogue.load(directory, probing.MODELS)
    async with open_database(settings.read(directory)) as pool, pool.acquire() as connection:
        now = clock.now()
        _say(await plan_catalogue(connection, found, now, past_holidays=past_holidays))


async def apply(*, directory: Directory = Path(), past_holidays: PastHolidays = False) -> None:
    """Make the database match the catalogue; what vanished is ended, never deleted.

    Parameters
    ----------
    directory
        The catalogue's directory, with probes/ and reports/ in it.
    past_holidays
        Change days that are over too, where the holidays library now knows better: figures of the
        past may change.
    """
    found = catalogue.load(directory, probing.MODELS)
    async with open_database(settings.read(directory)) as pool, pool.acquire() as connection:
        now = clock.now()
        _say(await apply_catalogue(connection, found, now, past_holidays=past_holidays))


def _say(changes: Changes) -> None:
    for line in changes.lines:
        print(line)
    if not changes:
        print("The database matches the catalogue.")
    if changes.kept:
        print("(--past-holidays changes days that are over, and the figures they are in)")
