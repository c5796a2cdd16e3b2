"""Whatever happened, the figures that SQL gives are those that `vigie verify` computes again."""

from __future__ import annotations

from datetime import date

import asyncpg
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.sql.doubts import LATER, doubts
from tests.sql.scenario import Scenario, built, law
from tests.sql.strategies import scenarios

from vigie.errors import UsageError
from vigie.reporting import Asked, Figures, Span, figures, from_bytes, report_file, to_bytes
from vigie.reporting.evidence.reportfile import made_of

# Versions of a contract begin at midnight, those of scenarios inside a day: a window before
# another version's minute is judged by terms that a report does not carry.
OF_NOTICE = (".notice_days: ", ".why: ", ".valid: ")
# The world lasts minutes around its second day: such a period has hardly begun.
RUNNING = [Asked(kind, date(2026, 5, 4)) for kind in ("month", "quarter", "year")]


@law
@given(scenario=scenarios(), running=st.none() | st.sampled_from(RUNNING))
async def test_what_sql_gives_raises_no_doubt_and_comes_back_equal(
    partitioned: asyncpg.Connection, scenario: Scenario, running: Asked | None
) -> None:
    async with built(partitioned, scenario) as world:
        found = await _figures(world.connection, scenario, running)

    assume(found is not None)
    assert found is not None
    assert [] == [one for one in doubts(found) if not any(word in one for word in OF_NOTICE)]
    made = made_of(found, language="en", now=LATER)
    assert found == from_bytes(to_bytes(report_file(found, made)))["figures"]


async def _figures(
    connection: asyncpg.Connection, scenario: Scenario, running: Asked | None
) -> Figures | None:
    starts, ends = scenario.asked.lower, scenario.asked.upper
    assert starts is not None
    assert ends is not None
    try:
        return await figures(
            connection,
            contract="acme",
            asked=running or Span(starts, ends),
            now=LATER,
            scope=scenario.key,
            readings=True,
            evidence=True,
        )
    except UsageError:  # the contract does not hold then, or does not cover the service
        return None
