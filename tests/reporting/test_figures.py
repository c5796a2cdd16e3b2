"""The figures of a period from a real database, and their JSON."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from tests.sql.world import World, minute

from vigie.errors import UsageError
from vigie.reporting import Asked, Figures, figures, to_json

MAY = Asked("month", date(2026, 5, 1))
START = datetime(2026, 5, 1, tzinfo=UTC)
END = datetime(2026, 6, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 2, tzinfo=UTC)
TEN = timedelta(minutes=10)


async def a_month(world: World, *, as_of: datetime = END) -> None:
    """Measure two services every 10 minutes of May 2026; the interface fails on the 5th.

    It is down from 08:00 to 08:30, of which the first 20 minutes in an announced window.
    """
    for service, endpoint in (("api", "a"), ("orders", "b")):
        await world.service(service, endpoints=(endpoint,), every=TEN)
    await world.contract(essential=("api", "orders"), timezone="UTC")
    minutes = (as_of - START) // TEN
    bad = {datetime(2026, 5, 5, 8, m, tzinfo=UTC) for m in (0, 10, 20)}
    slots = [START + number * TEN for number in range(minutes)]
    await world.store(("a", "main", at, "down" if at in bad else "up") for at in slots)
    await world.store(("b", "main", at, "up") for at in slots)
    await world.window(32 * 60, 32 * 60 + 20, announced=minute(-60 * 24 * 10))
    await world.rolled_up_to(as_of)


async def of_may(connection: asyncpg.Connection, **changes: Any) -> Figures:
    arguments: dict[str, Any] = {"contract": "acme", "asked": MAY, "now": NOW}
    return await figures(connection, **(arguments | changes))


async def test_json_has_the_documented_keys_and_values(
    world: World, connection: asyncpg.Connection
) -> None:
    await a_month(world)

    actual = to_json(await of_may(connection))

    committed = 31 * 86400 - 20 * 60
    assert {
        "contract": "acme",
        "demonstration": False,
        "scope": "solution",
        "period": {
            "kind": "month",
            "name": "2026-05",
            "start": "2026-05-01T00:00:00Z",
            "end": "2026-06-01T00:00:00Z",
            "timezone": "UTC",
            "complete": True,
        },
        "target": "99.98",
        "basis": True,
        "seconds": {
            "period": 31 * 86400,
            "outside": 0,
            "excluded": 0,
            "planned": 20 * 60,
            "unplanned": 10 * 60,
            "unknown": 0,
            "up": committed - 10 * 60,
            "committed": committed,
        },
        # (2677200 - 600) / 2677200 = 0.99977588…; possible besides: 07:50 to 08:00, where the
        # last good probe was; certain: up to the last failed one at 08:20, all planned
        "availability": {
            "percent": "99.9775",
            "low": "99.9551",
            "high": "100",
            "coverage": "100",
        },
        "budget": {"allowed_s": 535.44, "used_s": 600, "left_s": 0},
        "verdict": "missed",
        "confidence": "within_uncertainty",
        "longest": {
            "working_s": 600,
            "elapsed_s": 600,
            "greatest_elapsed_s": 600,
            "limit_s": None,
            "verdict": "not_applicable",
        },
        "outages": [
            {
                "services": ["api"],
                "start": "2026-05-05T08:20:00Z",
                "end": "2026-05-05T08:30:00Z",
                "elapsed_s": 600,
                "clipped_s": 600,
                "working_s": 600,
                "certain_s": 0,
                "possible_s": 600,
                "open": False,
                "crisis": False,
            }
        ],
        "maintenance": [
            {
                "key": await connection.fetchval("select key from fact.maintenance"),
                "services": ["api"],
                "start": "2026-05-05T08:00:00Z",
                "end": "2026-05-05T08:20:00Z",
                "kind": "planned",
                "valid": True,
                "why": None,
                "down_s": 1200,
                "excused_s": 1200,
                "forbidden_s": 0,
                "cap_s": None,
                "cap_used_s": 0,
                "remark": None,
            }
        ],
        "services": [
            {"scope": "api", "percent": "99.9775", "verdict": "missed"},
            {"scope": "orders", "percent": "100", "verdict": "met"},
        ],
    } == actual
    assert list(actual) == [
        "contract",
        "demonstration",
        "scope",
        "period",
        "target",
        "basis",
        "seconds",
        "availability",
        "budget",
        "verdict",
        "confidence",
        "longest",
        "outages",
        "maintenance",
        "services",
    ]


async def test_days_and_steps_add_up_to_the_period(
    world: World, connection: asyncpg.Connection
) -> None:
    await a_month(world)

    found = await of_may(connection)

    assert 31 == len(found.days)
    fifth = found.days[4].seconds
    assert (Decimal(600), Decimal(1200)) == (fifth.unplanned, fifth.planned)
    assert found.availability.seconds.period == sum(day.seconds.period for day in found.days)
    assert found.availability.seconds.unplanned == found.steps[-1].after_s


@pytest.mark.parametrize(
    ("spec", "target"),
    [
        (
            {"http": "https://me:secret@shop.example/health?token=x"},
            "https://shop.example/health",
        ),
        ({"tls": True, "tcp": "shop.example:6379"}, "shop.example:6379"),
        ({"smtp": "mail.shop.example", "tls": "starttls"}, "mail.shop.example"),
        ({"tls": "shop.example:443"}, "shop.example:443"),
        ({"postgres": "db.shop.example/orders", "password": "secret"}, "db.shop.example/orders"),
    ],
)
async def test_probes_are_shown_without_secrets(
    spec: dict[str, object], target: str, world: World, connection: asyncpg.Connection
) -> None:
    await a_month(world)
    await connection.execute(
        "update fact.endpoint_version set spec = $1", json.dumps({**spec, "locations": []})
    )

    found = await of_may(connection)

    assert [target] * 2 == [probe.target for probe in found.probes]
    assert [("main",)] * 2 == [probe.locations for probe in found.probes]


async def test_a_month_without_data_is_not_applicable(
    world: World, connection: asyncpg.Connection
) -> None:
    await world.service()
    await world.contract()
    await world.rolled_up_to(END)

    found = await of_may(connection)

    assert "not_applicable" == found.availability.verdict
    assert found.availability.percent is None


async def test_a_database_that_never_rolled_up_answers(
    world: World, connection: asyncpg.Connection
) -> None:
    await world.service()
    await world.contract()

    found = await of_may(connection)

    assert found.period.as_of is None
    assert found.availability.percent is None


async def test_a_running_month_is_so_far(world: World, connection: asyncpg.Connection) -> None:
    noon = datetime(2026, 5, 17, 12, tzinfo=UTC)
    await a_month(world, as_of=noon)

    found = await of_may(connection, now=noon)

    assert ("running", False, noon) == (
        found.availability.verdict,
        found.period.complete,
        found.period.as_of,
    )


async def test_a_service_as_scope_has_its_own_figures(
    world: World, connection: asyncpg.Connection
) -> None:
    await a_month(world)

    found = await of_may(connection, scope="orders")

    assert ("orders", "100", (), ()) == (
        found.availability.scope,
        found.availability.percent,
        found.outages,
        found.maintenance,
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"contract": "acne"},
            'contract "acne": there is none of this key (did you mean acme?)',
        ),
        ({"scope": "ap"}, 'scope "ap": acme does not cover it (did you mean api?)'),
        (
            {"asked": Asked("month", date(2026, 7, 1))},
            "2026-07 has not begun; today is 2026-06-02 (write an earlier one)",
        ),
        (
            {"asked": Asked("month", date(2026, 3, 1))},
            (
                "2026-03 lies before contract acme, which begins on 2026-04-15"
                " (write 2026-04 or later)"
            ),
        ),
        (
            {"asked": Asked("month", date(2026, 5, 1))},
            (
                "2026-05 lies after contract acme, which ended before 2026-05-01"
                " (write an earlier one)"
            ),
        ),
    ],
)
async def test_what_does_not_exist_is_one_clear_line(
    world: World, connection: asyncpg.Connection, changes: dict[str, Any], expected: str
) -> None:
    await world.service()
    april = datetime(2026, 4, 15, tzinfo=UTC)
    await world.contract(valid=asyncpg.Range(april, START))

    with pytest.raises(UsageError) as caught:
        await of_may(connection, **({"asked": Asked("month", date(2026, 4, 1))} | changes))

    assert expected == str(caught.value)
