import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from tests.storing.made import MINUTE, NOON, catalogue, contract, service
from tests.storing.synced import LATER, NINE, NOON_CLOCK, calendar, memberships, rows, utc, versions

from vigie.catalogue import Catalogue, Endpoint, Holiday, Hours
from vigie.errors import UsageError
from vigie.storing.catalogue import Changes, apply_catalogue, plan_catalogue


async def test_first_apply_adds_everything_and_the_second_changes_nothing(
    connection: asyncpg.Connection,
) -> None:
    wanted = catalogue(service("api"), calendars={"office": calendar()}, contracts=(contract(),))
    first = await apply_catalogue(connection, wanted, NOON)
    second = await apply_catalogue(connection, wanted, LATER)

    assert first.lines == (
        "+ location paris",
        "+ service api",
        "+ endpoint api-health of service api",
        "+ calendar office",
        "+ customer acme",
        "+ contract acme from 2026-01-01",
    )
    assert second == Changes()


async def test_first_versions_and_memberships_reach_back_without_limit(
    connection: asyncpg.Connection,
) -> None:
    await apply_catalogue(connection, catalogue(), NOON)

    assert await memberships(connection) == [("api-health", "api", None, None)]
    assert await rows(connection, "select valid::text from fact.endpoint_version") == [("(,)",)]
    assert await rows(connection, "select valid::text from fact.service_version") == [("(,)",)]


async def test_plan_tells_the_changes_and_makes_none(connection: asyncpg.Connection) -> None:
    planned = await plan_catalogue(connection, catalogue(), NOON)

    assert planned.added[-1] == "endpoint api-health of service api"
    assert await rows(connection, "select key from fact.service") == []


async def test_spec_is_stored_with_its_secrets_as_placeholders(
    connection: asyncpg.Connection,
) -> None:
    class Http(Endpoint):
        http: str

    endpoint = Http(key="api-health", http="https://x.example/?k=${env:TOKEN}")
    api = service("api").model_copy(update={"endpoints": (endpoint,)})
    await apply_catalogue(connection, catalogue(api), NOON)

    assert await rows(connection, "select spec ->> 'http', every from fact.endpoint_version") == [
        ("https://x.example/?k=${env:TOKEN}", timedelta(seconds=60))
    ]


async def test_changed_spec_closes_the_version_and_opens_another(
    connection: asyncpg.Connection,
) -> None:
    await apply_catalogue(connection, catalogue(), NOON)
    faster = Endpoint(key="api-health", every=timedelta(seconds=30))
    api = service("api").model_copy(update={"endpoints": (faster,)})
    changes = await apply_catalogue(connection, catalogue(api), LATER)
    stored = await rows(
        connection,
        "select lower(valid), upper(valid), every from fact.endpoint_version order by valid",
    )

    assert changes == Changes(changed=("endpoint api-health",))
    assert stored == [
        (None, LATER, timedelta(seconds=60)),
        (LATER, None, timedelta(seconds=30)),
    ]


@pytest.mark.parametrize(
    ("rule", "stored"), [("any", (None, False)), ("all", (None, True)), (2, (2, False))]
)
async def test_rule_of_a_service_is_versioned(
    connection: asyncpg.Connection, rule: Any, stored: tuple[int | None, bool]
) -> None:
    await apply_catalogue(connection, catalogue(service("api", down_when=3)), NOON)
    changed = catalogue(service("api", down_when=rule).model_copy(update={"name": "New"}))
    changes = await apply_catalogue(connection, changed, LATER)

    assert changes.changed == ("service api: name", "service api: down_when")
    assert await rows(
        connection,
        "select lower(valid), upper(valid), at_least, every_endpoint from fact.service_version"
        " order by valid",
    ) == [(None, LATER, 3, False), (LATER, None, *stored)]


async def test_endpoint_that_leaves_is_ended_and_comes_back_under_its_id(
    connection: asyncpg.Connection,
) -> None:
    both = catalogue(service("api", "api-a", "api-b"))
    await apply_catalogue(connection, both, NOON)
    left = await apply_catalogue(connection, catalogue(service("api", "api-a")), LATER)
    back = await apply_catalogue(connection, both, LATER + MINUTE)

    assert left == Changes(ended=("endpoint api-b",))
    assert back == Changes(added=("endpoint api-b of service api, back again",))
    assert await memberships(connection) == [
        ("api-a", "api", None, None),
        ("api-b", "api", None, LATER),
        ("api-b", "api", LATER + MINUTE, None),
    ]
    assert await rows(connection, "select count(*) from fact.endpoint") == [(2,)]


async def test_endpoint_that_moves_counts_for_its_new_service_from_then_on(
    connection: asyncpg.Connection,
) -> None:
    before = catalogue(service("api", "a", "b"), service("shop", "c"))
    after = catalogue(service("api", "a"), service("shop", "b", "c"))
    await apply_catalogue(connection, before, NOON)
    changes = await apply_catalogue(connection, after, LATER)

    assert changes == Changes(changed=("endpoint b: moved to service shop",))
    assert (await memberships(connection))[1:3] == [
        ("b", "api", None, LATER),
        ("b", "shop", LATER, None),
    ]


async def test_service_that_vanishes_is_ended_once(connection: asyncpg.Connection) -> None:
    await apply_catalogue(connection, catalogue(service("api"), service("shop")), NOON)
    changes = [
        await apply_catalogue(connection, catalogue(service("api")), LATER + n * MINUTE)
        for n in range(2)
    ]

    assert changes == [Changes(ended=("endpoint shop-health", "service shop")), Changes()]


async def test_two_applies_at_the_same_instant_leave_no_empty_version(
    connection: asyncpg.Connection,
) -> None:
    for at_least in (1, 2, 3):
        await apply_catalogue(connection, catalogue(service("api", down_when=at_least)), NOON)

    assert await rows(connection, "select at_least, isempty(valid) from fact.service_version") == [
        (1, False),
        (2, False),
        (3, False),
    ]


async def test_clock_far_behind_the_last_apply_is_refused(connection: asyncpg.Connection) -> None:
    for at_least in (1, 2):
        await apply_catalogue(connection, catalogue(service("api", down_when=at_least)), LATER)

    with pytest.raises(UsageError, match=r"last applied at 2026-03-03T12:00:00Z.*set this comp"):
        await apply_catalogue(connection, catalogue(), NOON)


async def test_calendar_is_reused_while_its_wording_stands_and_replaced_after(
    connection: asyncpg.Connection,
) -> None:
    half_day = Holiday(day=date(2026, 12, 24), name="Christmas Eve", hours=((NINE, NOON_CLOCK),))
    first = calendar(holidays=(Holiday(day=date(2026, 7, 14), name="Bastille Day"), half_day))
    friday = Hours(weekday=5, opens=timedelta(hours=18), closes=timedelta(hours=49))
    for number, wording in enumerate((first, first, calendar(friday))):
        wanted = catalogue(calendars={"office": wording})
        changes = await apply_catalogue(connection, wanted, NOON + number * MINUTE)
    calendars = await rows(
        connection, "select recorded_at, replaced_at from fact.calendar order by calendar_id"
    )

    assert changes == Changes(changed=("calendar office: new wording",))
    assert calendars == [(NOON, NOON + 2 * MINUTE), (NOON + 2 * MINUTE, None)]
    assert await rows(
        connection,
        "select weekday, opens, closes from fact.calendar_hours order by calendar_id",
    ) == [(1, NINE, NOON_CLOCK), (5, timedelta(hours=18), timedelta(hours=49))]
    assert await rows(
        connection, "select day, name, opens, closes from fact.calendar_day order by day"
    ) == [
        (date(2026, 7, 14), "Bastille Day", None, None),
        (date(2026, 12, 24), "Christmas Eve", NINE, NOON_CLOCK),
    ]


async def test_contract_begins_and_ends_at_local_midnight(connection: asyncpg.Connection) -> None:
    wanted = catalogue(contracts=(contract(ends=date(2026, 7, 1)),))
    await apply_catalogue(connection, wanted, NOON)

    assert await versions(connection) == [
        ("acme", utc(2025, 12, 31, 23), utc(2026, 6, 30, 22), Decimal("0.9998"), None)
    ]


async def test_concurrent_applies_take_turns(pool: asyncpg.Pool) -> None:
    async def apply(wanted: Catalogue) -> Changes:
        async with pool.acquire() as connection:
            return await apply_catalogue(connection, wanted, NOON)

    many = catalogue(service("api", *(f"e{n}" for n in range(200))), contracts=(contract(),))
    changes = await asyncio.gather(*(apply(many) for _ in range(4)))

    assert sorted(len(change.added) for change in changes) == [0, 0, 0, 204]


async def test_four_thousand_endpoints_take_seconds(
    connection: asyncpg.Connection,
) -> None:
    many = catalogue(*(service(f"s{n}", *(f"s{n}-{i}" for i in range(20))) for n in range(200)))
    async with asyncio.timeout(60):
        changes = await apply_catalogue(connection, many, NOON)

    assert len(changes.added) == 1 + 200 + 4_000
