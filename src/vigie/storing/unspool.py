"""A spool file turned into rows for the staging tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import compress
from pathlib import Path

from vigie.errors import SpoolError
from vigie.storing import spoolfile
from vigie.storing.results import Row
from vigie.storing.spoolfile import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One spool file, read and turned into rows."""

    path: Path
    lines: list[Line]  # of the results
    results: list[Row]
    attempts: list[Row]
    edges: list[Line]  # of blind spans

    def timely(self, final: date | None) -> "Load":
        """Return what of it lies after the UTC day *final*; all of it when there is none."""
        later = self._later(final)
        return Load(
            path=self.path,
            lines=list(compress(self.lines, later)),
            results=list(compress(self.results, later)),
            attempts=[row for row in self.attempts if final is None or _day(row) > final],
            edges=self.edges,
        )

    def late(self, final: date | None) -> list[Line]:
        """Return the lines of it that lie on the UTC day *final* or before."""
        return [
            line for line, later in zip(self.lines, self._later(final), strict=True) if not later
        ]

    def _later(self, final: date | None) -> list[bool]:
        return [final is None or _day(row) > final for row in self.results]


def _day(row: Row) -> date:
    at: datetime = row[2]
    return at.astimezone(UTC).date()


def read_load(path: Path) -> Load:
    """Return the rows of *path*; raises SpoolError where it is no whole spool file."""
    records = spoolfile.read(path)
    try:
        edges = [line for line in records if "blind" in line]
        for line in edges:
            edge_row(line)
        lines = [line for line in records if "blind" not in line] if edges else records
        return Load(
            path=path,
            lines=lines,
            results=[_result_row(line) for line in lines],
            attempts=[row for line in lines for row in _attempt_rows(line)],
            edges=edges,
        )
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise SpoolError(f"{path}: holds a result that makes no sense ({error!r})") from error


def edge_row(line: Line) -> Row:
    """Return location, instant, blind and why of the edge in *line*."""
    return (
        _clean(line["location"]),
        spoolfile.from_us(line["at_us"]),
        bool(line["blind"]),
        _clean(line["why"]),
    )


def _result_row(line: Line) -> Row:
    attempts = line["attempts"]
    last = attempts[-1] if attempts else {}
    return (
        _clean(line["endpoint"]),
        _clean(line["location"]),
        spoolfile.from_us(line["at_us"]),
        line["outcome"],
        len(attempts),
        last.get("status"),
        line.get("lag_us"),
        last.get("duration_us"),
        last.get("dns_us"),
        last.get("connect_us"),
        last.get("tls_us"),
        last.get("first_byte_us"),
        line.get("reason"),
    )


def _attempt_rows(line: Line) -> Iterator[Row]:
    """Only the attempts that were not up: they are the evidence."""
    for attempt in line["attempts"]:
        if attempt["outcome"] != "up":
            yield _attempt_row(line, attempt)


def _attempt_row(line: Line, attempt: Line) -> Row:
    expires = attempt.get("certificate_expires_us")
    return (
        _clean(line["endpoint"]),
        _clean(line["location"]),
        spoolfile.from_us(line["at_us"]),
        attempt["number"],
        spoolfile.from_us(attempt["started_us"]),
        attempt["outcome"],
        attempt["reason"],
        _clean(attempt.get("detail")),
        attempt.get("address"),
        attempt.get("status"),
        attempt["duration_us"],
        attempt.get("dns_us"),
        attempt.get("connect_us"),
        attempt.get("tls_us"),
        attempt.get("first_byte_us"),
        None if expires is None else spoolfile.from_us(expires),
        _clean(attempt.get("body")),  # absent in files of older versions
    )


def _clean(text: str | None) -> str | None:
    """Return *text* as PostgreSQL can hold it: targets choose some of these words."""
    return text and text.replace("\0", "\ufffd").encode(errors="replace").decode()
