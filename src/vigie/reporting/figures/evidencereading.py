"""What a report carries so that others can compute it again: read, and not computed here."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import asyncpg

from vigie.reporting.figures.evidencerecords import Answers, Evidence, Hours, Part, ResultsDay
from vigie.reporting.figures.results import digest, results_text
from vigie.reporting.figures.rows import Row, record, rows

A_DAY = timedelta(days=1)
Window: TypeAlias = tuple[datetime | None, datetime]  # announced, starts


async def evidence_of(
    connection: asyncpg.Connection,
    contract: str,
    scope: str,
    period: Row,
    *,
    outages: Sequence[Row],
    windows: Sequence[Window],
) -> Evidence:
    """Return the evidence of a *period*, a row of its query, with its *outages* and *windows*."""
    span = period["span"]
    parts = await rows(connection, "evidence_parts", contract, span)
    found = await rows(connection, "evidence_results", contract, span)
    days = [record(ResultsDay, row) for row in found]
    hours = await rows(connection, "evidence_hours", contract, span, _reach(period, outages))
    answers = await rows(connection, "evidence_latency", contract, scope, span)
    return Evidence(
        parts=tuple(record(Part, row) for row in parts),
        results=tuple(days),
        sha256=digest(results_text(days)),
        hours=tuple(record(Hours, row) for row in hours),
        answers=tuple(record(Answers, row) for row in answers),
        **await _notice(connection, contract, span, windows),
    )


def _reach(period: Row, outages: Sequence[Row]) -> asyncpg.Range[datetime]:
    """Return the period and, whole, the outages that cross its edges."""
    starts = [period["starts"], *(one["starts"] for one in outages)]
    ends = [period["ends"], *(one["ends"] for one in outages)]
    return asyncpg.Range(min(starts), max(ends))


async def _notice(
    connection: asyncpg.Connection, contract: str, span: object, windows: Sequence[Window]
) -> dict[str, Any]:
    """Return the working days between the first announcement and the last window."""
    announced = [announced for announced, _ in windows if announced]
    if not announced:
        return {}
    first = min(announced).date() - A_DAY
    last = max(starts for _, starts in windows).date() + A_DAY
    found = await rows(connection, "evidence_working_days", contract, span, first, last)
    if not found:
        return {}
    return {"notice_timezone": found[0]["timezone"], "working_days": tuple(found[0]["days"])}
