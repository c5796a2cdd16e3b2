"""From when to when a crisis counts."""

from datetime import datetime

import asyncpg
import pytest
from tests.sql.world import minute

SPAN = "select fact.crisis_span($1, $2, $3)"


@pytest.mark.parametrize(
    ("resolved", "set_aside", "ends"),
    [
        (minute(40), None, minute(40)),
        (None, minute(30), minute(30)),
        (minute(40), minute(30), minute(30)),
        (minute(0), None, minute(10)),  # what comes before its start gives that instant alone
        (None, None, None),  # it goes on
    ],
)
async def test_crisis_lasts_until_it_was_resolved_or_set_aside(
    connection: asyncpg.Connection,
    resolved: datetime | None,
    set_aside: datetime | None,
    ends: datetime | None,
) -> None:
    span = await connection.fetchval(SPAN, minute(10), resolved, set_aside)

    assert (minute(10), ends) == (span.lower, span.upper)
