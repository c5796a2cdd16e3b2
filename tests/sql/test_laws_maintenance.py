"""Windows are valid, and end, as a reader of the contract would say with a calendar at hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg
from hypothesis import given
from hypothesis import strategies as st
from tests.sql.oracle.clock import MINUTE, Calendar, working_days
from tests.sql.scenario import law, undone
from tests.sql.test_laws_calendar import A_DAY, calendars, write
from tests.sql.world import minutes


@dataclass(frozen=True, kw_only=True)
class Announced:
    """A window as the registry has it, in minutes from its start."""

    length: int
    ahead: int | None  # announced so long before its start; None: not announced
    proof: bool
    security: bool
    withdrawn: bool
    closed: int | None

    def why(self, given_days: int, asked_days: int | None) -> str | None:
        """Return why it is not valid, the first rule that fails."""
        short = asked_days is not None and given_days < asked_days
        told = {
            "withdrawn": self.withdrawn,
            "": self.security,  # recorded with a reason: that is all it needs
            "not announced": self.ahead is None,
            "no proof of the announcement": not self.proof,
            "announced after its start": (self.ahead or 0) < 0,
            f"announced {given_days} whole working days ahead, {asked_days} asked": short,
        }
        return next((why for why, failed in told.items() if failed), None) or None


def announcements() -> st.SearchStrategy[Announced]:
    length = 600
    seldom = st.sampled_from([False, False, False, True])
    return st.builds(
        Announced,
        length=st.just(length),
        ahead=st.none() | st.integers(-60, 8 * A_DAY) | st.integers(0, 8 * A_DAY),
        proof=seldom.map(lambda missing: not missing),
        security=seldom,
        withdrawn=seldom,
        closed=st.none() | st.integers(1, length + 60),
    )


@law
@given(
    drawn=calendars(),
    window=announcements(),
    asked_days=st.none() | st.integers(0, 4) | st.just(2),
)
async def test_window_is_valid_by_the_local_clock(
    connection: asyncpg.Connection,
    drawn: tuple[Calendar, datetime],
    window: Announced,
    asked_days: int | None,
) -> None:
    calendar, starts = drawn
    ends = starts + window.length * MINUTE
    announced = None if window.ahead is None else starts - window.ahead * MINUTE
    async with undone(connection) as world:
        await write(world, calendar)
        await world.service()
        await world.contract(notice_working_days=asked_days, notice_calendar="office")
        await world.window(
            minutes(starts),
            minutes(ends),
            kind="security" if window.security else "planned",
            announced=announced,
            channel="e-mail" if window.proof else None,
            closed=None if window.closed is None else minutes(starts) + window.closed,
            withdrawn=window.withdrawn,
        )
        row = await connection.fetchrow(
            "select * from sla.maintenance_of('acme', $1)", asyncpg.Range(starts, ends)
        )

    given_days = 0 if announced is None else working_days(calendar, announced, starts)
    lasted = window.length if window.closed is None else min(window.length, window.closed)
    why = window.why(given_days, asked_days)
    assert row is not None
    assert (why is None, why, given_days, starts + lasted * MINUTE, ends) == (
        row["valid"],
        row["why"],
        row["notice_days"],
        row["ends"],
        row["announced_ends"],
    )
