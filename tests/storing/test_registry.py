import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from tests.storing.made import MINUTE, NOON, catalogue, contract, service, terms

from vigie.catalogue import Calendar, Hours
from vigie.errors import UsageError
from vigie.storing.catalogue import apply_catalogue
from vigie.storing.instant import read_instant
from vigie.storing.registry import (
    Listed,
    add_maintenance,
    close_maintenance,
    list_maintenance,
    withdraw_maintenance,
)
from vigie.storing.window import Recorded, Window

HOUR = timedelta(hours=1)
START = NOON + timedelta(days=10)  # Thursday, 2026-03-12
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
async def registry(connection: asyncpg.Connection) -> asyncpg.Connection:
    """A database that knows the services api and shop, and the contract acme on api."""
    weekdays = [
        Hours(weekday=day, opens=timedelta(hours=9), closes=timedelta(hours=18))
        for day in (1, 2, 3, 4, 5)
    ]
    office = Calendar(key="office", timezone="Europe/Paris", hours=tuple(weekdays))
    wanted = catalogue(
        service("api"),
        service("shop"),
        calendars={"office": office},
        contracts=(contract(terms=terms(notice_calendar="office")),),
    )
    await apply_catalogue(connection, wanted, NOON)
    return connection


def window(**more: Any) -> Window:
    return Window(
        **{
            "services": ("api",),
            "kind": "planned",
            "starts": START,
            "ends": START + HOUR,
            "reason": "new database",
            "announced": NOON,
            "channel": "email",
            **more,
        }
    )


async def add(connection: asyncpg.Connection, **more: Any) -> Recorded:
    return await add_maintenance(connection, window(**more), by="ana", now=NOON)


async def close(connection: asyncpg.Connection, at: datetime, now: datetime) -> None:
    await close_maintenance(connection, "m-20260312-1", at=at, reason="done", by="bob", now=now)


async def only(connection: asyncpg.Connection) -> Listed:
    [listed] = await list_maintenance(connection)
    return listed


async def test_window_is_listed_with_who_when_why_and_its_validity(
    registry: asyncpg.Connection,
) -> None:
    recorded = await add(registry, evidence="message 17", recipient="sla@acme.example")

    assert recorded == Recorded(key="m-20260312-1")
    assert await only(registry) == Listed(
        key="m-20260312-1",
        services=("api",),
        every_service=False,
        kind="planned",
        starts=START,
        ends=START + HOUR,
        closed_at=None,
        withdrawn_at=None,
        announced_at=NOON,
        channel="email",
        recipient="sla@acme.example",
        evidence="message 17",
        reason="new database",
        series=None,
        rule=None,
        recorded_by="ana",
        recorded_at=NOON,
        why_not={"acme": None},
        remarks={},
    )


async def test_keys_count_up_within_the_day_of_the_start(registry: asyncpg.Connection) -> None:
    days = [START, START, START + timedelta(days=1), START]
    keys = [(await add(registry, starts=day, ends=day + HOUR)).key for day in days]

    assert keys == ["m-20260312-1", "m-20260312-2", "m-20260313-1", "m-20260312-3"]


async def test_tenth_key_of_a_day_follows_the_ninth(registry: asyncpg.Connection) -> None:
    keys = [(await add(registry)).key for _ in range(11)]

    assert keys[-1] == "m-20260312-11"


async def test_concurrent_windows_get_keys_of_their_own(pool: asyncpg.Pool) -> None:
    async def one() -> str:
        async with pool.acquire() as connection:
            return (await add(connection)).key

    async with pool.acquire() as connection:
        await apply_catalogue(connection, catalogue(), NOON)
    keys = await asyncio.gather(*(one() for _ in range(4)))

    assert sorted(keys) == [f"m-20260312-{number}" for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("change", "remark", "why"),
    [
        ({"announced": None}, "it was not announced", "not announced"),
        (
            {"starts": NOON - HOUR, "ends": NOON + HOUR},
            "it was announced after its start",
            "announced after its start",
        ),
        ({"channel": None}, "there is no proof", "no proof of the announcement"),
    ],
)
async def test_window_that_excuses_nothing_is_recorded_and_said(
    registry: asyncpg.Connection, change: dict[str, Any], remark: str, why: str
) -> None:
    recorded = await add(registry, **change)

    assert recorded.remarks[0].startswith(remark)
    assert (await only(registry)).why_not == {"acme": why}


async def test_short_notice_is_told_at_once_and_by_the_list(registry: asyncpg.Connection) -> None:
    tomorrow = NOON + timedelta(days=1)
    recorded = await add(registry, starts=tomorrow, ends=tomorrow + HOUR, recipient="all")
    why = "announced 0 whole working days ahead, 2 asked"

    assert recorded.remarks == (f"it excuses nothing for acme: {why}",)
    assert (await only(registry)).why_not == {"acme": why}


async def test_contracts_with_one_reason_share_a_remark(connection: asyncpg.Connection) -> None:
    """Noon of Monday to Tuesday: no whole day lies between. The lax one asks for none."""
    days = tuple(Hours(weekday=day, opens=9 * HOUR, closes=18 * HOUR) for day in range(1, 8))
    office = Calendar(key="office", timezone="Europe/Paris", hours=days)
    names = [f"c{number:02}" for number in range(10)]
    two, three = (terms(notice_calendar="office", notice_working_days=n) for n in (2, 3))
    contracts = [contract(name, terms=two) for name in names]
    contracts += [contract("strict", terms=three)]
    contracts += [contract("lax", terms=terms(notice_working_days=None))]
    wanted = catalogue(calendars={"office": office}, contracts=tuple(contracts))
    await apply_catalogue(connection, wanted, NOON)
    tomorrow = NOON + timedelta(days=1)
    recorded = await add(connection, starts=tomorrow, ends=tomorrow + HOUR, recipient="all")
    said = "announced 0 whole working days ahead"

    assert recorded.remarks == (
        f"it excuses nothing for {', '.join(names[:8])} and 2 more: {said}, 2 asked",
        f"it excuses nothing for strict: {said}, 3 asked",
    )


async def test_window_of_every_service_holds_for_those_added_later(
    registry: asyncpg.Connection,
) -> None:
    await add(registry, services=(), every_service=True)
    both = contract(essential=("api", "new"), terms=terms(notice_working_days=None))
    wanted = catalogue(service("api"), service("new"), contracts=(both,))
    await apply_catalogue(registry, wanted, NOON + HOUR)
    listed = await only(registry)
    services = await registry.fetchval(
        "select services from sla.maintenance where every_service and contract = 'acme'"
    )

    assert (listed.services, listed.every_service) == ((), True)
    assert listed.why_not == {"acme": None}
    assert services == ["api", "new"]


async def test_security_needs_no_announcement(registry: asyncpg.Connection) -> None:
    recorded = await add(registry, kind="security", announced=None, channel=None)

    assert recorded.remarks == ()
    assert (await only(registry)).why_not == {"acme": None}


async def test_rule_that_is_only_wished_is_remarked(connection: asyncpg.Connection) -> None:
    """The night from 22:00 to 06:00 of Paris; the window is at 13:00, for an hour."""
    wished = terms(notice_working_days=None, night=(22 * HOUR, 30 * HOUR))
    strict = replace(wished, enforced=("outside",))
    wanted = catalogue(contracts=(contract(terms=wished), contract("strict", terms=strict)))
    await apply_catalogue(connection, wanted, NOON)
    await add(connection)
    listed = await only(connection)
    said = "3600 s inside hours without maintenance"

    assert listed.why_not == {"acme": None, "strict": said}
    assert listed.remarks["acme"] == said


async def test_window_of_a_service_without_contract_is_listed(
    registry: asyncpg.Connection,
) -> None:
    await add(registry, services=("shop",))

    assert (await only(registry)).why_not == {}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"ends": START},
            (
                "ends: 2026-03-12T12:00:00Z is not after the start 2026-03-12T12:00:00Z"
                " (write a later end)"
            ),
        ),
        ({"services": ("api", "shpo")}, 'services: there is no "shpo" (write shop)'),
        ({"every_service": True}, "services: some are named besides all (write one or the other)"),
        (
            {"services": ()},
            "services: none is named (write one, several joined by ;, or * for all)",
        ),
        ({"kind": "emergency"}, 'kind: there is no "emergency" (write one of planned, security)'),
        ({"reason": " "}, "reason: is empty (write why, in a few words)"),
        (
            {"announced": NOON + MINUTE},
            (
                "announced: 2026-03-02T12:01:00Z lies in the future"
                " (record the window when customers have been told)"
            ),
        ),
    ],
)
async def test_window_that_makes_no_sense_is_refused(
    registry: asyncpg.Connection, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        await add(registry, **change)

    assert str(caught.value) == message
    assert await list_maintenance(registry) == []


async def test_withdrawn_window_excuses_nothing_and_stays_listed(
    registry: asyncpg.Connection,
) -> None:
    await add(registry)
    later = NOON + HOUR
    await withdraw_maintenance(registry, "m-20260312-1", reason="put off", by="bob", now=later)
    listed = await only(registry)
    event = await registry.fetchrow(
        "select action, reason, recorded_by from fact.maintenance_event"
    )

    assert (listed.withdrawn_at, listed.why_not) == (later, {"acme": "withdrawn"})
    assert tuple(event) == ("withdrawn", "put off", "bob")


async def test_closed_window_ends_when_it_was_closed(registry: asyncpg.Connection) -> None:
    await add(registry)
    await close(registry, START + 20 * MINUTE, START + 30 * MINUTE)
    ends = await registry.fetchval(
        "select ends from sla.maintenance_of('acme', tstzrange($1, $2))", START, START + HOUR
    )

    assert (await only(registry)).closed_at == START + 20 * MINUTE
    assert ends == START + 20 * MINUTE


@pytest.mark.parametrize(
    ("at", "now", "message"),
    [
        (START - MINUTE, START, r"starts at .*, so it cannot end at .* \(withdraw it\)"),
        (START + HOUR, START + 2 * HOUR, r"ends by itself at .* \(an overrun is not excused"),
        (START + 2 * MINUTE, START + MINUTE, r"lies in the future \(close it when it is over\)"),
    ],
)
async def test_window_closes_between_its_start_and_its_end_and_not_ahead(
    registry: asyncpg.Connection, at: datetime, now: datetime, message: str
) -> None:
    await add(registry)

    with pytest.raises(UsageError, match=rf"^m-20260312-1: .*{message}"):
        await close(registry, at, now)


async def test_nothing_happens_twice_to_a_window(registry: asyncpg.Connection) -> None:
    await add(registry)
    now = START + 30 * MINUTE
    await close(registry, START + MINUTE, now)
    with pytest.raises(UsageError, match="was closed at 2026-03-12T12:01:00Z already"):
        await close(registry, START + 2 * MINUTE, now)
    await withdraw_maintenance(registry, "m-20260312-1", reason="wrong", by="bob", now=now)
    with pytest.raises(UsageError, match=r"was withdrawn at 2026-03-12T12:30:00Z \(add a new"):
        await withdraw_maintenance(registry, "m-20260312-1", reason="wrong", by="bob", now=now)
    with pytest.raises(UsageError, match="was withdrawn"):
        await close(registry, START + 2 * MINUTE, now)


async def test_unknown_window_is_told_with_the_nearest(registry: asyncpg.Connection) -> None:
    await add(registry)

    with pytest.raises(UsageError, match=r'no maintenance window "m-2026312-1" \(write m-20260312'):
        await withdraw_maintenance(registry, "m-2026312-1", reason="x", by="bob", now=NOON)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-05-12T03:00:00+02:00", None, datetime(2026, 5, 12, 1, tzinfo=UTC)),
        ("2026-05-12T03:00Z", PARIS, datetime(2026, 5, 12, 3, tzinfo=UTC)),
        ("2026-05-12 03:00", PARIS, datetime(2026, 5, 12, 1, tzinfo=UTC)),
        ("2026-01-12T03:00", PARIS, datetime(2026, 1, 12, 2, tzinfo=UTC)),
    ],
)
def test_time_is_read_in_its_offset_or_in_the_zone_given(
    text: str, zone: ZoneInfo | None, expected: datetime
) -> None:
    assert read_instant(text, zone) == expected


@pytest.mark.parametrize(
    ("text", "zone", "message"),
    [
        ("soon", None, '"soon" is not a time (write 2026-05-12T03:00:00+02:00)'),
        *(
            (
                text,
                zone,
                f'"{text}" is not in the years 2000 to 2199 (write 2026-05-12T03:00:00+02:00)',
            )
            for text, zone in [
                ("0001-01-01T00:00:00+05:00", None),
                ("0001-01-01T00:00:00", ZoneInfo("Asia/Tokyo")),
                ("1999-12-31T23:59:59Z", None),
                ("2200-01-01T00:00:00Z", None),
                ("9999-12-31T23:59:59-10:00", None),
            ]
        ),
        (
            "2026-05-12T03:00",
            None,
            (
                '"2026-05-12T03:00" has no offset from UTC'
                " (write 2026-05-12T03:00:00+02:00 or 2026-05-12T03:00:00Z)"
            ),
        ),
        (
            "2026-10-25T02:30",
            PARIS,
            (
                '"2026-10-25T02:30" exists twice in Europe/Paris'
                " (write 2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00)"
            ),
        ),
        (
            "2026-03-29T02:30",
            PARIS,
            '"2026-03-29T02:30" does not exist in Europe/Paris (write a time with an offset)',
        ),
    ],
)
def test_time_that_is_not_one_instant_is_refused(
    text: str, zone: ZoneInfo | None, message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read_instant(text, zone)

    assert str(caught.value) == message


async def test_contract_that_ended_before_a_window_says_nothing_of_it(
    connection: asyncpg.Connection,
) -> None:
    ended = contract(ends=date(2026, 3, 1))
    await apply_catalogue(connection, catalogue(contracts=(ended,)), NOON)
    await add(connection)

    assert (await only(connection)).why_not == {}
