"""What customers report of a service: recorded, withdrawn, never erased."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from vigie.storing.crises import customer_id, found_id
from vigie.storing.explain import refusals
from vigie.storing.queries import query
from vigie.storing.window import check_reason, check_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """A report of a customer, before it is recorded."""

    service: str
    customer: str
    blocking: bool
    workaround: str | None
    summary: str
    reported_at: datetime


async def report_anomaly(
    connection: asyncpg.Connection, anomaly: Anomaly, *, by: str, now: datetime
) -> tuple[str, str | None]:
    """Record *anomaly*; return its key, and that of the crisis that several of them make."""
    check_text("summary", anomaly.summary)
    check_text("workaround", anomaly.workaround)
    subjects = await connection.fetch(query("crisis_subjects"))
    services = {row["key"]: row["id"] for row in subjects if row["kind"] == "service"}
    service = found_id(services, "service", anomaly.service)
    customer = await customer_id(connection, anomaly.customer)
    said = (anomaly.blocking, anomaly.workaround, anomaly.summary, anomaly.reported_at)
    with refusals():
        async with connection.transaction():
            row = await connection.fetchrow(
                query("anomaly_report"), service, customer, *said, by, now
            )
    return (row["anomaly"], row["crisis"]) if row else ("", None)


async def withdraw_anomaly(
    connection: asyncpg.Connection, key: str, *, reason: str, by: str, now: datetime
) -> None:
    """Take a report back: it makes no crisis any more."""
    check_reason(reason)
    rows = await connection.fetch(query("anomaly_ids"))
    number = found_id({row["key"]: row["anomaly_id"] for row in rows}, "anomaly", key)
    with refusals():
        async with connection.transaction():
            await connection.execute(query("anomaly_withdraw"), number, by, reason, now)


async def list_anomalies(connection: asyncpg.Connection) -> list[dict[str, object]]:
    """Return every report, the latest first; withdrawn ones say when, by whom and why."""
    return [dict(row) for row in await connection.fetch(query("anomaly_list"))]
