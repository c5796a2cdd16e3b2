"""The annex that sets a customer's own log beside ours: as JSON, as CSV and as a PDF."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from vigie.reporting.documents.disputed import Comparison, Line
from vigie.reporting.evidence.attachments import REPORT, Attached, csv_of
from vigie.reporting.evidence.branding import at_hand, brand_of
from vigie.reporting.evidence.reportfile import decoded, made_of, number, to_json
from vigie.reporting.figures.brandrecords import SHIPPED, Brand
from vigie.reporting.figures.evidencerecords import Made
from vigie.reporting.formats import Formats, utc
from vigie.reporting.words import resolve, spoken_to

if TYPE_CHECKING:
    from vigie.templating import Sandbox

TEMPLATES = "dispute-annex"
LINES = "lines.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """What the file report.json of an annex tells: how it was made, and the comparison whole."""

    report: Made
    comparison: Comparison


def comparison_json(found: Comparison) -> dict[str, Any]:
    """Return the comparison as JSON values; strings are those of SQL, whole seconds integers."""
    dispute = _plain(found.dispute)
    period = to_json(found.figures)["period"]
    return {
        "dispute": dispute | {"contract": found.figures.contract.key},
        "scope": found.figures.availability.scope,
        "period": period,
        "agreement": [_plain(one) for one in (*found.services, found.total)],
        "effect": [_plain(one) for one in found.effects],
        "lines": [_plain(one) for one in found.lines],
    }


def comparison_csv(found: Comparison) -> bytes:
    """Return every span as CSV in UTF-8; instants are UTC, what looks like a formula is quoted."""
    return csv_of(Line, found.lines)


def comparison_pdf(
    found: Comparison,
    *,
    directory: Path,
    now: datetime,
    language: str | None = None,
    sealed: bool = False,
) -> bytes:
    """Return the annex as PDF with its data attached; templates of *directory* win.

    It is in *language*, by default the customer's. *sealed*: it says that it is; whoever asks for
    it seals it. Equal arguments give equal bytes.
    """
    spoken = resolve(language) if language else spoken_to(found.figures.contract.language)
    made = made_of(
        found.figures,
        language=spoken,
        now=now,
        document=TEMPLATES,
        sealed=sealed,
        brand=brand_of(directory),
    )
    return annex_again(Annex(report=made, comparison=found), directory=directory)


def annex_again(annex: Annex, *, directory: Path) -> bytes:
    """Return the PDF of a comparison that is made as its record says."""
    # These take a second to import, and a table of figures needs neither.
    from vigie.reporting.drawing.pdf import render_carrying
    from vigie.templating import roots

    made, folders = annex.report, roots(directory)
    page = comparison_html(
        annex.comparison,
        directory=directory,
        now=made.made_at,
        language=made.language,
        sealed=made.sealed,
        brand=at_hand(made.brand, folders),
    )
    return render_carrying(page, annex_files(annex), folders=folders, made=made)


def annex_files(annex: Annex) -> tuple[Attached, ...]:
    """Return the files that the PDF of an annex carries, all but the manifest."""
    record = Attached(
        name=REPORT, content=annex_bytes(annex), says="All of this annex", relation="Source"
    )
    lines = comparison_csv(annex.comparison)
    return (record, Attached(name=LINES, content=lines, says="Every span, compared"))


def annex_bytes(annex: Annex) -> bytes:
    """Return the report.json of an annex; `annex_from_bytes` gives an equal one back."""
    whole = comparison_json(annex.comparison) | msgspec.to_builtins(annex)
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def annex_from_bytes(content: bytes) -> Annex:
    """Return what the report.json of an annex holds; ValueError names what is wrong in it."""
    return decoded(content, Annex)


def comparison_html(
    found: Comparison,
    *,
    directory: Path,
    now: datetime,
    language: str | None = None,
    sealed: bool = False,
    brand: Brand = SHIPPED,
) -> str:
    """Return the annex as one HTML page; its fonts are named `asset:`."""
    from vigie.reporting.drawing.html import fill

    of = found.figures
    spoken = resolve(language) if language else spoken_to(of.contract.language)
    return fill(
        f"{TEMPLATES}/report.html",
        _templates(found, directory, spoken, brand),
        c=found,
        figures=of,
        language=spoken,
        now=now.replace(microsecond=0),
        demonstration=of.contract.demonstration,
        sealed=sealed,
    )


def comparison_sentence(found: Comparison, *, directory: Path, language: str = "en") -> str:
    """Return what a manager wants to know: how far both agree, and what it would change."""
    templates = _templates(found, directory, language)
    of = found.figures.period
    period = Formats(language, of.timezone).period(of.kind, of.starts)
    macros: Any = templates.get_template(f"{TEMPLATES}/words.html").module
    return unescape(f"{macros.agreement(found, period)} {macros.consequence(found)}")


def _templates(
    found: Comparison, directory: Path, language: str, brand: Brand = SHIPPED
) -> "Sandbox":
    from vigie.reporting.drawing.html import _environment
    from vigie.templating import roots

    zone = found.figures.period.timezone
    return _environment(roots(directory), language, zone, brand)


def _plain(record: Any) -> dict[str, Any]:  # noqa: ANN401 - any of our records
    return {name: _value(getattr(record, name)) for name in record.__slots__}


def _value(value: object) -> object:
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, Decimal):
        return number(value)
    return list(value) if isinstance(value, tuple) else value
