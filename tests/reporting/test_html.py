"""The report as HTML: what is on the page, and what never gets there."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.reporting import facesamples, samples

from vigie.errors import ReportError
from vigie.reporting import Figures, lacking
from vigie.reporting.drawing.html import to_html
from vigie.reporting.figures.termrecords import Clause
from vigie.templating import roots

NOW = datetime(2026, 6, 3, 6, tzinfo=UTC)
NOWHERE = Path("/nonexistent")


def page(figures: Figures, language: str = "en", directory: Path = NOWHERE) -> str:
    return to_html(figures, folders=roots(directory), now=NOW, language=language)


def text(html: str) -> str:
    """Return what a reader sees, on one line."""
    body = re.sub(r"(?s)<style>.*?</style>|<title>.*?</title>", " ", html)
    plain = re.sub(r'(?s)<span class="pad">.*?</span>|<[^>]+>', " ", body)
    return " ".join(plain.split())


def test_a_definition_names_its_clause_or_says_that_there_is_none() -> None:
    busy = samples.busy()
    clauses = (
        Clause(term="interruption.calendar", clause="LEN-03"),
        Clause(term="interruption.max", clause="LEN-02"),
        Clause(term="maintenance.notice.working_days", clause="LEN-05"),
        Clause(term="maintenance.or", clause="LEN-05"),
        Clause(term="availability.maintenance", clause="LEN-01, LEN-04"),
    )
    contract = replace(busy.contract, document="SLA, 2024", clauses=clauses)

    told = text(page(replace(busy, contract=contract)))

    assert "Clauses are those of: SLA, 2024." in told
    assert "Outages are never joined. Clauses LEN-03, LEN-02 Crisis" in told
    assert "more is flagged, and excused all the same. Clause LEN-05 Interruption" in told
    assert "valid maintenance window. Clauses LEN-01, LEN-04 Unplanned" in told
    none = "No clause is named in the contract file."
    assert f"An outage of more than 10 min that hits at least 2 customers. {none}" in told
    assert 1 == text(page(replace(busy, contract=replace(contract, clauses=())))).count(none)


@pytest.mark.parametrize(
    ("language", "read"), [("de", "de"), ("es", "es"), ("it", "it"), ("pt", "en")]
)
def test_a_customer_reads_its_own_language_or_english(language: str, read: str) -> None:
    figures = samples.busy()
    theirs = replace(figures, contract=replace(figures.contract, language=language))
    html = to_html(theirs, folders=roots(NOWHERE), now=NOW)

    assert f'<html lang="{read}">' in html
    assert page(figures, read) == html


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("case", samples.CASES)
def test_every_case_has_every_section(case: str, language: str) -> None:
    html = page(samples.CASES[case](), language)

    assert f'<html lang="{language}">' in html
    assert 1 == html.count("<h1")
    always = {
        "en": ("Day by day", "Every promise", "Services", "Error budget", "When it was down"),
        "fr": ("Jour par jour", "Chaque engagement", "Services", "Budget d", "Quand le service"),
    }
    headings = re.findall(r"<h2>(.*?)</h2>", html)
    # besides: outages, latency, maintenance, crises, exclusions, what comes, trend, method,
    # sources, quality, objection; and the outlook where there is a budget
    assert 16 <= len(headings) <= 17
    assert all(any(one.startswith(words) for one in headings) for words in always[language])


def test_the_verdict_is_told_in_one_sentence() -> None:
    assert (
        "May 2026: 99.9798 % (cut, not rounded), target 99.98 %: missed by 4.56 s"
        " (9 min 0 s unplanned, 8 min 55.44 s allowed)."
    ) in text(page(samples.busy()))


def test_the_verdict_is_told_in_french() -> None:
    assert (
        "Mai 2026 : 99,9798 % (tronqué, non arrondi), objectif 99,98 % : manqué de 4,56 s"
        " (9 min 0 s non planifiées, 8 min 55,44 s admises)."
    ) in text(page(samples.busy(), "fr"))


def test_percentages_are_never_rounded() -> None:
    figures = replace(
        samples.busy(), availability=samples.solution(percent="99.9999", low="99.9999")
    )

    shown = set(re.findall(r"\d+\.?\d*\u202f%", page(figures)))

    assert {"99.9999\u202f%", "99.98\u202f%", "99.9820\u202f%", "100.9\u202f%"} <= shown
    assert not {"100.00\u202f%", "100.0\u202f%", "99.99\u202f%"} & shown


@pytest.mark.parametrize(
    ("verdict", "changes", "expected"),
    [
        ("met", {}, "Met"),
        ("missed", {}, "Missed"),
        ("not_provable", {}, "Not provable"),
        ("running", {}, "So far"),
        ("not_applicable", {"percent": None, "low": None, "high": None}, "Not measurable"),
        ("not_applicable", {"target": None, "budget_s": None}, "Not applicable"),
    ],
)
def test_every_verdict_has_its_word(
    verdict: str, changes: dict[str, object], expected: str
) -> None:
    available = samples.solution(verdict=verdict, **changes)

    shown = text(page(replace(samples.quiet(), availability=available)))

    assert expected in shown


def test_a_month_of_a_yearly_contract_is_an_indicator() -> None:
    assert "Indicator only: the contractual verdict is given for the year." in text(
        page(samples.busy())
    )
    assert "This period carries the contractual verdict." in text(
        page(replace(samples.busy(), basis=True))
    )


def test_a_period_of_several_months_names_them() -> None:
    day = samples.days()[0]
    days = tuple(replace(day, day=date(2026, month, 1)) for month in (4, 5, 6))

    html = page(replace(samples.busy(), days=days), "fr")

    assert ["Avril 2026", "Mai 2026", "Juin 2026"] == re.findall(r"<h3>(\w+ 2026)</h3>", html)


def test_a_running_month_gives_no_verdict() -> None:
    shown = text(page(samples.running()))

    assert "May 2026, so far" in shown
    assert "this is no verdict yet" in shown
    assert "budget = (committed + time to come)" in shown


def test_a_running_period_says_that_an_interruption_was_too_long() -> None:
    running = samples.CASES["running"]()
    longest = replace(running.longest, limit_s=Decimal(7200), verdict="running")

    for lasted, said in ((7200, "limit 2 h: so far"), (7201, "limit 2 h: missed")):
        broken = replace(longest, working_s=Decimal(lasted))
        assert said in text(page(replace(running, longest=broken)))


def test_a_month_without_data_says_so_and_shows_no_figure() -> None:
    shown = text(page(samples.empty()))

    assert "No committed time was measured, so no availability can be stated." in shown
    assert "this is no proof that there was none" in shown
    assert "100\u202f%" not in shown


def test_outages_show_local_and_utc_times_and_bounds() -> None:
    shown = text(page(samples.busy()))

    assert "12 May 2026, 03:00:00 2026-05-12T01:00:00Z" in shown
    assert "4 min 0 s \N{EN DASH} 6 min 0 s" in shown


def test_the_longest_interruption_is_working_time_with_the_elapsed_beside_it() -> None:
    night = replace(samples.busy().longest, working_s=Decimal(0), elapsed_s=Decimal(660))
    night = replace(night, greatest_elapsed_s=Decimal(660))

    shown = text(page(replace(samples.busy(), longest=night)))

    assert "Longest interruption, working time 0 s 11 min 0 s elapsed; limit 2 h: met" in shown


def test_another_interruption_that_lasted_longer_is_named() -> None:
    """A weekend outage of 63 h is 1.5 working hours, less than two hours of a Tuesday."""
    tuesday = replace(
        samples.busy().longest,
        working_s=Decimal(2 * 3600),
        elapsed_s=Decimal(2 * 3600),
        greatest_elapsed_s=Decimal(63 * 3600),
    )

    shown = text(page(replace(samples.busy(), longest=tuesday)))

    assert "2 h 0 min 0 s elapsed, another lasted 63 h 0 min 0 s" in shown


def test_an_open_outage_has_no_end() -> None:
    still = samples.outage(samples.at(31, "23:0:0"), 3600, open=True)

    assert "still down" in text(page(replace(samples.busy(), outages=(still,))))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "● valid 1 h inside hours without maintenance 6 h 12 min of maintenance used,"
                " 6 h allowed 8 min excused 20 min 0 s"
            ),
        ),
        (
            "fr",
            (
                "● valable 1 h pendant des heures sans maintenance 6 h 12 min de maintenance"
                " utilisées, 6 h admises 8 min excusées 20 min 0 s"
            ),
        ),
    ],
)
def test_a_window_says_which_wish_it_breaks_and_how_much_it_excuses(
    language: str, said: str
) -> None:
    window = samples.window(
        samples.at(27, "12:0:0"),
        1,
        forbidden_s=Decimal(3600),
        cap_used_s=Decimal(22320),
        excused_s=Decimal(480),
    )
    shown = text(page(replace(samples.busy(), maintenance=(window,)), language))

    assert said in shown


def test_a_window_says_its_proof_and_when_it_was_recorded() -> None:
    start = samples.at(27, "12:0:0")
    window = samples.window(start, 1, recorded_at=samples.at(30, "8:0:0"))
    shown = text(page(replace(samples.busy(), maintenance=(window,))))

    late = "e-mail, sla@acme.example, message 4711 recorded 30 May 2026, after its start"
    assert 2 == shown.count(late)  # beside its announcement, and among the exclusions
    assert "after its start" not in text(page(samples.busy()))


def test_a_window_that_breaks_nothing_says_no_more() -> None:
    shown = text(page(samples.busy()))

    for words in (" min excused", "hours without maintenance", "of maintenance used"):
        assert words not in shown


def test_a_window_that_is_not_valid_says_why_in_the_language() -> None:
    assert "not valid announced 0 whole working days ahead, 2 asked" in text(page(samples.busy()))
    assert "non valable annoncée 0 jour ouvré entier à" in text(page(samples.busy(), "fr"))


def test_the_formula_holds_the_numbers_of_the_period() -> None:
    shown = text(page(samples.busy()))

    assert "540 s) ÷ 2,677,200 s = 99.9798 %" in shown


def test_timeouts_and_pauses_have_their_unit_apart() -> None:
    assert "1 min 10 s 2 s, 10 s paris" in text(page(samples.busy()))


@pytest.mark.parametrize("policy", ["neither", "up", "down"])
@pytest.mark.parametrize("convention", ["downtime", "window", "up"])
def test_every_convention_has_its_words(policy: str, convention: str) -> None:
    contract = replace(
        samples.CONTRACT,
        unknown=policy,
        maintenance=convention,
        notice_working_days=None,
        interruption_calendar=None,
        join_within_s=Decimal(60),
    )

    shown = text(page(replace(samples.busy(), contract=contract)))

    assert "Outages separated by at most 1 min are one." in shown


def test_hostile_names_are_shown_and_not_run() -> None:
    name = '<script>alert(1)</script>{{ 7*7 }}"&'
    figures = replace(
        samples.busy(),
        contract=replace(samples.CONTRACT, customer=name),
        services=(samples.service("api", name),),
    )

    html = page(figures)

    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in html


def test_the_reader_s_templates_win(tmp_path: Path) -> None:
    own = tmp_path / "reports" / "templates" / "monthly"
    own.mkdir(parents=True)
    (own / "verdict.html").write_text("<h1>Ours, {{ f.contract.key }}</h1>")

    html = page(samples.busy(), directory=tmp_path)

    assert "<h1>Ours, acme</h1>" in html
    assert "Outages" in html  # the other pages are the shipped ones


def test_own_style_comes_last(tmp_path: Path) -> None:
    own = tmp_path / "reports" / "templates" / "monthly"
    own.mkdir(parents=True)
    (own / "own.css").write_text(":root { --accent: #663399; }")

    html = page(samples.busy(), directory=tmp_path)

    assert html.index("--accent: #1d4f73") < html.index("--accent: #663399") < html.index("<body")


@pytest.mark.parametrize("case", facesamples.CASES)
def test_hard_cases_are_filled(case: str) -> None:
    html = page(facesamples.CASES[case](), "fr")

    assert 1 == html.count("<h1")
    assert "None" not in text(html)


def test_letters_without_a_font_are_named() -> None:
    assert "" == lacking(samples.many(), NOWHERE)
    assert "訂" in lacking(facesamples.scripts(), NOWHERE)
    assert not set("Αяأש") & set(lacking(facesamples.scripts(), NOWHERE))


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("<h1>\n{% if %}", "verdict.html:2: Expected an expression"),
        ("{{ figures.nothing }}", "has no attribute 'nothing'"),
        ("{{ figures.__class__.__mro__ }}", "unsafe"),
        ("{% include 'none.html' %}", "none.html"),
        ("{{ 1 // 0 }}", "division"),
    ],
)
def test_a_broken_template_is_one_clear_line(tmp_path: Path, template: str, expected: str) -> None:
    own = tmp_path / "reports" / "templates" / "monthly"
    own.mkdir(parents=True)
    (own / "verdict.html").write_text(template)

    with pytest.raises(ReportError) as caught:
        page(samples.busy(), directory=tmp_path)

    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_paragraph_of_text_ends_with_a_space() -> None:
    """WeasyPrint would print the first word of some of them on a line of its own."""
    html = "".join(page(case(), "de") for case in (samples.busy, samples.running, samples.empty))

    assert [] == re.findall(r"[^\s>]\s+</p>", html)
