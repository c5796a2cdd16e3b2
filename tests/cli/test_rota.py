"""`rota show` as it is typed."""

import json

import pytest
from tests.cli.typed import Typed

OFFICE = """\
key: office
timezone: Europe/Paris
hours: {mon-fri: ["09:00-17:00"]}
"""
ROTA = """\
people:
  - key: alice
    name: Alice Martin
    roles: [incident_manager, support_agent]
    reach:
      - email: alice@vendor.example
      - webhook: https://hooks.vendor.example/deep-secret
        secret: ${env:HOOK_SECRET}
      - slack: ${env:SLACK_URL}
    hours: office
  - key: bob
    name: Bob
    roles: [support_manager, infrastructure, development]
    reach: [{webhook: "https://${env:BOB_HOST}/"}]
    hours: office
  - {key: carol, name: Carol, reach: [{pagerduty: "${env:KEY}"}], hours: office}
levels: [[alice], [bob, alice]]
several_roles: true
mail: {host: mail.vendor.example, sender: "Vigie <vigie@vendor.example>"}
"""
CONTRACT = """\
key: acme
customer: {key: acme, name: Acme SA, language: fr, recipients: [sla@acme.example]}
plan: lengow-premium
timezone: Europe/Paris
from: 2026-01-01
services: {essential: [shop]}
terms: {crisis: {longer_than: 10m, customers: 1}}
"""
OPEN, SHUT = "2026-05-04T10:00:00+02:00", "2026-05-03T10:00:00+02:00"  # a Monday, a Sunday


@pytest.fixture
def rota(typed: Typed) -> Typed:
    """A directory whose rota was applied."""
    for name, text in {"calendars/office.yaml": OFFICE, "rota.yaml": ROTA}.items():
        path = typed.folder / "reports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert typed("apply") == (0, "+ calendar office\n+ rota\n", "")
    return typed


def test_levels_are_shown_with_people_roles_and_channels(rota: Typed) -> None:
    assert rota("rota", "show", "--at", OPEN) == (
        0,
        """\
At 2026-05-04 08:00Z:
Level 1
  alice  Alice Martin: on duty, hours of office
    incident_manager, support_agent
    email alice@vendor.example, then webhook hooks.vendor.example, then slack
Level 2
  bob  Bob: on duty, hours of office
    support_manager, infrastructure, development
    webhook
  alice  Alice Martin: on duty, hours of office
    incident_manager, support_agent
    email alice@vendor.example, then webhook hooks.vendor.example, then slack
In no level
  carol  Carol: on duty, hours of office
    no role in a crisis cell
    pagerduty
note: BOB_HOST, HOOK_SECRET, KEY, SLACK_URL: not set in this process; where vigie run has none \
either, messages that need them are not sent (set them there)
""",
        "",
    )


def test_levels_without_anybody_on_duty_are_named(rota: Typed) -> None:
    status, said, wrong = rota("rota", "show", "--at", SHUT)
    told = [line for line in said.splitlines() if not line.startswith(("    ", "note: "))]

    assert (status, wrong) == (0, "")
    assert told == [
        "At 2026-05-03 08:00Z:",
        "Nobody of the rota is on duty.",
        "Level 1: nobody is on duty, so all of them are called",
        "  alice  Alice Martin: off duty, hours of office",
        "Level 2: nobody is on duty, so all of them are called",
        "  bob  Bob: off duty, hours of office",
        "  alice  Alice Martin: off duty, hours of office",
        "In no level",
        "  carol  Carol: off duty, hours of office",
    ]


@pytest.mark.parametrize(("longer_than", "noted"), [("5m", True), ("301s", False)])
def test_warning_that_comes_too_late_and_unset_variables_are_noted(
    rota: Typed, monkeypatch: pytest.MonkeyPatch, longer_than: str, noted: bool
) -> None:
    for name in ("BOB_HOST", "HOOK_SECRET", "KEY"):
        monkeypatch.setenv(name, "deep-secret")
    (rota.folder / "reports/contracts").mkdir()
    text = CONTRACT.replace("10m", longer_than)
    (rota.folder / "reports/contracts/acme.yaml").write_text(text, encoding="utf-8")
    assert 0 == rota("apply")[0]
    said = rota("rota", "show")[1]
    notes = [line for line in said.splitlines() if line.startswith("note: ")]
    late = (
        "note: the team is warned of an outage after 5m, and by a contract it is a crisis after"
        " 5m: there is no warning before it"
        " (write a pre_alert_after shorter than 5m in reports/rota.yaml)"
    )

    assert noted == (late in notes) == (late in rota("check")[1])
    assert notes[-1].startswith("note: SLACK_URL: not set in this process;")
    assert notes == json.loads(rota("rota", "show", "--json")[1])["notes"]
    assert 1 + noted == len(notes)
    assert "deep-secret" not in said


def test_local_time_may_be_asked_for(rota: Typed) -> None:
    local = ("--at", "2026-05-04T16:59", "--timezone", "Europe/Paris")
    status, said, _ = rota("rota", "show", *local)

    assert (0, "At 2026-05-04 14:59Z:") == (status, said.splitlines()[0])
    assert "off duty" not in said


def test_rota_is_shown_as_one_object_for_programs(rota: Typed) -> None:
    status, said, _ = rota("rota", "show", "--at", SHUT, "--json")
    shown = json.loads(said)

    assert (0, "2026-05-03T08:00:00Z") == (status, shown["at"])
    assert shown["levels"] == [
        {"level": 1, "people": ["alice"], "called": ["alice"], "on_duty": False},
        {"level": 2, "people": ["bob", "alice"], "called": ["bob", "alice"], "on_duty": False},
    ]
    assert shown["people"][0] == {
        "key": "alice",
        "name": "Alice Martin",
        "roles": ["incident_manager", "support_agent"],
        "channels": ["email alice@vendor.example", "webhook hooks.vendor.example", "slack"],
        "hours": "office",
        "on_duty": False,
    }


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_secrets_are_never_shown(rota: Typed, more: tuple[str, ...]) -> None:
    said = rota("rota", "show", *more)[1]

    assert [part for part in ("${", "secret", "https://") if part in said] == []


def test_without_a_rota_it_is_said_that_nobody_is_called(typed: Typed) -> None:
    none = "No rota is applied: nobody is called (write reports/rota.yaml, then vigie apply).\n"

    assert typed("rota", "show") == (0, none, "")
    assert typed("rota", "show", "--json") == (0, "null\n", "")


def test_time_without_a_zone_is_refused(typed: Typed) -> None:
    status, _, wrong = typed("rota", "show", "--at", "2026-05-04T10:00")

    assert status == 1
    assert wrong.startswith('vigie: --at: "2026-05-04T10:00" has no offset from UTC (write ')


def test_plan_and_check_name_the_rota(rota: Typed) -> None:
    file = rota.folder / "reports/rota.yaml"
    file.write_text(ROTA.replace("several_roles: true", "several_roles: true\ngood_for: 5m"))

    assert rota("plan")[1] == "~ rota\n"
    assert "1 calendar, 1 rota." in rota("check")[1]
    file.unlink()
    assert rota("plan")[1] == "- rota\n"
    assert "rota" not in rota("check")[1]
