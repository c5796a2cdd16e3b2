"""The report of a crisis (LEN-13) as a PDF and as Markdown, in English."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from unicodedata import category

from markupsafe import Markup

from vigie.reporting.documents.incidentrecords import IncidentReport
from vigie.reporting.evidence.attachments import REPORT, Attached, manifest
from vigie.reporting.formats import Formats, utc
from vigie.templating import roots, sandbox, visible

KINDS = {
    "customer_opened": "first message",
    "customer_update": "update",
    "customer_resolved": "resolution notice",
}
ANYWHERE = re.compile(r"([\\`*_\[\]<>|~&$])")
# What makes a heading, a list or a rule of a line that begins with it.
AT_START = re.compile(r"^(\d*)(?:(?<=\d)(?=[.)](?:\s|$))|(?<!\d)(?=[#+=-]))")


def make_incident_report(
    report: IncidentReport, *, directory: Path, now: datetime, sealed: bool = False
) -> bytes:
    """Return the report as PDF/A with the record attached; templates of *directory* win.

    Equal arguments give equal bytes. Raises ReportError where a template is wrong.
    """
    from vigie.reporting.drawing.pdf import render  # takes a second to import
    from vigie.reporting.evidence.sources import engine

    page = incident_html(report, directory=directory, now=now, sealed=sealed)
    content = json.dumps(_record(report), ensure_ascii=False, indent=2) + "\n"
    record = Attached(
        name=REPORT, content=content.encode(), says="All that this report says", relation="Source"
    )
    files = (record, manifest([record], sources=engine()))
    return render(page, folders=roots(directory), attached=files, created=now)


def incident_html(
    report: IncidentReport, *, directory: Path, now: datetime, sealed: bool = False
) -> str:
    """Return the report as one HTML page; its fonts are named `asset:`."""
    return _fill(report, "report.html", directory, now, autoescape=True, sealed=sealed)


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
) -> str:
    from vigie.reporting.drawing.html import fill, offer_formats

    environment = sandbox(roots(directory), autoescape=autoescape)
    offer_formats(environment, Formats("en", report.timezone))
    environment.filters |= {"kind": _kind, "role": _role}
    environment.filters |= {"written": _written if autoescape else _blocks}
    environment.finalize = visible if autoescape else _escape  # every place that is filled
    return fill(
        f"incident-report/{name}",
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
    line = ANYWHERE.sub(r"\\\1", " ".join(str(_visible(str(value))).split()))
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
