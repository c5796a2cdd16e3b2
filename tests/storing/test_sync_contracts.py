from datetime import date, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from tests.storing.made import ACME, MINUTE, NOON, catalogue, contract, service, terms
from tests.storing.synced import LATER, NINE, NOON_CLOCK, calendar, rows, utc, versions

from vigie.catalogue import Customer, Hours, Written
from vigie.errors import UsageError
from vigie.storing.catalogue import Changes, apply_catalogue


async def test_lengths_are_stored_as_hours_never_as_calendar_days(
    connection: asyncpg.Connection,
) -> None:
    await apply_catalogue(connection, catalogue(contracts=(contract(),)), NOON)

    assert await rows(connection, "select cap_time::text from fact.contract_version") == [
        ("24:00:00",)
    ]


UNKNOWN, CAP = "What was not measured counts", "At most 1d per quarter; more"
SINCE = "Figures of periods since 2026-01-01 can change; reports that were made stay as they are"


@pytest.mark.parametrize(
    ("more", "notes"),
    [
        (
            {"words": {"support": {"portal": "always"}}},
            ("Support: Portal: always (new)", "No figure changes"),
        ),
        (
            {"terms": terms(unknown="down", enforced=("cap",))},
            (
                f"Availability: {UNKNOWN} neither as up nor as down → {UNKNOWN} as down",
                f"Maintenance: {CAP} is flagged → {CAP} is not excused",
                SINCE,
            ),
        ),
        (
            {"ends": date(2026, 2, 1)},
            (
                "Contract: from 2026-01-01 → from 2026-01-01 until 2026-02-01",
                SINCE.replace("01-01", "02-01"),
            ),
        ),
        (
            {"accepted": {"AMB-1": "by mail"}},
            (
                "Contract: AMB-1 is accepted: by mail (new)",
                "Left open: AMB-1, AMB-6, AMB-7 → AMB-6, AMB-7",
                "No figure changes",
            ),
        ),
        # It ends after today: nothing that is over changes.
        (
            {"ends": date(2026, 4, 1)},
            ("Contract: from 2026-01-01 → from 2026-01-01 until 2026-04-01",),
        ),
        (
            {"plan": "gold", "timezone": "Europe/Berlin", "demonstration": True},
            (
                "Contract: plan lengow-premium → plan gold",
                "Contract: months of Europe/Paris → months of Europe/Berlin",
                "Contract: measured results → made-up results",
                SINCE,
            ),
        ),
        (
            {"starts": date(2026, 2, 1), "accepted": {"AMB-4": "by mail"}},
            (
                "Contract: from 2026-01-01 → from 2026-02-01",
                "Contract: AMB-4 is accepted: by mail (new)",
                SINCE,
            ),
        ),
    ],
)
async def test_notes_say_what_differs_and_from_when(
    connection: asyncpg.Connection, more: dict[str, Any], notes: tuple[str, ...]
) -> None:
    await apply_catalogue(connection, catalogue(contracts=(contract(),)), NOON)
    changed = catalogue(contracts=(contract(**more),))
    changes = await apply_catalogue(connection, changed, LATER)

    line = "contract acme from 2026-01-01: superseded"
    assert {line: notes} == changes.notes
    assert [f"~ {line}", *(f"    {note}" for note in notes)] == [*changes.lines][1:]


async def test_a_clause_is_no_term_and_supersedes_nothing(
    connection: asyncpg.Connection,
) -> None:
    said = Written(
        sort="plan", file="plans/a.yaml", line=1, column=1, shipped=False, clause="LEN-01"
    )
    places = {"availability.target": said, "support.portal": said}
    named = catalogue(contracts=(contract(written=places),))
    await apply_catalogue(connection, catalogue(contracts=(contract(),)), NOON)

    changes = await apply_catalogue(connection, named, LATER)

    assert Changes(changed=("contract acme from 2026-01-01: clauses",)) == changes
    assert not await apply_catalogue(connection, named, LATER + MINUTE)
    # Only what reports define.
    assert [('{"availability.target": "LEN-01"}', None)] == await rows(
        connection, "select terms ->> 'clauses', replaced_at from fact.contract_version"
    )


async def test_what_people_call_a_plan_is_no_term_and_supersedes_nothing(
    connection: asyncpg.Connection,
) -> None:
    called = catalogue(contracts=(contract(plan_name="Lengow Premium"),))
    await apply_catalogue(connection, catalogue(contracts=(contract(),)), NOON)

    changes = await apply_catalogue(connection, called, LATER)

    line = "contract acme from 2026-01-01: name of its plan"
    assert Changes(changed=(line,)) == changes
    assert not await apply_catalogue(connection, called, LATER + MINUTE)
    assert [("Lengow Premium", None)] == await rows(
        connection, "select terms ->> 'plan_name', replaced_at from fact.contract_version"
    )


async def test_a_second_version_ends_the_first(connection: asyncpg.Connection) -> None:
    await apply_catalogue(connection, catalogue(contracts=(contract(),)), NOON)
    first = contract(ends=date(2026, 3, 1))
    second = contract(starts=date(2026, 3, 1), terms=terms(target=None))
    changes = await apply_catalogue(connection, catalogue(contracts=(first, second)), LATER)

    assert changes.notes == {
        "contract acme from 2026-01-01: superseded": (
            "Contract: from 2026-01-01 → from 2026-01-01 until 2026-03-01",
            SINCE.replace("01-01", "03-01"),
        )
    }


@pytest.mark.parametrize(
    ("before", "after", "moves"),
    [
        # Midnight of 1 March in Paris is 23:00 UTC the day before, in New York 05:00 UTC.
        ("Europe/Paris", "America/New_York", utc(2026, 3, 1, 5)),
        ("America/New_York", "Europe/Paris", utc(2026, 2, 28, 23)),
    ],
)
async def test_a_version_in_another_zone_begins_where_the_one_before_ends(
    connection: asyncpg.Connection, before: str, after: str, moves: datetime
) -> None:
    first = contract(ends=date(2026, 3, 1), timezone=before)
    second = contract(starts=date(2026, 3, 1), timezone=after)
    both = catalogue(contracts=(first, second))
    await apply_catalogue(connection, both, NOON)

    spans = await rows(
        connection, "select lower(valid), upper(valid) from fact.contract_version order by valid"
    )
    assert [(spans[0][0], moves), (moves, None)] == spans
    assert not await apply_catalogue(connection, both, LATER)
    third = contract(starts=date(2026, 3, 1), timezone=after, terms=terms(target=None))
    changes = await apply_catalogue(connection, catalogue(contracts=(first, third)), LATER)
    assert ["contract acme from 2026-03-01: superseded"] == list(changes.notes)


async def test_changed_terms_supersede_the_wording_which_stays(
    connection: asyncpg.Connection,
) -> None:
    softer = contract(terms=terms(target=Decimal("0.99")))
    for number, wording in enumerate((contract(), softer, softer)):
        wanted = catalogue(contracts=(wording,))
        changes = await apply_catalogue(connection, wanted, NOON + number * MINUTE)
        if number == 1:
            changed = changes
    start = utc(2025, 12, 31, 23)

    assert changed == Changes(
        added=("contract acme from 2026-01-01",),
        changed=("contract acme from 2026-01-01: superseded",),
        notes={
            "contract acme from 2026-01-01: superseded": (
                "Availability: At least 99.98 % available → At least 99 % available",
                SINCE,
            )
        },
    )
    assert changes == Changes()
    assert await versions(connection) == [
        ("acme", start, None, Decimal("0.9998"), NOON + MINUTE),
        ("acme", start, None, Decimal("0.99"), None),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"other": ("shop",)},
        {"essential": ("shop",)},
        {"timezone": "Europe/Berlin"},
        {"plan": "another"},
        {"terms": terms(unknown="down")},
        {"terms": terms(outside="office")},
        {"ends": date(2027, 1, 1)},
    ],
)
async def test_every_part_of_the_wording_counts(
    connection: asyncpg.Connection, change: dict[str, Any]
) -> None:
    services = (service("api"), service("shop"))
    for number, wording in enumerate((contract(), contract(**change))):
        wanted = catalogue(*services, calendars={"office": calendar()}, contracts=(wording,))
        await apply_catalogue(connection, wanted, NOON + number * MINUTE)

    assert [row[-1] for row in await versions(connection)] == [NOON + MINUTE, None]


async def test_contract_follows_the_new_wording_of_its_calendar(
    connection: asyncpg.Connection,
) -> None:
    bound = (contract(terms=terms(hours="office")),)
    friday = calendar(Hours(weekday=5, opens=NINE, closes=NOON_CLOCK))
    for number, wording in enumerate((calendar(), friday)):
        wanted = catalogue(calendars={"office": wording}, contracts=bound)
        await apply_catalogue(connection, wanted, NOON + number * MINUTE)

    assert await rows(
        connection,
        "select c.replaced_at, v.replaced_at from fact.contract_version v"
        " join fact.calendar c on c.calendar_id = v.hours order by version_id",
    ) == [(NOON + MINUTE, NOON + MINUTE), (None, None)]


async def test_what_is_accepted_and_made_up_is_kept_with_the_terms(
    connection: asyncpg.Connection,
) -> None:
    said: dict[str, Any] = {"accepted": {"AMB-4": "agreed by mail"}, "demonstration": True}
    for number, more in enumerate(({}, said)):
        wanted = catalogue(contracts=(contract(**more),))
        await apply_catalogue(connection, wanted, NOON + number * MINUTE)

    assert await rows(
        connection,
        "select terms -> 'accepted' ->> 'AMB-4', terms -> 'demonstration', replaced_at is null"
        " from fact.contract_version order by version_id",
    ) == [(None, None, False), ("agreed by mail", "true", True)]


async def test_next_version_stands_beside_the_first(connection: asyncpg.Connection) -> None:
    july = date(2026, 7, 1)
    first, second = contract(ends=july), contract(starts=july, terms=terms(target=Decimal("0.99")))
    await apply_catalogue(connection, catalogue(contracts=(first,)), NOON)
    changes = await apply_catalogue(connection, catalogue(contracts=(first, second)), LATER)

    assert changes == Changes(added=("contract acme from 2026-07-01",))


async def test_contract_that_vanishes_ends_now_and_keeps_its_services(
    connection: asyncpg.Connection,
) -> None:
    await apply_catalogue(connection, catalogue(contracts=(contract(),)), NOON)
    changes = [
        await apply_catalogue(connection, catalogue(), LATER + number * MINUTE)
        for number in range(2)
    ]
    start = utc(2025, 12, 31, 23)

    assert changes == [Changes(ended=("contract acme from 2026-01-01",)), Changes()]
    assert await versions(connection) == [
        ("acme", start, None, Decimal("0.9998"), LATER),
        ("acme", start, LATER, Decimal("0.9998"), None),
    ]
    assert await rows(
        connection, "select count(*), bool_and(essential) from fact.contract_service"
    ) == [(2, True)]


async def test_contract_to_come_that_vanishes_never_began(connection: asyncpg.Connection) -> None:
    wanted = catalogue(contracts=(contract(starts=date(2027, 1, 1)),))
    await apply_catalogue(connection, wanted, NOON)
    await apply_catalogue(connection, catalogue(), LATER)

    assert [row[-1] for row in await versions(connection)] == [LATER]


async def test_services_keep_their_order_and_weight(connection: asyncpg.Connection) -> None:
    wording = contract(essential=("shop", "api"), other=("crawler",))
    services = (service("api"), service("shop"), service("crawler"))
    await apply_catalogue(connection, catalogue(*services, contracts=(wording,)), NOON)

    assert await rows(
        connection,
        "select s.key, essential from fact.contract_service join fact.service s"
        " using (service_id) order by position",
    ) == [("shop", True), ("api", True), ("crawler", False)]


async def test_customer_follows_the_catalogue(connection: asyncpg.Connection) -> None:
    await apply_catalogue(connection, catalogue(contracts=(contract(),)), NOON)
    renamed = Customer(key="acme", name="Acme SAS", language="en", recipients=())
    wanted = catalogue(contracts=(contract(customer=renamed),))

    assert await apply_catalogue(connection, wanted, LATER) == Changes(changed=("customer acme",))


async def test_contract_may_not_move_to_another_customer(connection: asyncpg.Connection) -> None:
    await apply_catalogue(connection, catalogue(contracts=(contract(),)), NOON)
    other = Customer(key="other", name="Other", language="fr", recipients=ACME.recipients)

    with pytest.raises(UsageError, match="contract acme: belongs to customer acme"):
        await apply_catalogue(connection, catalogue(contracts=(contract(customer=other),)), LATER)
