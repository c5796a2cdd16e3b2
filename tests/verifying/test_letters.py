"""Letters that come from fonts of the system: honest files are drawn otherwise elsewhere."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from tests.verifying.reports import NOW, NOWHERE, checked, edited, month

from vigie.reporting import make_pdf
from vigie.verifying import Check

NAMES = {"kanji": "株式会社 Acme", "plain": "Acmé SA"}


@cache
def named(kind: str) -> bytes:
    """Return the report to a customer of this name, as this system draws it."""
    figures = month()
    customer = replace(figures, contract=replace(figures.contract, customer=NAMES[kind]))
    return make_pdf(customer, directory=NOWHERE, now=NOW, language="en")


def elsewhere(pdf: pikepdf.Pdf) -> None:
    """Draw a page as a system with other fonts would: other bytes, the same words."""
    page = pdf.pages[0]
    page.Contents = pdf.make_stream(b"q Q " + page.Contents.read_bytes())


def annotated(pdf: pikepdf.Pdf) -> None:
    elsewhere(pdf)
    note = pikepdf.Dictionary(Subtype=pikepdf.Name.Stamp, Contents="88.8888 %")
    pdf.pages[0].obj.Annots = pikepdf.Array([note])


def told(content: bytes, folder: Path) -> Check:
    return checked(content, folder)["pages"]


def test_what_others_draw_with_their_own_fonts_is_not_checked(tmp_path: Path) -> None:
    same = told(named("kanji"), tmp_path)
    other = told(edited(named("kanji"), elsewhere), tmp_path)

    assert (True, "byte for byte those of the data") == (same.holds, same.says)
    assert other.holds is None, other.says
    assert other.says.startswith("has letters (会式株社) that come from fonts of the system")
    assert "every number of the extracted text occurs in the data" in other.says


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("kanji", annotated, "page 1 has an annotation that is no link (/Stamp)"),
        ("plain", elsewhere, "page 1 is drawn otherwise than the data give"),
    ],
)
def test_such_letters_are_no_excuse(
    tmp_path: Path, kind: str, change: Callable[[pikepdf.Pdf], object], says: str
) -> None:
    found = told(edited(named(kind), change), tmp_path)

    assert found.holds is False
    assert says in found.says
