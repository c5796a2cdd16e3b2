"""Figures of a span that is no calendar period: what a test run was measured in."""

from datetime import UTC, datetime

import asyncpg
from tests.sql.world import World, minute

from vigie.paths import REPORTS
from vigie.reporting import Formats, Span, figures
from vigie.reporting.drawing.html import to_html

NOW = datetime(2026, 6, 2, tzinfo=UTC)


async def test_a_span_is_measured_exactly_and_named_by_its_ends(
    world: World, connection: asyncpg.Connection
) -> None:
    await world.service("api", endpoints=("a",))
    await world.contract(essential=("api",), timezone="UTC")
    await world.store(("a", "main", minute(n), "down" if n == 4 else "up") for n in range(20))
    await world.rolled_up_to(minute(20))

    span = Span(minute(2), minute(12))
    found = await figures(connection, contract="acme", asked=span, now=NOW)

    assert (found.period.starts, found.period.ends) == (minute(2), minute(12))
    assert found.period.name == span.name
    assert (found.period.kind, found.period.complete, found.basis) == ("span", True, False)
    assert found.availability.seconds.unplanned == 60
    assert found.availability.percent == "90.0000"
    page = to_html(found, folders=(REPORTS,), now=NOW, language="en")
    assert Formats("en", "UTC").span(minute(2), minute(12)) in page


def test_the_date_is_said_once_when_the_span_lies_in_one_local_day() -> None:
    paris = Formats("en", "Europe/Paris")
    start, end = (datetime(2026, 5, 11, hour, 30, tzinfo=UTC) for hour in (20, 22))

    assert paris.span(start, start) == "11 May 2026 22:30:00 \N{EN DASH} 22:30:00"
    assert paris.span(start, end) == "11 May 2026 22:30:00 \N{EN DASH} 12 May 2026 00:30:00"
