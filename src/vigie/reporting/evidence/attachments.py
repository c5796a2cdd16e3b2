"""The files inside a report: its figures, tables for spreadsheets, digests and a manifest."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from vigie.legible import legible
from vigie.paths import REPORTS
from vigie.reporting.evidence.reportfile import ReportFile, report_file, to_bytes
from vigie.reporting.figures.evidencerecords import Made
from vigie.reporting.figures.records import Day, Figures, Outage, Window
from vigie.reporting.figures.results import digest, results_text
from vigie.reporting.formats import plain, utc

REPORT, MANIFEST, RESULTS = "report.json", "manifest.json", "results.sha256"
SCHEMA = "report.schema.json"
# Some spreadsheets part cells at semicolons and tabs, and begin a row at any line. A cell computes
# where one of the signs, narrow or wide, is the first that they do not skip.
ENDS_A_CELL = re.compile(r"([;\t\r\n])")
COMPUTES = re.compile(r"[\s\0-\x1f\"\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
BREAKS = ("\t", "\r", "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file inside a PDF."""

    name: str
    content: bytes
    says: str
    relation: str = "Data"  # of PDF/A-3: Source, Data, Supplement


def attached(figures: Figures, made: Made, *, sources: Mapping[str, str]) -> tuple[Attached, ...]:
    """Return the files of a report in the order of their names' use, the manifest last.

    *sources* names what draws the pages and its version; the manifest keeps it.
    """
    files = report_files(report_file(figures, made))
    return (*files, manifest(files, sources=sources))


def report_files(report: ReportFile) -> tuple[Attached, ...]:
    """Return the files that the PDF of a report carries, all but the manifest."""
    return tuple(_files(report))


def _files(report: ReportFile) -> Iterator[Attached]:
    figures = report["figures"]
    yield Attached(
        name=REPORT, content=to_bytes(report), says="All figures of this report", relation="Source"
    )
    yield Attached(
        name=SCHEMA,
        content=(REPORTS / SCHEMA).read_bytes(),
        says="JSON Schema of report.json",
        relation="Supplement",
    )
    yield from tables(figures)
    if figures.evidence is not None:
        yield Attached(
            name=RESULTS,
            content=results_text(figures.evidence.results),
            says="SHA-256 of the raw results, by endpoint and UTC day",
            relation="Supplement",
        )


def tables(figures: Figures) -> Iterator[Attached]:
    """Yield the lists of the report as CSV: UTF-8, RFC 3339 in UTC, plain decimal numbers."""
    lists: dict[str, tuple[type, Sequence[object], str]] = {
        "outages": (Outage, figures.outages, "Every outage; no is its number in the report"),
        "maintenance": (Window, figures.maintenance, "Every maintenance window, by key"),
        "days": (Day, figures.days, "The seconds of each class on each local day"),
    }
    for name, (kind, rows, says) in lists.items():
        yield Attached(name=f"{name}.csv", content=csv_of(kind, rows), says=says)


def manifest(files: Iterable[Attached], *, sources: Mapping[str, str]) -> Attached:
    """Return the list of *files* with size and SHA-256, and of what drew the pages."""
    held = {
        file.name: {"sha256": digest(file.content), "bytes": len(file.content)} for file in files
    }
    content = json.dumps({"files": held, "made_with": dict(sources)}, indent=2) + "\n"
    return Attached(
        name=MANIFEST,
        content=content.encode(),
        says="SHA-256 of each file in here",
        relation="Supplement",
    )


def csv_of(kind: type, rows: Sequence[object]) -> bytes:
    """Return records of one *kind*, numbered, as CSV: UTF-8, RFC 3339 in UTC, plain numbers."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    writer.writerow(["no", *_heads(kind)])
    for number, row in enumerate(rows, start=1):
        writer.writerow([number, *map(_cell, _values(row))])
    return text.getvalue().encode()


def _heads(kind: type, before: str = "") -> Iterator[str]:
    for field in fields(kind):
        if isinstance(field.type, type) and is_dataclass(field.type):
            yield from _heads(field.type, f"{field.name}_")
        else:
            yield before + field.name


def _values(row: Any) -> Iterator[object]:  # noqa: ANN401 - any record
    for field in fields(row):
        value = getattr(row, field.name)
        if is_dataclass(value):
            yield from _values(value)
        else:
            yield value


def _cell(value: object) -> str:
    """Return *value* as one cell; what a spreadsheet would compute is text instead."""
    match value:
        case None:
            text = ""
        case bool():
            text = "true" if value else "false"
        case datetime():
            text = utc(value)
        case Decimal():
            text = plain(value)
        case tuple():
            text = ";".join(map(str, value))
        case _:
            text = str(value)
    return text if isinstance(value, Decimal | int) else _harmless(legible(text))


def _harmless(text: str) -> str:
    marked = (f"'{part}" if COMPUTES.match(part) else part for part in ENDS_A_CELL.split(text))
    return ("'" if text.startswith(BREAKS) else "") + "".join(marked)
