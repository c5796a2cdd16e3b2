"""A spool file turned into rows of results, attempts and blind edges."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import compress
from pathlib import Path

from vigie.errors import SpoolError
from vigie.storing import spoolfile
from vigie.storing.results import Row
from vigie.storing.spoolline import EPOCH, AttemptLine, EdgeLine, ResultLine, decode, from_us

NO_ATTEMPT = AttemptLine(number=0, started_us=0, outcome="unknown")  # of a missed slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One spool file, read and turned into rows."""

    path: Path
    lines: Sequence[bytes]  # of the results, as they are in the file
    results: Sequence[Row]  # one for each line
    attempts: Sequence[Row]
    days: frozenset[date]  # UTC, of the results
    edge_lines: Sequence[bytes] = ()  # of blind spans
    edges: Sequence[Row] = ()  # location, instant, blind and why; one for each line

    def timely(self, final: date | None) -> "Load":
        """Return what of it lies after the UTC day *final*; all of it when there is none."""
        if final is None or all(day > final for day in self.days):
            return self
        later = [_day(row) > final for row in self.results]
        return replace(
            self,
            lines=list(compress(self.lines, later)),
            results=list(compress(self.results, later)),
            attempts=[row for row in self.attempts if _day(row) > final],
            days=frozenset(day for day in self.days if day > final),
        )

    def late(self, final: date | None) -> list[bytes]:
        """Return the lines of it that lie on the UTC day *final* or before."""
        if final is None or all(day > final for day in self.days):
            return []
        return [
            line for line, row in zip(self.lines, self.results, strict=True) if _day(row) <= final
        ]

    def of(self, keys: set[tuple[str, str]]) -> list[bytes]:
        """Return the lines of the endpoints and locations in *keys*; an edge is of no endpoint."""
        if not keys:
            return []
        results = zip(self.lines, ((row[0], row[1]) for row in self.results), strict=True)
        edges = zip(self.edge_lines, (("", row[0]) for row in self.edges), strict=True)
        return [line for line, key in (*results, *edges) if key in keys]


def _day(row: Row) -> date:
    at: datetime = row[2]
    return at.astimezone(UTC).date()


def read_load(path: Path) -> Load:
    """Return the rows of *path*; raises SpoolError where it is no whole spool file."""
    lines = spoolfile.read(path)
    try:
        return _load(path, lines)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise SpoolError(f"{path}: holds a result that makes no sense ({error!r})") from error


def _load(path: Path, records: Sequence[bytes]) -> Load:
    lines: list[bytes] = []
    results: list[Row] = []
    attempts: list[Row] = []
    edges: list[tuple[bytes, Row]] = []
    for record in records:  # one by one: decoded, it takes five times the room of its row
        line = decode(record)
        if isinstance(line, EdgeLine):
            edges.append((record, _edge_row(line)))
            continue
        lines.append(record)
        results.append(_result_row(line))
        if line.outcome != "up" or len(line.attempts) > 1:  # else none failed: most have none
            attempts.extend(_attempt_rows(line))
    return Load(
        path=path,
        lines=lines,
        results=results,
        attempts=attempts,
        days=_days(results),
        edge_lines=[record for record, _ in edges],
        edges=[row for _, row in edges],
    )


def _days(results: Sequence[Row]) -> frozenset[date]:
    # By whole days first: a date for each of a million results is a second.
    numbers = {(row[2] - EPOCH).days for row in results}
    return frozenset((EPOCH + timedelta(days=number)).date() for number in numbers)


def _edge_row(line: EdgeLine) -> Row:
    return _clean(line.location), from_us(line.at_us), line.blind, _clean(line.why)


def _result_row(line: ResultLine) -> Row:
    last = line.attempts[-1] if line.attempts else NO_ATTEMPT
    return (
        line.endpoint,
        line.location,
        from_us(line.at_us),
        line.outcome,
        len(line.attempts),
        last.status,
        line.lag_us,
        last.duration_us,
        last.dns_us,
        last.connect_us,
        last.tls_us,
        last.first_byte_us,
        line.reason,
    )


def _attempt_rows(line: ResultLine) -> list[Row]:
    """Only the attempts that were not up: they are the evidence."""
    return [_attempt_row(line, attempt) for attempt in line.attempts if attempt.outcome != "up"]


def _attempt_row(line: ResultLine, attempt: AttemptLine) -> Row:
    expires = attempt.certificate_expires_us
    return (
        line.endpoint,
        line.location,
        from_us(line.at_us),
        attempt.number,
        from_us(attempt.started_us),
        attempt.outcome,
        attempt.reason,
        _clean(attempt.detail),
        attempt.address,
        attempt.status,
        attempt.duration_us,
        attempt.dns_us,
        attempt.connect_us,
        attempt.tls_us,
        attempt.first_byte_us,
        None if expires is None else from_us(expires),
        _clean(attempt.body),
    )


def _clean(text: str | None) -> str | None:
    """Return *text* as PostgreSQL can hold it: targets choose some of these words."""
    if not text or (text.isascii() and "\0" not in text):
        return text
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()
