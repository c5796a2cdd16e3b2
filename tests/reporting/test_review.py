"""Which reports are due, when a draft may be issued, and what a person issues."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.reporting.byclock import DAY, DUE, MAY, SECOND, began, clerk, contents, deliver, story
from tests.sql.world import World

from vigie import storing
from vigie.reporting import Order, asked, keep_one
from vigie.watching import render

ISSUED, QUEUED, SENT = (MAY, "issued"), (MAY, "queued"), (MAY, "sent")
CORRECTED = {
    "en": ("corrected", "It is a correction of acme/2026-05/r1. Reason: Two probes were wrong"),
    "fr": ("corrigé", "Il corrige acme/2026-05/r1. Motif : Two probes were wrong"),
    "de": ("berichtigt", "Er ist eine Berichtigung von acme/2026-05/r1. Grund: Two probes were"),
    "es": ("corregido", "Corrige acme/2026-05/r1. Motivo: Two probes were wrong"),
    "it": ("corretto", "Corregge acme/2026-05/r1. Motivo: Two probes were wrong"),
}


async def due(world: World, now: datetime) -> list[str]:
    found = await storing.reports_due(world.connection, now, 20)
    return [one.period for one in found]


async def state(world: World) -> str:
    return str((await storing.read_report(world.connection, MAY))["state"])


async def kept_by_hand(pool: asyncpg.Pool, directory: Path, now: datetime, **more: Any) -> str:
    may = asked(month="2026-05")
    return await keep_one(
        pool, Order(contract="acme", asked=may, by="alice", directory=directory, **more), now
    )


async def test_a_verdict_by_the_quarter_is_reported_by_the_quarter(world_of_may: World) -> None:
    await world_of_may.connection.execute("update fact.contract_version set basis = 'quarter'")

    # June ends the quarter; the third working day of July is Friday the 3rd, 08:00 in Paris.
    now = datetime(2026, 7, 3, 6, tzinfo=UTC)
    assert ["2026-05"] == await due(world_of_may, now - SECOND)
    assert ["2026-05", "2026-06", "2026-Q2"] == sorted(await due(world_of_may, now))


async def test_a_contract_that_ended_with_a_month_is_reported_no_further(
    world_of_may: World,
) -> None:
    await world_of_may.connection.execute(
        "update fact.contract_version set"
        " valid = tstzrange(lower(valid), '2026-06-01 00:00 Europe/Paris')"
    )

    assert ["2026-05"] == await due(world_of_may, datetime(2026, 7, 20, tzinfo=UTC))


@pytest.mark.usefixtures("drawn_here")
async def test_a_draft_that_was_sent_late_may_be_objected_to_for_as_long(
    pool: asyncpg.Pool, database: str, tmp_path: Path, world_of_may: World
) -> None:
    """It is made by hand on 1 June; nothing runs before the 12th, when it may go out."""
    await kept_by_hand(pool, tmp_path, datetime(2026, 6, 1, 6, tzinfo=UTC))
    late, working = DUE + 9 * DAY, clerk(pool, database, tmp_path)

    await working.turn(late)
    await deliver(pool)
    facts = await world_of_may.connection.fetchval("select facts ->> 'due' from fact.outbox")
    await working.turn(late + 5 * DAY - SECOND)
    assert ("2026-06-17T06:00:00Z", "draft") == (facts, await state(world_of_may))

    await working.turn(late + 5 * DAY)
    assert "issued" == await state(world_of_may)


@pytest.mark.usefixtures("drawn_here")
async def test_a_draft_that_nobody_got_is_not_issued_by_the_clock(
    pool: asyncpg.Pool, database: str, tmp_path: Path, world_of_may: World
) -> None:
    working, connection = clerk(pool, database, tmp_path), world_of_may.connection
    await working.turn(DUE)
    await working.turn(DUE + 6 * DAY)
    assert "draft" == await state(world_of_may)

    await connection.execute("update fact.outbox set state = 'dead'")
    await working.turn(DUE + 6 * DAY)
    assert "failed" == await state(world_of_may)
    await working.turn(DUE + 20 * DAY)
    assert [(MAY, "drafted"), QUEUED, (MAY, "failed")] == await story(world_of_may)

    await connection.execute("update fact.outbox set state = 'delivered'")
    await working.turn(DUE + 21 * DAY)
    assert "issued" == await state(world_of_may)


@pytest.mark.usefixtures("drawn_here")
async def test_a_draft_that_goes_to_nobody_is_issued_in_its_time(
    pool: asyncpg.Pool, database: str, tmp_path: Path, world_of_may: World
) -> None:
    await world_of_may.connection.execute("update fact.contract_version set terms = '{}'")
    working = clerk(pool, database, tmp_path)

    await working.turn(DUE)
    await working.turn(DUE + 5 * DAY)

    assert [(MAY, "drafted"), ISSUED] == await story(world_of_may)


@pytest.mark.usefixtures("drawn_here")
async def test_what_a_person_issues_goes_out_also_when_its_month_is_history(
    pool: asyncpg.Pool, database: str, tmp_path: Path, world_of_may: World, given: Path
) -> None:
    connection, now = world_of_may.connection, DUE + 30 * DAY
    await began(connection, now)
    await kept_by_hand(pool, tmp_path, now)
    await storing.issue_report(connection, MAY, reason="seen by both", by="alice", now=now)
    await deliver(pool)
    await clerk(pool, database, tmp_path).turn(now + DAY)

    assert [(MAY, "drafted"), ISSUED, QUEUED, SENT] == await story(world_of_may)
    assert ["acme-2026-05-r1.pdf"] == list(contents(given))
    assert [str(given)] == await storing.report_places(connection, MAY)


@pytest.mark.usefixtures("drawn_here")
async def test_what_terms_leave_to_people_goes_nowhere(
    pool: asyncpg.Pool, tmp_path: Path, world_of_may: World
) -> None:
    connection = world_of_may.connection
    await connection.execute(
        "update fact.contract_version"
        " set terms = jsonb_set(terms, '{terms,reports,automatic}', 'false')"
    )
    await kept_by_hand(pool, tmp_path, DUE)
    await storing.issue_report(connection, MAY, reason="seen by both", by="alice", now=DUE)

    assert [(MAY, "drafted"), ISSUED] == await story(world_of_may)
    assert [] == await storing.report_places(connection, MAY)


@pytest.mark.usefixtures("drawn_here")
async def test_the_mail_of_a_correction_says_what_it_corrects_and_why(
    pool: asyncpg.Pool, tmp_path: Path, world_of_may: World
) -> None:
    await kept_by_hand(pool, tmp_path, DUE)
    second = await kept_by_hand(pool, tmp_path, DUE, reason="Two probes were wrong")
    await storing.issue_report(
        world_of_may.connection, second, reason="seen by both", by="alice", now=DUE
    )
    facts = await world_of_may.connection.fetchval("select facts from fact.outbox")

    told = json.loads(facts)
    for language, (subject, sentence) in CORRECTED.items():
        for kind in ("customer_report", "customer_draft"):
            made = render(kind, {**told, "language": language, "attached": True})
            assert re.search(rf"2026-05, {subject}(,|$)", made.subject)
            assert sentence in " ".join(made.text.split())
            assert sentence in " ".join(made.html.split())
