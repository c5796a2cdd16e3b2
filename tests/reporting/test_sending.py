"""Reports by the clock: made when they are due, once, reviewed, issued and sent."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import structlog
from tests.sql.world import World

from vigie import storing
from vigie.reporting import Clerk
from vigie.settings import Settings
from vigie.storing import Claimed, Terms
from vigie.watching import Message, render, run_outbox, send
from vigie.watching.channels.letter import letter
from vigie.watching.message import Attached
from vigie.watching.outgoing import MAIL_MAX, prepare

DUE = datetime(2026, 6, 3, 6, tzinfo=UTC)  # the third working day after May, 08:00 in Paris
MAY = "acme/2026-05/r1"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def given(tmp_path: Path) -> Path:
    made = tmp_path / "given"
    made.mkdir()
    return made


@pytest.fixture
async def world_of_may(pool: asyncpg.Pool, given: Path) -> Any:
    """May 2026 is over; reports go to a folder, by the clock since the end of May."""
    async with pool.acquire() as connection:
        world = World(connection=connection)
        await world.service()
        reports = {"to": [{"folder": str(given)}]}
        await world.contract(
            timezone="Europe/Paris",
            basis="year",
            terms=json.dumps({"terms": {"reports": reports}}),
        )
        await world.rolled_up_to(datetime(2026, 7, 1, tzinfo=UTC))
        await began(connection, datetime(2026, 5, 20, tzinfo=UTC))
        yield world


async def began(connection: asyncpg.Connection, since: datetime) -> None:
    await connection.execute("update fact.report_schedule set since = $1", since)
    await connection.execute("update fact.contract_version set recorded_at = $1", since)


def clerk(pool: asyncpg.Pool, database: str, directory: Path) -> Clerk:
    settings = Settings(database_url=database, home=directory / ".vigie")
    return Clerk(pool, settings, directory, asyncio.Event())


async def deliver(pool: asyncpg.Pool, state: str = "delivered") -> None:
    """Send what is queued, until nothing is in another state."""
    stop = asyncio.Event()
    working = asyncio.create_task(run_outbox(pool, send, partial(render), stop))
    async with asyncio.timeout(20), pool.acquire() as connection:
        while await connection.fetchval(  # noqa: ASYNC110 - nobody tells of it
            "select count(*) from fact.outbox where state <> $1 and error is null", state
        ):
            await asyncio.sleep(0.05)
    stop.set()
    await working


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def story(world: World) -> list[tuple[str, str]]:
    rows = await world.connection.fetch("select report, kind from sla.report_event order by event")
    return [(row["report"], row["kind"]) for row in rows]


async def test_a_report_is_made_when_due_reviewed_issued_and_sent(
    pool: asyncpg.Pool, database: str, tmp_path: Path, world_of_may: World, given: Path
) -> None:
    one, other = (clerk(pool, database, tmp_path) for _ in range(2))
    await one.turn(DUE - SECOND)
    assert [] == await story(world_of_may)

    await asyncio.gather(one.turn(DUE), other.turn(DUE))
    await deliver(pool)
    await one.turn(DUE + SECOND)
    drafted = [(MAY, "drafted"), (MAY, "queued"), (MAY, "circulated")]
    assert drafted == await story(world_of_may)

    await one.turn(DUE + 5 * DAY - SECOND)
    assert drafted == await story(world_of_may)
    await one.turn(DUE + 5 * DAY)
    await deliver(pool)
    await one.turn(DUE + 6 * DAY)
    await other.turn(DUE + 7 * DAY)
    assert [(MAY, "issued"), (MAY, "queued"), (MAY, "sent")] == (await story(world_of_may))[3:]

    [(_, kept)] = await storing.report_attachments(world_of_may.connection, MAY)
    assert {"acme-2026-05-r1.pdf": kept} == contents(given)
    row = await world_of_may.connection.fetchrow("select * from sla.report")
    assert ("sent", "vigie", DUE, None) == (
        *(row["state"], row["made_by"], row["due_at"], row["issued_early"]),
    )


@pytest.mark.usefixtures("drawn_here")
async def test_what_is_objected_to_waits_and_what_cannot_be_sent_is_told(
    pool: asyncpg.Pool, database: str, tmp_path: Path, world_of_may: World, given: Path
) -> None:
    """The message is tried for a day; here its target is refused for good at once."""
    await asyncio.to_thread(given.rmdir)
    working = clerk(pool, database, tmp_path)
    connection = world_of_may.connection
    await working.turn(DUE)
    await storing.object_report(connection, MAY, reason="wrong", by="bob", now=DUE + DAY)
    await working.turn(DUE + 9 * DAY)
    assert "objected" == (await storing.read_report(connection, MAY))["state"]
    await storing.answer_objection(
        connection, MAY, "it is right", number=None, by="alice", now=DUE + 10 * DAY
    )
    await working.turn(DUE + 10 * DAY)
    await connection.execute("update fact.outbox set state = 'dead'")
    await working.turn(DUE + 11 * DAY)
    assert "failed" == (await storing.read_report(connection, MAY))["state"]
    await working.turn(DUE + 12 * DAY)
    assert 1 == [kind for _, kind in await story(world_of_may)].count("failed")

    await connection.execute("update fact.outbox set state = 'delivered'")
    await working.turn(DUE + 13 * DAY)
    assert "sent" == (await storing.read_report(connection, MAY))["state"]


@pytest.mark.usefixtures("drawn_here")
async def test_report_that_cannot_be_made_is_told_and_tried_later(
    pool: asyncpg.Pool, database: str, tmp_path: Path, world_of_may: World
) -> None:
    mistake = tmp_path / "reports" / "templates" / "monthly" / "method.html"
    mistake.parent.mkdir(parents=True)
    mistake.write_text("{{ nothing.at.all }}", encoding="utf-8")
    working = clerk(pool, database, tmp_path)
    with structlog.testing.capture_logs() as logged:
        await working.turn(DUE)
        await working.turn(DUE + SECOND)

    assert [] == await story(world_of_may)
    [line] = [one for one in logged if one["log_level"] == "error"]
    assert ("acme", "2026-05", True) == (
        *(line["contract"], line["period"], "method.html" in line["why"]),
    )


async def test_what_downtime_left_undone_is_due_and_history_is_not(world_of_may: World) -> None:
    async def due(now: datetime) -> list[str]:
        found = await storing.reports_due(world_of_may.connection, now, 20)
        return [f"{one.contract} {one.period}" for one in found]

    await began(world_of_may.connection, datetime(2025, 9, 20, tzinfo=UTC))
    await world_of_may.connection.execute(
        "update fact.contract_version set valid = tstzrange('2025-01-01', null)"
    )

    assert [] == await due(datetime(2025, 10, 3, 5, 59, tzinfo=UTC))
    assert ["acme 2025-09"] == await due(datetime(2025, 10, 3, 6, tzinfo=UTC))
    # The year carries the verdict; January is not due before the 4th of February.
    assert ["acme 2025-09", "acme 2025-10", "acme 2025-11", "acme 2025-12", "acme 2025"] == (
        await due(datetime(2026, 2, 3, tzinfo=UTC))
    )


def claimed(channel: str) -> Claimed:
    return Claimed(
        message_id=1,
        worker="w",
        key="report/acme/2026-05/r1/draft/x",
        kind="customer_draft",
        recipient="acme",
        urgent=False,
        attempts=0,
        target={"channel": channel, "to": "sla@acme.example"},
        facts={
            "report": MAY,
            "period": "2026-05",
            "contract": "acme",
            "language": "fr",
            "timezone": "Europe/Paris",
            "due": "2026-06-08T06:00:00Z",
        },
    )


def ready(content: bytes) -> Message:
    files = [Attached(name="acme-2026-05-r1.pdf", content=content)]
    terms = Terms(rota={}, secret="s")
    return prepare(claimed("email"), terms, partial(render), [], DUE, files=files).message


def test_mail_has_the_file_and_says_until_when_to_object() -> None:
    mail = letter(
        ready(b"%PDF-1.7 \x00\xff"), sender="v@vendor.example", to="a@acme.example", now=DUE
    )
    read = message_from_bytes(mail.as_bytes(), policy=policy.default)
    [file] = read.iter_attachments()
    body = read.get_body(("plain",))

    assert ("acme-2026-05-r1.pdf", "application/pdf") == (
        *(file.get_filename(), file.get_content_type()),
    )
    assert b"%PDF-1.7 \x00\xff" == file.get_content()
    assert f"{MAY}: rapport de disponibilité 2026-05, projet pour relecture" == read["Subject"]
    assert body
    text = " ".join(body.get_content().split())
    assert "8 juin 2026" in text
    assert "Il est joint à ce message." in text


def test_file_that_is_too_large_for_a_mail_stays_behind() -> None:
    message = ready(b"x" * (MAIL_MAX + 1))

    assert () == message.files
    assert "trop volumineux" in message.text
