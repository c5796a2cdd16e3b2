"""`contract show` says the terms in words; `contract lint` says what they leave open."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vigie import paths
from vigie.cli import main

PROBES = """\
locations: [paris, london]
references: [{key: dns, tcp: '192.0.2.1:53'}, {key: page, http: 'https://page.example/'}]
services:
  - key: api
    name: Public API
    endpoints:
      - {key: api-health, http: 'https://shop.example/'}
"""
# Everything that can be said is said, so that nothing is open.
PLAN = """\
key: gold
document: {title: Gold agreement, version: "7"}
availability: {target: "99.9", basis: month, hours: always, maintenance: up, unknown: down}
maintenance: {notice: {working_days: 3, calendar: office}}
crisis: {longer_than: 10m, customers: 1}
clauses: {availability.target: "§ 3", maintenance.notice: "§ 5"}
"""
OFFICE = """\
key: office
timezone: Europe/Paris
hours: {mon-fri: ["09:00-12:00", "13:00-17:00"], sat: ["22:00-06:00"]}
holidays: null
"""
HEAD = """\
key: acme
customer: {key: acme, name: Acme SA, language: fr, recipients: [sla@acme.example]}
plan: gold
timezone: Europe/Paris
from: 2026-01-01
services: {essential: [api]}
accepted: {AMB-7: agreed by mail}
"""

Vigie = Callable[..., tuple[int, list[str], str]]
Change = Callable[[str, str, str], None]


@pytest.fixture
def vigie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Vigie:
    """Type a command in a directory with a contract in which nothing is open."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "250")
    files = {"probes/shop": PROBES, "reports/plans/gold": PLAN}
    files |= {"reports/calendars/office": OFFICE, "reports/contracts/acme": HEAD}
    for name, text in files.items():
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def typed(*arguments: str) -> tuple[int, list[str], str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        lines = [" ".join(line.split()) for line in said.out.splitlines()]
        return int(ended.value.code or 0), [line for line in lines if line], said.err

    return typed


@pytest.fixture
def change(tmp_path: Path) -> Change:
    """Replace a text that stands once in a file."""

    def replace(name: str, old: str, new: str) -> None:
        path = tmp_path / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace


def lint(vigie: Vigie) -> list[str]:
    status, said, wrong = vigie("contract", "lint")
    assert (status, wrong) == (0, "")
    return said


def test_terms_are_said_in_words_with_clause_and_file(vigie: Vigie, change: Change) -> None:
    change("reports/contracts/acme", "[api]}\n", "[api]}\nterms: {crisis: {customers: 2}}\n")

    assert (
        0,
        [
            "Contract acme: Acme SA, plan gold (Gold agreement, 7)",
            "Holds from 2026-01-01; months of Europe/Paris",
            "Services: api",
            "Report to: sla@acme.example, in fr",
            "Left open, and accepted: AMB-7 (agreed by mail)",
            "Term In words Clause Written in",
            "Availability At least 99.9 % available § 3 plan: reports/plans/gold.yaml:3",
            (
                "Judged by the calendar month; other periods are indicators"
                " plan: reports/plans/gold.yaml:3"
            ),
            "Counted around the clock plan: reports/plans/gold.yaml:3",
            (
                "Downtime inside a valid maintenance window counts as up"
                " plan: reports/plans/gold.yaml:3"
            ),
            (
                "Security measures are treated alike, and need no notice"
                " plan: reports/plans/gold.yaml:3"
            ),
            "What was not measured counts as down plan: reports/plans/gold.yaml:3",
            "Interruption No limit to one interruption default",
            (
                "Maintenance Announced 3 whole working days ahead, by office"
                " § 5 plan: reports/plans/gold.yaml:4"
            ),
            "At any time default",
            "Of any length default",
            (
                "Crisis An outage longer than 10m that hits at least 2 customers"
                " override: reports/contracts/acme.yaml:7; plan: reports/plans/gold.yaml:5"
            ),
            "Reports Objections to a draft within 5d default",
            "Out on working day 3 after the period, at 08:00 default",
            (
                "Calendar office: mon-fri 09:00-12:00 13:00-17:00, sat 22:00-06:00; Europe/Paris;"
                " no public holidays reports/calendars/office.yaml"
            ),
        ],
        "",
    ) == without_rule(vigie("contract", "show", "acme"))


def without_rule(said: tuple[int, list[str], str]) -> tuple[int, list[str], str]:
    status, lines, wrong = said
    return status, [line for line in lines if set(line) != {"─"}], wrong


def test_shipped_plan_names_its_clauses(vigie: Vigie, change: Change) -> None:
    change("reports/contracts/acme", "plan: gold", "plan: lengow-essential")
    _, lines, _ = vigie("contract", "show", "acme")

    for line in (
        "Availability At least 99.98 % available LEN-01 plan: shipped lengow-premium.yaml:9",
        "Measured in working time of lengow-support LEN-03 plan: shipped lengow-premium.yaml:17",
        "Each stands for itself plan: shipped lengow-premium.yaml:18",
        (
            "Outside the hours of lengow-support or from 22:00 to 06:00; at other times it is"
            " flagged LEN-05 plan: shipped lengow-premium.yaml:22"
        ),
        "At most 6h per quarter; more is flagged LEN-05 plan: shipped lengow-premium.yaml:24",
        (
            "First reply: limited 8bh, moderate 8bh, major 8bh, critical 8bh"
            " LEN-09 plan: shipped lengow-essential.yaml:8"
        ),
        (
            "Anomalies: blocking (workaround none), major (workaround possible), minor"
            " LEN-06 plan: shipped lengow-premium.yaml:51"
        ),
        (
            "Calendar lengow-support: mon-fri 09:00-12:30 14:00-18:30; Europe/Paris;"
            " holidays 0.109 FR shipped: lengow-support.yaml"
        ),
    ):
        assert line in lines


def test_clause_of_the_plan_does_not_speak_for_an_override(vigie: Vigie, change: Change) -> None:
    terms = 'terms: {availability: {target: "99.5"}}\n'
    change("reports/contracts/acme", "[api]}\n", f"[api]}}\n{terms}")
    _, lines, _ = vigie("contract", "show", "acme")

    expected = "Availability At least 99.5 % available override: reports/contracts/acme.yaml:7"
    assert expected in lines


def test_override_names_its_own_clause(vigie: Vigie, change: Change) -> None:
    terms = 'terms: {availability: {target: "99.5"}, clauses: {availability: "annex 2"}}\n'
    change("reports/contracts/acme", "[api]}\n", f"[api]}}\n{terms}")
    _, lines, _ = vigie("contract", "show", "acme")

    expected = "At least 99.5 % available annex 2 override: reports/contracts/acme.yaml:7"
    assert f"Availability {expected}" in lines


def test_term_taken_away_names_who_took_it(vigie: Vigie, change: Change) -> None:
    change("reports/contracts/acme", "[api]}\n", "[api]}\nterms: {crisis: null}\n")
    _, lines, _ = vigie("contract", "show", "acme")

    assert "Crisis None is defined override: reports/contracts/acme.yaml:7" in lines


def test_span_of_days_is_said_from_end_to_end(vigie: Vigie, change: Change) -> None:
    change("reports/contracts/acme", "plan: gold", "plan: ol-gold")
    _, lines, _ = vigie("contract", "show", "acme")
    (line,) = [line for line in lines if line.startswith("ol-24x5")]

    assert line.startswith(
        "ol-24x5: sun 18:00 to fri 18:00; America/New_York; no public holidays;"
        " closed US Labor Day, CA Labor Day, 25 December, 26 December, Good Friday,"
        " Easter Monday, 1 January shipped:"
    )


def test_closed_days_of_every_year_are_said(vigie: Vigie, change: Change) -> None:
    change("reports/contracts/acme", "plan: gold", "plan: leifos-user")
    _, lines, _ = vigie("contract", "show", "acme")

    days = "holidays 0.109 DE; closed 24 December, 31 December"
    assert (
        f"Calendar leifos: mon-fri 09:00-17:00; Europe/Berlin; {days} shipped: leifos.yaml" in lines
    )


def test_own_closed_and_special_days_are_said(vigie: Vigie, change: Change) -> None:
    own = 'closed: ["2026-05-15", "02-29"]\nspecial: {"12-24": ["09:00-12:00"]}\n'
    change("reports/calendars/office", "holidays: null\n", f"holidays: null\n{own}")
    _, lines, _ = vigie("contract", "show", "acme")
    (line,) = [line for line in lines if line.startswith("Calendar office")]

    days = "closed 2026-05-15, 29 February; special hours 24 December 09:00-12:00"
    assert f"no public holidays; {days} reports/calendars/office.yaml" in line


def test_security_measures_are_said_with_their_clause(vigie: Vigie, change: Change) -> None:
    change("reports/contracts/acme", "plan: gold", "plan: lengow-premium")
    _, lines, _ = vigie("contract", "show", "acme")

    where = "LEN-01, LEN-04 plan: shipped lengow-premium.yaml:12"
    assert f"Security measures are treated alike, and need no notice {where}" in lines


def test_hours_on_holidays_are_said(vigie: Vigie, change: Change) -> None:
    terms = "terms: {support: {calendar: ima-americas-gold-ca}}\n"
    change("reports/contracts/acme", "[api]}\n", f"[api]}}\n{terms}")
    _, lines, _ = vigie("contract", "show", "acme")

    hours = "mon-fri 07:00-17:00, sat 07:00-12:00; America/New_York"
    where = "holidays 0.109 CA, open 07:00-12:00 shipped: ima-americas-gold.yaml"
    assert f"ima-americas-gold-ca: {hours}; {where}" in lines


def test_day_chooses_the_version(vigie: Vigie, tmp_path: Path) -> None:
    later = HEAD.replace("2026-01-01", "2027-01-01").replace("gold", "ol-standard")
    (tmp_path / "reports/contracts/later.yaml").write_text(later, encoding="utf-8")

    assert "gold" in vigie("contract", "show", "acme", "--on", "2026-12-31")[1][0]
    assert "ol-standard" in vigie("contract", "show", "acme", "--on", "2027-01-01")[1][0]


def test_day_before_the_contract_is_refused_in_words(vigie: Vigie) -> None:
    said = "vigie: contract acme does not hold on 2025-12-31 (it holds from 2026-01-01)\n"

    assert (1, [], said) == vigie("contract", "show", "acme", "--on", "2025-12-31")


@pytest.mark.parametrize("day", ["2026-13-01", "soon", ""])
def test_day_that_is_none_is_told(vigie: Vigie, day: str) -> None:
    said = f'vigie: --on: "{day}" is not a day (write 2026-05-17)\n'

    assert (1, [], said) == vigie("contract", "show", "acme", "--on", day)


@pytest.mark.parametrize("command", ["show", "lint"])
def test_unknown_contract_gets_the_nearest_one(vigie: Vigie, command: str) -> None:
    said = 'vigie: there is no contract "acne" (write acme)\n'

    assert (1, [], said) == vigie("contract", command, "acne")


def test_nothing_is_open_where_everything_is_said(vigie: Vigie) -> None:
    status, said, _ = vigie("contract", "lint", "acme", "--strict")

    assert (0, "Nothing is open.") == (status, said[-1])
    assert ["accepted: agreed by mail"] == [line.rpartition("; ")[2] for line in said[:-1]]
    assert "Left open, and accepted: AMB-7 (agreed by mail)" in vigie("contract", "show", "acme")[1]


def test_missing_references_are_noted_and_open_nothing(vigie: Vigie, change: Change) -> None:
    change("probes/shop", ", {key: page, http: 'https://page.example/'}", "")
    status, said, _ = vigie("contract", "lint", "acme", "--strict")

    assert (0, "Nothing is open.") == (status, said[-1])
    assert said[0].startswith("note: no own-network check at paris, london")


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ("{}", "or accept AMB-7"),
        ("{AMB-7: agreed, AMB-8: agreed}", "accepted.AMB-8: nothing of this name is open"),
    ],
)
def test_strict_fails_for_what_is_not_accepted_or_accepts_nothing(
    vigie: Vigie, change: Change, accepted: str, said: str
) -> None:
    change(ACME, "accepted: {AMB-7: agreed by mail}", f"accepted: {accepted}")
    status, lines, _ = vigie("contract", "lint", "--strict")

    assert 1 == status
    assert said in " ".join(lines)


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ('{AMB-7: ""}', 'accepted.AMB-7: "" is empty (write a text)'),
        ("[AMB-7]", "accepted: "),
        ("{AMB-7: 7}", "accepted.AMB-7: 7 is not a text"),
    ],
)
def test_acceptance_without_a_reason_is_refused(
    vigie: Vigie, change: Change, accepted: str, said: str
) -> None:
    change(ACME, "accepted: {AMB-7: agreed by mail}", f"accepted: {accepted}")
    status, _, wrong = vigie("contract", "lint")

    assert 1 == status
    assert "reports/contracts/acme.yaml:7:" in wrong
    assert said in wrong


def test_strict_ends_with_a_status_for_scripts(vigie: Vigie, change: Change) -> None:
    change("reports/contracts/acme", ", recipients: [sla@acme.example]", "")

    assert 0 == vigie("contract", "lint")[0]
    assert 1 == vigie("contract", "lint", "--strict")[0]


def test_version_that_is_over_is_not_looked_through(vigie: Vigie, change: Change) -> None:
    change("reports/contracts/acme", "from: 2026-01-01", "from: 2020-02-02\nuntil: 2021-01-01")

    assert ["Nothing is open."] == lint(vigie)


ACME = "reports/contracts/acme"


@pytest.mark.parametrize("plan", sorted(it.stem for it in (paths.REPORTS / "plans").glob("*")))
def test_every_shipped_plan_is_told_and_looked_through(
    vigie: Vigie, change: Change, plan: str
) -> None:
    change(ACME, "plan: gold", f"plan: {plan}")

    assert 0 == vigie("contract", "show", "acme")[0]
    assert [] == [line for line in lint(vigie) if "; default: " not in line]
