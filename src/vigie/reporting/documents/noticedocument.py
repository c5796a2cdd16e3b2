"""The notice of a maintenance window as a PDF of one page, its calendar file inside."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from vigie import __version__
from vigie.reporting.documents.noticerecords import MaintenanceNotice
from vigie.reporting.evidence.attachments import REPORT, Attached, manifest
from vigie.reporting.evidence.branding import brand_of
from vigie.reporting.figures.brandrecords import SHIPPED
from vigie.reporting.formats import utc
from vigie.reporting.ics import feed
from vigie.reporting.words import resolve, spoken_to
from vigie.templating import roots

CALENDAR = "maintenance.ics"


def notice_pdf(
    found: MaintenanceNotice,
    *,
    directory: Path,
    now: datetime,
    language: str | None = None,
    contact: str | None = None,
    sealed: bool = False,
) -> bytes:
    """Return the notice as PDF with its data and calendar attached; templates of *directory* win.

    It is in *language*, by default the customer's. *contact*: whom to ask, as printed text.
    Equal arguments give equal bytes.
    """
    # These take a second to import.
    from vigie.reporting.drawing.pdf import render
    from vigie.reporting.evidence.sources import engine

    page = notice_html(
        found, directory=directory, now=now, language=language, contact=contact, sealed=sealed
    )
    files = tuple(_files(found, now, contact))
    attached = (*files, manifest(files, sources=engine()))
    return render(page, folders=roots(directory), attached=attached, created=now)


def notice_html(
    found: MaintenanceNotice,
    *,
    directory: Path,
    now: datetime,
    language: str | None = None,
    contact: str | None = None,
    sealed: bool = False,
) -> str:
    """Return the notice as one HTML page; its fonts are named `asset:`."""
    from vigie.reporting.drawing.html import _environment, fill

    spoken = resolve(language) if language else spoken_to(found.language)
    return fill(
        "maintenance-notice/report.html",
        _environment(roots(directory), spoken, found.timezone, brand_of(directory) or SHIPPED),
        n=found,
        state=found.state(now),
        contact=contact,
        language=spoken,
        now=now.replace(microsecond=0),
        demonstration=found.demonstration,
        sealed=sealed,
    )


def _files(found: MaintenanceNotice, now: datetime, contact: str | None) -> Iterator[Attached]:
    made = {
        "document": "maintenance-notice",
        "made_at": utc(now.replace(microsecond=0)),
        "program": __version__,
        "state": found.state(now),
        "contact": contact,
    }
    whole = {"report": made, "maintenance": msgspec.to_builtins(found)}
    yield Attached(
        name=REPORT,
        content=(json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode(),
        says="All that this notice says",
        relation="Source",
    )
    yield Attached(
        name=CALENDAR,
        content=feed(found.customer_key, found.customer, [found.coming()]),
        says="The window for your calendar (iCalendar)",
    )
