"""A customer's own log beside the figures of a period: what both say, and what it would change."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import asyncpg

from vigie.reporting.figures.periods import Asked
from vigie.reporting.figures.reading import figures
from vigie.reporting.figures.records import Figures
from vigie.settings import Settings
from vigie.storing import open_database, query, read_dispute, roll_up

Made = TypeVar("Made")
NONE = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A customer's log, as it was imported."""

    key: str
    services: tuple[str, ...]
    results: int
    results_down: int
    first_at: datetime
    last_at: datetime
    every_s: Decimal
    file: str
    sha256: str
    note: str | None
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How far both logs agree on one service, or on all together."""

    service: str | None  # None: all together
    told_s: Decimal  # from the log's first result to the end of its last, inside the period
    compared_s: Decimal
    agree_s: Decimal
    agree_percent: str | None  # cut; None: nothing can be compared
    ours_down_s: Decimal  # we say down, they say up
    theirs_down_s: Decimal
    ours_unknown_s: Decimal
    theirs_unknown_s: Decimal
    uncounted_s: Decimal  # outside the contract, or excluded
    spans: int  # that differ
    # Of theirs_down_s, what our own probes saw as well, and a correction took out.
    measured_down_s: Decimal = NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The figure, if so much of the customer's log were right."""

    taken: str  # nothing, down, up, down and up, everything
    percent: str | None
    unplanned_s: Decimal
    unplanned_more_s: Decimal  # than with nothing taken; negative when less
    committed_s: Decimal
    target: str | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One span of the customer's log beside ours."""

    service: str
    starts: datetime
    ends: datetime
    seconds: Decimal
    ours: str  # class of the timeline
    theirs: str  # up, down, unknown
    agrees: bool | None  # None: cannot be compared
    first_line: int | None  # of the customer's file
    last_line: int | None
    reasons: str | None  # in the customer's words
    measured: str | None = None  # up, down, unknown: what we saw before corrections said otherwise
    corrections: str | None = None  # their keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that `dispute show` prints, in a table and in its annex."""

    dispute: Dispute
    figures: Figures
    services: tuple[Compared, ...]
    total: Compared
    effects: tuple[Effect, ...]  # nothing taken comes first
    lines: tuple[Line, ...]

    @property
    def differing(self) -> tuple[Line, ...]:
        """The spans in which one says up and the other down."""
        return tuple(line for line in self.lines if line.agrees is False)

    @property
    def listed(self) -> tuple[Line, ...]:
        """Those, and the spans of which only a correction says that they are not compared."""
        return tuple(
            line
            for line in self.lines
            if line.agrees is False
            or (line.agrees is None and line.measured and line.theirs != "unknown")
        )

    @property
    def reported(self) -> Effect:
        """The figure as it is."""
        return self.effects[0]

    @property
    def claimed(self) -> Effect:
        """The figure with the customer's results wherever both measured and differ."""
        return next(effect for effect in self.effects if effect.taken == "down and up")


async def read_comparison(
    settings: Settings, *, key: str, asked: Asked, now: datetime, scope: str
) -> Comparison:
    """Return a dispute beside the figures of its contract, all of one moment.

    Raises UsageError for a dispute, scope or period that does not exist.
    """
    async with open_database(settings) as pool:
        await roll_up(pool, now)
        async with (
            pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await comparison(connection, key=key, asked=asked, now=now, scope=scope)


async def comparison(
    connection: asyncpg.Connection, *, key: str, asked: Asked, now: datetime, scope: str
) -> Comparison:
    """Return a dispute beside the figures; call it in one repeatable-read transaction."""
    dispute = await read_dispute(connection, key)
    found = await figures(
        connection,
        contract=str(dispute["contract"]),
        asked=asked,
        now=now,
        scope=scope,
        further=False,
    )
    span: asyncpg.Range[datetime] = asyncpg.Range(found.period.starts, found.period.ends)
    *services, total = await connection.fetch(query("dispute_summary"), key, span)
    effects = await connection.fetch(query("dispute_effect"), key, scope, span)
    lines = await connection.fetch(query("dispute_lines"), key, span)
    return Comparison(
        dispute=_record(Dispute, dispute),
        figures=found,
        services=tuple(_record(Compared, row) for row in services),
        total=_record(Compared, total),
        effects=tuple(_record(Effect, row) for row in effects),
        lines=tuple(_record(Line, row) for row in lines),
    )


def _record(made: type[Made], row: Mapping[str, Any]) -> Made:
    """Return a record from the columns that bear its fields' names."""
    names = [field.name for field in fields(made)]  # type: ignore[arg-type] # all are dataclasses
    return made(**{name: _frozen(row[name]) for name in names})


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
