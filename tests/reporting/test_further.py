"""The further pages of a period from a real database."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest
from tests.sql.crisis import crisis_of
from tests.sql.world import World, minute

from vigie.reporting import Asked, Figures, figures
from vigie.verifying.budgets import budgets
from vigie.verifying.further import further

MAY = Asked("month", date(2026, 5, 1))
END = datetime(2026, 6, 1, tzinfo=UTC)
NOW = END + timedelta(days=1)
HOUR = timedelta(hours=1)


async def of_may(connection: asyncpg.Connection, scope: str = "solution") -> Figures:
    return await figures(connection, contract="acme", asked=MAY, now=NOW, scope=scope)


@pytest.fixture
async def told(world: World, connection: asyncpg.Connection) -> Figures:
    """An hour in which something of everything happened; the outage is minutes 2 to 14."""
    await world.service("api", endpoints=["a"])
    await world.contract(crisis_longer_than=timedelta(minutes=10), crisis_customers=1)
    await world.window(30, 33, announced=None)
    await world.window(60 * 24 * 40, 60 * 24 * 40 + 60)  # 13 June
    await world.window(60 * 24 * 70, 60 * 24 * 70 + 60)  # 13 July: not the next month
    await world.correction(50, 52)
    await world.correction(53, 54, approver=None)
    await world.results("a", "UUDDDDDDDDDDDDU..U".ljust(30, "U") + "DDD".ljust(30, "U"))
    await world.connection.execute(
        "update fact.result set reason = 'status' where outcome = 'down' and at < $1", minute(20)
    )
    cell = await crisis_of(world)
    await cell.report(text="A certificate had expired.")
    await cell.approve()
    await world.connection.execute(
        """update fact.endpoint_version set until = $1, spec = '{"timeout": "1500ms"}'""",
        minute(60),
    )
    await world.rolled_up_to(END)
    return await of_may(connection)


async def test_what_was_not_up_is_there_by_day_with_its_reasons(told: Figures) -> None:
    measured = [one for one in told.contents.spells if minute(0) <= one.starts < minute(60)]

    assert [
        ("unplanned", minute(2), minute(14)),
        ("unknown", minute(15), minute(17)),
        ("unplanned", minute(30), minute(33)),  # its window was not announced
        ("excluded", minute(50), minute(52)),
    ] == [(one.kind, one.starts, one.ends) for one in measured]
    assert {date(2026, 5, 4)} == {one.day for one in measured}
    # and why, and how long a probe would have waited
    assert [("status", 12, "80.0000"), ("down", 3, "20.0000")] == [
        (one.reason, one.probes, one.share) for one in told.contents.failures
    ]
    assert Decimal("1.5") == told.contents.ceiling_s
    # and what was not measured
    [after, before, hole] = told.contents.gaps
    days = timedelta(days=3), timedelta(days=28) - HOUR

    assert [("api", *days[1:]), ("api", *days[:1])] == [
        (one.service, one.ends - one.starts) for one in (after, before)
    ]
    whole = 120 + 3 * 86400 + 28 * 86400 - 3600
    assert ("a", minute(15), minute(17), Decimal(120), 3, Decimal(whole)) == (
        hole.endpoint,
        hole.starts,
        hole.ends,
        hole.seconds,
        hole.of_all,
        hole.seconds_of_all,
    )


async def test_holes_of_other_services_are_listed_and_when_a_service_had_no_endpoint(
    world: World, connection: asyncpg.Connection
) -> None:
    """The crawler is not essential, and has a hole; the interface is measured from noon on."""
    await world.service("api", endpoints=["a"])
    await world.service("crawler", endpoints=["c"])
    begins = minute(0)
    await world.contract(valid=asyncpg.Range(begins, minute(24 * 60)), other=("crawler",))
    await world.results("c", "U" * 10 + "." * 10 + "U" * (24 * 60 - 20))
    await world.results("a", "U" * 12 * 60, start=12 * 60)
    await world.rolled_up_to(END)

    found = (await of_may(connection)).contents.gaps

    assert [
        (None, "api", begins, minute(12 * 60), Decimal(12 * 3600)),
        ("c", None, minute(10), minute(20), Decimal(600)),
    ] == [(one.endpoint, one.service, one.starts, one.ends, one.seconds) for one in found]
    assert [] == list(further(await of_may(connection)))
    assert ["c"] == [one.endpoint for one in (await of_may(connection, "crawler")).contents.gaps]


async def test_nothing_is_told_of_the_time_before_the_contract(
    world: World, connection: asyncpg.Connection
) -> None:
    await world.service("api", endpoints=["a"])
    begins = minute(60 * 24)  # a day later, 5 May
    await world.contract(valid=asyncpg.Range(begins, None))
    await world.results("a", "UDDDU")
    await world.results("a", "UDU", start=60 * 24)
    await world.rolled_up_to(END)
    found = await of_may(connection)

    assert [1] == [one.probes for one in found.contents.failures]
    assert [begins.date()] == [one.day for one in found.contents.latencies]


@pytest.mark.parametrize(
    ("april", "may", "word"),
    [
        ("UUUUUUUUUU", "UUUUUUUUUU", "same"),
        ("UUUUUUUUUD", "UUUUUUUUUU", "higher"),
        ("UUUUUUUUUU", "UUUUUUUUUD", "lower"),
        ("UUUUUUUUUD", "UUUUUUUUU?", "open"),  # 9 of 10 after at least 9 of 10
        ("UUUUUUUUDD", "UUUUUUUUU?", "higher"),  # at least 9 of 10 after 8
        ("UUUUUUUUU?", "UUUUUUUUUU", "open"),  # 100 %, of less
        ("UUUUUUUU??", "UUUUUUUDDD", "lower"),  # 7 of 10 after at least 8
        ("??????????", "UUUUUUUUUU", "not_measured"),
    ],
)
async def test_months_are_compared_where_unknown_time_cannot_turn_it(
    world: World, connection: asyncpg.Connection, april: str, may: str, word: str
) -> None:
    """A contract of twenty hours, ten in each month."""
    change = datetime(2026, 5, 1, tzinfo=UTC)
    await world.service("api", endpoints=["a"], every=HOUR)
    await world.contract(valid=asyncpg.Range(change - 10 * HOUR, change + 10 * HOUR))
    await world.results("a", april + may, start=-(3 * 24 + 10) * 60, step=60)
    await world.rolled_up_to(END)

    found = await of_may(connection)

    kept = [one for one in found.contents.kept if one.scope == "solution"]
    assert [None, word] == [one.than_before for one in kept]
    assert [] == list(budgets(found))


async def test_crisis_has_its_instants_messages_and_summary(told: Figures) -> None:
    [crisis] = told.contents.crises

    assert ("outage", ["api"], 1, minute(2), minute(12), Decimal(600)) == (
        crisis.trigger,
        list(crisis.services),
        crisis.customers,
        crisis.started,
        crisis.opened,
        crisis.to_open_s,
    )
    assert (minute(13), minute(15), minute(40)) == (
        crisis.acknowledged,
        crisis.staffed,
        crisis.resolved,
    )
    assert "A certificate had expired." == crisis.summary
    assert [("customer_opened", "sent", minute(32))] == [
        (one.kind, one.state, one.sent) for one in crisis.told if one.kind == "customer_opened"
    ]
    [measure] = told.contents.measures
    assert (date(2026, 5, 3), True) == (measure.due, measure.past_due)


async def test_exclusions_are_those_applied_and_those_asked_for(told: Figures) -> None:
    assert [("applied", Decimal(120), "bob"), ("not_approved", Decimal(60), None)] == [
        (one.state, one.in_period_s, one.approved_by) for one in told.contents.corrections
    ]
    # the excluded two minutes were up; the window excuses nothing anyhow
    assert [
        (reading, Decimal(900))
        for reading in ("agreed", "without_corrections", "without_exclusions")
    ] == [(one.reading, one.used_s) for one in told.contents.without]
    # and of the windows to come those of the next month
    [window] = told.contents.ahead
    assert (minute(60 * 24 * 40), True) == (window.starts, window.valid)
    assert END == told.contents.ahead_from


async def test_a_service_has_its_own_corrections_and_actions(
    world: World, connection: asyncpg.Connection
) -> None:
    await world.service("api", endpoints=["a"])
    await world.service("orders", endpoints=["o"])
    await world.contract(essential=("api", "orders"))
    await world.correction(50, 52)  # of api, two minutes
    await world.correction(60, 65, target="a", approver=None)
    await world.correction(70, 73, target="o")
    await crisis_of(world)  # of api, with an action
    await world.rolled_up_to(END)

    told = {scope: await of_may(connection, scope) for scope in ("solution", "api", "orders")}

    lengths = {
        scope: [one.in_period_s for one in found.contents.corrections]
        for scope, found in told.items()
    }
    assert {"solution": [120, 300, 180], "api": [120, 300], "orders": [180]} == lengths
    after = {
        scope: (len(found.contents.crises), len(found.contents.measures))
        for scope, found in told.items()
    }
    assert {"solution": (1, 1), "api": (1, 1), "orders": (0, 0)} == after


async def test_a_service_and_a_year_have_their_own_pages(
    told: Figures, connection: asyncpg.Connection
) -> None:
    found = (await of_may(connection, "api")).contents

    assert {"api"} == {one.scope for one in found.kept}
    assert told.contents.spells == found.spells
    assert told.contents.crises == found.crises

    year = Asked("year", date(2026, 1, 1))
    whole = (await figures(connection, contract="acme", asked=year, now=NOW)).contents
    assert ["month", "quarter", "year"] == [one.kind for one in found.outlooks]
    assert ["year"] == [one.kind for one in whole.outlooks]  # those that hold the whole period
