"""What a crisis is about, for whom, who was told and what is missing now."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import asyncpg

from vigie.errors import UsageError
from vigie.storing.crises import crisis_id
from vigie.storing.explain import refusals
from vigie.storing.queries import query

Row = dict[str, Any]
_JSON = ("paged", "roles", "detail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What is left of a contract's budgets: rows of month, quarter and year, or why not."""

    contract: str
    customer: str
    basis: str  # which of them carries the verdict
    scope: str
    periods: tuple[Row, ...]
    problem: str | None  # such as a calendar that does not reach so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """A crisis at an instant; columns are those of the queries `briefing_…` and `crisis_now`."""

    now: Row
    fit: tuple[Row, ...]  # for each empty role somebody of the rota, nobody twice
    services: tuple[str, ...]  # their names
    down: tuple[Row, ...]  # services, each with its own `since`; is_up: good again by itself
    downtime_s: Decimal | None  # of `lasted_s`, how long any service was down; None: not measured
    cause: str | None
    customers: tuple[Row, ...]
    messages: tuple[Row, ...]  # to the team
    notices: tuple[Row, ...]  # to customers
    events: tuple[Row, ...]
    sections: tuple[Row, ...]
    actions: tuple[Row, ...]
    budgets: tuple[Budget, ...]
    further: int  # contracts whose budgets were not looked up
    as_of: datetime | None  # up to when the budgets are counted; None: nothing was rolled up yet


async def list_crises(connection: asyncpg.Connection, now: datetime) -> list[Row]:
    """Return every crisis, the latest first; columns of `crisis_now`, and how many customers."""
    return [_plain(row) for row in await connection.fetch(query("crisis_list"), now)]


async def read_briefing(
    connection: asyncpg.Connection, key: str, now: datetime, *, contracts: int = 20
) -> Briefing:
    """Return all that is known of a crisis; budgets of so many *contracts*, in their order."""
    number = await crisis_id(connection, key)
    # One snapshot: what is told and what is missing belong together.
    async with connection.transaction(isolation="repeatable_read"):
        row = await connection.fetchrow(query("crisis_now"), number, now)
        covered = await connection.fetch(query("briefing_contracts"), number, now)
        as_of = await connection.fetchval(query("briefing_counted_to"), number)
        budgets = [await _budget(connection, one, as_of) for one in covered[:contracts]]

        async def rows(name: str) -> tuple[Row, ...]:
            return tuple(_plain(one) for one in await connection.fetch(query(name), number))

        return Briefing(
            now=_plain(row) if row else {},
            fit=_fit(await connection.fetch(query("briefing_fit"), number, now)),
            services=tuple(one["name"] for one in await rows("briefing_services")),
            down=tuple(
                _plain(one) for one in await connection.fetch(query("briefing_down"), number, now)
            ),
            downtime_s=await _downtime(connection, number, row, now),
            cause=await connection.fetchval(query("briefing_cause"), number),
            customers=await rows("briefing_customers"),
            messages=await rows("briefing_messages"),
            notices=await rows("briefing_notices"),
            events=await rows("briefing_events"),
            sections=await rows("briefing_sections"),
            actions=await rows("briefing_actions"),
            budgets=tuple(budgets),
            further=max(0, len(covered) - contracts),
            as_of=as_of,
        )


async def _downtime(
    connection: asyncpg.Connection, number: int, row: asyncpg.Record | None, now: datetime
) -> Decimal | None:
    """Return how long anything was down, up to the end of the crisis's `lasted_s`."""
    if row is None or row["lasted_s"] is None:
        return None
    until = row["good_since"] or now
    downtime: Decimal | None = await connection.fetchval(query("briefing_downtime"), number, until)
    return downtime


def _fit(candidates: Sequence[asyncpg.Record]) -> tuple[Row, ...]:
    """Choose for each role the first who is not chosen yet; roles of few people come first."""
    chosen: dict[str, str] = {}
    for one in candidates:
        if one["role"] not in chosen and one["person"] not in chosen.values():
            chosen[one["role"]] = one["person"]
    return tuple({"role": role, "person": person} for role, person in chosen.items())


async def _budget(
    connection: asyncpg.Connection, one: asyncpg.Record, as_of: datetime | None
) -> Budget:
    """Return the budgets of a contract; what its calendar cannot tell must not hide the rest."""
    periods: list[Row] = []
    problem = None
    try:
        with refusals():
            async with connection.transaction():
                asked = (one["contract"], one["scope"], one["day"], as_of)
                periods = [
                    _plain(r) for r in await connection.fetch(query("briefing_budget"), *asked)
                ]
    except UsageError as error:
        problem = str(error)
    return Budget(
        contract=one["contract"],
        customer=one["customer"],
        basis=one["basis"],
        scope=one["scope"],
        periods=tuple(periods),
        problem=problem,
    )


def _plain(record: asyncpg.Record) -> Row:
    return {
        name: json.loads(value) if name in _JSON and isinstance(value, str) else value
        for name, value in record.items()
    }
