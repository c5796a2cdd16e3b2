"""What a customer's calendar of maintenance holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from vigie.catalogue import advice, shown
from vigie.errors import UsageError
from vigie.storing.queries import query


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A window that is not over, as one customer sees it; instants are aware."""

    key: str
    kind: str
    starts: datetime
    ends: datetime  # announced, or when it was closed early
    reason: str
    announced_at: datetime | None
    names: Sequence[str]  # of the customer's services that it covers
    withdrawn: bool
    sequence: int  # how often something happened to it
    stamped: datetime  # when something last did, or it was recorded


async def coming_maintenance(
    connection: asyncpg.Connection, customer: str, now: datetime
) -> tuple[str, list[Coming]]:
    """Return the name of *customer* (a key) and its windows that are not over, first start first.

    Raises UsageError where there is no such customer.
    """
    found = await connection.fetchrow(query("feed_customer"), customer)
    if found is None:
        known = [record["key"] for record in await connection.fetch(query("customer_keys"))]
        raise UsageError(f"there is no customer {shown(customer)} ({advice(customer, known)})")
    records = await connection.fetch(query("feed_windows"), found["customer_id"], now)
    return found["name"], [Coming(**record) for record in records]
