"""The provider's summary and the notice of maintenance are checked as reports are."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from tests.reporting.notices import AFTER, announced, closed, late, withdrawn
from tests.verifying.reports import (
    NOW,
    NOWHERE,
    changed,
    checked,
    digits,
    edited,
    failing,
    with_files,
)
from tests.verifying.summarysums import contracts, noticed, overview, window
from tests.verifying.test_every_number import extremes, kind_of, numbers_of, with_another

from vigie.errors import ReportError
from vigie.reporting import (
    MaintenanceNotice,
    NoticeFile,
    Standing,
    Summary,
    notice_pdf,
    summary_pdf,
)
from vigie.verifying import open_report
from vigie.verifying.agreeing import agreement
from vigie.verifying.carried import carried, digests
from vigie.verifying.notices import judged_again
from vigie.verifying.summaries import added_up, ranked

# What no other number of the file gives: only the database can tell.
SUMMARY_ONLY = {
    "as_of",
    "sla_version",
    # of contracts: their terms, and lists that are in their own reports
    "contracts[].limit_s",
    "contracts[].longest_elapsed_s",
    "contracts[].longest_working_s",
    "contracts[].outages",
    "contracts[].crises",
    "contracts[].versions",  # of several no percentage may be higher than their seconds allow
    "contracts[].committed_s",  # without a target, by a second
    "contracts[].future_s",
    "risks[].versions",
    # measured
    "broken[].down_s",
    "contracts[].coverage",
    "contracts[].high",
    "contracts[].low",
    "contracts[].planned_s",
    "contracts[].unmeasured_s",
    "risks[].pace_up_s",  # of the year
    "risks[].unmeasured_s",
    # written by people, or when something happened
    "broken[].announced_at",
    "broken[].contracts",
    "broken[].ends",
    "broken[].starts",
    "crises[].customers",
    "crises[].open_actions",
    "crises[].starts",
    "crises[].to_first_message_s",
    "disputes[].first_at",
    "disputes[].last_at",
    "disputes[].results",
    "disputes[].results_down",
    "reports[].due",
    "reports[].open_objections",
}
NOTICE_ONLY = {
    "announced_at",  # by a second
    "as_of",
    "asked",  # as long as more was given
    "down_s",
    "events[].recorded_at",
    "forbidden_s",
    "recorded_at",
    "sla_version",
    "working_days[]",
}


@cache
def summary_file() -> bytes:
    return summary_pdf(overview(), directory=NOWHERE, now=NOW)


@cache
def notice_file() -> bytes:
    return notice_pdf(closed(), directory=NOWHERE, now=AFTER, language="en", contact="ops, 112")


def rosier() -> tuple[Standing, ...]:
    first, *others = overview().contracts
    return (replace(first, verdict="met"), *others)


def problems_of(found: Summary) -> list[str]:
    return [*added_up(found), *ranked(found)]


def told(content: bytes) -> dict[str, Any]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        held: dict[str, Any] = json.loads(pdf.attachments["report.json"].get_file().read_bytes())
    return held


@pytest.mark.parametrize(
    ("make", "arithmetic"),
    [
        (summary_file, "4 contracts and 1 budget, computed again"),
        (notice_file, "length, notice and state of the window, computed again"),
    ],
)
def test_a_genuine_document_is_drawn_again_byte_for_byte(
    tmp_path: Path, make: Callable[[], bytes], arithmetic: str
) -> None:
    found = checked(make(), tmp_path)

    assert {} == {name: check.says for name, check in found.items() if check.holds is False}
    assert ["arithmetic", "data", "files", "pages", "seal"] == sorted(found)
    assert arithmetic == found["arithmetic"].says
    assert "byte for byte those of the data" == found["pages"].says


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (summary_file, "contracts.csv"),
        (summary_file, "outages.csv"),
        (summary_file, "maintenance.csv"),
        (summary_file, "risks.csv"),
        (notice_file, "maintenance.ics"),
    ],
)
def test_a_changed_list_or_calendar_is_named(
    tmp_path: Path, make: Callable[[], bytes], name: str
) -> None:
    with pikepdf.open(io.BytesIO(make())) as pdf:
        held = pdf.attachments[name].get_file().read_bytes()
    path = tmp_path / "changed.pdf"
    path.write_bytes(with_files(make(), {name: changed(held, digits(held)[-1])}))
    opened = open_report(path)

    [listed], [line] = digests(opened, carried(opened)), agreement(opened, carried(opened))

    assert f"{name} is not the file that the manifest lists" == listed
    assert line.startswith(f"{name}: line ")


def test_a_forged_notice_that_was_drawn_again_is_caught(tmp_path: Path) -> None:
    longer = replace(announced(), notice_days=4)
    says = "maintenance.notice_days: says 4, the others give 3"

    found = failing(notice_pdf(longer, directory=NOWHERE, now=AFTER), tmp_path)

    assert {"arithmetic": says} == found


def test_another_digit_on_a_page_is_caught(tmp_path: Path) -> None:
    def turn(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Title"] = "2027"

    assert "metadata /Title" in failing(edited(notice_file(), turn), tmp_path)["pages"]


def unseen(
    whole: Any,
    place: str,
    problems: Callable[[Any], list[str]],
) -> Iterator[str]:
    """Yield each number whose forgery contradicts nothing."""
    for at, steps, forged in numbers_of(whole, place):
        if not problems(with_another(whole, steps, forged)):
            yield kind_of(at).removeprefix(f"{place}.")


def test_every_forged_number_is_caught_but_those_that_only_the_database_knows() -> None:
    def judged(found: MaintenanceNotice) -> list[str]:
        return list(judged_again(noticed(found, state=closed().state(AFTER))))

    assert [] == problems_of(overview())
    assert sorted(SUMMARY_ONLY) == sorted(set(unseen(overview(), "summary", problems_of)))
    assert sorted(NOTICE_ONLY) == sorted(set(unseen(closed(), "maintenance", judged)))


def test_no_number_however_wild_breaks_a_check() -> None:
    def judged(found: NoticeFile) -> list[str]:
        return list(judged_again(found))

    checks: tuple[tuple[Any, Callable[[Any], list[str]]], ...] = (
        (overview(), problems_of),
        (window(), judged),
    )
    for whole, problems in checks:
        first = {kind_of(at): (steps, forged) for at, steps, forged in numbers_of(whole, "f")}
        for steps, forged in first.values():
            for wild in extremes(forged):
                assert all(
                    isinstance(one, str) for one in problems(with_another(whole, steps, wild))
                )


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (replace(late(), valid=True), "maintenance.valid: says True"),
        (replace(late(), why="announced 1 whole working days ahead, 2 asked"), "maintenance.why"),
        (replace(late(), why=None, valid=True), "maintenance.why: says None"),
        (replace(late(), excused_s=Decimal(1)), "maintenance.excused_s"),
        (replace(announced(), why="9 s inside hours without maintenance"), "maintenance.why"),
        (replace(announced(), channel=" ", recipient=None, evidence=None), "maintenance.why"),
        (replace(announced(), working_days=announced().working_days[::-1]), "working_days"),
        (replace(withdrawn(), events=()), "maintenance.why"),
        (replace(closed(), events=()), "maintenance.ends"),
    ],
)
def test_a_notice_is_judged_again(found: MaintenanceNotice, says: str) -> None:
    problems = list(judged_again(noticed(found)))

    assert any(says in one for one in problems), problems
    for genuine in (announced(), closed(), late(), withdrawn()):
        assert [] == list(judged_again(noticed(genuine)))
    assert list(judged_again(noticed(announced(), state="announced")))
    security = replace(announced(), kind="security", notice_days=None, working_days=())
    assert [] == list(judged_again(noticed(security)))


def many(held: dict[str, Any]) -> dict[str, Any]:
    return {"events": held["maintenance"]["events"] * 5001}


def no_target(held: dict[str, Any]) -> dict[str, Any]:
    return {"risks": [held["summary"]["risks"][0] | {"target": "NaN"}]}


HOSTILE: dict[str, tuple[str, Callable[[dict[str, Any]], dict[str, Any]], str]] = {
    "another folder": ("report", lambda _: {"document": "../../../.."}, "report.document is that"),
    "no zone": ("maintenance", lambda _: {"timezone": "../etc/passwd"}, "no time zone"),
    "astronomical": ("maintenance", lambda _: {"down_s": "1e999999"}, "maintenance.down_s"),
    "endless": ("maintenance", many, "maintenance.events is no value"),
    "without a zone": ("summary", lambda _: {"noon": "2026-05-01T12:00:00"}, "summary.noon"),
    "no target": ("summary", no_target, r"summary.risks\[0\].target"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_ends_in_one_line(tmp_path: Path, case: str) -> None:
    part, change, says = HOSTILE[case]
    content = summary_file() if part == "summary" else notice_file()
    held = told(content)
    held[part] |= change(held)

    with pytest.raises(ReportError, match=says) as caught:
        checked(with_files(content, {"report.json": json.dumps(held).encode()}), tmp_path)

    assert "\n" not in str(caught.value)


def test_an_unknown_language_and_longer_words_of_rules_are_no_crash(tmp_path: Path) -> None:
    held = told(notice_file())
    held["report"]["language"] = "../tlh"
    why = f"announced {'9' * 5000} whole working days ahead, 2 asked"
    held["maintenance"]["why"] = why

    found = failing(with_files(notice_file(), {"report.json": json.dumps(held).encode()}), tmp_path)

    assert found["pages"].startswith("cannot be made of the data: language '../tlh'")
    assert "maintenance.why" in found["arithmetic"]
    broken = tuple(
        replace(one, contract_whys=(why,) * len(one.contract_keys)) for one in overview().broken
    )
    assert any("].contract_whys" in one for one in problems_of(replace(overview(), broken=broken)))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"contracts": overview().contracts[::-1]}, "summary.contracts: are out of order"),
        ({"contracts": overview().contracts[1:]}, "summary.reports: are not one for each"),
        ({"contracts": overview().contracts * 2}, "summary.contracts: has one of them twice"),
        ({"shared": overview().shared[::-1]}, "summary.shared: are out of order"),
        ({"broken": overview().broken[::-1]}, "summary.broken: are out of order"),
        ({"reports": overview().reports[1:]}, "summary.reports: are not one for each"),
        ({"contracts": rosier()}, "contracts[0].verdict: says met, the others give missed"),
        (
            {"contracts": (replace(contracts()[0], versions=2, percent="99.9799"),)},
            "contracts[0].percent: says False",
        ),
        ({"complete": False}, "summary.complete: says False"),
        ({"name": "2026-06"}, "summary.name: says 2026-06 of the month of 2026-05-01"),
        ({"kind": "year"}, "summary.contracts[0].starts: says no year"),
        ({"as_of": overview().contracts[0].ends - timedelta(1)}, "contracts[0].complete"),
        ({"risks": (replace(overview().risks[0], contract="x"),)}, "risks[0]: is of no contract"),
    ],
)
def test_what_a_summary_counts_and_ranks_is_counted_again(
    change: dict[str, Any], says: str
) -> None:
    problems = problems_of(replace(overview(), **change))

    assert any(says in one for one in problems), problems
