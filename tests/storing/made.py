"""Results and catalogues made for the tests of storing."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg

from vigie.catalogue import Catalogue, Contract, Customer, Endpoint, Service, Terms
from vigie.probing import Attempt, Outcome, Reason, Result
from vigie.storing import spoolfile

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def eventually(condition: Callable[[], object], seconds: float = 10) -> None:
    """Return as soon as *condition* holds; fail when it does not in time."""
    for _ in range(round(seconds * 50)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


async def reached(pool: asyncpg.Pool, condition: str, seconds: float = 10) -> None:
    """Return as soon as the query *condition* gives true; fail when it does not in time."""
    for _ in range(round(seconds * 50)):
        if await pool.fetchval(condition):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(condition)


def lines_in(directory: Path) -> list[dict[str, Any]]:
    """The results in the spool files of *directory*, in the order in which they will be shipped."""
    files = spoolfile.pending(directory)
    return [json.loads(line) for file in files for line in spoolfile.read(file)]


def up(endpoint: str = "api-health", at: datetime = NOON, location: str = "paris") -> Result:
    attempt = Attempt(
        number=1, started=at, outcome=Outcome.UP, duration_us=120_000, dns_us=900, status=200
    )
    return _result(endpoint, at, location, None, (attempt,))


def down(endpoint: str = "api-health", at: datetime = NOON, **attempt: Any) -> Result:
    failed = [
        Attempt(
            number=number,
            started=at + delay * timedelta(seconds=1),
            outcome=Outcome.DOWN,
            reason=Reason.STATUS,
            duration_us=5_000,
            status=503,
            **attempt,
        )
        for number, delay in ((1, 0), (2, 2), (3, 10))
    ]
    return _result(endpoint, at, "paris", Reason.STATUS, failed)


def missed(endpoint: str = "api-health", at: datetime = NOON) -> Result:
    return _result(endpoint, at, "paris", Reason.MISSED, ())


def _result(
    endpoint: str, at: datetime, location: str, reason: Reason | None, tries: Sequence[Attempt]
) -> Result:
    return Result(
        endpoint=endpoint,
        location=location,
        at=at,
        outcome=tries[-1].outcome if tries else Outcome.UNKNOWN,
        reason=reason,
        lag_us=250 if tries else None,
        attempts=tuple(tries),
    )


def service(key: str = "api", *endpoints: str, **more: Any) -> Service:
    keys = endpoints or (f"{key}-health",)
    return Service(
        key=key, name=key.upper(), endpoints=tuple(Endpoint(key=k) for k in keys), **more
    )


def terms(**more: Any) -> Terms:
    return Terms(
        **{
            "target": Decimal("0.9998"),
            "basis": "year",
            "hours": None,
            "maintenance": "downtime",
            "unknown": "neither",
            "interruption_max": timedelta(hours=2),
            "interruption_calendar": None,
            "join_within": timedelta(0),
            "notice_working_days": 2,
            "notice_calendar": None,
            "outside": None,
            "cap_time": timedelta(days=1),
            "cap_per": "quarter",
            "crisis_longer_than": timedelta(minutes=10),
            "crisis_customers": 2,
            **more,
        }
    )


ACME = Customer(key="acme", name="Acme SA", language="fr", recipients=("sla@acme.example",))


def contract(key: str = "acme", **more: Any) -> Contract:
    return Contract(
        **{
            "key": key,
            "customer": ACME,
            "plan": "lengow-premium",
            "timezone": "Europe/Paris",
            "starts": date(2026, 1, 1),
            "ends": None,
            "essential": ("api",),
            "other": (),
            "terms": terms(),
            **more,
        }
    )


def catalogue(*services: Service, **more: Any) -> Catalogue:
    return Catalogue(
        **{
            "locations": ("paris",),
            "services": services or (service(),),
            "calendars": {},
            "contracts": (),
            **more,
        }
    )


def written(directory: Path, header: str, *lines: str) -> Path:
    """Return a CSV file of these lines."""
    path = directory / "history.csv"
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return path
