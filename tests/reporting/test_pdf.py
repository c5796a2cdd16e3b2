"""The report as a PDF: pages, words, attachment, metadata, and what it may not fetch."""

import io
import json
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pydyf
import pypdfium2
import pytest
from tests.reporting import samples

from vigie.errors import ReportError
from vigie.reporting import make_pdf, to_json
from vigie.reporting.drawing.fixed import fix
from vigie.reporting.drawing.pdf import Assets, render
from vigie.templating import roots

NOW = datetime(2026, 6, 3, 6, tzinfo=UTC)
NOWHERE = Path("/nonexistent")
PDF: Any = pypdfium2.PdfDocument  # it has no types
_Document: Any = pydyf.PDF
_Stream: Any = pydyf.Stream


pytestmark = pytest.mark.usefixtures("no_warnings")


def made(case: str, *, language: str = "en", demonstration: bool = False) -> bytes:
    figures = samples.CASES[case]()
    marked = replace(figures, contract=replace(figures.contract, demonstration=demonstration))
    return make_pdf(marked, directory=NOWHERE, now=NOW, language=language)


pdf = cache(made)  # a page takes a second


def pages(content: bytes) -> list[str]:
    document: Any = PDF(content)
    texts = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return [" ".join(text.split()) for text in texts]


def test_the_first_page_holds_the_verdict_and_the_calendar() -> None:
    first, *others = pages(pdf("busy"))

    assert "99.9798" in first
    assert "Missed" in first
    assert "Target 99.98" in first
    assert "2026-04-30T22:00:00Z \N{EN DASH} 2026-05-31T22:00:00Z (end excluded)" in first
    assert "Day by day" in first
    assert f"Page 1 of {1 + len(others)}" in first
    assert all("Acme SA · acme" in other for other in others)


def test_the_french_page_has_french_numbers() -> None:
    first = pages(pdf("busy", language="fr"))[0]

    assert "99,9798" in first
    assert "99.9798" not in first


def test_forty_long_names_and_sixty_outages_fill_pages_with_repeated_heads() -> None:
    found = pages(pdf("many"))

    listed = [page for page in found if "Verdict" in page and "Unplanned" in page]
    assert 2 < len(listed)
    assert any("60 01 May" in page or "status 503" in page for page in found)


def test_the_figures_are_attached_as_the_source() -> None:
    with pikepdf.open(io.BytesIO(pdf("busy"))) as document:
        held = document.attachments["report.json"]
        content = held.get_file().read_bytes()
        relation = held.obj.AFRelationship

    found = json.loads(content)
    assert to_json(samples.busy()) == {key: found[key] for key in to_json(samples.busy())}
    assert "/Source" == relation


def test_the_pdf_says_what_it_is() -> None:
    with pikepdf.open(io.BytesIO(pdf("busy", language="fr"))) as document:
        info, root = document.docinfo, document.Root
        with document.open_metadata() as metadata:
            claimed = (metadata.get("pdfaid:part"), metadata.get("pdfaid:conformance"))

    assert "Rapport de disponibilité de service, Acme SA, mai 2026" == str(info["/Title"])
    assert "Vigie" == str(info["/Author"])
    assert "D:20260603060000+00'00" == str(info["/CreationDate"])
    assert "fr" == str(root.Lang)
    assert bool(root.MarkInfo.Marked)
    assert ("3", "A") == claimed


def test_only_shipped_fonts_are_used_and_all_are_embedded() -> None:
    with pikepdf.open(io.BytesIO(pdf("busy", language="fr"))) as document:
        fonts = [
            font
            for font in document.objects
            if isinstance(font, pikepdf.Dictionary) and font.get("/Type") == "/FontDescriptor"
        ]
        names = {str(font.FontName).split("+")[-1] for font in fonts}
        embedded = all("/FontFile2" in font or "/FontFile3" in font for font in fonts)

    assert embedded
    assert all(name.startswith("Report") for name in names), names


def test_demonstration_data_is_marked_on_every_page_and_in_the_metadata() -> None:
    content = pdf("busy", demonstration=True)

    with pikepdf.open(io.BytesIO(content)) as document:
        info = document.docinfo
        marked = [str(info[key]) for key in ("/Title", "/Keywords")]
    assert all("demonstration data" in page for page in pages(content))
    assert all("demonstration data" in text for text in marked)
    assert not any("demonstration data" in page for page in pages(pdf("busy")))


def test_equal_figures_give_equal_bytes() -> None:
    assert made("busy") == made("busy")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:9/logo.svg",
        "asset:../pyproject.toml",
        "asset:/etc/passwd",
        "asset:fonts",
        "asset:none.ttf",
    ],
)
def test_nothing_but_report_files_may_be_fetched(url: str) -> None:
    with pytest.raises(ValueError, match=r"disallowed|no such file"):
        Assets(roots(NOWHERE)).fetch(url)


@pytest.mark.parametrize(
    "name",
    ["contracts/acme.yaml", "contracts/acme.png", "Plans/gold.svg", "rota.yaml", "link.svg"],
)
def test_no_page_takes_what_belongs_to_the_catalogue(tmp_path: Path, name: str) -> None:
    """One customer's terms are nothing for another's document."""
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts/acme.yaml").write_text("target: 99.9")
    (tmp_path / "link.svg").symlink_to("contracts/acme.yaml")
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    if not path.is_symlink():
        path.write_text("target: 99.9")
    html = f'<html lang="en"><title>x</title><link rel="attachment" href="asset:{name}">'

    with pytest.raises(ReportError) as caught:
        render(html, folders=[tmp_path], attached=(), created=NOW)

    why = f"asset:{name} is no font, picture or style sheet (correct the template)"
    assert why == str(caught.value)


@pytest.mark.parametrize("name", ["pictures/Logo.SVG", "templates/acme/more.css", "A.woff2"])
def test_pages_take_fonts_pictures_and_style_sheets_of_any_folder(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"ours")

    assert b"ours" == Assets([tmp_path]).read(f"asset:{name}")


@pytest.mark.parametrize("url", ["file:///etc/hostname", "asset:none.svg"])
def test_a_page_that_wants_another_file_is_refused(url: str) -> None:
    html = f'<html lang="en"><title>x</title><img src="{url}" alt="x">'

    with pytest.raises(ReportError) as caught:
        render(html, folders=roots(NOWHERE), attached=(), created=NOW)

    assert str(caught.value).endswith("(correct the template)")


def test_what_weasyprint_complains_of_is_heard(caplog: pytest.LogCaptureFixture) -> None:
    html = '<html lang="en"><title>x</title><p style="colour: red">x'

    render(html, folders=roots(NOWHERE), attached=(), created=NOW)

    assert "unknown property" in caplog.text
    caplog.clear()


class Counted(_Stream):  # type: ignore[misc]
    """A stream that counts how often it is turned into bytes."""

    asked = 0

    @property
    def data(self) -> bytes:
        self.asked += 1
        made: bytes = super().data
        return made


def written(*, fixed: bool, lines: Sequence[bytes] = (b"0 0 10 10 re f",)) -> tuple[bytes, int]:
    document = _Document()
    stream = Counted(list(lines), compress=True)
    document.add_object(stream)
    if fixed:
        fix(document)
    file = io.BytesIO()
    document.write(file, identifier=b"0" * 16, compress=True)
    return file.getvalue(), stream.asked


def content(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return next(one for one in document.objects if isinstance(one, pikepdf.Stream)).read_bytes()


def test_an_object_is_turned_into_bytes_once_and_holds_the_same() -> None:
    plain, asked = written(fixed=False)
    fixed, asked_once = written(fixed=True)

    assert asked > 1, "pydyf needs no help any more: remove drawing/fixed.py"
    assert asked_once == 1
    assert content(fixed) == content(plain) == b"0 0 10 10 re f"


def test_streams_are_packed_at_zlib_s_usual_level() -> None:
    """pydyf's own is the highest: 3.5 times as long, and a fortieth smaller."""
    lines = [b"%d 0 R /Span <</MCID %d>> BDC" % (number, number % 97) for number in range(9000)]

    small, stream = written(fixed=True, lines=lines)[0], b"\n".join(lines)

    assert zlib.compress(stream) in small
    assert zlib.compress(stream, 9) not in small
