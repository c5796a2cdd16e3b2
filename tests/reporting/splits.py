"""Months in which the terms of a contract change, as a database gives them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
from tests.sql.world import World

from vigie.reporting import Asked, Figures, Split, Version, figures

MAY = Asked("month", date(2026, 5, 1))
START = datetime(2026, 5, 1, tzinfo=UTC)
TURN = datetime(2026, 5, 12, tzinfo=UTC)
END = datetime(2026, 6, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 2, tzinfo=UTC)
TEN = timedelta(minutes=10)
A_DAY = timedelta(days=1)


async def changed(
    world: World,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    down: tuple[datetime, ...] = (),
    lost: tuple[datetime, ...] = (),
    as_of: datetime = END,
) -> None:
    """Measure May every 10 minutes under terms that change on the 12th.

    A probe at one of *down* fails, and one of *lost* never came.
    """
    for service, endpoint in (("api", "a"), ("orders", "b")):
        await world.service(service, endpoints=(endpoint,), every=TEN)
    first = asyncpg.Range(START - 30 * A_DAY, TURN)
    await world.contract(valid=first, timezone="UTC", **before)
    await world.contract(valid=asyncpg.Range(TURN, None), timezone="UTC", **after)
    slots = [START + number * TEN for number in range((as_of - START) // TEN)]
    await world.store(("a", "main", at, _seen(at, down)) for at in slots if at not in lost)
    await world.store(("b", "main", at, "up") for at in slots)
    await world.rolled_up_to(as_of)


def _seen(at: datetime, down: tuple[datetime, ...]) -> str:
    return "down" if at in down else "up"


def slots(day: int, hour: int, count: int) -> tuple[datetime, ...]:
    """Return the moments of *count* probes in May from an hour on."""
    return tuple(datetime(2026, 5, day, hour, tzinfo=UTC) + n * TEN for n in range(count))


async def of_may(connection: asyncpg.Connection, **changes: Any) -> Figures:
    """Return the figures of May as a report has them."""
    arguments: dict[str, Any] = {"contract": "acme", "asked": MAY, "now": NOW, "evidence": True}
    return await figures(connection, **(arguments | changes))


def target(text: str, **terms: Any) -> dict[str, Any]:
    """Return terms with a target in per cent."""
    return {"target": Decimal(text) / 100, "basis": "month"} | terms


def by_hand(base: Figures, *, before: str | None = "99.5", **earlier: Any) -> Figures:
    """Return *base*, a sample of May, with other terms until the 11th."""
    day, budget = Decimal(86400), base.availability.budget_s or Decimal(0)
    first, down = 11 * day, Decimal(120)
    latest = replace(base.contract, version_from=date(2026, 5, 12))
    changes: dict[str, Any] = {"version_until": date(2026, 5, 12)} | earlier
    one = Version(
        contract=replace(base.contract, **changes),
        starts=base.period.starts,
        ends=base.period.starts + 11 * A_DAY,
        first_day=date(2026, 5, 1),
        last_day=date(2026, 5, 11),
        services=("api",),
        target=before,
        committed_s=first,
        down_s=down,
        future_s=Decimal(0),
        budget_s=None if before is None else first / 200,
    )
    last = replace(
        one,
        contract=latest,
        starts=one.ends,
        ends=base.period.ends,
        first_day=date(2026, 5, 12),
        last_day=date(2026, 5, 31),
        services=("api", "orders"),
        target=base.availability.target,
        committed_s=base.availability.seconds.committed - first,
        down_s=base.availability.seconds.unplanned - down,
        budget_s=budget,
    )
    unjudged = down if before is None else Decimal(0)
    split = Split(
        down_s=base.availability.seconds.unplanned, unjudged_s=unjudged, versions=(one, last)
    )
    return replace(base, contract=latest, split=split)
