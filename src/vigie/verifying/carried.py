"""What a document carries: read within limits, as the manifest says, and telling the same."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import available_timezones

from vigie.errors import ReportError
from vigie.reporting import (
    MANIFEST,
    REPORT,
    Annex,
    Attached,
    Figures,
    Incident,
    Made,
    NoticeFile,
    ReportFile,
    SummaryFile,
    Written,
    annex_from_bytes,
    digest,
    from_bytes,
    incident_from_bytes,
    manifest,
    notice_from_bytes,
    summary_from_bytes,
)
from vigie.verifying.container import MEBI, Container

MOST_REPORT = 8 * MEBI
TAKES = (
    "verify takes a report, a summary, a dispute annex, an incident report or a maintenance notice"
    " that Vigie wrote"
)
MOST_ROWS = 20_000
MOST_LISTED = 5_000  # outages, windows and spans of an annex, each a row on a page
MOST_VERSIONS = 400  # of the terms in one period: more than one a day of a year
MOST_SERVICES = 2_000  # each a row in several tables: more are not drawn in their time
LISTED = {
    "figures.outages": MOST_LISTED,
    "figures.maintenance": MOST_LISTED,
    "figures.services": MOST_SERVICES,
    "figures.split.versions": MOST_VERSIONS,
    "comparison.lines": MOST_LISTED,
    "comparison.services": MOST_SERVICES,
    "comparison.figures.outages": MOST_LISTED,
    "incident.timeline": MOST_LISTED,
    "maintenance.events": MOST_LISTED,
}
LARGEST = 10**10  # seconds: three hundred years
SIZES = range(-12, 11)  # powers of ten; SQL gives six decimals at most
LISTS = "services|parts|versions|outlooks|effects|contracts|risks"
TARGET = re.compile(rf"(availability|({LISTS})\[\d+\])\.target$")
PERCENT = re.compile(r"\d{1,3}(\.\d{1,40})?", re.ASCII)
YEARS = range(1990, 2200)

Told: TypeAlias = ReportFile | Annex | Incident | SummaryFile | NoticeFile
# The folders of their templates, which are read to tell what a page was drawn with.
DOCUMENTS: Mapping[type, str] = {
    Annex: "dispute-annex",
    Incident: "incident-report",
    SummaryFile: "summary",
    NoticeFile: "maintenance-notice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a document carries, read."""

    told: Told  # of report.json
    listed: Mapping[str, str]  # SHA-256 by name, of the manifest
    made_with: Mapping[str, str]

    @property
    def made(self) -> Made | Written:
        """How it was made."""
        told = self.told
        return told["report"] if isinstance(told, dict) else told.report

    @property
    def figures(self) -> Figures | None:
        """The figures, exactly as SQL gave them; None: the document is not of one contract's."""
        match self.told:
            case Incident() | SummaryFile() | NoticeFile():
                return None
            case Annex() as annex:
                return annex.comparison.figures
            case report:
                return report["figures"]


def carried(file: Container) -> Carried:
    """Return what *file* carries; ReportError where it is no document that can be checked."""
    missing = [name for name in (MANIFEST, REPORT) if name not in file.files]
    if missing:
        raise ReportError(
            f"{file.name}: carries no {' and no '.join(missing)}, so nothing in it can be checked"
            f" ({TAKES})"
        )
    listed, made_with = _manifest(file)
    return Carried(told=_told(file), listed=listed, made_with=made_with)


def _manifest(file: Container) -> tuple[dict[str, str], dict[str, str]]:
    try:
        told = json.loads(file.files[MANIFEST], object_pairs_hook=_each_once)
        listed = {str(name): str(one["sha256"]) for name, one in told["files"].items()}
        made_with = {str(name): str(one) for name, one in told["made_with"].items()}
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise ReportError(f"{file.name}: {MANIFEST} cannot be read ({error})") from error
    return listed, made_with


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; ValueError where readers may take one of two values of a name."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name[:60]} is there twice in one object")
        found[name] = value
    return found


def _told(file: Container) -> Told:
    content = file.files[REPORT]
    if len(content) > MOST_REPORT:
        raise ReportError(f"{file.name}: {REPORT} has more than {MOST_REPORT} bytes")
    try:
        told = _read(content)
    except (ValueError, RecursionError) as error:
        raise ReportError(f"{file.name}: {REPORT} cannot be read: {error} ({TAKES})") from error
    if not isinstance(told, dict) and told.report.document != DOCUMENTS[type(told)]:
        raise ReportError(f"{file.name}: {REPORT}: report.document is that of another document")
    zones = {None, *available_timezones()}
    for place, value in _values(told):
        if not (_is_plain(value) and _is_listable(place, value) and _is_target(place, value)):
            raise ReportError(f"{file.name}: {REPORT}: {place} is no value of a report")
        if place.endswith("timezone") and value not in zones:
            raise ReportError(f"{file.name}: {REPORT}: {place} is no time zone")
    return told


def _read(content: bytes) -> Told:
    """Return the records of report.json, of that document of which it has the one long part."""
    known = json.loads(content, object_pairs_hook=_each_once)
    names = set(known) if isinstance(known, dict) else set()
    if "comparison" in names:
        return annex_from_bytes(content)
    if "figures" in names or "contract" in names:
        return from_bytes(content)
    if "crisis" in names:
        return incident_from_bytes(content)
    if "maintenance" in names:
        return notice_from_bytes(content)
    if "summary" in names:
        return summary_from_bytes(content)
    raise ValueError("it is of no document that this version of Vigie checks")


def _values(told: Told) -> Iterator[tuple[str, object]]:
    match told:
        case Annex() as annex:
            yield from walk(annex.comparison, "comparison")
        case Incident() as incident:
            yield from walk(incident.incident, "incident")
        case SummaryFile() as overview:
            yield from walk(overview.summary, "summary")
        case NoticeFile() as notice:
            yield from walk(notice.maintenance, "maintenance")
        case report:
            yield from walk(report["figures"], "figures")
            yield from walk(report["report"].revision, "report.revision")


def _is_plain(value: object) -> bool:
    """Whether *value* can be computed and drawn with in reasonable time."""
    match value:
        case Decimal():
            return value.is_finite() and value.adjusted() in SIZES and abs(value) < LARGEST
        case datetime():
            return value.tzinfo is not None and value.year in YEARS
        case date():
            return value.year in YEARS
        case tuple():
            return len(value) <= MOST_ROWS
    return True


def _is_listable(place: str, value: object) -> bool:
    return place not in LISTED or (isinstance(value, tuple) and len(value) <= LISTED[place])


def _is_target(place: str, value: object) -> bool:
    """Whether a target, which is text, is a number; other places of this name hold addresses."""
    return value is None or not TARGET.search(place) or bool(PERCENT.fullmatch(str(value)))


def walk(value: Any, place: str) -> Iterator[tuple[str, object]]:  # noqa: ANN401 - any record
    """Yield every value in a record with its place: `figures.outages[0].elapsed_s`."""
    yield place, value
    if is_dataclass(value):
        for field in fields(value):
            yield from walk(getattr(value, field.name), f"{place}.{field.name}")
    elif isinstance(value, tuple):
        for number, one in enumerate(value):
            yield from walk(one, f"{place}[{number}]")


def digests(file: Container, held: Carried) -> Iterator[str]:
    """Yield what the manifest says otherwise than the files are."""
    problems = list(_digests(file, held))
    yield from problems
    files = [
        Attached(name=name, content=file.files.get(name, b""), says="") for name in held.listed
    ]
    if not problems and manifest(files, sources=held.made_with).content != file.files[MANIFEST]:
        yield f"{MANIFEST} has other sizes, or more, than its files and what drew the pages give"


def _digests(file: Container, held: Carried) -> Iterator[str]:
    for name in sorted(held.listed.keys() - file.files.keys()):
        yield f"{name} is missing"
    for name in sorted(file.files.keys() - held.listed.keys() - {MANIFEST}):
        yield f"{name} is not in the manifest"
    for name in sorted(held.listed.keys() & file.files.keys()):
        if digest(file.files[name]) != held.listed[name]:
            yield f"{name} is not the file that the manifest lists"
