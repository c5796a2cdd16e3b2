"""The whole way from a question to figures, and from figures to a PDF."""

from datetime import datetime
from functools import partial
from pathlib import Path

from vigie.reporting.evidence.attachments import attached
from vigie.reporting.evidence.branding import at_hand, brand_of
from vigie.reporting.evidence.reportfile import made_of
from vigie.reporting.figures.evidencerecords import Made
from vigie.reporting.figures.periods import Asked, Days, Span
from vigie.reporting.figures.reading import figures
from vigie.reporting.figures.records import Figures
from vigie.reporting.figures.revisions import Revision
from vigie.reporting.press import draw_sealed
from vigie.settings import Settings, Signing
from vigie.storing import open_database, roll_up
from vigie.templating import roots


async def read(
    settings: Settings,
    *,
    contract: str,
    asked: Asked | Days | Span,
    now: datetime,
    scope: str = "solution",
    readings: bool = False,
    evidence: bool = False,
    further: bool = True,
) -> Figures:
    """Return the figures from the database of *settings*, all of one moment.

    Without *further*, what only a report prints is left out.
    The roll-up follows first: nobody may have run since the period ended.
    """
    async with open_database(settings) as pool:
        await roll_up(pool, now)
        async with (
            pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await figures(
                connection,
                contract=contract,
                asked=asked,
                now=now,
                scope=scope,
                readings=readings,
                evidence=evidence,
                further=further,
            )


async def make_report(
    found: Figures,
    *,
    directory: Path,
    now: datetime,
    language: str | None = None,
    signing: Signing,
) -> bytes:
    """Return the report as PDF, as `draw_sealed` does; templates of *directory* win."""
    drawing = partial(make_pdf, found, directory=directory, now=now, language=language)
    return await draw_sealed(drawing, signing=signing, now=now)


def make_pdf(
    found: Figures,
    *,
    directory: Path,
    now: datetime,
    language: str | None = None,
    sealed: bool = False,
    revision: Revision | None = None,
) -> bytes:
    """Return the report as PDF; templates of *directory* win over the shipped ones.

    *sealed*: it says that it is; whoever asks for it seals it. *revision*: what it says of
    itself; None: nobody keeps it. Equal arguments give equal bytes, and what is inside suffices
    to make it again: `made_again`.
    """
    from vigie.reporting.drawing.html import spoken_in  # takes a second to import

    spoken = spoken_in(found, language)
    made = made_of(
        found,
        language=spoken,
        now=now,
        sealed=sealed,
        revision=revision,
        brand=brand_of(directory),
    )
    return made_again(found, made, directory=directory)


def made_again(found: Figures, made: Made, *, directory: Path) -> bytes:
    """Return the PDF of figures that is made as *made* says."""
    # These take a second to import, and a table of figures needs neither.
    from vigie.reporting.drawing.html import to_html
    from vigie.reporting.drawing.pdf import render
    from vigie.reporting.evidence.sources import drawn_with

    folders = roots(directory)
    page = to_html(
        found,
        folders=folders,
        now=made.made_at,
        language=made.language,
        document=made.document,
        sealed=made.sealed,
        revision=made.revision,
        brand=at_hand(made.brand, folders),
    )
    files = attached(found, made, sources=drawn_with(folders, made))
    return render(page, folders=folders, attached=files, created=made.made_at)
