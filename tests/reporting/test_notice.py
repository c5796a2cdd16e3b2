"""The notice of one maintenance window: its page, its calendar, what the registry says of it."""

import io
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pikepdf
import pypdfium2
import pytest
from icalendar import Calendar
from tests.reporting import conformance
from tests.reporting.notices import (
    AFTER,
    BEFORE,
    BEGIN,
    CASES,
    DURING,
    END,
    announced,
    closed,
    hostile,
    late,
    withdrawn,
)
from tests.reporting.test_pseudo import outside, pseudo, texts  # noqa: F401 - a fixture
from tests.sql.world import START, World, minute

from vigie.errors import UsageError
from vigie.reporting import (
    CALENDAR,
    MaintenanceNotice,
    NoticeFile,
    WrittenNotice,
    feed,
    notice,
    notice_pdf,
)
from vigie.reporting.documents.noticedocument import notice_html
from vigie.storing import coming_maintenance
from vigie.verifying.notices import judged_again

NOWHERE = Path("/nonexistent")
PDF: Any = pypdfium2.PdfDocument  # it has no types


@pytest.fixture(autouse=True)
def no_warnings(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on anything that WeasyPrint complains of, but an optional library that is missing."""
    yield
    told = [record.getMessage() for record in caplog.records if record.name == "weasyprint"]
    assert [] == [line for line in told if "HarfBuzz" not in line]


def text(pdf: bytes) -> str:
    """Return the text of the one page that there is."""
    document: Any = PDF(pdf)
    [told] = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return " ".join(told.split())


def page(found: MaintenanceNotice, now: datetime, language: str = "en", **more: Any) -> str:
    return text(notice_pdf(found, directory=NOWHERE, now=now, language=language, **more))


def test_page_says_what_an_announcement_must() -> None:
    pdf = notice_pdf(announced(), directory=NOWHERE, now=BEFORE, language="en", contact="ops, 112")

    told = text(pdf)

    for words in (
        "Notice of planned maintenance Acme SA",
        "12 May 2026 22:00:00 \N{EN DASH} 13 May 2026 00:00:00, Europe/Paris",
        "● Announced m-20260512-1 Database upgrade",
        "Services Public API Essential, so your whole solution may be inaccessible. Crawler Not",
        "Start 12 May 2026 22:00:00 Europe/Paris (2026-05-12T20:00:00Z)",
        "email, ops@acme.example, mail.eml sha256:5e5e5e5e5e5e…",
        "3 whole working days before the start, 2 asked (calendar office)",
        "● the window keeps the rules of the contract",
        "inaccessible for 2 h at most",
        "Contact ops, 112",
    ):
        assert words in told
    assert [] == conformance.problems(pdf)
    assert pdf == notice_pdf(
        announced(), directory=NOWHERE, now=BEFORE, language="en", contact="ops, 112"
    )


def test_calendar_and_data_are_inside() -> None:
    pdf = notice_pdf(withdrawn(), directory=NOWHERE, now=BEFORE)

    with pikepdf.open(io.BytesIO(pdf)) as document:
        files = {name: held.get_file().read_bytes() for name, held in document.attachments.items()}
    [held] = Calendar.from_ical(files[CALENDAR]).walk("VEVENT")
    report = json.loads(files["report.json"])
    assert {CALENDAR, "report.json", "manifest.json"} == set(files)
    assert ("m-20260512-1.acme-sa@vigie", 1, "CANCELLED") == (
        *(str(held["uid"]), held["sequence"], str(held["status"])),
    )
    assert ("withdrawn", "7200") == (
        *(report["report"]["state"], report["maintenance"]["announced_s"]),
    )


def test_what_became_of_a_window_is_told() -> None:
    over, gone, bad = page(closed(), AFTER), page(withdrawn(), BEFORE), page(late(), BEFORE)

    assert "● Ended early" in over
    assert "announced: 13 May 2026 00:00:00" in over
    assert "20 min 0 s inaccessible, 20 min 0 s of it excused" in over
    assert "ended early, 12 May 2026 22:30:00 done sooner" in over
    assert "■ Withdrawn" in gone
    assert "no inaccessibility: nothing takes place" in gone
    assert "the window is withdrawn and excuses nothing" in gone
    assert "■ the window excuses nothing: announced 0 whole working days ahead, 2 asked" in bad


@pytest.mark.parametrize(
    ("found", "now", "state"),
    [
        (announced(), BEFORE, "announced"),
        (announced(announced_at=None), BEFORE, "not_announced"),
        (announced(announced_at=None, kind="security"), BEFORE, "announced"),
        (announced(), BEGIN, "under_way"),
        (announced(), END, "completed"),
        (closed(), DURING, "closed"),
        (withdrawn(), AFTER, "withdrawn"),
    ],
)
def test_state_follows_from_the_clock_and_the_registry(
    found: MaintenanceNotice, now: datetime, state: str
) -> None:
    assert state == found.state(now)


def test_long_and_hostile_words_stay_on_one_page() -> None:
    told = page(hostile(), BEFORE)

    assert "=<script>alert(1)</script> {{7*7}}" in told
    assert "Page 1 of 1" in told


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("case", CASES)
def test_no_word_is_left_in_english(case: str) -> None:
    found = CASES[case]()
    html = notice_html(found, directory=NOWHERE, now=AFTER, language="en")

    told = " ".join(texts(asdict(found)))
    assert [] == sorted({word for word in outside(html) if word not in told})


def test_security_measure_asks_for_no_notice_in_the_customer_s_language() -> None:
    found = replace(announced(), kind="security", asked=None, notice_days=None)

    told = notice_html(found, directory=NOWHERE, now=BEFORE)

    assert '<html lang="fr">' in told
    assert "est demandé pour une mesure de sécurité" in told


async def registered(world: World) -> str:
    """Return a window of two services, of which acme and acme-2 have one and globex the other."""
    await world.calendar("days", [(day, 0, 24) for day in range(1, 6)], years=(2025, 2026, 2027))
    for key in ("api", "shop", "alone"):
        await world.service(key, endpoints=(f"{key}-a",))
    await world.results("api-a", "U" * 60 + "D" * 30 + "U" * 30)
    asking: dict[str, Any] = {"notice_working_days": 2, "notice_calendar": "days"}
    await world.contract("acme", essential=["api"], customer="acme-sa", **asking)
    await world.contract("acme-2", essential=["api", "shop"], customer="acme-sa")
    await world.contract("globex", essential=["shop"])
    await world.rolled_up_to(minute(120))
    return await world.window(60, 120, services=["api", "shop"], announced=START, closed=80)


async def test_notice_is_what_the_registry_says(world: World) -> None:
    key = await registered(world)

    found = await notice(world.connection, key=key, contract="acme")
    other = await notice(world.connection, key=key, customer="globex-customer")
    judged = await world.connection.fetchrow(
        "select * from sla.maintenance_of('acme', tstzrange($1, $2))", minute(0), minute(120)
    )

    # Announced an hour before it on the same day; closed after 20 of 30 bad minutes.
    assert judged is not None
    assert (judged["why"], judged["notice_days"], judged["down_s"], judged["ends"]) == (
        *(found.why, found.notice_days, found.down_s, found.ends),
    )
    assert (False, 0, 2, Decimal(1200), minute(80), minute(120)) == (
        *(found.valid, found.notice_days, found.asked, found.down_s),
        *(found.ends, found.announced_ends),
    )
    assert ("UTC", ()) == (found.notice_timezone, found.working_days)
    assert (("Api",), (), Decimal(3600), Decimal(1200), ("closed",)) == (
        *(found.essential, found.other, found.announced_s, found.lasts_s),
        tuple(one.action for one in found.events),
    )
    name, windows = await coming_maintenance(world.connection, "acme-sa", minute(0))
    assert feed("acme-sa", name, windows) == feed("acme-sa", name, [found.coming()])
    assert (("Shop",), None, True, "globex") == (
        *(other.essential, other.asked, other.valid, other.contract),
    )


async def test_notice_carries_the_working_days_that_it_counts(world: World) -> None:
    key = await registered(world)
    early = await world.window(60, 120, services=["api"], announced=START - timedelta(days=8))

    for window in (key, early):
        found = await notice(world.connection, key=window, contract="acme")
        told = WrittenNotice(
            document="maintenance-notice",
            language="en",
            made_at=AFTER,
            program="0",
            state=found.state(AFTER),
            contact=None,
        )
        assert [] == list(judged_again(NoticeFile(report=told, maintenance=found)))
    assert found.notice_days == len(found.working_days) == 5


async def test_what_cannot_be_told_is_refused_in_one_line(world: World) -> None:
    key = await registered(world)
    lone = await world.window(60, 120, services=["alone"])

    async def refused(**asked: str) -> str:
        with pytest.raises(UsageError) as caught:
            await notice(world.connection, **({"key": key} | asked))
        return str(caught.value)

    several = "(write --contract, one of acme, acme-2)"
    assert f"{key}: concerns 2 contracts {several}" == await refused(customer="acme-sa")
    assert (await refused()).startswith(f"{key}: concerns 3 contracts (write --contract, one of")
    assert f'--contract "acmee": {key} does not concern it (did you mean acme?)' == (
        await refused(contract="acmee")
    )
    assert "--contract globex: is not of acme-sa (write one of them)" == (
        await refused(contract="globex", customer="acme-sa")
    )
    assert f"{lone}: concerns no contract, so there is nobody to tell" == await refused(key=lone)
    assert (await refused(key="m-0")).startswith('there is no maintenance window "m-0" (')


async def test_a_contract_that_begins_inside_the_window_is_told(world: World) -> None:
    await world.service("api", endpoints=("a",))
    await world.contract("acme", essential=["api"], valid=asyncpg.Range(minute(90), None))
    await world.rolled_up_to(minute(120))
    key = await world.window(60, 120)

    assert "acme" == (await notice(world.connection, key=key)).contract
