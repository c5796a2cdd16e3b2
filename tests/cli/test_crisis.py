"""`crisis` and `anomaly` as they are typed."""

import json
import re
from pathlib import Path

from tests.cli.cell import ROLES, lead, said
from tests.cli.typed import Typed


def test_crisis_is_led_from_the_call_to_the_review(crisis: Typed) -> None:
    roles = [f"{role}={who}" for role, who in ROLES.items()]

    assert said(crisis, "ack", "crisis-1", "--by", "alice") == "crisis-1 is acknowledged (alice).\n"
    by = ("--by", "alice")
    assert said(crisis, "staff", "crisis-1", *roles[:4], *by) == "crisis-1 is open.\n"
    assert said(crisis, "staff", "crisis-1", roles[4], *by) == "crisis-1 is staffed.\n"
    assert said(crisis, "plan", "crisis-1", "--text", "by mail") == "crisis-1 is mitigating.\n"
    assert said(crisis, "update", "crisis-1", "--text", "We work on it.") == (
        "crisis-1: update 1, 1 messages are queued; without an address: globex-sa.\n"
    )
    assert said(crisis, "workaround", "crisis-1", "--text", "by hand") == "crisis-1 is monitored.\n"
    assert said(crisis, "resolve", "crisis-1", "--text", "Repaired.", "--by", "Alice Martin") == (
        "crisis-1 is resolved; 1 messages are queued.\n"
        "Note: globex-sa has no address (tell it otherwise, then write:"
        " vigie crisis waive crisis-1 globex-sa --reason …).\n"
    )
    crisis.query("update fact.outbox set state = 'sent', sent_at = now() returning 1")
    assert said(crisis, "waive", "crisis-1", "globex-sa", "--reason", "told by telephone") == (
        "crisis-1: globex-sa is waived.\n"
    )
    for section in ("summary", "analysis", "corrective", "preventive"):
        write = ("report", "crisis-1", "--section", section, "--text", "As it was.", "--by", "bob")
        assert said(crisis, *write) == f"crisis-1: {section} is written.\n"
    assert said(crisis, "approve", "crisis-1", "--by", "carol") == (
        "crisis-1: its report is approved.\n"
    )
    assert said(crisis, "dissolve", "crisis-1") == "crisis-1 is dissolved.\n"
    add = ("action", "add", "crisis-1", "--what", "a second line", "--owner", "dave")
    assert said(crisis, *add, "--due", "2099-12-24") == "1\n"
    other = ("action", "add", "crisis-1", "--what", "more", "--owner", "nobody")
    assert said(crisis, *other, "--due", "2099-12-24") == (
        '2\nNote: "nobody" is nobody of the rota: its reminders go to the cell.\n'
    )
    assert said(crisis, *other, "--due", "2026-01-02", status=1) == (
        "vigie: due: 2026-01-02 is past (write today, or a later day)\n"
    )
    assert said(crisis, "review", "crisis-1", "--analysis", "seen", "--plan", "see actions") == (
        "crisis-1 is reviewed.\n"
    )
    assert said(crisis, "action", "done", "crisis-1", "1", "--reason", "built") == (
        "crisis-1: action 1 is done.\n"
    )


def test_every_step_answers_in_json(crisis: Typed) -> None:
    def told(*arguments: str) -> dict[str, object]:
        answer = json.loads(said(crisis, *arguments, "--json"))
        assert "crisis-1" == answer.pop("crisis")
        return dict(answer)

    roles = [f"{role}={who}" for role, who in ROLES.items()]
    sections = ("summary", "analysis", "corrective", "preventive")
    write = ("--text", "As it was.", "--by", "bob")
    due = ("--what", "a second line", "--owner", "dave", "--due", "2026-12-24")
    after = ("--analysis", "seen", "--plan", "see actions")

    assert {} == told("open", "shop", "--reason", "me too")
    assert {"acknowledged": True, "by": "alice"} == told("ack", "crisis-1", "--by", "alice")
    assert {"state": "staffed"} == told("staff", "crisis-1", *roles, "--by", "alice")
    assert {"state": "mitigating"} == told("plan", "crisis-1", "--text", "by mail")
    assert {"update": 1, "messages": 1, "unreachable": ["globex-sa"]} == told(
        "update", "crisis-1", "--text", "We work on it."
    )
    assert {"state": "monitoring"} == told("workaround", "crisis-1", "--text", "by hand")
    assert {"customer": "acme-sa", "added": False} == told(
        "affect", "crisis-1", "acme-sa", "--reason", "called"
    )
    assert {"state": "resolved", "messages": 1, "unreachable": ["globex-sa"]} == told(
        "resolve", "crisis-1", "--text", "Repaired.", "--by", "alice"
    )
    crisis.query("update fact.outbox set state = 'sent', sent_at = now() returning 1")
    assert {"customer": "globex-sa", "first": True} == told(
        "waive", "crisis-1", "globex-sa", "--reason", "told by telephone"
    )
    written = [told("report", "crisis-1", "--section", one, *write) for one in sections]
    assert [{"section": one} for one in sections] == written
    assert "As it was." in str(told("report", "crisis-1")["report"])
    assert {"file": "r.md"} == told("report", "crisis-1", "-o", "r.md")
    assert {"report": "approved"} == told("approve", "crisis-1", "--by", "carol")
    assert {"state": "dissolved"} == told("dissolve", "crisis-1")
    assert {"action": 1} == told("action", "add", "crisis-1", *due)
    assert {"state": "reviewed"} == told("review", "crisis-1", *after)
    assert {"action": 1, "first": True} == told(
        "action", "done", "crisis-1", "1", "--reason", "built"
    )


def test_false_alarms_merges_and_anomalies_answer_in_json(crisis: Typed) -> None:
    crisis.query("insert into fact.service (key, name) values ('cart', 'Cart') returning 1")
    cancel = ("cancel", "crisis-1", "--reason", "a test", "--json", "--by")
    merge = ("merge", "crisis-2", "--into", "crisis-1", "--reason", "one cause", "--json")
    report = ("--summary", "no orders", "--by", "ann", "--json")
    withdraw = ("anomaly-1", "--reason", "wrong shop", "--by", "bob", "--json")

    assert (
        "crisis-2" == json.loads(said(crisis, "open", "cart", "--reason", "x", "--json"))["crisis"]
    )
    assert {"crisis": "crisis-2", "state": "merged", "into": "crisis-1"} == json.loads(
        said(crisis, *merge)
    )
    ended = [json.loads(said(crisis, *cancel, who))["cancelled"] for who in ("alice", "bob")]
    assert [False, True] == ended
    assert {"anomaly": "anomaly-1", "crisis": None} == json.loads(
        crisis("anomaly", "report", "shop", "acme-sa", *report)[1]
    )
    assert {"anomaly": "anomaly-1", "state": "withdrawn"} == json.loads(
        crisis("anomaly", "withdraw", *withdraw)[1]
    )


def test_mistakes_end_in_one_line(crisis: Typed) -> None:
    lead(crisis)
    for arguments, expected in (
        (("show", "crisis-9"), 'there is no crisis "crisis-9" (write crisis-1)'),
        (("open", "shup", "--reason", "x"), 'there is no service "shup" (write shop)'),
        (("open", "--reason", "x"), "services: none is named (write an incident or services)"),
        (("open", "shop", "--reason", " "), "reason: is empty (write why, in a few words)"),
        (("staff", "crisis-1"), "roles: none is given (write incident_manager=alice)"),
        (("staff", "crisis-1", "bob"), 'roles: "bob" is no role (write incident_manager=alice)'),
        (
            ("staff", "crisis-1", "development=bob", "development=dave"),
            "roles: development is given to two people (write one of them)",
        ),
        (
            ("workaround", "crisis-1", "--text", "x"),
            (
                "crisis-1: is reporting, too late for workaround (possible while it is"
                " mitigating, monitoring)"
            ),
        ),
        (
            ("waive", "crisis-1", "initech", "--reason", "x"),
            'there is no customer "initech" (write one of acme-sa, globex-sa)',
        ),
        (
            ("report", "crisis-1", "--section", "summary"),
            "--section: needs its --text, or its --file (write one of them)",
        ),
        (
            ("report", "crisis-1", "--text", "x"),
            "--text: belongs to a section (write its --section as well)",
        ),
        (
            ("report", "crisis-1", "--section", "summary", "--text", "  "),
            "summary: is empty (write it in a few words)",
        ),
        (
            ("report", "crisis-1", "--section", "summary", "--file", "none.txt"),
            "--file: none.txt: No such file or directory (name a text file)",
        ),
        (
            ("report", "crisis-1", "-o", "report.doc"),
            "-o: report.doc is neither Markdown nor PDF (write a name in .md or .pdf)",
        ),
        (
            ("dissolve", "crisis-1"),
            (
                "crisis-1: cannot be dissolved: empty sections of the report: summary, analysis,"
                " corrective, preventive; report is not approved by another person than its authors"
                " (vigie crisis show crisis-1 tells what to do next)"
            ),
        ),
        (
            ("action", "add", "crisis-1", "--what", "x", "--owner", "y", "--due", "soon"),
            '--due: "soon" is not a day (write 2026-05-17)',
        ),
        (
            ("action", "done", "crisis-1", "7", "--reason", "x"),
            "crisis-1: has no action 7 (vigie crisis show names them)",
        ),
        (
            ("merge", "crisis-1", "--into", "crisis-1", "--reason", "x"),
            "crisis-1: cannot become part of itself (name another one)",
        ),
        (
            ("update", "crisis-1", "--text", "a\x1b[2J"),
            'text: "a\\x1b[2J" has control characters (write one line of text)',
        ),
    ):
        assert said(crisis, *arguments, status=1) == f"vigie: {expected}\n"


def test_false_alarm_is_cancelled_by_two(crisis: Typed) -> None:
    cancel = ("cancel", "crisis-1", "--reason", "a test")

    assert said(crisis, *cancel, "--by", "alice") == "crisis-1: another person must agree.\n"
    again = said(crisis, *cancel, "--by", "Alice  MARTIN", status=1)
    assert re.sub(r"\S+Z", "AT", again) == (
        "vigie: crisis-1: alice asked to cancel it at AT (another person must agree)\n"
    )
    assert said(crisis, *cancel, "--by", "bob") == "crisis-1 is cancelled.\n"
    assert said(crisis, "ack", "crisis-1", "--by", "bob") == (
        "crisis-1 needs no further answer: it was given, or it is over (bob).\n"
    )


def test_second_opening_names_the_crisis_that_goes_on(crisis: Typed) -> None:
    assert said(crisis, "open", "shop", "--reason", "me too") == "crisis-1\n"


def test_merge_and_affect(crisis: Typed) -> None:
    crisis.query(
        "with s as (insert into fact.service (key, name) values ('cart', 'Cart') returning 1)"
        " select 1 from s"
    )
    assert said(crisis, "open", "cart", "--reason", "also") == "crisis-2\n"
    assert said(crisis, "affect", "crisis-2", "acme-sa", "--reason", "called") == (
        "crisis-2 affects acme-sa.\n"
    )
    assert said(crisis, "affect", "crisis-2", "acme-sa", "--reason", "called") == (
        "crisis-2 affects acme-sa, as was known.\n"
    )
    assert said(crisis, "merge", "crisis-2", "--into", "crisis-1", "--reason", "one cause") == (
        "crisis-2 is part of crisis-1.\n"
    )
    assert json.loads(said(crisis, "show", "crisis-1", "--json"))["now"]["services"] == [
        "cart", "shop",
    ]  # fmt: skip


def test_report_is_prefilled_written_and_exported(crisis: Typed, tmp_path: Path) -> None:
    lead(crisis)
    file = tmp_path / "summary.txt"
    file.write_text("Orders stopped.\n\nThey came back.\n", encoding="utf-8")
    draft = said(crisis, "report", "crisis-1")
    said(crisis, "report", "crisis-1", "--section", "summary", "--file", str(file), "--by", "bob")
    for name in ("report.md", "report.pdf"):
        assert said(crisis, "report", "crisis-1", "-o", name) == f"crisis-1: {name} is written.\n"
    text = (tmp_path / "report.md").read_text(encoding="utf-8")

    assert not re.search(r"\d\.\d+(Z| UTC)", draft)
    assert "| Globex | no address | not sent | waived |" in draft
    assert re.search(r"# Incident report: Shop, \d+ \w+ 20\d\d\n", draft)
    assert "| Acme | acme | Q" in draft
    assert "alice is incident manager" in draft
    assert "of the solution or of the one service that is named, that of other incidents" in draft
    assert 3 == draft.count("Pre-filled from what was recorded")
    assert "Resolved" in draft
    assert 2 == text.count("Pre-filled from what was recorded")
    assert "Orders stopped.\n\nThey came back." in text
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_anomaly_of_two_customers_is_a_crisis(crisis: Typed) -> None:
    cancel = ("cancel", "crisis-1", "--reason", "a test")
    said(crisis, *cancel, "--by", "alice")
    said(crisis, *cancel, "--by", "bob")
    report = ("anomaly", "report", "shop")
    words = ("--summary", "no orders", "--blocking", "--by", "ann")

    assert crisis("anomaly", "list") == (0, "No anomaly is recorded.\n", "")
    assert crisis(*report, "acme-sa", *words) == (0, "anomaly-1\n", "")
    assert crisis(*report, "globex-sa", *words) == (
        0,
        "anomaly-2\nNote: several customers report it: crisis-2 (vigie crisis show crisis-2).\n",
        "",
    )
    withdraw = ("anomaly", "withdraw", "anomaly-2", "--reason", "wrong shop", "--by", "bob")
    assert crisis(*withdraw) == (0, "anomaly-2 is withdrawn.\n", "")
    assert crisis(*withdraw)[2] == (
        "vigie: anomaly-2: was withdrawn, or never reported (vigie anomaly list)\n"
    )
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\dZ", "AT", crisis("anomaly", "list")[1])
    assert text == (
        "anomaly-2  shop  globex-sa  blocking\n"
        "  reported AT, recorded by ann\n"
        "  says: no orders\n"
        "  withdrawn AT by bob: wrong shop\n"
        "anomaly-1  shop  acme-sa  blocking\n"
        "  reported AT, recorded by ann\n"
        "  says: no orders\n"
    )
    listed = json.loads(crisis("anomaly", "list", "--json")[1])
    assert ["anomaly-2", "anomaly-1"] == [one["key"] for one in listed]
