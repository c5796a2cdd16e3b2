"""The figures of a contract's period: fetched through named queries, reshaped, never computed."""

from datetime import datetime

import asyncpg

from vigie.errors import UsageError
from vigie.reporting.figures.contents import Contents
from vigie.reporting.figures.evidencereading import evidence_of
from vigie.reporting.figures.further import contents
from vigie.reporting.figures.periods import Asked, Days, Span, nearest, written
from vigie.reporting.figures.records import (
    Availability,
    Classes,
    Day,
    Figures,
    Longest,
    Outage,
    Period,
    Probe,
    Reading,
    Seconds,
    Step,
    Window,
)
from vigie.reporting.figures.rows import Row, record, rows
from vigie.reporting.figures.termrecords import Zone
from vigie.reporting.figures.terms import contract_of, split_of
from vigie.reporting.formats import Formats
from vigie.storing import query

SOLUTION = "solution"


async def figures(
    connection: asyncpg.Connection,
    *,
    contract: str,
    asked: Asked | Days | Span,
    now: datetime,
    scope: str = SOLUTION,
    readings: bool = False,
    evidence: bool = False,
    further: bool = True,
) -> Figures:
    """Return the figures of *contract* and *scope* for a period that has begun at *now*.

    *evidence*: also what the percentages are made of, and the digests of the raw results, which
    take a second for a month of ten endpoints. Without *further* those of the further pages are
    left out: they take as long again.

    Call it in one repeatable-read transaction, so that all figures see the same results.
    Raises UsageError for what does not exist: contract, scope, or a period outside the contract.
    """
    agreed = _agreed(contract, await rows(connection, "report_contracts"))
    period = await _period(connection, contract, asked)
    _check(contract, agreed, asked, period, now)
    span = period["span"]
    scopes = await rows(connection, "report_availability", contract, span)
    of = _scope(contract, scope, scopes)
    terms = await rows(connection, "report_terms", contract, span)
    [longest] = await rows(connection, "report_longest", contract, scope, span)
    outages = await rows(connection, "report_outages", contract, scope, span)
    windows = await rows(connection, "report_maintenance", contract, span)
    days = await rows(connection, "report_days", contract, scope, span)
    steps = await rows(connection, "report_steps", contract, scope, span)
    probes = await rows(connection, "report_probes", contract, span)
    read = await rows(connection, "report_readings", contract, scope, span) if readings else []
    zones = await rows(connection, "report_zones", contract)
    more = Contents()
    if further:
        more = await contents(connection, contract, scope, period, probes=probes, windows=windows)
    carried = None
    if evidence:
        noticed = [(one["announced_at"], one["starts"]) for one in windows]
        noticed += [(one.announced_at, one.starts) for one in more.ahead]
        carried = await evidence_of(
            connection, contract, scope, period, outages=outages, windows=noticed
        )
    return Figures(
        contract=contract_of(terms[0]),
        period=record(Period, {**period, "name": asked.name}),
        availability=_availability(of),
        basis=asked.kind == terms[0]["basis"],
        longest=record(Longest, longest),
        outages=tuple(record(Outage, row) for row in outages),
        maintenance=tuple(record(Window, row) for row in windows if _touches(row, scope)),
        services=tuple(_availability(row) for row in scopes if row["scope"] != SOLUTION),
        days=tuple(record(Day, {**row, "seconds": record(Classes, row)}) for row in days),
        steps=tuple(record(Step, row) for row in steps),
        probes=tuple(record(Probe, row) for row in probes),
        readings=tuple(record(Reading, row) for row in read),
        evidence=carried,
        contents=more,
        zones=tuple(record(Zone, row) for row in zones),
        split=await split_of(connection, contract, scope, span, terms),
        sla_version=await connection.fetchval(query("report_version")),
    )


def _touches(window: Row, scope: str) -> bool:
    return scope == SOLUTION or scope in window["services"]


def _scope(contract: str, scope: str, found: list[Row]) -> Row:
    scopes = {row["scope"]: row for row in found}
    if scope not in scopes:
        hint = nearest(scope, scopes)
        raise UsageError(f'scope "{scope}": {contract} does not cover it ({hint})')
    return scopes[scope]


def _agreed(contract: str, known: list[Row]) -> Row:
    found = {row["key"]: row for row in known}
    if contract not in found:
        hint = nearest(contract, found)
        raise UsageError(f'contract "{contract}": there is none of this key ({hint})')
    return found[contract]


async def _period(connection: asyncpg.Connection, contract: str, asked: Asked | Days | Span) -> Row:
    if isinstance(asked, Span):
        found = await rows(connection, "report_span", contract, asked.starts, asked.ends)
    elif isinstance(asked, Days):
        found = await rows(connection, "report_local_days", contract, asked.first, asked.last)
    else:
        found = await rows(connection, "report_period", contract, asked.kind, asked.day)
    return found[0]


def _check(
    contract: str, agreed: Row, asked: Asked | Days | Span, period: Row, now: datetime
) -> None:
    formats = Formats("en", period["timezone"])
    if period["starts"] > now:
        today = formats.local(now).date()
        raise UsageError(f"{asked.name} has not begun; today is {today} (write an earlier one)")
    if agreed["starts"] is not None and period["ends"] <= agreed["starts"]:
        first = formats.local(agreed["starts"]).date()
        raise UsageError(
            f"{asked.name} lies before contract {contract}, which begins on {first}"
            f" (write {written(asked.kind, first)} or later)"
        )
    if agreed["ends"] is not None and period["starts"] >= agreed["ends"]:
        end = formats.local(agreed["ends"]).date()
        raise UsageError(
            f"{asked.name} lies after contract {contract}, which ended before {end}"
            " (write an earlier one)"
        )


def _availability(row: Row) -> Availability:
    return record(Availability, {**row, "seconds": record(Seconds, row)})
