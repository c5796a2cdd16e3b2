"""What a file has beside its pages is compared, whatever drew the pages."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from tests.verifying.reports import (
    NOW,
    checked,
    edited,
    failing,
    genuine,
    month,
    relisted,
    with_signature,
)

from vigie import paths
from vigie.reporting import make_pdf
from vigie.verifying.behind import Behind, telling_more

Change = Callable[[pikepdf.Pdf], object]
ELSEWHERE = {"templates": "0" * 64}
SCRIPT = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('100 %')")


def annotated(**keys: Any) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Rect=[9, 9, 99, 99], **keys)
        pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(note)])

    return change


def opening(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = SCRIPT


def layered(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=[])


def named(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names.AlternatePresentations = pikepdf.Dictionary()


def clocked(pdf: pikepdf.Pdf) -> None:
    pdf.pages[1].obj.Dur = 1


def certified(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Certified"] = "by somebody"


def made_by(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Producer"] = "Approved by the customer"


def hidden(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AF.append(pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="a")))


def bookmarked(title: str) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem(title, 0))

    return change


def pictured(text: str) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        first: Any = next(
            one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one
        )
        first.Alt = pikepdf.String(text)

    return change


def packeted(before: str, after: str) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        held: Any = pdf.Root.Metadata
        text = held.read_bytes().decode()
        assert before in text
        held.write(text.replace(before, after).encode())

    return change


TELLING = 'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:coverage>Yes</dc:coverage>'
FORGED: dict[str, tuple[Change, str]] = {
    "note": (annotated(Subtype=pikepdf.Name.Stamp, Contents="Yes"), "no link (/Stamp)"),
    "picture": (annotated(Subtype=pikepdf.Name.Link, AP={}), "page 1 has an annotation"),
    "link": (annotated(Subtype=pikepdf.Name.Link, A=SCRIPT), "read or clicked (/JavaScript)"),
    "opening": (opening, "does something when it is read or clicked (/JavaScript)"),
    "layers": (layered, "the catalogue has /OCProperties, which no report has"),
    "names": (named, "the catalogue's /Names has /AlternatePresentations"),
    "page": (clocked, "page 2 has /Dur, which no report has"),
    "metadata": (certified, "the metadata has /Certified, which no report has"),
    "producer": (made_by, "metadata /Producer is not what the data give"),
    "file": (hidden, "a file is in it that is no attachment"),
    "bookmark": (bookmarked("Availability 99.9798 %, certified"), "no page shows what a bookmark"),
    "number": (bookmarked("Day by day 88.8888"), "bookmark tells 88.8888, which is no number"),
    "alternative": (pictured("Budget: 88.8888"), "picture tells 88.8888, which is no number"),
    "XMP": (packeted("</rdf:RDF>", f"<x {TELLING}</x></rdf:RDF>"), "XMP metadata have dc:coverage"),
    "XMP number": (packeted("99.9798", "99.9989"), "XMP metadata tell 99.9989, which the data do"),
    "XMP entity": (packeted("99.9798", "99.99&#56;9"), "XMP metadata tell 99.9989"),
    "XMP comment": (packeted("</rdf:RDF>", "<!-- --></rdf:RDF>"), "no such that a report has"),
}


@pytest.mark.parametrize("case", FORGED)
def test_what_no_page_shows_is_compared_whatever_drew_the_pages(tmp_path: Path, case: str) -> None:
    change, says = FORGED[case]

    found = failing(relisted(edited(genuine(), change), **ELSEWHERE), tmp_path)

    assert says in found["pages"]


def test_metadata_in_another_encoding_are_none() -> None:
    mine = Behind(pictures=[], bookmarks=[], metadata="<?xpacket?><rdf:li>99.98</rdf:li>")
    wide = replace(mine, metadata="".join(f"{one}\0" for one in mine.metadata))

    assert [] == list(telling_more(mine, mine, "", ""))
    assert "the XMP metadata are no such that a report has" in telling_more(mine, wide, "", "")


WORDED: dict[str, Change] = {
    "pictures": pictured("All is well"),
    "bookmarks": bookmarked("Day by day"),
    "metadata": packeted("Acme SA", "Acme"),
}


@pytest.mark.parametrize("case", WORDED)
def test_words_are_compared_where_the_templates_are_here(tmp_path: Path, case: str) -> None:
    changed = edited(genuine(), WORDED[case])

    found = failing(relisted(changed, pango="1.0.0"), tmp_path)
    others = checked(relisted(changed, **ELSEWHERE), tmp_path)["pages"]

    assert f"the texts of {case} are not those that the data give" in found["pages"]
    assert others.holds is None, others.says


@pytest.mark.parametrize(
    "made_with", [ELSEWHERE, {"pango": "1.0.0"}, {"harfbuzz": "1", "fontconfig": "1"}]
)
def test_an_honest_file_that_something_else_drew_does_not_fail(
    tmp_path: Path, made_with: dict[str, str]
) -> None:
    found = checked(relisted(genuine(), **made_with), tmp_path)["pages"]

    assert found.holds is None, found.says
    assert "every number of the extracted text occurs in the data" in found.says
    assert found.says.endswith("glyphs and drawings were not looked at")


def test_what_the_manifest_tells_of_is_named_first(tmp_path: Path) -> None:
    def forget(pdf: pikepdf.Pdf) -> None:
        held: Any = pdf.attachments["manifest.json"].obj.EF.F
        told = json.loads(held.read_bytes())
        told["made_with"] = {"vigie": told["made_with"]["vigie"], "templates": "0" * 64}
        held.write(json.dumps(told).encode())

    found = checked(edited(genuine(), forget), tmp_path)["pages"]

    assert found.says.startswith("drawn with templates 000000000000, babel unknown, ")
    assert "more, which are not here; every number" in found.says


def test_own_templates_may_have_own_headings_pictures_and_links(tmp_path: Path) -> None:
    own = tmp_path / "reports" / "templates" / "monthly"
    own.mkdir(parents=True)
    shipped = (paths.REPORTS / "templates" / "monthly" / "verdict.html").read_text("utf-8")
    house = "<svg width='9' height='9' role='img' alt='Our house'><rect width='9'/></svg>"
    mine = f"<h2 style='text-transform: uppercase'>Made with love</h2>{house}"
    link = "<p><a href='https://acme.example/help'>Ask us</a>"
    (own / "verdict.html").write_text(shipped + mine + link, "utf-8")
    made = make_pdf(month(), directory=tmp_path, now=NOW, language="en")

    found = checked(made, tmp_path)["pages"]

    assert b"https://acme.example/help" in made or "Made with love" in _titles(made)
    assert found.holds is None, found.says


def _titles(content: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        held = (one for one in pdf.objects if isinstance(one, pikepdf.Dictionary))
        return [str(one.Title) for one in held if "/Title" in one]


def test_a_seal_is_nothing_that_no_report_has(tmp_path: Path) -> None:
    sealed = with_signature(relisted(genuine(sealed=True), **ELSEWHERE))

    assert checked(sealed, tmp_path)["pages"].holds is None
