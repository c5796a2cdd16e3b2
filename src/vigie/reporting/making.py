"""The whole way from a question to figures, and from figures to a PDF."""

from datetime import datetime
from pathlib import Path

import asyncpg

from vigie.reporting.document import to_json
from vigie.reporting.periods import Asked, Days, Span
from vigie.reporting.reading import figures
from vigie.reporting.records import Figures
from vigie.settings import Settings
from vigie.storing import open_database, roll_up


async def read(
    settings: Settings,
    *,
    contract: str,
    asked: Asked | Days | Span,
    now: datetime,
    scope: str = "solution",
    readings: bool = False,
) -> Figures:
    """Return the figures from the database of *settings*, all of one moment.

    The roll-up follows first: nobody may have run since the period ended.
    """
    async with open_database(settings) as pool:
        await roll_up(pool, now)
        return await _read(pool, contract, asked, now, scope, readings=readings)


async def _read(
    pool: asyncpg.Pool,
    contract: str,
    asked: Asked | Days | Span,
    now: datetime,
    scope: str,
    *,
    readings: bool,
) -> Figures:
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        return await figures(
            connection, contract=contract, asked=asked, now=now, scope=scope, readings=readings
        )


def make_pdf(
    found: Figures,
    *,
    directory: Path,
    now: datetime,
    language: str | None = None,
) -> bytes:
    """Return the report as PDF; templates of *directory* win over the shipped ones."""
    # These take a second to import, and a table of figures needs neither.
    from vigie.reporting.html import to_html
    from vigie.reporting.pdf import render
    from vigie.templating import roots

    folders = roots(directory)
    page = to_html(found, folders=folders, now=now, language=language)
    return render(page, folders=folders, data=to_json(found), created=now)
