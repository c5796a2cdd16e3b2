"""Reports by the clock: made when they are due, once, reviewed, issued and sent."""

import asyncio
import json
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import structlog
from tests.reporting.byclock import DAY, DUE, MAY, SECOND, began, clerk, contents, deliver, story
from tests.sql.world import World

from vigie import storing
from vigie.errors import LinkError
from vigie.storing import Claimed, Terms
from vigie.watching import Message, open_file_link, render
from vigie.watching.channels import s3
from vigie.watching.channels.letter import letter
from vigie.watching.handing import Handed, hand_over
from vigie.watching.links import file_link, make_token
from vigie.watching.message import Attached
from vigie.watching.outgoing import prepare


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

    [(_, _, kept)] = await storing.report_attachments(world_of_may.connection, MAY)
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
    await connection.execute("update fact.outbox set state = 'delivered'")
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
    handed = Handed(files=tuple(files))
    return prepare(claimed("email"), terms, partial(render), [], DUE, handed=handed).message


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


LARGE = Attached(name="acme-2026-05-r1.pdf", content=b"x" * 7_000_001, language="fr")


async def mailed(rota: dict[str, Any], file: Attached = LARGE, **facts: str) -> Message:
    """Return the message about a report that has one *file*."""
    about = claimed("email")
    about.facts.update(facts)  # type: ignore[attr-defined] # a dictionary
    terms = Terms(rota=rota, secret="s")
    handed = await hand_over(about, terms, [file], DUE)
    return prepare(about, terms, partial(render), [], DUE, handed=handed).message


async def test_file_that_is_too_large_for_a_mail_is_linked() -> None:
    message = await mailed({"public_url": "https://vigie.example/"})
    text = " ".join(message.text.split())

    assert () == message.files
    assert "au 10 juin 2026, 08:00 Europe/Paris" in text.replace("\xa0", " ")
    assert "acme-2026-05-r1.pdf, 7 000 001 octets" in re.sub(r"\s", " ", text)
    assert re.search(r"https://vigie\.example/report/fr/1-\d+-[\w-]{43} ", text)
    assert f"SHA-256 {sha256(LARGE.content).hexdigest()}" in text
    assert 'href="https://vigie.example/report/fr/1-' in (message.html or "")


async def test_size_of_mails_is_configured_and_what_has_no_link_is_loud() -> None:
    small = Attached(name="a.pdf", content=b"x" * 1_000_001)
    assert (small,) == (await mailed({"mail": {"host": "h", "sender": "s@x.example"}}, small)).files
    mail = {"host": "h", "sender": "s@x.example", "attach_mb": 1}
    with structlog.testing.capture_logs() as logged:
        message = await mailed({"mail": mail}, small)

    assert () == message.files
    assert "trop volumineux" in message.text
    assert ["write public_url in reports/rota.yaml, or an s3 place in reports.to"] == [
        line["do"] for line in logged if line["log_level"] == "error"
    ]


async def test_large_file_is_linked_where_the_report_is_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is put there first: the message to the bucket may leave later."""
    put: list[str] = []

    async def putting(place: str, files: tuple[Attached, ...]) -> None:
        put.extend(f"{place} {one.name}" for one in files)

    monkeypatch.setattr(s3, "put", putting)
    monkeypatch.setenv("VIGIE_S3_ACCESS_KEY", "k")
    monkeypatch.setenv("VIGIE_S3_SECRET_KEY", "much-too-secret")
    monkeypatch.setenv("VIGIE_S3_ENDPOINT", "http://s3.example:9000")
    message = await mailed({"public_url": "https://vigie.example"}, stored="s3://reports/acme")

    assert ["s3://reports/acme acme-2026-05-r1.pdf"] == put
    assert "http://s3.example:9000/reports/acme/acme-2026-05-r1.pdf?X-Amz-" in message.text
    assert "X-Amz-Expires=604800" in message.text
    assert "vigie.example" not in message.text
    assert "secret" not in message.text


@pytest.mark.usefixtures("drawn_here")
async def test_link_to_a_report_gives_its_file_until_it_ends_and_notes_who_opened_it(
    pool: asyncpg.Pool, database: str, tmp_path: Path, world_of_may: World
) -> None:
    connection = world_of_may.connection
    await connection.execute(
        "update fact.contract_version set terms = $1",
        json.dumps({"terms": {"reports": {"to": [{"s3": "s3://reports/acme"}]}}}),
    )
    await clerk(pool, database, tmp_path).turn(DUE)
    row = await connection.fetchrow("select message_id, targets, facts from fact.outbox")
    [(language, name, kept)] = await storing.report_attachments(connection, MAY)
    secret = await connection.fetchval("select secret from fact.signing_key")

    async def opened(token: str, now: datetime = DUE) -> tuple[str, bytes] | str:
        try:
            return await open_file_link(connection, language, token, now)
        except LinkError as error:
            return str(error)

    url = file_link("https://v.example", secret, row["message_id"], language, DUE + DAY)
    token = url.rpartition("/")[2]
    other = file_link("https://v.example", secret, row["message_id"], "xx", DUE + DAY)
    acknowledging = make_token(secret, row["message_id"], DUE + DAY)

    assert [{"to": "s3://reports/acme", "channel": "s3"}] == json.loads(row["targets"])
    assert "s3://reports/acme" == json.loads(row["facts"])["stored"]
    assert [(name, kept)] * 2 == [await opened(token), await opened(token)]
    assert "This link has expired (ask its sender" in str(await opened(token, DUE + DAY))
    for wrong in (other.rpartition("/")[2], acknowledging):
        assert "This link was not made here" in str(await opened(wrong))
    told = [one for one in await storing.report_events(connection, MAY) if one["kind"] == "opened"]
    assert [(DUE, "s3://reports/acme")] == [(one["at"], one["actor"]) for one in told]
