"""The files in a report: all there, as the manifest says, and telling the same."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from vigie import __version__
from vigie.errors import ReportError
from vigie.reporting import (
    MANIFEST,
    REPORT,
    RESULTS,
    Figures,
    ReportFile,
    digest,
    from_bytes,
    results_text,
    tables,
    to_bytes,
    to_json,
)
from vigie.verifying.container import MEBI, Container

MOST_REPORT = 8 * MEBI
TAKES = "verify takes the PDF that `vigie report` wrote"
MOST_ROWS = 20_000
MOST_LISTED = 5_000  # outages and windows, each a row on a page
LARGEST = 10**10  # seconds: three hundred years
SIZES = range(-12, 11)  # powers of ten; SQL gives six decimals at most
YEARS = range(1990, 2200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a report carries, read."""

    report: ReportFile
    listed: Mapping[str, str]  # SHA-256 by name, of the manifest
    made_with: Mapping[str, str]

    @property
    def figures(self) -> Figures:
        """The figures, exactly as SQL gave them."""
        return self.report["figures"]


def carried(file: Container) -> Carried:
    """Return what *file* carries; ReportError where it is no report, or none that can be."""
    missing = [name for name in (MANIFEST, REPORT) if name not in file.files]
    if missing:
        raise ReportError(
            f"{file.name}: carries no {' and no '.join(missing)}, so nothing in it can be checked"
            f" ({TAKES})"
        )
    listed, made_with = _manifest(file)
    return Carried(report=_report(file), listed=listed, made_with=made_with)


def _manifest(file: Container) -> tuple[dict[str, str], dict[str, str]]:
    try:
        told = json.loads(file.files[MANIFEST])
        listed = {str(name): str(one["sha256"]) for name, one in told["files"].items()}
        made_with = {str(name): str(one) for name, one in told["made_with"].items()}
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise ReportError(f"{file.name}: {MANIFEST} cannot be read ({error})") from error
    return listed, made_with


def _report(file: Container) -> ReportFile:
    content = file.files[REPORT]
    if len(content) > MOST_REPORT:
        raise ReportError(f"{file.name}: {REPORT} has more than {MOST_REPORT} bytes")
    try:
        report = from_bytes(content)
    except ValueError as error:
        raise ReportError(f"{file.name}: {REPORT} cannot be read: {error} ({TAKES})") from error
    for place, value in walk(report["figures"], "figures"):
        if not _is_plain(value) or not _is_listable(place, value):
            raise ReportError(f"{file.name}: {REPORT}: {place} is no value of a report")
    if report["figures"].period.timezone not in available_timezones():
        raise ReportError(f"{file.name}: {REPORT}: figures.period.timezone is no time zone")
    return report


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
    lists = ("figures.outages", "figures.maintenance")
    return place not in lists or (isinstance(value, tuple) and len(value) <= MOST_LISTED)


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
    for name in sorted(held.listed.keys() - file.files.keys()):
        yield f"{name} is missing"
    for name in sorted(file.files.keys() - held.listed.keys() - {MANIFEST}):
        yield f"{name} is not in the manifest"
    for name in sorted(held.listed.keys() & file.files.keys()):
        if digest(file.files[name]) != held.listed[name]:
            yield f"{name} is not the file that the manifest lists"


def agreement(file: Container, held: Carried) -> Iterator[str]:
    """Yield where the files of one report contradict each other."""
    figures, is_ours = held.figures, held.report["report"].program == __version__
    if to_json(figures) != {name: held.report.get(name) for name in to_json(figures)}:
        yield f"{REPORT}: its summary differs from its figures"
    # An earlier program knew fewer fields.
    if is_ours and to_bytes(held.report) != file.files[REPORT]:
        yield f"{REPORT}: holds what is no part of the figures, or another spelling of them"
    expected = {table.name: table.content for table in tables(figures)}
    if figures.evidence is not None:
        expected[RESULTS] = results_text(figures.evidence.results)
    for name, content in expected.items():
        if name in file.files and file.files[name] != content:
            yield f"{name}: {_row(file.files[name], content)}"
        elif name not in file.files:
            yield f"{name} is missing"


def _row(actual: bytes, expected: bytes) -> str:
    theirs, ours = actual.splitlines(), expected.splitlines()
    pairs = zip(theirs, ours, strict=False)
    number = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(theirs), len(ours)))
    return f"line {number + 1} differs from the figures of {REPORT}"
