"""Names that would be code elsewhere are shown, not run: in HTML and in the PDF."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from tests.reporting import samples

from vigie.reporting import Figures, make_pdf
from vigie.reporting.drawing.html import to_html
from vigie.templating import roots

NOW = datetime(2026, 6, 3, 6, tzinfo=UTC)
NOWHERE = Path("/nonexistent")
PDF: Any = pypdfium2.PdfDocument
NAMES = {
    "<script>alert(1)</script>": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{7*7}} {% raw %}": "{{7*7}} {% raw %}",
    "=cmd()|'/c calc'!A1": "=cmd()|&#39;/c calc&#39;!A1",
    '"><img src=x onerror=x()>': "&#34;&gt;&lt;img src=x onerror=x()&gt;",
    "url(file:///etc/passwd)": "url(file:///etc/passwd)",
    "</style><p>": "&lt;/style&gt;&lt;p&gt;",
}


def named(name: str) -> Figures:
    """Return a month in which everything that people may name bears *name*."""
    found = samples.busy()
    windows = tuple(replace(one, reason=name, evidence=name) for one in found.maintenance)
    return replace(
        found,
        contract=replace(found.contract, customer=name, plan=name),
        services=tuple(replace(one, name=name) for one in found.services),
        outages=tuple(replace(one, cause=name) for one in found.outages),
        maintenance=windows,
        probes=tuple(replace(one, endpoint=name, target=name) for one in found.probes),
    )


def words(pdf: bytes) -> str:
    document = PDF(pdf)
    return "".join(page.get_textpage().get_text_bounded() for page in document)


def dense(text: str) -> str:
    return re.sub(r"[\s\ufffe\u00ad-]", "", text)  # a line may break anywhere in a long name


@pytest.mark.parametrize(("name", "escaped"), NAMES.items())
def test_a_name_that_is_code_stays_text_in_the_page(name: str, escaped: str) -> None:
    page = to_html(named(name), folders=roots(NOWHERE), now=NOW, language="en")

    assert 10 < page.count(escaped)
    assert 0 == page.count("<script") == page.count("<img")
    assert ["49"] != re.findall(r"<h1[^>]*>(\d+)", page)


def test_names_that_are_code_are_printed_as_they_are() -> None:
    every = " ".join(NAMES)
    shown = dense(words(make_pdf(named(every), directory=NOWHERE, now=NOW, language="en")))

    assert [] == [name for name in NAMES if dense(name) not in shown]


def test_a_mark_that_turns_text_around_is_shown_and_turns_nothing() -> None:
    """U+202E in the plan's name would print the day beside it as 6202 naJ 1."""
    pdf = make_pdf(named("Acme\u202egnp.exe"), directory=NOWHERE, now=NOW, language="en")
    shown = " ".join(words(pdf).split())

    assert r"plan Acme\u202egnp.exe, terms in force since 1 Jan 2026" in shown
    assert "\u202e" not in shown


def test_a_mark_of_direction_or_of_nothing_is_shown_in_the_title_too() -> None:
    found = samples.busy()
    hostile = replace(found.contract, customer="RLM\u200f 99.99 \u200fX\u200b\u00ad")
    pdf = make_pdf(replace(found, contract=hostile), directory=NOWHERE, now=NOW, language="en")

    shown = r"RLM\u200f 99.99 \u200fX\u200b\u00ad"
    assert shown in PDF(pdf).get_metadata_dict()["Title"]
    assert shown in " ".join(words(pdf).split())


def test_a_name_of_ten_kilobytes_becomes_a_document() -> None:
    found = samples.busy()
    long = "Acme " * 2000
    pdf = make_pdf(
        replace(found, contract=replace(found.contract, customer=long)),
        directory=NOWHERE,
        now=NOW,
        language="en",
    )

    assert "99.9798" in words(pdf)
