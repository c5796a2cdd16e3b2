"""The report of a crisis (LEN-13) as a PDF and as Markdown, in English."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypedDict
from unicodedata import category

import msgspec
from markupsafe import Markup

from vigie import __version__
from vigie.reporting.documents.incidentrecords import IncidentReport
from vigie.reporting.evidence.attachments import REPORT, Attached
from vigie.reporting.evidence.branding import at_hand, brand_of
from vigie.reporting.evidence.reportfile import decoded
from vigie.reporting.figures.brandrecords import SHIPPED, Brand
from vigie.reporting.figures.evidencerecords import Written
from vigie.reporting.formats import Formats, utc
from vigie.templating import roots, sandbox, visible

TEMPLATES = "incident-report"
KINDS = {
    "customer_opened": "first message",
    "customer_update": "update",
    "customer_resolved": "resolution notice",
}
ANYWHERE = re.compile(r"([\\`*_\[\]<>|~&$])")
# What makes a heading, a list or a rule of a line that begins with it.
AT_START = re.compile(r"^(\d*)(?:(?<=\d)(?=[.)](?:\s|$))|(?<!\d)(?=[#+=-]))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What the file report.json of a crisis tells: how it was made, and the crisis."""

    report: Written
    incident: IncidentReport


class _Beside(TypedDict):
    report: Written


def make_incident_report(
    report: IncidentReport, *, directory: Path, now: datetime, sealed: bool = False
) -> bytes:
    """Return the report as PDF/A with the record attached; templates of *directory* win.

    Equal arguments give equal bytes. Raises ReportError where a template is wrong.
    """
    made = Written(
        document=TEMPLATES,
        language="en",
        made_at=now.replace(microsecond=0),
        program=__version__,
        sealed=sealed,
        brand=brand_of(directory),
    )
    # The pages show what the file holds: characters that nobody sees are in neither.
    kept = incident_from_bytes(incident_bytes(Incident(report=made, incident=report)))
    return incident_again(kept, directory=directory)


def incident_again(kept: Incident, *, directory: Path) -> bytes:
    """Return the PDF of a crisis that is made as its record says."""
    from vigie.reporting.drawing.pdf import render_carrying  # takes a second to import

    made, folders = kept.report, roots(directory)
    page = incident_html(
        kept.incident,
        directory=directory,
        now=made.made_at,
        sealed=made.sealed,
        brand=at_hand(made.brand, folders),
    )
    return render_carrying(page, incident_files(kept), folders=folders, made=made)


def incident_files(kept: Incident) -> tuple[Attached, ...]:
    """Return the files that the PDF of an incident report carries, all but the manifest."""
    record = Attached(
        name=REPORT,
        content=incident_bytes(kept),
        says="All that this report says",
        relation="Source",
    )
    return (record,)


def incident_bytes(kept: Incident) -> bytes:
    """Return the report.json of a crisis; `incident_from_bytes` gives it back."""
    whole = _record(kept.incident) | {"report": msgspec.to_builtins(kept.report)}
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


def incident_from_bytes(content: bytes) -> Incident:
    """Return what the report.json of a crisis holds; ValueError names what is wrong in it."""
    return Incident(
        report=decoded(content, _Beside)["report"], incident=decoded(content, IncidentReport)
    )


def incident_html(
    report: IncidentReport,
    *,
    directory: Path,
    now: datetime,
    sealed: bool = False,
    brand: Brand = SHIPPED,
) -> str:
    """Return the report as one HTML page; its fonts are named `asset:`."""
    return _fill(report, "report.html", directory, now, autoescape=True, sealed=sealed, brand=brand)


def incident_markdown(report: IncidentReport, *, directory: Path, now: datetime) -> str:
    """Return the report as Markdown with tables; what people wrote stays text."""
    text = _fill(report, "report.md", directory, now, autoescape=False)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _fill(
    report: IncidentReport,
    name: str,
    directory: Path,
    now: datetime,
    *,
    autoescape: bool,
    sealed: bool = False,
    brand: Brand = SHIPPED,
) -> str:
    from vigie.reporting.drawing.html import fill, offer_formats

    environment = sandbox(roots(directory), autoescape=autoescape)
    offer_formats(environment, Formats("en", report.timezone), brand)
    environment.filters |= {"kind": _kind, "role": _role}
    environment.filters |= {"written": _written if autoescape else _blocks}
    environment.finalize = visible if autoescape else _escape  # every place that is filled
    return fill(
        f"{TEMPLATES}/{name}",
        environment,
        r=report,
        demonstration=False,
        sealed=sealed,
        now=now.replace(microsecond=0),
    )


def _role(role: str) -> str:
    """Return a role as people read it: `Incident manager`."""
    return role.replace("_", " ").capitalize()


def _kind(what: str) -> str:
    """Return the kind of a message to customers as people read it; other texts as they are."""
    return KINDS.get(what, what)


def _written(text: str) -> list[list[str]]:
    """Return the paragraphs of *text*, each a list of lines; a blank line parts them."""
    paragraphs = re.split(r"\n\s*\n", "\n".join(text.splitlines()).strip())
    return [paragraph.splitlines() for paragraph in paragraphs if paragraph]


def _blocks(text: str) -> Markup:
    """Return Markdown that shows the lines and paragraphs of *text*, none of it as markup."""
    paragraphs = ("\\\n".join(map(_escape, lines)) for lines in _written(text))
    return Markup("\n\n".join(paragraphs))  # noqa: S704 # each line was escaped


def _escape(value: object) -> str:
    """Return *value* as one line of Markdown that shows it; what is Markup stays as it is."""
    if isinstance(value, Markup):
        return value
    line = ANYWHERE.sub(r"\\\1", " ".join(str(visible(value)).split()))
    return AT_START.sub(r"\1\\", line)


def _visible(value: object) -> object:
    """Return *value* without control characters: no font has them, and no metadata."""
    if not isinstance(value, str):
        return value
    text = "".join(c for c in value if c in "\n\t" or category(c) not in {"Cc", "Cs"})
    return type(value)(text)  # Markup stays Markup


def _record(report: IncidentReport) -> dict[str, object]:
    return {name: _plain(held) for name, held in asdict(report).items()}


def _plain(value: object) -> object:
    """Return a record's fields as JSON values, instants in UTC."""
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    return _visible(value)
