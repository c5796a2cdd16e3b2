"""Documents share the fonts that they have in common, and never another's."""

import io
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from vigie import paths
from vigie.errors import ReportError
from vigie.reporting.drawing.fonts import fonts_of
from vigie.reporting.drawing.pdf import Assets, render

NOW = datetime(2026, 6, 3, 6, tzinfo=UTC)
FONTS = paths.REPORTS / "fonts"
FACE = "@font-face { font-family: House; src: url(asset:house.ttf) }"


def page(*faces: str, body: str = "Ab", head: str = "") -> str:
    style = f"<style>{' '.join(faces)} p {{ font-family: House, serif }}</style>"
    return f"<html lang=en><title>t</title>{head}{style}<p>{body}"


def put(folder: Path, font: str, name: str = "house.ttf") -> None:
    shutil.copy(FONTS / font, folder / name)


def drawn(folder: Path, html: str) -> bytes:
    return render(html, folders=[folder], attached=[], created=NOW)


def embedded(pdf: bytes) -> set[str]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        fonts = [one for one in document.objects if isinstance(one, pikepdf.Dictionary)]
        return {
            str(one.FontName).partition("+")[2]
            for one in fonts
            if one.get("/Type") == "/FontDescriptor"
        }


def test_a_font_that_was_replaced_is_drawn_at_once(tmp_path: Path) -> None:
    put(tmp_path, "SourceSans3-Bold.ttf")
    before = drawn(tmp_path, page(FACE))
    put(tmp_path, "SourceSans3-Light.ttf")
    after = drawn(tmp_path, page(FACE))
    put(tmp_path, "SourceSans3-Bold.ttf")

    assert {name.rpartition("-")[2] for name in embedded(before)} == {"Bold"}
    assert {name.rpartition("-")[2] for name in embedded(after)} == {"Light"}
    assert drawn(tmp_path, page(FACE)) == before


def test_two_looks_with_one_family_name_do_not_meet(tmp_path: Path) -> None:
    put(tmp_path, "SourceSans3-Bold.ttf")
    put(tmp_path, "SourceSans3-Light.ttf", "other.ttf")
    other = FACE.replace("house.ttf", "other.ttf")

    first, second, third = (drawn(tmp_path, page(face)) for face in (FACE, other, FACE))

    assert embedded(first) != embedded(second)
    assert first == third


def test_documents_of_one_look_load_their_fonts_once(tmp_path: Path) -> None:
    put(tmp_path, "SourceSans3-Bold.ttf")
    read = Assets([tmp_path]).read

    assert fonts_of(page(FACE, body="one"), read) is fonts_of(page(FACE, body="two"), read)
    assert fonts_of(page(FACE), read) is not fonts_of(page(FACE, FACE), read)


@pytest.mark.parametrize(
    "html",
    [
        page(FACE, head='<link rel=stylesheet href="asset:more.css">'),
        page("@import url(asset:more.css);", FACE),
        page(FACE.replace("house.ttf", "none.ttf")),
        page(FACE.replace("asset:house.ttf", "data:font/ttf;base64,AAAA")),
    ],
)
def test_a_document_of_unknown_faces_has_fonts_of_its_own(tmp_path: Path, html: str) -> None:
    put(tmp_path, "SourceSans3-Bold.ttf")

    assert fonts_of(html, Assets([tmp_path]).read) is None


def test_a_font_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="no such file in the report folders: house"):
        drawn(tmp_path, page(FACE))
