"""One row of a customer's probe log, checked and turned into a row for staging."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import asyncpg

from vigie.catalogue import advice, shown
from vigie.errors import UsageError
from vigie.storing.csvfile import BadRowError
from vigie.storing.instant import read_instant
from vigie.storing.window import check_text, utc_text

HEADER = ("service", "at", "outcome", "reason")
COLUMNS = ("service_id", "at", "outcome", "reason", "line")
OUTCOMES = ("up", "down")
LONGEST_REASON = 500

Span: TypeAlias = "asyncpg.Range[datetime]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A service, and when the contract covered it."""

    service_id: int
    during: Sequence[Span]  # none: never


class DisputeParser:
    """Turns the cells of a row into a row of fact.dispute_result without its dispute."""

    def __init__(
        self, contract: str, covered: Mapping[str, Covered], now: datetime, line: Callable[[], int]
    ) -> None:
        self._contract = contract
        self._covered = covered
        self._named = [key for key, one in covered.items() if one.during]
        self._now = now
        self._line = line

    def __call__(self, cells: list[str]) -> tuple[object, ...]:
        """Return *cells* in the order of COLUMNS; raises BadRowError."""
        if len(cells) != len(HEADER):
            raise BadRowError(f"has {len(cells)} columns (write {len(HEADER)}: {','.join(HEADER)})")
        service, at, outcome, reason = (cell.strip() for cell in cells)
        covered = self._service(service)
        when = self._at(at, service, covered)
        if outcome not in OUTCOMES:
            raise BadRowError(f"outcome: {shown(outcome)} is not an outcome (write up or down)")
        return (covered.service_id, when, outcome, _reason(reason), self._line())

    def _service(self, key: str) -> Covered:
        covered = self._covered.get(key)
        if covered is None:
            raise BadRowError(
                f"service: {shown(key)} is not in the database ({advice(key, self._named)})"
            )
        if not covered.during:
            raise BadRowError(
                f"service: {key} is not covered by contract {self._contract}"
                f" ({advice(key, self._named)})"
            )
        return covered

    def _at(self, text: str, service: str, covered: Covered) -> datetime:
        try:
            at = read_instant(text)
        except UsageError as error:
            raise BadRowError(f"at: {error}") from error
        if at > self._now:
            raise BadRowError(f"at: {shown(text)} lies in the future (write when the probe ran)")
        if not any(_holds(span, at) for span in covered.during):
            raise BadRowError(
                f"at: {shown(text)} lies outside contract {self._contract}, which covers"
                f" {service} {' and '.join(map(_told, covered.during))} (leave the row out)"
            )
        return at


def _holds(span: Span, at: datetime) -> bool:
    return (span.lower is None or span.lower <= at) and (span.upper is None or at < span.upper)


def _told(span: Span) -> str:
    """Return a span in words: `from 2026-01-01T00:00:00Z`."""
    begin = f"from {utc_text(span.lower)}" if span.lower else ""
    end = f"until {utc_text(span.upper)}" if span.upper else ""
    return " ".join(filter(None, (begin, end))) or "always"


def _reason(text: str) -> str | None:
    if len(text) > LONGEST_REASON:
        raise BadRowError(f"reason: has {len(text)} characters (write {LONGEST_REASON} at most)")
    try:
        check_text("reason", text)
    except UsageError as error:
        raise BadRowError(str(error)) from error
    return text or None


def covered(records: Sequence[asyncpg.Record]) -> dict[str, Covered]:
    """Return every service by its key, with the spans in which the contract covered it."""
    return {
        record["key"]: Covered(service_id=record["service_id"], during=tuple(record["valid"] or ()))
        for record in records
    }
