"""The provider's summary over all contracts as a PDF, as JSON and as CSV."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

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
from vigie.reporting.evidence.attachments import REPORT, Attached, csv_of, manifest
from vigie.reporting.evidence.branding import brand_of
from vigie.reporting.figures.brandrecords import SHIPPED
from vigie.reporting.formats import utc
from vigie.reporting.words import FALLBACK, resolve
from vigie.templating import roots

ZONE = "UTC"  # contracts have zones of their own
MOST = {"contracts": 50, "shared": 40, "crises": 40, "risks": 40, "broken": 40, "waiting": 50}


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
    # These take a second to import, and a CSV needs neither.
    from vigie.reporting.drawing.pdf import render
    from vigie.reporting.evidence.sources import engine

    page = summary_html(found, directory=directory, now=now, language=language, sealed=sealed)
    files = tuple(_files(found, now))
    attached = (*files, manifest(files, sources=engine()))
    return render(page, folders=roots(directory), attached=attached, created=now)


def summary_html(
    found: Summary,
    *,
    directory: Path,
    now: datetime,
    language: str | None = None,
    sealed: bool = False,
) -> str:
    """Return the summary as one HTML page; its fonts are named `asset:`."""
    from vigie.reporting.drawing.html import _environment, fill

    spoken = resolve(language or FALLBACK)
    return fill(
        "summary/report.html",
        _environment(roots(directory), spoken, ZONE, brand_of(directory) or SHIPPED),
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


def summary_json(found: Summary, *, now: datetime) -> bytes:
    """Return all of the summary as JSON; exact numbers are strings, as in report.json."""
    made = {"document": "summary", "made_at": utc(now), "program": __version__}
    whole = {"report": made, "summary": msgspec.to_builtins(found)}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def summary_csv(found: Summary) -> bytes:
    """Return one row for each contract, worst first, as CSV in UTF-8."""
    return csv_of(Standing, found.contracts)


def summary_sentence(found: Summary) -> str:
    """Return in English how many contracts kept their targets."""
    counts = dict.fromkeys((*VERDICTS, "no_data", "no_target"), 0)
    for (verdict, _), number in found.verdicts.items():
        counts[verdict] += number
    told = [f"{n} {name.replace('_', ' ')}" for name, n in counts.items() if n]
    number = len(found.contracts)
    return f"{found.name}, {number} contract{'s' * (number != 1)}: {', '.join(told)}."


def _files(found: Summary, now: datetime) -> Iterator[Attached]:
    yield Attached(
        name=REPORT,
        content=summary_json(found, now=now.replace(microsecond=0)),
        says="All of this summary",
        relation="Source",
    )
    tables = (
        ("contracts", Standing, found.contracts, "Every contract, worst first"),
        ("outages", Shared, found.shared, "Every outage of several customers"),
        ("maintenance", Broken, found.broken, "Every window that broke a rule"),
        ("risks", Risk, found.risks, "Every budget at risk"),
    )
    for name, kind, held, says in tables:
        yield Attached(name=f"{name}.csv", content=csv_of(kind, held), says=says)
