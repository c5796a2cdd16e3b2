"""The calendar of a customer's maintenance, read back by the library."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from icalendar import Calendar
from tests.sql.world import START, World, minute

from vigie import reporting, storing
from vigie.errors import UsageError

DAY = 1440  # minutes


@pytest.fixture
async def announced(connection: asyncpg.Connection) -> World:
    """Windows that are over, running, withdrawn, unannounced, and of another customer."""
    world = World(connection=connection)
    await world.service("api", endpoints=["a"])
    await world.service("shop", endpoints=["s"])
    await world.contract("acme")
    await world.contract("globex", essential=["shop"])
    await world.window(0, 10)
    await world.window(DAY - 10, DAY + 10, services=None)
    await world.window(2 * DAY, 2 * DAY + 60, withdrawn=True)
    await world.window(3 * DAY, 3 * DAY + 60, announced=None)
    await world.window(4 * DAY, 4 * DAY + 60, services=["shop"])
    return world


async def read(world: World, customer: str = "acme-customer") -> list[Any]:
    name, windows = await storing.coming_maintenance(world.connection, customer, minute(DAY))
    calendar = Calendar.from_ical(reporting.feed(customer, name, windows))

    assert calendar["X-WR-CALNAME"] == f"{customer}: maintenance"
    return list(calendar.walk("VEVENT"))


async def test_coming_windows_are_in_the_feed_withdrawn_ones_as_cancelled(
    announced: World,
) -> None:
    events = await read(announced)

    assert [(str(e["STATUS"]), e["SEQUENCE"], e["DTSTART"].dt) for e in events] == [
        ("CONFIRMED", 0, minute(DAY - 10)),
        ("CANCELLED", 1, minute(2 * DAY)),
        ("TENTATIVE", 0, minute(3 * DAY)),
    ]
    assert {str(e["DTSTART"].dt.tzinfo) for e in events} == {"UTC"}
    assert {str(e["SUMMARY"]) for e in events} == {"Maintenance: Api"}
    assert len({str(e["UID"]) for e in events}) == 3


async def test_uid_stays_and_sequence_grows_when_a_window_is_withdrawn(announced: World) -> None:
    before = (await read(announced))[0]
    later = START + timedelta(days=1, minutes=5)
    key = str(before["UID"]).partition(".")[0]
    await storing.withdraw_maintenance(
        announced.connection, key, reason="put off", by="bob", now=later
    )
    after = (await read(announced))[0]

    assert (before["UID"], 0, START) == (after["UID"], before["SEQUENCE"], before["DTSTAMP"].dt)
    assert (1, later, "CANCELLED") == (after["SEQUENCE"], after["DTSTAMP"].dt, after["STATUS"])


async def test_same_registry_gives_the_same_bytes(announced: World, tmp_path: Path) -> None:
    feeds = []
    for _ in range(2):
        name, windows = await storing.coming_maintenance(
            announced.connection, "globex-customer", minute(DAY)
        )
        feeds.append(reporting.feed("globex-customer", name, windows))
    reporting.write(tmp_path / "globex.ics", feeds[0])

    assert feeds[0] == feeds[1] == (tmp_path / "globex.ics").read_bytes()


def test_text_that_means_something_in_the_format_is_escaped() -> None:
    window = storing.Coming(
        key="m-1", kind="planned", starts=START, ends=minute(5), withdrawn=False, sequence=0,
        reason="a;b,c\\d\nBEGIN:VEVENT", announced_at=datetime(2026, 1, 1, tzinfo=UTC),
        names=["Shop; Paris"], stamped=START,
    )  # fmt: skip
    calendar = Calendar.from_ical(reporting.feed("acme", "Acme, SA", [window]))
    event: Any
    (event,) = calendar.walk("VEVENT")

    assert str(event["DESCRIPTION"]) == "a;b,c\\d\nBEGIN:VEVENT"
    assert str(calendar["X-WR-CALNAME"]) == "Acme, SA: maintenance"


async def test_unknown_customer_is_told_with_the_nearest(announced: World) -> None:
    with pytest.raises(UsageError, match='no customer "acme-custom" \\(write acme-customer\\)'):
        await storing.coming_maintenance(announced.connection, "acme-custom", START)
