"""The further pages of a report: fetched through named queries, reshaped, never computed."""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg

from vigie.reporting.figures.contents import (
    Contents,
    Correction,
    Crisis,
    Failure,
    Gap,
    Kept,
    Latency,
    Measure,
    Outlook,
    Planned,
    Spell,
    Told,
    Without,
)
from vigie.reporting.figures.rows import Row, record, rows


async def contents(
    connection: asyncpg.Connection,
    contract: str,
    scope: str,
    period: Row,
    *,
    probes: Sequence[Row],
    windows: Sequence[Row],
) -> Contents:
    """Return the further pages of *contract* and *scope* for a *period*, a row of its query.

    Its *probes* and maintenance *windows* are rows, too, which the report has read before.
    """
    span, whole = period["span"], scope == "solution"

    async def found(name: str, *more: object) -> list[Row]:
        return await rows(connection, name, contract, *more)

    kept = await found("contents_marks", span)
    spells = await found("contents_spans", scope, span)
    corrections = await found("contents_corrections", scope, span)
    taken = corrections or windows
    timeouts = [probe["timeout_s"] for probe in probes if probe["timeout_s"] is not None]
    return Contents(
        kept=tuple(record(Kept, row) for row in kept if whole or row["scope"] == scope),
        spells=tuple(record(Spell, row) for row in spells),
        outlooks=_all(Outlook, await found("contents_budgets", scope, span)),
        latencies=_all(Latency, await found("contents_latency", scope, span)),
        ceiling_s=max(timeouts, default=None),
        failures=_all(Failure, await found("contents_failures", scope, span)),
        crises=await _crises(connection, contract, scope, span),
        measures=_all(Measure, await found("contents_actions", scope, span)),
        corrections=_all(Correction, corrections),
        without=_all(Without, await found("contents_without", scope, span) if taken else []),
        gaps=_all(Gap, await found("contents_gaps", scope, span)),
        **await _ahead(connection, contract, scope, span),
    )


async def _crises(
    connection: asyncpg.Connection, contract: str, scope: str, span: object
) -> tuple[Crisis, ...]:
    crises = await rows(connection, "contents_crises", contract, span)
    numbers = [row["crisis_id"] for row in crises]
    notices = await rows(connection, "contents_notices", contract, numbers) if crises else []
    told = {row["key"]: tuple(n for n in notices if n["crisis"] == row["key"]) for row in crises}
    return tuple(
        record(Crisis, row, told=_all(Told, told[row["key"]]))
        for row in crises
        if scope in ("solution", *row["services"])
    )


async def _ahead(
    connection: asyncpg.Connection, contract: str, scope: str, span: object
) -> dict[str, Any]:
    """Return the maintenance that begins in the month after the period."""
    [month] = await rows(connection, "contents_next_month", contract, span)
    windows = await rows(connection, "report_maintenance", contract, month["span"])
    begun = (row for row in windows if row["starts"] >= month["starts"])
    ahead = tuple(record(Planned, row) for row in begun if scope in ("solution", *row["services"]))
    return {"ahead": ahead, "ahead_from": month["starts"]}


def _all(made: type[Any], found: Iterable[Row]) -> tuple[Any, ...]:
    return tuple(record(made, row) for row in found)
