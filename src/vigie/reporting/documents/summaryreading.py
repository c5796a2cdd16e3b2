"""The provider's summary is read: named queries, of all contracts at once, all of one moment."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

import asyncpg

from vigie.errors import UsageError
from vigie.reporting.documents.summaryrecords import (
    Broken,
    Called,
    Held,
    Kept,
    Risk,
    Shared,
    Standing,
    Summary,
)
from vigie.reporting.figures.periods import Asked
from vigie.reporting.figures.rows import Row, record, rows
from vigie.reporting.figures.termrecords import Zone
from vigie.settings import Settings
from vigie.storing import open_database, roll_up

LENGTHS = ("month", "quarter", "year")


async def read_summary(settings: Settings, *, asked: Asked, now: datetime) -> Summary:
    """Return the summary of a period over all contracts from the database of *settings*.

    The roll-up follows first. Raises UsageError where no contract has the period, or it has not
    begun.
    """
    async with open_database(settings) as pool:
        await roll_up(pool, now)
        async with (
            pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await summary(connection, asked=asked, now=now)


async def summary(connection: asyncpg.Connection, *, asked: Asked, now: datetime) -> Summary:
    """Return the summary; call it in one repeatable-read transaction.

    It takes about a twentieth of a second for each contract.
    """
    covered = await rows(connection, "summary_contracts", asked.kind, asked.day)
    _check(asked, covered, now)
    keys, spans = [one["contract"] for one in covered], [_span(one) for one in covered]
    outages = await _outages(connection, covered)
    [told] = await rows(connection, "summary_as_of")
    return Summary(
        kind=asked.kind,
        name=asked.name,
        noon=datetime.combine(asked.day, time(12), UTC),
        complete=all(one["complete"] for one in covered),
        as_of=told["as_of"],
        sla_version=told["sla_version"],
        contracts=_standings(covered, outages, await rows(connection, "summary_zones", keys)),
        shared=await _shared(connection, outages),
        crises=await _many(connection, Called, "summary_crises", _whole(covered)),
        broken=await _many(connection, Broken, "summary_windows", keys, spans),
        reports=await _many(
            connection, Kept, "summary_reports", keys, spans, asked.name, asked.kind
        ),
        disputes=await _many(connection, Held, "summary_disputes", keys, spans),
        risks=await _risks(connection, asked, covered),
    )


def _check(asked: Asked, covered: Sequence[Row], now: datetime) -> None:
    if not covered:
        raise UsageError(f"{asked.name}: no contract holds then (write another period)")
    if min(one["starts"] for one in covered) > now:
        raise UsageError(
            f"{asked.name} has not begun; today is {now.date()} (write an earlier one)"
        )


async def _outages(connection: asyncpg.Connection, covered: Sequence[Row]) -> Sequence[Row]:
    # Outages are the slowest to compute, and without unplanned time there is none.
    down = [one for one in covered if one["unplanned_s"] > 0]
    keys, spans = [one["contract"] for one in down], [_span(one) for one in down]
    return await rows(connection, "summary_outages", keys, spans)


def _standings(
    covered: Sequence[Row], outages: Sequence[Row], zones: Sequence[Row]
) -> tuple[Standing, ...]:
    own, moves = _by_contract(outages), _by_contract(zones)
    return tuple(_standing(one, own[one["contract"]], moves[one["contract"]]) for one in covered)


def _by_contract(found: Sequence[Row]) -> dict[str, list[Row]]:
    own: dict[str, list[Row]] = defaultdict(list)
    for row in found:
        own[row["contract"]].append(row)
    return own


def _standing(one: Row, own: Sequence[Row], zones: Sequence[Row]) -> Standing:
    longest = next((outage for outage in own if outage["longest"]), None)
    return record(
        Standing,
        one,
        outages=len(own),
        longest_working_s=longest and longest["working_s"],
        longest_elapsed_s=longest and longest["elapsed_s"],
        zones=tuple(record(Zone, row) for row in zones),
    )


async def _shared(connection: asyncpg.Connection, outages: Sequence[Row]) -> tuple[Shared, ...]:
    hits = [(one["contract"], key, _span(one)) for one in outages for key in one["services"]]
    columns = [list(column) for column in zip(*hits, strict=True)] or [[], [], []]
    return await _many(connection, Shared, "summary_shared", *columns)


async def _risks(
    connection: asyncpg.Connection, asked: Asked, covered: Sequence[Row]
) -> tuple[Risk, ...]:
    """Ask for the periods that go on: longer ones than this, and this one while it runs."""
    going_on = [
        one
        for one in covered
        if one["target"] is not None
        and (LENGTHS.index(one["basis"]) > LENGTHS.index(asked.kind) or not one["complete"])
        and LENGTHS.index(one["basis"]) >= LENGTHS.index(asked.kind)
    ]
    columns = [[one[name] for one in going_on] for name in ("contract", "basis", "ends")]
    return await _many(connection, Risk, "summary_risks", *columns)


async def _many(
    connection: asyncpg.Connection, made: type[Any], name: str, *arguments: object
) -> tuple[Any, ...]:
    return tuple(record(made, row) for row in await rows(connection, name, *arguments))


def _span(one: Row) -> asyncpg.Range[datetime]:
    return asyncpg.Range(one["starts"], one["ends"])


def _whole(covered: Sequence[Row]) -> asyncpg.Range[datetime]:
    return asyncpg.Range(min(one["starts"] for one in covered), max(one["ends"] for one in covered))
