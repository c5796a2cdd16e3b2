"""Marks of notes and lists: drawn where there are any, and not paid for where there are none."""

from typing import Any

import pytest
import weasyprint
from tests.reporting.test_pdf import pages
from weasyprint.css import StyleFor

from vigie.reporting.drawing.marks import Page
from vigie.reporting.drawing.pdf import Assets

PLAIN = """<html lang=en><title>t</title><style>b::after { content: "!" }</style>
<h1>Outages</h1><p>one<br>two<table><tr><th>a<td><b>1</b></table>"""
LISTED = """<html lang=en><title>t</title><p>Causes<ol><li>power<li>people</ol>"""
NOTED = """<html lang=en><title>t</title><style>i { float: footnote }</style>
<p>Down<i>Planned.</i> for an hour<i>Unplanned.</i></p>"""

BOTH = {"marker", "footnote-call"}

_HTML: Any = weasyprint.HTML
_StyleFor: Any = StyleFor


def drawn(html: str) -> bytes:
    document: bytes = Page(html, Assets([])).write_pdf(pdf_identifier=b"same")
    return document


def test_a_document_has_the_same_bytes_with_and_without_the_rules() -> None:
    for html, text in ((PLAIN, "Outages one two a 1!"), (LISTED, "Causes power people 1. 2.")):
        whole: bytes = _HTML(string=html).write_pdf(pdf_identifier=b"same")

        assert pages(whole) == [text]
        assert drawn(html) == whole


def test_footnotes_of_a_template_have_their_marks() -> None:
    (page,) = pages(drawn(NOTED))

    assert "Down1 for an hour2" in page
    assert "1. Planned." in page
    assert "2. Unplanned." in page


@pytest.mark.parametrize(
    ("html", "marks"),
    [
        (PLAIN, set()),
        (LISTED, {"marker"}),
        (NOTED, {"footnote-call"}),
        (PLAIN.replace("<style>", "<style>i { position: note(asides) }"), {"footnote-call"}),
        (PLAIN.replace("<style>", "<style>i { DISPLAY: LIST-ITEM }"), {"marker"}),
        (PLAIN.replace("<p>", "<p><svg><line x2=1 /></svg>"), set()),
        (PLAIN.replace("<style>", "<style>@import url(data:text/css,);"), BOTH),
        (PLAIN.replace("<style>", '<link rel=stylesheet href="data:text/css,"><style>'), BOTH),
    ],
)
def test_marks_cost_nothing_where_they_cannot_be(
    html: str, marks: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    styled: list[str | None] = []
    computed = _StyleFor.set_computed_styles

    def noticed(*given: object, pseudo_type: str | None = None, **more: object) -> None:
        styled.append(pseudo_type)
        computed(*given, pseudo_type=pseudo_type, **more)

    monkeypatch.setattr(_StyleFor, "set_computed_styles", noticed)
    drawn(html)

    assert BOTH & set(styled) == marks
