"""The provider's summary over all contracts: the figures of their own reports, on a few pages."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import pikepdf
import pypdfium2
import pytest
from tests.reporting import conformance, summaries
from tests.reporting.test_pseudo import outside, pseudo, texts  # noqa: F401 - a fixture
from tests.sql.crisis import crisis_of
from tests.sql.disputes import dispute
from tests.sql.reports import step
from tests.sql.world import START, World, minute

from vigie.errors import UsageError
from vigie.reporting import (
    Asked,
    Summary,
    figures,
    summary,
    summary_csv,
    summary_json,
    summary_pdf,
    summary_sentence,
)
from vigie.reporting.documents.summarydocument import summary_html
from vigie.reporting.documents.summaryrecords import Standing
from vigie.verifying.summaries import added_up, ranked

NOW = datetime(2026, 6, 2, 6, tzinfo=UTC)
NOWHERE = Path("/nonexistent")
MAY = Asked("month", date(2026, 5, 1))
BEGIN, END = datetime(2026, 5, 25, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
HOUR, WEEK = timedelta(hours=1), 7 * 24
PDF: Any = pypdfium2.PdfDocument  # it has no types


@pytest.fixture(autouse=True)
def no_warnings(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on anything that WeasyPrint complains of, but an optional library that is missing."""
    yield
    told = [record.getMessage() for record in caplog.records if record.name == "weasyprint"]
    assert [] == [line for line in told if "HarfBuzz" not in line]


async def measured(world: World) -> None:
    """The last week of May 2026: `shared` was down in hours 24 and 25, `own` in hour 100.

    acme and globex share a service; calm has one that was never down, free promises nothing.
    """
    await world.calendar("days", [(day, 0, 24) for day in range(1, 6)], years=(2025, 2026, 2027))
    for key, bad in (("shared", {24, 25}), ("own", {100}), ("good", set())):
        await world.service(key, endpoints=(f"{key}-a",), every=HOUR)
        slots = [BEGIN + number * HOUR for number in range(WEEK)]
        await world.store(
            (f"{key}-a", "main", at, "down" if number in bad else "up")
            for number, at in enumerate(slots)
        )
    notice = {"notice_working_days": 2, "notice_calendar": "days"}
    terms: dict[str, Any] = {"valid": asyncpg.Range(BEGIN, None)}
    asking = terms | notice
    await world.contract("acme", essential=["shared", "own"], interruption_max=HOUR, **asking)
    await world.contract("globex", essential=["shared"], **asking | {"basis": "year"})
    await world.contract("calm", essential=["good"], customer="acme-customer", **terms)
    await world.contract("free", essential=["good"], **terms | {"target": None})
    await world.rolled_up_to(END + 6 * HOUR)


async def asked(world: World, period: Asked = MAY) -> Summary:
    return await summary(world.connection, asked=period, now=NOW)


async def known_since(world: World, at: datetime) -> None:
    for table, column in (("report_schedule", "since"), ("contract_version", "recorded_at")):
        await world.connection.execute(f"update fact.{table} set {column} = $1", at)


async def test_contracts_stand_worst_first_with_the_figures_of_their_own_reports(
    world: World,
) -> None:
    await measured(world)

    found = await asked(world)

    # acme lost 3 of 168 hours, globex 2.
    assert [("acme", "missed", True), ("globex", "missed", False), ("calm", "met", True)] == [
        (one.contract, one.verdict, one.contractual) for one in found.contracts[:3]
    ]
    assert ("98.2142", "98.8095", "100", "100") == tuple(one.percent for one in found.contracts)
    acme, globex, calm, free = found.contracts
    assert (2, Decimal(7200), True) == (
        acme.outages,
        acme.longest_working_s,
        acme.interrupted_too_long,
    )
    assert (None, None, "not_applicable") == (free.target, calm.longest_working_s, free.verdict)
    assert [] == [*added_up(found), *ranked(found)]
    assert "2026-05, 4 contracts: 2 missed, 1 met, 1 no target." == summary_sentence(found)
    assert ("globex-customer", 3, 3) == (globex.customer_key, found.customers, found.outages)
    for one in found.contracts:
        await _is_that_of_its_own_report(world, one)
    await _shared_is_told_once(found)
    await _risk_is_that_of_its_own_budget(world, found)


async def _is_that_of_its_own_report(world: World, one: Standing) -> None:
    own = await figures(world.connection, contract=one.contract, asked=MAY, now=NOW, further=False)
    of = own.availability
    assert (of.percent, of.low, of.high, of.coverage, of.target, of.used_share) == (
        *(one.percent, one.low, one.high, one.coverage, one.target, one.used_share),
    )
    assert (of.used_s, of.budget_s, of.verdict, of.confidence, own.basis) == (
        *(one.used_s, one.budget_s, one.verdict, one.confidence, one.contractual),
    )
    assert (len(own.outages), own.longest.working_s, own.longest.limit_s) == (
        *(one.outages, one.longest_working_s or 0, one.limit_s),
    )


async def _shared_is_told_once(found: Summary) -> None:
    [one] = found.shared
    assert ("shared", BEGIN + 24 * HOUR, BEGIN + 26 * HOUR, Decimal(7200), 2, 2) == (
        *(one.service, one.starts, one.ends, one.elapsed_s, one.customers, one.contracts),
    )
    assert (("acme", "globex"), None, False) == (one.contract_keys, one.crisis, one.open)


async def _risk_is_that_of_its_own_budget(world: World, found: Summary) -> None:
    """globex is judged by the year: 221 days allow 3,818.88 s, and 7,200 are used."""
    [one] = found.risks
    year = await world.connection.fetchrow(
        "select * from sla.budget_outlook('globex', 'solution', $1) where kind = 'year'", END
    )
    assert ("globex", "year", Decimal(7200), Decimal("3818.88")) == (
        *(one.contract, one.kind, one.used_s, one.budget_s),
    )
    assert year is not None
    assert (year["over_s"], year["used_percent"], year["projected_s"]) == (
        *(one.over_s, one.used_share, one.projected_s),
    )


async def test_what_needs_a_person_is_told(world: World) -> None:
    await measured(world)
    await known_since(world, BEGIN)
    first = (BEGIN + 24 * HOUR - START) / timedelta(minutes=1)
    late = await world.window(first, first + 120, services=["shared", "good"], announced=BEGIN)
    await world.window(first, first + 60, services=["shared"], announced=BEGIN, withdrawn=True)
    unproven = await world.window(first, first + 60, services=["own"], channel=" ")
    await world.window(first, first + 60, services=["own"])
    key = await _keep(world)
    await step(world, "object_report", key, "carol", "we saw more", NOW)
    log = await dispute(world, contract="globex", shared="UD")

    found = await asked(world)

    assert [] == [*added_up(found), *ranked(found)]
    # Announced on Monday for Tuesday; calm and free ask for no notice.
    assert [(late, 4, 2, Decimal(7200)), (unproven, 1, 1, Decimal(0))] == [
        (one.key, one.contracts, one.broken, one.down_s) for one in found.broken
    ]
    one, other = found.broken
    assert (0, 2, ("acme", "globex")) == (one.notice_days, one.asked, one.contract_keys)
    late_by = "announced 0 whole working days ahead, 2 asked"
    assert ((late_by, ("acme", "globex")),) == one.rules
    assert ("no proof of the announcement",) == other.contract_whys
    for one in found.broken:
        assert set(one.contract_keys) == await _judged(world, one.key)
    assert [("acme", key, "objected", 1)] == [
        (one.contract, one.report, one.state, one.open_objections) for one in found.pressing
    ]
    assert {"calm", "free", "globex"} == {one.contract for one in found.waiting[1:]}
    assert [(log, "globex", 2, 1)] == [
        (one.key, one.contract, one.results, one.results_down) for one in found.disputes
    ]


async def _judged(world: World, window: str) -> set[str]:
    """Return the contracts that say themselves that a window excuses nothing."""
    rows = await world.connection.fetch(
        "select c.key from fact.contract as c cross join lateral"
        " sla.maintenance_of(c.key, sla.period(c.key, 'month', '2026-05-01')) as m"
        " where m.key = $1 and not m.valid",
        window,
    )
    return {row["key"] for row in rows}


async def _keep(world: World) -> str:
    may = asyncpg.Range(datetime(2026, 5, 1, tzinfo=UTC), END)
    arguments = (
        *("acme", "solution", "month", "2026-05", may, 1, None, 1, None),
        *(["en"], [b"%PDF"], "{}", None, "0.1.0", NOW, "alice"),
    )
    places = ", ".join(f"${number}" for number in range(1, 17)).replace("$12", "$12::jsonb")
    return str(await world.connection.fetchval(f"select fact.keep_report({places})", *arguments))


async def test_crises_are_told_with_whom_they_hit(world: World) -> None:
    await world.service("api", endpoints=["a"])
    for key in ("acme", "globex"):
        await world.contract(key, crisis_longer_than=timedelta(minutes=10), crisis_customers=2)
    await world.results("a", "UU" + "D" * 12 + "U" * 16)
    cell = await crisis_of(world)
    await world.rolled_up_to(END)

    found = await asked(world)

    assert [] == [*added_up(found), *ranked(found)]
    [one], [shared] = found.crises, found.shared
    key = await cell.value("select key from fact.crisis")
    # Opened at minute 12, told at 32, resolved at 40.
    assert (key, "outage", "resolved", ("api",), 2, 1) == (
        *(one.crisis, one.trigger, one.state, one.services, one.customers, one.open_actions),
    )
    assert (minute(2), minute(12), minute(40), Decimal(1200), Decimal(1680)) == (
        *(one.starts, one.opened, one.resolved, one.to_first_message_s, one.to_resolve_s),
    )
    assert (key, 2) == (shared.crisis, shared.customers)
    for contract in found.contracts:
        own = await figures(world.connection, contract=contract.contract, asked=MAY, now=NOW)
        assert len(own.contents.crises) == contract.crises == 1
    await world.connection.execute(
        "alter table fact.crisis disable trigger user;"
        " update fact.crisis set started = started - interval '36 seconds'"  # people saw it first
    )
    assert [key] == [one.crisis for one in (await asked(world)).shared]


async def test_period_that_runs_has_no_verdict_and_others_are_refused(world: World) -> None:
    await measured(world)

    found = await asked(world, Asked("month", date(2026, 6, 1)))

    assert [] == [*added_up(found), *ranked(found)]
    assert {"running", "not_applicable"} == {one.verdict for one in found.contracts}
    assert (False, 0, ()) == (found.complete, found.overdrawn, found.waiting)
    for period, said in (
        (Asked("month", date(2026, 7, 1)), "2026-07 has not begun; today is 2026-06-02"),
        (Asked("year", date(2020, 1, 1)), "2020: no contract holds then"),
    ):
        with pytest.raises(UsageError) as caught:
            await asked(world, period)
        assert str(caught.value).startswith(said)


@cache  # a page takes its time
def pdf(case: str) -> bytes:
    return summary_pdf(summaries.CASES[case](), directory=NOWHERE, now=NOW)


def text_of(found: Summary) -> str:
    document: Any = PDF(summary_pdf(found, directory=NOWHERE, now=NOW))
    told = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return " ".join(" ".join(told).split())


def pages(case: str) -> list[str]:
    document: Any = PDF(pdf(case))
    told = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return [" ".join(text.split()) for text in told]


def test_first_page_says_how_it_stands_and_what_to_do() -> None:
    first, *others = pages("busy")

    for words in (
        "Internal summary of all contracts May 2026",
        "55 contracts, customers: 55",
        "2 missed, of 55 contracts",
        "May 2026: of 55 contracts, 50 met the target and 2 missed it.",
        "■ Missed 1 1 2",
        "● Met 50 0 50",
        "○ Not measurable 1 0 1",
        "Outages of several customers 45",
        "Answer 1 objection to a report. vigie report show contract-0000-2026-05-1",
        "Lead 1 crisis to its review.",
        "Measure 2 contracts better: nothing can be proved.",
    ):
        assert words in first
    assert all("internal" in page for page in (first, *others))
    assert f"Page 1 of {1 + len(others)}" in first


def test_long_lists_are_cut_on_the_pages_and_whole_in_the_files() -> None:
    told = " ".join(pages("busy"))

    assert "The first 50 of 55; all of them are in the attached contracts.csv." in told
    assert "The first 40 of 45; all of them are in the attached outages.csv." in told
    assert "<script>alert(1)</script> {{7*7}}" in told
    assert "■ 2 h 0 min 1 s 2 h 30 min 0 s elapsed" in told
    late = "announced 0 whole working days ahead, 2 asked"
    assert f"{late} (contract-0000, contract-0001, contract-0002) 3 of 5" in told
    assert "1 report is not made yet, and not due yet." in told
    with pikepdf.open(io.BytesIO(pdf("busy"))) as document:
        files = {name: held.get_file().read_bytes() for name, held in document.attachments.items()}
    rows = list(csv.reader(io.StringIO(files["contracts.csv"].decode())))
    whole = json.loads(files["report.json"])["summary"]
    names = {"contracts.csv", "maintenance.csv", "manifest.json", "outages.csv", "report.json"}
    assert names | {"risks.csv"} == set(files)
    assert (56, 46) == (len(rows), len(files["outages.csv"].splitlines()))
    assert rows[1][rows[0].index("customer")].startswith("'=")  # no spreadsheet computes it
    assert (55, "99.9798") == (len(whole["contracts"]), whole["contracts"][0]["percent"])


def test_document_is_archival_and_reproducible() -> None:
    assert [] == conformance.problems(pdf("busy"))
    assert pdf("one") == summary_pdf(summaries.CASES["one"](), directory=NOWHERE, now=NOW)


def test_month_that_runs_and_one_without_data_say_so() -> None:
    running, one = " ".join(pages("running")), " ".join(pages("one"))

    assert "May 2026, so far" in running
    assert "1 over budget so far, of 2 contracts" in running
    assert "no verdict yet where the period is not over" in running
    assert "The period is not over: it has no reports yet." in running
    assert "0 missed, of 1 contract" in one
    assert "Every report that is due was sent." in one


def test_demonstration_is_marked() -> None:
    made_up = summaries.summary(replace(summaries.standing(), demonstration=True))

    html = summary_html(made_up, directory=NOWHERE, now=NOW)

    assert 'data-internal="internal · demonstration data"' in html


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("case", summaries.CASES)
def test_no_word_is_left_in_english(case: str) -> None:
    found = summaries.CASES[case]()
    html = summary_html(found, directory=NOWHERE, now=NOW)

    told = " ".join(texts(asdict(found))) + commands(html)
    assert [] == sorted({word for word in outside(html) if word not in told})


def commands(html: str) -> str:
    """Return the commands, which nobody translates."""
    return " ".join(part.split("</span>")[0] for part in html.split('class="command">')[1:])


def test_csv_and_json_hold_the_data_alone() -> None:
    found = summaries.busy()

    assert 56 == len(summary_csv(found).splitlines())
    told = json.loads(summary_json(found, directory=NOWHERE, now=NOW))
    assert ("summary", "en") == (told["report"]["document"], told["report"]["language"])


def test_a_target_that_is_lost_is_told_and_not_saved() -> None:
    [risk] = summaries.busy().risks
    open_ = replace(risk, contract="contract-0000")
    risks = (open_, replace(open_, left_s=Decimal(0), over_s=Decimal(1)))

    told = text_of(replace(summaries.running(), risks=risks))

    assert "Save the target of 1 contract, or tell its customer." in told
    assert "Tell the customer of 1 contract that its target is lost." in told


def test_a_report_that_is_overdue_is_drafted_and_then_issued() -> None:
    [report] = summaries.running().reports
    overdue = replace(summaries.one(), reports=(replace(report, overdue=True),))

    told = text_of(overdue)

    assert "that is overdue. vigie report run --month 2026-05; vigie report list" in told
    drafted = replace(report, overdue=True, state="draft", report="acme-2026-05-1")
    told = text_of(replace(overdue, reports=(drafted,)))
    assert "vigie report run --month 2026-05; vigie report issue acme-2026-05-1" in told
