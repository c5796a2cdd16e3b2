"""The rota in the database: one wording is current, the others stay as evidence."""

import json
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from pydantic import TypeAdapter
from tests.storing.made import NOON, catalogue, service
from tests.storing.synced import LATER, calendar, rows

from vigie.catalogue import Rota
from vigie.storing.catalogue import Changes, apply_catalogue, plan_catalogue

LATEST = LATER + timedelta(days=1)
ALICE = {
    "key": "alice",
    "name": "Alice Martin",
    "roles": ["incident_manager", "support_agent"],
    "reach": [
        {"email": "alice@vendor.example"},
        {"webhook": "https://hooks.vendor.example/alice", "secret": "${env:HOOK_SECRET}"},
        {"pagerduty": "${file:/run/secrets/key}"},
    ],
    "hours": "office",
}
CAROL = {
    "key": "carol",
    "name": "Carol",
    "reach": [{"slack": "${env:SLACK_URL}"}],
    "hours": "always",
}
SMALL = {"people": [ALICE, CAROL], "levels": [["alice"], ["carol", "alice"]]}
WHOLE = SMALL | {
    "acknowledge_within": "90s",
    "pre_alert_after": "1500ms",
    "several_roles": True,
    "updates": {"first": "10m", "every": "20m", "monitoring": "2h"},
    "relapse_within": "0s",
    "good_for": "1h",
    "mail": {
        "host": "mail.vendor.example",
        "port": 25,
        "user": "vigie",
        "password": "${env:SMTP_PASSWORD}",
        "sender": "Vigie <vigie@vendor.example>",
    },
    "allow": ["private"],
    "public_url": "https://vigie.vendor.example",
    "test": {"weekday": "mon", "at": "09:00", "timezone": "Europe/Paris"},
    "alive": "https://watchdog.example/ping/1",
    "clocks": ["nis2"],
}
PEOPLE = {
    "alice": {
        "name": "Alice Martin",
        "roles": ["incident_manager", "support_agent"],
        "reach": [
            {"channel": "email", "to": "alice@vendor.example"},
            {
                "channel": "webhook",
                "to": "https://hooks.vendor.example/alice",
                "secret": "${env:HOOK_SECRET}",
            },
            {"channel": "pagerduty", "to": "${file:/run/secrets/key}"},
        ],
        "hours": "office",
    },
    "carol": {
        "name": "Carol",
        "roles": [],
        "reach": [{"channel": "slack", "to": "${env:SLACK_URL}"}],
        "hours": None,
    },
}
LEVELS = [["alice"], ["carol", "alice"]]


def wanted(words: dict[str, Any] | None) -> Any:
    rota = TypeAdapter(Rota).validate_python(words) if words else None
    return catalogue(service("api"), calendars={"office": calendar()}, rota=rota)


async def spec(connection: asyncpg.Connection) -> Any:
    return json.loads(await connection.fetchval("select fact.rota_now()"))


async def test_rota_is_stored_with_its_defaults(connection: asyncpg.Connection) -> None:
    await apply_catalogue(connection, wanted(SMALL), NOON)

    assert await spec(connection) == {
        "people": PEOPLE,
        "levels": LEVELS,
        "acknowledge_within_s": 300,
        "pre_alert_after_s": 300,
        "several_roles": False,
        "updates": {"first_s": 900, "every_s": 1800, "monitoring_s": 3600},
        "relapse_within_s": 1800,
        "good_for_s": 600,
        "mail": None,
        "allow": [],
        "public_url": None,
        "test": None,
        "alive": None,
        "clocks": [],
    }


async def test_rota_is_stored_as_it_is_written(connection: asyncpg.Connection) -> None:
    await apply_catalogue(connection, wanted(WHOLE), NOON)

    assert await spec(connection) == {
        "people": PEOPLE,
        "levels": LEVELS,
        "acknowledge_within_s": 90,
        "pre_alert_after_s": 1.5,
        "several_roles": True,
        "updates": {"first_s": 600, "every_s": 1200, "monitoring_s": 7200},
        "relapse_within_s": 0,
        "good_for_s": 3600,
        "mail": {
            "host": "mail.vendor.example",
            "port": 25,
            "tls": "starttls",
            "user": "vigie",
            "password": "${env:SMTP_PASSWORD}",
            "sender": "Vigie <vigie@vendor.example>",
            "attach_mb": 7,
        },
        "allow": ["private"],
        "public_url": "https://vigie.vendor.example",
        "test": {"weekday": "mon", "at": "09:00", "timezone": "Europe/Paris"},
        "alive": "https://watchdog.example/ping/1",
        "clocks": ["nis2"],
    }


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, None, Changes()),
        (None, SMALL, Changes(added=("rota",))),
        (SMALL, SMALL, Changes()),
        (SMALL, WHOLE, Changes(changed=("rota",))),
        (SMALL, None, Changes(ended=("rota",))),
    ],
)
async def test_change_of_the_rota_is_told_and_planned(
    connection: asyncpg.Connection,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    expected: Changes,
) -> None:
    await apply_catalogue(connection, wanted(before), NOON)

    assert expected == await plan_catalogue(connection, wanted(after), LATER)
    assert expected == await apply_catalogue(connection, wanted(after), LATER)
    assert Changes() == await apply_catalogue(connection, wanted(after), LATEST)


async def test_wordings_that_were_replaced_stay(connection: asyncpg.Connection) -> None:
    await apply_catalogue(connection, wanted(SMALL), NOON)
    await apply_catalogue(connection, wanted(WHOLE), LATER)
    await apply_catalogue(connection, wanted(None), LATEST)
    again = await apply_catalogue(connection, wanted(SMALL), LATEST)
    stored = "select spec -> 'good_for_s' = '600', recorded_at, replaced_at from fact.rota"
    tick = timedelta(microseconds=1)

    assert again.lines == ("+ rota",)
    assert await rows(connection, f"{stored} order by rota_id") == [
        (True, NOON, LATER),
        (False, LATER, LATEST),
        (True, LATEST + tick, None),  # nothing lasts for no time at all
    ]


async def test_same_rota_in_another_order_of_its_keys_is_no_change(
    connection: asyncpg.Connection,
) -> None:
    await apply_catalogue(connection, wanted(SMALL), NOON)
    turned = SMALL | {"people": [CAROL, ALICE], "acknowledge_within": "300s"}

    assert Changes() == await apply_catalogue(connection, wanted(turned), LATER)
