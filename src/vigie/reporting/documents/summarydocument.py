"""The provider's summary over all contracts as a PDF, as JSON and as CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vigie import __version__
from vigie.reporting.documents.summaryrecords import (
    VERDICTS,
    Broken,
    Risk,
    Shared,
    Standing,
    Summary,
    said,
)
from vigie.reporting.evidence.attachments import REPORT, Attached, csv_of
from vigie.reporting.evidence.branding import at_hand, brand_of
from vigie.reporting.evidence.reportfile import decoded, encoded
from vigie.reporting.figures.brandrecords import SHIPPED, Brand
from vigie.reporting.figures.evidencerecords import Written
from vigie.reporting.words import FALLBACK, resolve
from vigie.templating import roots

TEMPLATES = "summary"
ZONE = "UTC"  # contracts have zones of their own
MOST = {"contracts": 50, "shared": 40, "crises": 40, "risks": 40, "broken": 40, "waiting": 50}


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryFile:
    """What the file report.json of a summary tells: how it was made, and the summary whole."""

    report: Written
    summary: Summary


def summary_pdf(
    found: Summary,
    *,
    directory: Path,
    now: datetime,
    language: str | None = None,
    sealed: bool = False,
) -> bytes:
    """Return the summary as PDF with its data attached; templates of *directory* win.

    The longest lists are cut on the pages, never in the files. Equal arguments give equal bytes.
    """
    made = _made(directory, now, language, sealed=sealed)
    return summary_again(SummaryFile(report=made, summary=found), directory=directory)


def summary_again(kept: SummaryFile, *, directory: Path) -> bytes:
    """Return the PDF of a summary that is made as its record says."""
    # These take a second to import, and a CSV needs neither.
    from vigie.reporting.drawing.pdf import render_carrying

    made, folders = kept.report, roots(directory)
    page = summary_html(
        kept.summary,
        directory=directory,
        now=made.made_at,
        language=made.language,
        sealed=made.sealed,
        brand=at_hand(made.brand, folders),
    )
    return render_carrying(page, summary_files(kept), folders=folders, made=made)


def summary_files(kept: SummaryFile) -> tuple[Attached, ...]:
    """Return the files that the PDF of a summary carries, all but the manifest."""
    record = Attached(
        name=REPORT, content=summary_bytes(kept), says="All of this summary", relation="Source"
    )
    return (record, *summary_tables(kept.summary))


def summary_html(
    found: Summary,
    *,
    directory: Path,
    now: datetime,
    language: str | None = None,
    sealed: bool = False,
    brand: Brand = SHIPPED,
) -> str:
    """Return the summary as one HTML page; its fonts are named `asset:`."""
    from vigie.reporting.drawing.html import _environment, fill

    spoken = resolve(language or FALLBACK)
    return fill(
        f"{TEMPLATES}/report.html",
        _environment(roots(directory), spoken, ZONE, brand),
        s=found,
        most=MOST,
        verdicts=("missed", "not_provable", "running", "met", "no_target", "no_data"),
        said=said,
        language=spoken,
        zone=ZONE,
        now=now.replace(microsecond=0),
        demonstration=any(one.demonstration for one in found.contracts),
        sealed=sealed,
    )


def summary_json(
    found: Summary, *, directory: Path, now: datetime, language: str | None = None
) -> bytes:
    """Return the report.json that the PDF of a summary would carry, were it not sealed."""
    made = _made(directory, now, language)
    return summary_bytes(SummaryFile(report=made, summary=found))


def summary_bytes(kept: SummaryFile) -> bytes:
    """Return the report.json of a summary; `summary_from_bytes` gives an equal one back."""
    return encoded(kept)


def summary_from_bytes(content: bytes) -> SummaryFile:
    """Return what the report.json of a summary holds; ValueError names what is wrong in it."""
    return decoded(content, SummaryFile)


def summary_csv(found: Summary) -> bytes:
    """Return one row for each contract, worst first, as CSV in UTF-8."""
    return csv_of(Standing, found.contracts)


def summary_tables(found: Summary) -> Iterator[Attached]:
    """Yield the lists of the summary as CSV: UTF-8, RFC 3339 in UTC, plain decimal numbers."""
    tables = (
        ("contracts", Standing, found.contracts, "Every contract, worst first"),
        ("outages", Shared, found.shared, "Every outage of several customers"),
        ("maintenance", Broken, found.broken, "Every window that broke a rule"),
        ("risks", Risk, found.risks, "Every budget at risk"),
    )
    for name, kind, held, says in tables:
        yield Attached(name=f"{name}.csv", content=csv_of(kind, held), says=says)


def summary_sentence(found: Summary) -> str:
    """Return in English how many contracts kept their targets."""
    counts = dict.fromkeys((*VERDICTS, "no_data", "no_target"), 0)
    for (verdict, _), number in found.verdicts.items():
        counts[verdict] += number
    told = [f"{n} {name.replace('_', ' ')}" for name, n in counts.items() if n]
    number = len(found.contracts)
    return f"{found.name}, {number} contract{'s' * (number != 1)}: {', '.join(told)}."


def _made(directory: Path, now: datetime, language: str | None, *, sealed: bool = False) -> Written:
    return Written(
        document=TEMPLATES,
        language=resolve(language or FALLBACK),
        made_at=now.replace(microsecond=0),
        program=__version__,
        sealed=sealed,
        brand=brand_of(directory),
    )
