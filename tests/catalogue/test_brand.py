"""The pictures and fonts that a brand names: what they must be, and what they may not hold."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import Image

from vigie import paths
from vigie.catalogue import Brand, load_brand
from vigie.catalogue.brandgrammar import contrast_on_white
from vigie.errors import CatalogueError

untyped: Any = FontBuilder
BOX = "(write left, top, width and height: 0 0 200 50)"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'


def png(size: tuple[int, int] = (9, 9)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size).save(written, "PNG")
    return written.getvalue()


def font(letters: str = "0123456789.,:%+-", licence: int = 0) -> bytes:
    """Return a font of squares."""
    pen: Any = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, 700), (500, 700), (500, 0)):
        pen.lineTo(point)
    pen.closePath()
    builder = untyped(1000)  # it has no types
    builder.setupGlyphOrder([".notdef", "square"])
    builder.setupCharacterMap({ord(letter): "square" for letter in letters})
    builder.setupGlyf({name: pen.glyph() for name in (".notdef", "square")})
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", "square"), (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Squares", "styleName": "Regular"})
    builder.setupOS2(fsType=licence)
    builder.setupPost()
    written = io.BytesIO()
    builder.save(written)
    return written.getvalue()


Read = Callable[..., Brand | None]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Return the brand of a directory with this brand.yaml and files beside it."""
    monkeypatch.chdir(tmp_path)

    def brand(text: str, **files: bytes) -> Brand | None:
        Path("reports").mkdir()
        Path("reports/brand.yaml").write_text(text, encoding="utf-8")
        for name, content in files.items():
            Path("reports", name.replace("_", ".")).write_bytes(content)
        return load_brand(Path())

    return brand


def test_without_a_file_there_is_no_brand(tmp_path: Path) -> None:
    assert load_brand(tmp_path) is None


def test_an_empty_brand_changes_nothing(read: Read) -> None:
    assert Brand() == read("{}")


def test_a_whole_brand_is_read(read: Read) -> None:
    brand = read(
        'logo: {file: a.svg, alt: A}\ncolours: {main: "#1D4F73"}\nfont: {regular: b.ttf}\n'
        "other_scripts: [{regular: c.ttf, bold: c.ttf}]\n",
        a_svg=SVG.format('<g id="x" fill="url(#y)"/><a href="#x"/>').encode(),
        b_ttf=font(),
        c_ttf=font("訂"),
    )

    assert brand
    assert "#1d4f73" == brand.colours.main
    assert ["b.ttf", "c.ttf"] == [one.regular for one in brand.typefaces]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.svg", b"<svg", "is not SVG: unclosed token: line 1, column 0 (save it anew)"),
        ("a.svg", b"<x/>", "is not SVG: its root is another element (save it anew)"),
        ("a.svg", b"<svg/>", "has no size (save it with a viewBox)"),
        ("a.svg", b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>",
         "declares entities (save it as plain SVG)"),
        ("a.svg", "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg>&a;</svg>".encode("utf-16"),
         "declares entities (save it as plain SVG)"),
        ("a.svg", SVG.format('<marker id="m"><path marker-mid="url(#m)"/></marker>').encode(),
         "holds <marker> (draw its marks in paths)"),
        ("a.svg", b"<svg viewBox='0 0 9 9' width='xpx'/>",
         "has a width that is no length (save it with a viewBox)"),
        ("a.svg", b"<svg width='9' height=''/>",
         "has a height that is no length (save it with a viewBox)"),
        ("a.svg", b"<svg viewBox='x'/>", f"has no size by its viewBox {BOX}"),
        ("a.svg", b"<svg viewBox='0 0 9'/>", f"has no size by its viewBox {BOX}"),
        ("a.svg", b"<svg viewBox='0,0 NaN,9'/>", f"has no size by its viewBox {BOX}"),
        ("a.svg", b"<svg viewBox='0 0 9 1e400'/>", f"has no size by its viewBox {BOX}"),
        ("a.svg", b"<svg viewBox='0 0 0 9'/>", f"has no size by its viewBox {BOX}"),
        ("a.svg", SVG.format("<script/>").encode(),
         "holds <script> (save it as a still picture, without scripts)"),
        ("a.svg", SVG.format('<g onload="x()"/>').encode(),
         "runs something, by onload (save it without scripts)"),
        ("a.svg", SVG.format("<text>A</text>").encode(),
         "holds <text> (turn its letters into paths)"),
        ("a.svg", SVG.format('<use href="#a"/>').encode(),
         "holds <use> (save it without references)"),
        ("a.svg", SVG.format('<a href="https://x.example/a.png"/>').encode(),
         "refers to https://x.example/a.png (put it into the file)"),
        ("a.svg", SVG.format("<style>@import 'x.css'</style>").encode(),
         "fetches something in its style (put it into the file)"),
        ("a.svg", SVG.format("<g style=\"fill: url('x.svg#a')\"/>").encode(),
         "fetches something, by style (put it into the file)"),
        ("a.svg", b"x" * (128 * 1024 + 1), "is larger than 128 KiB (write a smaller file)"),
        ("a.png", b"x", "is not a whole PNG (save it anew)"),
        ("a.png", png()[:40], "is not a whole PNG (save it anew)"),
        ("a.png", png((4001, 1)),
         "is larger than 4000 pixels a side (write a smaller picture)"),
    ],
)  # fmt: skip
def test_a_logo_is_harmless_and_whole(read: Read, name: str, content: bytes, expected: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read(f"logo: {{file: {name}, alt: A}}", **{name.replace(".", "_"): content})

    (told,) = caught.value.problems
    assert f'reports/brand.yaml:1:14: logo.file: "{name}" {expected}' == told


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"x",
         "is not a font: Not a TrueType or OpenType font (not enough data)"),
        (font("0123456789,:%+-"),
         "has no . (write a font with figures, this one under other_scripts)"),
        (font(licence=2),
         "forbids to be embedded, and an archived file must embed it (write another font)"),
    ],
)  # fmt: skip
def test_a_font_has_figures_and_may_be_embedded(read: Read, content: bytes, expected: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read("font: {regular: a.ttf}", a_ttf=content)

    (told,) = caught.value.problems
    assert told.startswith(f'reports/brand.yaml:1:17: font.regular: "a.ttf" {expected}')


def test_a_link_must_not_lead_outside(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/a.ttf").symlink_to(paths.REPORTS / "fonts/SourceSans3-Regular.ttf")
    (tmp_path / "reports/brand.yaml").write_text("font: {regular: a.ttf}", encoding="utf-8")

    with pytest.raises(CatalogueError, match="leads outside the directory of this file"):
        load_brand(tmp_path)


@pytest.mark.parametrize(
    ("colour", "expected"),
    [("#ffffff", 1), ("#000000", 21), ("#767676", 4.54), ("#ff0000", 3.99)],  # WebAIM's figures
)
def test_contrast_is_that_of_wcag(colour: str, expected: float) -> None:
    assert expected == pytest.approx(contrast_on_white(colour), abs=0.01)


@pytest.mark.parametrize(
    "size",
    [
        'width="200" height="50.5"',
        'width="20mm" height=".5in"',
        'width="100%" height="auto" viewBox="-1,-1 9.5 1e2"',
    ],
)
def test_a_logo_of_any_usual_size_is_taken(read: Read, size: str) -> None:
    brand = read("logo: {file: a.svg, alt: A}", a_svg=f"<svg {size}/>".encode())

    assert brand
    assert brand.logo
