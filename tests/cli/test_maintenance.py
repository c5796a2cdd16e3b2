"""`maintenance` as it is typed."""

import getpass
import hashlib
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from tests.cli.typed import Typed

from vigie import clock

KEY = "m-20260312-1"
SPAN = ("--starts", "2026-03-12T03:00:00+01:00", "--ends", "2026-03-12T04:00:00+01:00")
ANNOUNCED = ("--announced", "2026-03-01T09:00:00Z")
TOLD = (*ANNOUNCED, "--channel", "email", "--recipient", "sla@acme.example")
OVERLAP = ("--starts", "2026-10-25T02:30", "--ends", "2026-10-25T04:00")


def add(typed: Typed, *more: str) -> tuple[int, str, str]:
    return typed("maintenance", "add", "shop", *SPAN, "--reason", "database", *more)


def listed(typed: Typed) -> dict[str, Any]:
    status, said, _ = typed("maintenance", "list", "--json")
    [window] = json.loads(said)

    assert status == 0
    return dict(window)


def test_window_is_added_closed_withdrawn_and_listed(typed: Typed) -> None:
    local = ("--at", "2026-03-12T03:20", "--timezone", "Europe/Paris")

    assert typed("maintenance", "list") == (0, "No maintenance window is recorded.\n", "")
    assert add(typed, *TOLD) == (0, f"{KEY}\n", "")
    assert typed("maintenance", "close", KEY, *local, "--reason", "done") == (
        0, f"{KEY} is closed at 2026-03-12 02:20Z.\n", ""
    )  # fmt: skip
    assert "2026-03-12 02:20Z (closed)" in typed("maintenance", "list")[1]
    assert typed("maintenance", "withdraw", KEY, "--reason", "put off") == (
        0, f"{KEY} is withdrawn.\n", ""
    )  # fmt: skip
    assert "withdrawn 20" in typed("maintenance", "list")[1]


def test_window_of_all_services_is_listed_as_all(typed: Typed) -> None:
    assert typed("maintenance", "add", "--all", *SPAN, *TOLD, "--reason", "x")[0] == 0
    assert " all " in typed("maintenance", "list")[1]
    assert (listed(typed)["every_service"], listed(typed)["services"]) == (True, [])


SUNDAY = ("--starts", "2026-05-17T03:00", "--duration", "2h", "--timezone", "Europe/Paris")
WEEKLY = ("--rrule", "FREQ=WEEKLY;BYDAY=SU;COUNT=3")


def test_series_is_added_listed_and_withdrawn(typed: Typed) -> None:
    recur = (*SUNDAY, *WEEKLY, "--exdate", "2026-05-24", "--reason", "database")

    assert typed("maintenance", "add", "shop", *recur) == (
        0,
        (
            "s-20260517-1\n2 windows, m-20260517-1 to m-20260531-1\n"
            "Note: it was not announced: it excuses nothing (2 of 2).\n"
        ),
        "",
    )
    assert "s-20260517-1" in typed("maintenance", "list")[1]
    (last, first) = json.loads(typed("maintenance", "list", "--json")[1])
    assert (first["series"], last["starts"]) == ("s-20260517-1", "2026-05-31T01:00:00Z")
    assert "EXDATE;TZID=Europe/Paris:20260524T030000" in first["rule"]
    assert typed("maintenance", "withdraw", "s-20260517-1", "--reason", "off")[0] == 1
    assert typed("maintenance", "withdraw", "m-20260517-1", "--reason", "off")[0] == 0


def test_coming_windows_of_a_series_are_withdrawn_together(typed: Typed) -> None:
    start = f"{clock.now() + timedelta(days=30):%Y-%m-%dT12:00:00Z}"
    when = ("--starts", start, "--duration", "2h", "--timezone", "UTC")
    typed("maintenance", "add", "--all", *when, "--rrule", "FREQ=DAILY;COUNT=3", "--reason", "x")
    series = json.loads(typed("maintenance", "list", "--json")[1])[0]["series"]
    status, said, _ = typed("maintenance", "withdraw", series, "--reason", "off")

    assert status == 0
    assert said.startswith(f"{series} is withdrawn: 3 windows, m-")
    assert {
        one["withdrawn_at"] is None for one in json.loads(typed("maintenance", "list", "--json")[1])
    } == {False}


def test_plan_of_services_without_contract_says_so_and_records_nothing(typed: Typed) -> None:
    assert typed("maintenance", "plan", "--service", "shop", *SPAN) == (
        0, "No contract covers these services at that time.\n", ""
    )  # fmt: skip
    assert typed("maintenance", "plan", "--all", *SPAN, "--json") == (0, "[]\n", "")
    assert typed("maintenance", "plan", "--service", "shp", *SPAN)[2] == (
        'vigie: services: there is no "shp" (write shop)\n'
    )
    assert typed.query("select count(*) from fact.maintenance") == 0


def test_feed_of_an_unknown_customer_is_one_line_and_writes_nothing(typed: Typed) -> None:
    assert typed("maintenance", "feed", "acme", "-o", "acme.ics") == (
        1, "", 'vigie: there is no customer "acme" (there is none yet)\n'
    )  # fmt: skip
    assert not (typed.folder / "acme.ics").exists()


def test_json_tells_who_when_and_why(typed: Typed) -> None:
    add(typed, *TOLD[:-1], "all", "--evidence", "message 17")
    window = listed(typed)

    assert window["recorded_by"] == getpass.getuser()
    assert (window["key"], window["services"]) == (KEY, ["shop"])
    assert (window["starts"], window["ends"]) == ("2026-03-12T02:00:00Z", "2026-03-12T03:00:00Z")
    assert (window["evidence"], window["recipient"]) == ("message 17", "all")
    assert (window["closed_at"], window["why_not"]) == (None, {})


def test_file_proves_by_its_digest(typed: Typed) -> None:
    (typed.folder / "mail.txt").write_bytes(b"we work at night")
    add(typed, *TOLD, "--evidence-file", "mail.txt")
    digest = hashlib.sha256(b"we work at night").hexdigest()

    assert listed(typed)["evidence"] == f"mail.txt sha256:{digest}"


def test_window_that_excuses_nothing_is_said_at_once(typed: Typed) -> None:
    assert add(typed)[1] == f"{KEY}\nNote: it was not announced: it excuses nothing.\n"


def test_fixed_offset_is_a_timezone(typed: Typed) -> None:
    """Written as in the catalogue: an hour ahead of UTC, all year."""
    assert add(typed, *TOLD)[0] == 0
    at = ("--at", "2026-03-12T03:20", "--timezone", "UTC+1")

    assert typed("maintenance", "close", KEY, *at, "--reason", "done")[1] == (
        f"{KEY} is closed at 2026-03-12 02:20Z.\n"
    )


def test_proof_that_is_a_channel_alone_is_noted(typed: Typed) -> None:
    note = "Note: its proof is the channel only: add --recipient and --evidence.\n"

    assert add(typed, *ANNOUNCED, "--channel", "email") == (0, f"{KEY}\n{note}", "")
    assert "\n  proof: channel email\n" in typed("maintenance", "list")[1]


@pytest.mark.parametrize("blank", ["null", "' '", "U&'\\200b'"])
def test_missing_proof_is_listed_as_none(typed: Typed, blank: str) -> None:
    """An older program took what is blank."""
    assert add(typed, *ANNOUNCED)[0] == 0
    typed.query("alter table fact.maintenance disable trigger append_only")
    typed.query(f"update fact.maintenance set channel = {blank}")
    assert "\n  proof: none\n" in typed("maintenance", "list")[1]


@pytest.mark.parametrize("blank", ["", " ", "\u200b", "\u00a0\u3164", "\u2800"])
@pytest.mark.parametrize(
    ("option", "advice"),
    [
        ("channel", "how customers were told, such as email"),
        ("recipient", "who was told"),
        ("evidence", "what proves it, such as a message id"),
    ],
)
def test_blank_proof_is_refused(typed: Typed, option: str, advice: str, blank: str) -> None:
    problem = f"vigie: {option}: is blank (write {advice}, or leave it out)\n"

    assert add(typed, *ANNOUNCED, f"--{option}", blank) == (1, "", problem)
    assert typed.query("select count(*) from fact.maintenance") == 0


def test_blank_evidence_beside_a_file_is_refused(typed: Typed) -> None:
    (typed.folder / "mail.txt").write_bytes(b"we work at night")
    said = add(typed, *TOLD, "--evidence", " ", "--evidence-file", "mail.txt")

    assert said[2].startswith("vigie: evidence: is blank (write what proves it")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            ("add", "shpo", *SPAN, "--reason", "x"),
            'services: there is no "shpo" (write shop)',
        ),
        (
            ("add", "shop", *SUNDAY[:4], *WEEKLY, "--reason", "x"),
            (
                '--starts: "2026-05-17T03:00" has no offset from UTC (write'
                " 2026-05-17T03:00:00+02:00 or 2026-05-17T03:00:00Z; or say its --timezone)"
            ),
        ),
        (
            ("add", "shop", *SPAN, *WEEKLY, "--reason", "x"),
            "--rrule: needs the zone of its local times (say its --timezone)",
        ),
        (
            ("add", "shop", *SUNDAY, *WEEKLY, "--exdate", "soon", "--reason", "x"),
            '--exdate: "soon" is not a day (write 2026-05-17)',
        ),
        (
            ("add", "shop", *SUNDAY, "--exdate", "2026-05-24", "--reason", "x"),
            "--exdate: leaves days out of a rule (write the --rrule as well)",
        ),
        (
            ("add", "shop", *SUNDAY, "--ends", "2026-05-17T05:00", "--reason", "x"),
            "--ends: say when it ends, or its --duration (write one of them)",
        ),
        (
            ("add", "shop", *SUNDAY[:2], "--duration", "2 h", *SUNDAY[4:], "--reason", "x"),
            '--duration: "2 h" is not a duration (write 2h)',
        ),
        (
            ("add", "shop", "--starts", "9999-12-31T23:59Z", "--duration", "2h", "--reason", "x"),
            (
                '--starts: "9999-12-31T23:59Z" is not in the years 2000 to 2199'
                " (write 2026-05-12T03:00:00+02:00)"
            ),
        ),
        (
            ("plan", "--all", "--starts", "2199-12-31T23:00Z", "--duration", "90000d"),
            (
                "--duration: 90000 days after 2199-12-31 is not in the years 2000 to 2199"
                " (write 2026-05-12T03:00:00+02:00)"
            ),
        ),
        (
            ("add", *SPAN, "--reason", "x"),
            "services: none is named (write their keys, or --all)",
        ),
        (
            ("add", "shop", "--all", *SPAN, "--reason", "x"),
            "services: some are named besides --all (write one or the other)",
        ),
        (
            ("add", "shop", "--starts", "2026-03-12T03:00", *SPAN[2:], "--reason", "x"),
            (
                '--starts: "2026-03-12T03:00" has no offset from UTC (write'
                " 2026-03-12T03:00:00+02:00 or 2026-03-12T03:00:00Z; or say its --timezone)"
            ),
        ),
        (
            ("add", "shop", *OVERLAP, "--timezone", "Europe/Paris", "--reason", "x"),
            (
                '--starts: "2026-10-25T02:30" exists twice in Europe/Paris (write'
                " 2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00)"
            ),
        ),
        (
            ("add", "shop", *OVERLAP, "--timezone", "Paris", "--reason", "x"),
            '--timezone: "Paris" is not a time zone (write Europe/Paris)',
        ),
        (
            ("add", "shop", *OVERLAP, "--timezone", "CET", "--reason", "x"),
            (
                '--timezone: "CET" means an offset to some and a zone to others'
                " (write Europe/Paris, or UTC+1)"
            ),
        ),
        (
            ("add", "shop", *SUNDAY[:4], "--timezone", "", *WEEKLY, "--reason", "x"),
            '--timezone: "" is not a time zone (write Europe/Paris)',
        ),
        (
            ("plan", "--all", "--starts", "2026-12-10T10:00Z", "--ends", "2026-12-10T09:00Z"),
            (
                "ends: 2026-12-10T09:00:00Z is not after the start 2026-12-10T10:00:00Z"
                " (write a later end)"
            ),
        ),
        (
            ("add", "shop", *SPAN, "--reason", "x", "--evidence-file", "no.txt"),
            "--evidence-file: no.txt: No such file or directory (name a file that can be read)",
        ),
        (
            ("withdraw", "m-1", "--reason", "x", "--by", " "),
            "by: is empty (write who does it)",
        ),
        (
            ("withdraw", "m-1", "--reason", "x"),
            'there is no maintenance window "m-1" (there is none yet)',
        ),
    ],
)
def test_mistake_is_one_line(typed: Typed, arguments: tuple[str, ...], problem: str) -> None:
    assert typed("maintenance", *arguments) == (1, "", f"vigie: {problem}\n")


@pytest.mark.parametrize("option", ["--reason", "--channel", "--recipient", "--evidence", "--by"])
def test_recorded_text_is_one_line_that_steers_no_terminal(typed: Typed, option: str) -> None:
    words = {"--reason": "x"} | {option: "many\x1b[31m lines"}
    said = typed("maintenance", "add", "shop", *SPAN, *(w for pair in words.items() for w in pair))
    name = option.removeprefix("--")

    assert said == (
        1,
        "",
        f'vigie: {name}: "many\\x1b[31m lines" has control characters (write one line of text)\n',
    )
    assert typed.query("select count(*) from fact.maintenance") == 0


CONTRACT = """key: acme
customer: {key: acme, name: Acme, language: en, recipients: [a@acme.example]}
plan: lengow-premium
timezone: Europe/Paris
from: 2026-01-01
services: {essential: [shop], other: []}
"""


def promised(typed: Typed) -> None:
    """Promise the shop to a customer, who wants two working days of notice."""
    folder = typed.folder / "reports/contracts"
    folder.mkdir(parents=True)
    (folder / "acme.yaml").write_text(CONTRACT, encoding="utf-8")
    typed("apply")


def test_notice_that_is_too_short_is_said_at_once(typed: Typed) -> None:
    """Told on Monday 9 March 2026 for Thursday 12: two days. For Wednesday 11: one."""
    promised(typed)
    told = ("--announced", "2026-03-09T09:00:00Z", "--recipient", "all", "--reason", "x")
    span = ("--starts", "2026-03-11T03:00:00Z", "--duration", "1h")
    daily = ("--rrule", "FREQ=DAILY;COUNT=2", "--timezone", "Europe/Paris")
    why = "it excuses nothing for acme: announced 1 whole working days ahead, 2 asked"
    file = typed.folder / "windows.csv"
    file.write_text(
        "services,kind,starts,ends,announced,reason\n"
        "shop,planned,2026-03-11T05:00:00Z,2026-03-11T06:00:00Z,2026-03-09T09:00:00Z,x\n"
        "shop,planned,2026-03-12T05:00:00Z,2026-03-12T06:00:00Z,2026-03-09T09:00:00Z,x\n",
        encoding="utf-8",
    )

    assert typed("maintenance", "add", "shop", *span, *told)[1] == f"m-20260311-1\nNote: {why}.\n"
    assert typed("maintenance", "add", "shop", *SPAN, *told)[1] == "m-20260312-1\n"
    assert typed("maintenance", "add", "shop", *span, *daily, *told)[1].splitlines() == [
        "s-20260311-1",
        "2 windows, m-20260311-2 to m-20260312-2",
        f"Note: {why} (1 of 2).",
    ]
    assert typed("import", "maintenance", "windows.csv")[1].splitlines() == [
        f"Note: m-20260311-3: {why}.",
        "2 new windows, 0 known already, 0 bad rows",
    ]


def test_plan_says_lengths_as_people_do_and_exact_seconds_as_digits(typed: Typed) -> None:
    """31 days of 24 hours, of which 0.02 % may be down; the driver reads 90000 as 9E+4."""
    promised(typed)
    asked = ("plan", "--all", "--starts", "2026-12-10T10:00+01:00", "--duration", "25h")
    said = typed("maintenance", *asked)[1].replace("\u00a0", " ").splitlines()
    [plan] = json.loads(typed("maintenance", *asked, "--json")[1])

    # 31 * 86400 * 0.0002
    assert "  Budget     8 min 55.68 s left in the month" in said
    assert "  Cap        0 s used of 6 h in the quarter, 6 h left" in said
    assert next(line for line in said if "Hours" in line).endswith(" of 25 h at unwanted hours")
    assert ("90000", "535.68") == (plan["window_s"], plan["month_budget_left_s"])
    assert typed.query("select interruption_max_s::text from sla.contract") == "7200"


def test_list_is_cut_nowhere_on_a_narrow_terminal(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    add(typed, *TOLD)

    lines = typed("maintenance", "list")[1].splitlines()
    recorded = lines.pop(4)

    # It begins in March, and is recorded whenever the test runs.
    assert re.fullmatch(r"  recorded: \d{4}-\d\d-\d\d \d\d:\d\dZ by .+, after its start", recorded)
    assert lines == [
        f"{KEY}  planned  shop",
        "  2026-03-12 02:00Z to 2026-03-12 03:00Z",
        "  announced: 2026-03-01 09:00Z",
        "  proof: channel email, recipient sla@acme.example",
        "  none covers it",
        "  reason: database",
    ]
