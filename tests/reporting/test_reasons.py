"""Why a window excuses nothing: every reason that SQL can give, said in every language."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.reporting import summaries

from vigie import paths
from vigie.reporting.documents.summarydocument import summary_html
from vigie.reporting.drawing.html import _environment
from vigie.reporting.figures.reasons import reason
from vigie.reporting.words import languages
from vigie.templating import roots

TEMPLATES = paths.REPORTS / "templates"
FUNCTIONS = paths.SQL / "functions"
# Counted in seconds only under a reading of the contract, of which no reason is printed.
UNPRINTED = {"announced %s s ahead, %s asked"}
EXAMPLES = {
    "withdrawn": "withdrawn",
    "not announced": "not announced",
    "no proof of the announcement": "no proof of the announcement",
    "announced after its start": "announced after its start",
    "announced %s whole working days ahead, %s asked": (
        "announced 0 whole working days ahead, 3 asked"
    ),
    "%s s inside hours without maintenance": "1800.5 s inside hours without maintenance",
    "the %s s of its %s were used up": "the 14400 s of its quarter were used up",
}


def given() -> Iterator[str]:
    """Yield the texts of the branches that say why: those of a window by itself, and of the cap."""
    by_itself = (FUNCTIONS / "50_maintenance.sql").read_text()
    by_itself = by_itself.partition("function fact.why_invalid(")[2].partition("\nend;")[0]
    of_a_contract = (FUNCTIONS / "65_maintenance_of.sql").read_text()
    of_a_contract = of_a_contract.partition("    judged as (")[2].partition("end as why,")[0]
    for text in (by_itself, of_a_contract):
        yield from re.findall(r"then\s+(?:format\(\s*)?'([^']+)'", text)


def said(language: str, text: str) -> str:
    page = _environment(roots(paths.REPORTS), language, "UTC").get_template("parts/words.html")
    made = page.make_module().reason(text)  # type: ignore[attr-defined] # a macro
    return re.sub(r"<[^>]+>", "", str(made)).replace("\N{NO-BREAK SPACE}", " ")


def test_examples_are_those_of_sql() -> None:
    assert EXAMPLES.keys() == set(given()) - UNPRINTED


@pytest.mark.parametrize("text", EXAMPLES.values())
def test_every_reason_is_said_in_every_language(text: str) -> None:
    told = {language: said(language, text) for language in languages()}

    assert "other" != reason(text).rule
    assert len(told) == len(set(told.values())), told


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "1800 s inside hours without maintenance", "30 min in Sperrzeiten für Wartung"),
        ("fr", "the 14400 s of its quarter were used up", "la maintenance admise était épuisée"),
        (
            *("de", "announced 0 whole working days ahead, 3 asked"),
            "Vorlauf in vollen Arbeitstagen: 0, gefordert: 3",
        ),
        ("it", "something new", "something new"),
    ],
)
def test_figures_of_a_reason_are_printed_as_on_the_page(
    language: str, text: str, expected: str
) -> None:
    assert expected == said(language, text)


@pytest.mark.parametrize(
    ("page", "macro", "file", "constraint"),
    [
        ("parts/words.html", "delivery", "0026_outbox.sql", "message_state_is_known"),
        ("parts/words.html", "effect", "0003_registry.sql", "effect_is_known"),
        ("summary/words.html", "crisis_state", "0027_crisis.sql", "crisis_state_is_known"),
    ],
)
def test_every_word_of_a_closed_list_is_said_in_other_languages(
    page: str, macro: str, file: str, constraint: str
) -> None:
    listed = (paths.SQL / "migrations" / file).read_text().partition(constraint)[2]
    [values, *_] = re.findall(r" in \(([^)]*)\)", re.sub(r"--.*", "", listed))
    known = re.findall(r"\w+", values)
    environment = _environment(roots(paths.REPORTS), "de", "UTC")
    say = getattr(environment.get_template(page).make_module(), macro)

    assert len(known) >= 4
    assert [] == [one for one in known if one == str(say(one))]


def test_no_page_prints_a_reason_as_sql_gives_it() -> None:
    """Of a crisis and a report, `reason` is what a person wrote, in whatever language."""
    for path in TEMPLATES.rglob("*.html"):
        printed = re.findall(r"\{\{.*?\}\}", path.read_text())
        raw = [one for one in printed if re.search(r"\.(why|whys|remark)\b", one)]
        assert [] == [one for one in raw if not re.search(r"say\.reason\(\w+\.why\)", one)], path


def test_summary_names_the_contracts_of_each_rule_in_its_language() -> None:
    late = "announced 0 whole working days ahead, {} asked"
    [window] = summaries.busy().broken
    window = replace(
        window,
        contract_keys=("a", "b", "c", "d"),
        contract_whys=(
            *(late.format(3), late.format(2), "no proof of the announcement", late.format(2)),
        ),
    )
    html = summary_html(
        replace(summaries.busy(), broken=(window,)),
        directory=paths.REPORTS.parent,
        now=summaries.END,
        language="de",
    )

    text = re.sub(r"<[^>]+>", " ", html.partition(window.key)[2].partition("</table>")[0])
    told = ["gefordert: 2 (b, d)", "gefordert: 3 (a)", "kein Nachweis der Ankündigung (c)"]
    places = [" ".join(text.split()).find(one) for one in told]
    assert -1 not in places
    assert sorted(places) == places
