"""The notice of a maintenance window as a PDF of one page, its calendar file inside."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vigie import __version__
from vigie.reporting.documents.noticerecords import MaintenanceNotice, WrittenNotice
from vigie.reporting.evidence.attachments import REPORT, Attached
from vigie.reporting.evidence.branding import at_hand, brand_of
from vigie.reporting.evidence.reportfile import decoded, encoded
from vigie.reporting.figures.brandrecords import SHIPPED, Brand
from vigie.reporting.ics import feed
from vigie.reporting.words import resolve, spoken_to
from vigie.templating import roots

TEMPLATES = "maintenance-notice"
CALENDAR = "maintenance.ics"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFile:
    """What the file report.json of a notice tells: how it was made, and the window."""

    report: WrittenNotice
    maintenance: MaintenanceNotice


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
    made_at = now.replace(microsecond=0)
    made = WrittenNotice(
        document=TEMPLATES,
        language=resolve(language) if language else spoken_to(found.language),
        made_at=made_at,
        program=__version__,
        sealed=sealed,
        brand=brand_of(directory),
        state=found.state(made_at),
        contact=contact,
    )
    return notice_again(NoticeFile(report=made, maintenance=found), directory=directory)


def notice_again(kept: NoticeFile, *, directory: Path) -> bytes:
    """Return the PDF of a notice that is made as its record says."""
    # These take a second to import.
    from vigie.reporting.drawing.pdf import render_carrying

    made, folders = kept.report, roots(directory)
    page = notice_html(
        kept.maintenance,
        directory=directory,
        now=made.made_at,
        language=made.language,
        contact=made.contact,
        sealed=made.sealed,
        brand=at_hand(made.brand, folders),
    )
    return render_carrying(page, notice_files(kept), folders=folders, made=made)


def notice_files(kept: NoticeFile) -> tuple[Attached, ...]:
    """Return the files that the PDF of a notice carries, all but the manifest."""
    record = Attached(
        name=REPORT,
        content=notice_bytes(kept),
        says="All that this notice says",
        relation="Source",
    )
    calendar = Attached(
        name=CALENDAR,
        content=notice_calendar(kept.maintenance),
        says="The window for your calendar (iCalendar)",
    )
    return (record, calendar)


def notice_html(
    found: MaintenanceNotice,
    *,
    directory: Path,
    now: datetime,
    language: str | None = None,
    contact: str | None = None,
    sealed: bool = False,
    brand: Brand = SHIPPED,
) -> str:
    """Return the notice as one HTML page; its fonts are named `asset:`."""
    from vigie.reporting.drawing.html import _environment, fill

    spoken = resolve(language) if language else spoken_to(found.language)
    return fill(
        f"{TEMPLATES}/report.html",
        _environment(roots(directory), spoken, found.timezone, brand),
        n=found,
        state=found.state(now),
        contact=contact,
        language=spoken,
        now=now.replace(microsecond=0),
        demonstration=found.demonstration,
        sealed=sealed,
    )


def notice_bytes(kept: NoticeFile) -> bytes:
    """Return the report.json of a notice; `notice_from_bytes` gives an equal one back."""
    return encoded(kept)


def notice_from_bytes(content: bytes) -> NoticeFile:
    """Return what the report.json of a notice holds; ValueError names what is wrong in it."""
    return decoded(content, NoticeFile)


def notice_calendar(found: MaintenanceNotice) -> bytes:
    """Return the window as iCalendar, the same entry as in the customer's feed."""
    return feed(found.customer_key, found.customer, [found.coming()])
