"""Documents of a provider with a brand: what they show, carry, and how they are checked."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from string import printable

import msgspec
import pikepdf
import pytest
from tests.catalogue.test_brand import SVG, font
from tests.reporting import crises, samples
from tests.reporting.conformance import problems
from tests.reporting.notices import AFTER, closed
from tests.reporting.test_pdf import pages
from tests.verifying.reports import checked, month
from tests.verifying.summarysums import overview
from tests.verifying.test_family import annex

from vigie.errors import CatalogueError, ReportError
from vigie.reporting import (
    comparison_pdf,
    lacking,
    make_incident_report,
    make_pdf,
    notice_pdf,
    summary_pdf,
)
from vigie.reporting.drawing.html import to_html
from vigie.reporting.evidence.branding import at_hand, brand_of
from vigie.reporting.figures.brandrecords import SHIPPED, Brand, Font, Picture
from vigie.templating import roots

pytestmark = pytest.mark.usefixtures("drawn_here")
NOW = datetime(2026, 6, 3, 6, tzinfo=UTC)
YAML = """\
name: Example Hosting Ltd
logo: {file: brand/logo.svg, alt: Example Hosting}
colours: {main: "#5b2a86", second: "#f2a900"}
footer: Example Hosting Ltd <script> · London
"""
FONTS = """\
font: {regular: brand/Ours-Regular.ttf, bold: brand/Ours-Bold.ttf}
other_scripts: [{regular: brand/Theirs.ttf}]
"""


def catalogue(directory: Path, text: str) -> Path:
    """Write a brand, its logo and its fonts into *directory*."""
    folder = directory / "reports/brand"
    folder.mkdir(parents=True)
    (directory / "reports/brand.yaml").write_text(text, encoding="utf-8")
    (folder / "logo.svg").write_text(
        SVG.format('<path d="M0 0h9v9z" fill="#5b2a86"/>'), encoding="utf-8"
    )
    for weight in ("Regular", "Bold"):
        (folder / f"Ours-{weight}.ttf").write_bytes(font(printable.strip()))
    (folder / "Theirs.ttf").write_bytes(font("訂單"))
    return directory


@pytest.fixture
def branded(tmp_path: Path) -> Path:
    return catalogue(tmp_path / "ours", YAML)


@pytest.fixture
def lettered(tmp_path: Path) -> Path:
    return catalogue(tmp_path / "ours", YAML + FONTS)


def fonts_of(content: bytes) -> set[str]:
    with pikepdf.open(io.BytesIO(content)) as document:
        held = (one for one in document.objects if isinstance(one, pikepdf.Dictionary))
        return {str(one.FontName).split("+")[-1] for one in held if "/FontName" in one}


@cache
def shipped() -> str:
    return to_html(samples.quiet(), folders=roots(Path("/nonexistent")), now=NOW, language="en")


def test_without_a_brand_a_report_is_as_shipped() -> None:
    assert "#1d4f73" in shipped()
    assert "Your fonts" not in shipped()
    assert '<div class="brand"' not in shipped()
    assert 'name="author" content="Vigie"' in shipped()


def test_a_report_shows_whose_it_is_and_verifies_from_the_file_alone(
    branded: Path, tmp_path: Path
) -> None:
    content = make_pdf(month(), directory=branded, now=NOW, language="en")

    assert problems(content) == []
    assert all("Example Hosting Ltd <script> · London" in page for page in pages(content))
    with pikepdf.open(io.BytesIO(content)) as document:
        assert "Example Hosting Ltd" == str(document.docinfo["/Author"])
        described = {str(one.Alt) for one in document.objects
                     if isinstance(one, pikepdf.Dictionary) and "/Alt" in one}  # fmt: skip
    assert "Example Hosting" in described
    told = checked(content, tmp_path)
    assert all(check.holds is not False for check in told.values()), told
    assert "byte for byte those of the data" == told["pages"].says


def test_the_fonts_of_a_brand_are_used_and_asked_for_when_it_is_verified(
    lettered: Path, tmp_path: Path
) -> None:
    figures = replace(month(), contract=replace(month().contract, customer="訂單 ltd."))
    content = make_pdf(figures, directory=lettered, now=NOW, language="en")

    assert problems(content) == []
    assert {"Report", "Report-Bold", "Report-House", "Report-Other-A"} <= fonts_of(content)
    assert all(name.startswith("Report") for name in fonts_of(content))
    assert "byte for byte those of the data" == checked(content, tmp_path, lettered)["pages"].says
    elsewhere = checked(content, tmp_path)["pages"]
    assert elsewhere.holds is None
    assert elsewhere.says.startswith("drawn with brand fonts ")
    assert elsewhere.says.endswith("glyphs and drawings were not looked at")


def test_the_incident_report_has_the_same_head_and_carries_the_brand(branded: Path) -> None:
    report = crises.CASES["approved"]()
    content = make_incident_report(report, directory=branded, now=NOW)

    assert problems(content) == []
    assert all("Example Hosting Ltd <script> · London" in page for page in pages(content))
    with pikepdf.open(io.BytesIO(content)) as document:
        held = msgspec.json.decode(document.attachments["report.json"].get_file().read_bytes())
    assert brand_of(branded) == msgspec.convert(held["report"]["brand"], Brand)


def test_every_other_document_has_the_same_head_and_verifies_from_the_file_alone(
    branded: Path, tmp_path: Path
) -> None:
    drawn = {
        "annex": comparison_pdf(annex(), directory=branded, now=NOW, language="en"),
        "summary": summary_pdf(overview(), directory=branded, now=NOW),
        "notice": notice_pdf(closed(), directory=branded, now=AFTER, language="en"),
    }

    for content in drawn.values():
        assert problems(content) == []
        assert all("Example Hosting Ltd <script> · London" in page for page in pages(content))
        told = checked(content, tmp_path)
        assert all(check.holds is not False for check in told.values()), told
        assert "byte for byte those of the data" == told["pages"].says


def test_letters_of_the_brands_fonts_are_not_lacking(lettered: Path) -> None:
    figures = replace(samples.quiet(), contract=replace(samples.quiet().contract, customer="訂單"))

    assert "單訂" == lacking(figures, Path("/nonexistent"))
    assert "" == lacking(figures, lettered)
    assert "訂" == lacking(replace(closed(), reason="訂"), Path("/nonexistent"))
    assert "單訂" == lacking(overview(), Path("/nonexistent"), "訂單")


def test_a_mistake_in_the_brand_is_told_in_one_line(branded: Path) -> None:
    (branded / "reports/brand/logo.svg").unlink()

    with pytest.raises(CatalogueError, match=r"brand.yaml:2:14: logo.file: .* does not exist \("):
        make_pdf(samples.quiet(), directory=branded, now=NOW)


@pytest.mark.parametrize(
    "brand",
    [
        {"main": "red; background: url(x)"},
        {"second": "#12345"},
        {"fonts": [{"family": "x", "weight": 400, "file": "a.ttf", "sha256": ""}]},
        {"fonts": [{"family": "Report", "weight": 400, "file": "../a.ttf", "sha256": ""}]},
        {"fonts": [{"family": "Report", "weight": 400, "file": "a.ttf);", "sha256": ""}]},
        {"logo": {"kind": "text/html", "alt": "", "content": ""}},
    ],
)
def test_a_forged_brand_cannot_steer_the_style(brand: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(brand, Brand)


LETTERS = Font(family="Report", weight=400, file="a.ttf", sha256="0")
BOLD = replace(LETTERS, weight=700)
LOGO = Picture(kind="image/svg+xml", alt="Example", content=SVG.format("").encode())
HEAVY = SVG.format(f"<!--{'x' * 128 * 1024}-->").encode()


@pytest.mark.parametrize(
    ("brand", "told"),
    [
        (Brand(main="#ffffff"), "the brand's colours.main: #ffffff has a contrast of 1.0:1 on whi"),
        (Brand(footer="Met.\nWithdrawn."), "the brand's footer: .* is not a text of one line "),
        (Brand(footer="x" * 111), "the brand's footer: has 111 characters, and the page 110 "),
        (Brand(name="x" * 61), "the brand's name: has 61 characters, and the page 60 "),
        (Brand(footer="x  "), "the brand is none that a brand.yaml gives"),
        (Brand(logo=replace(LOGO, alt="")), 'the brand\'s logo.alt: "" is not a text of one line '),
        (Brand(logo=replace(LOGO, content=HEAVY)), "the logo is larger than 128 KiB "),
        (Brand(digit=720), "the brand is none that a brand.yaml gives"),
        (Brand(fonts=(BOLD,)), 'the brand\'s font.regular: "regular" is missing '),
        (Brand(fonts=(BOLD, LETTERS)), "the brand is none that a brand.yaml gives"),
        (Brand(fonts=(LETTERS, LETTERS)), "the brand is none that a brand.yaml gives"),
        (Brand(fonts=(replace(LETTERS, family="Report Other B"),)), "none that a brand.yaml gives"),
    ],
)
def test_a_forged_brand_keeps_the_limits_of_the_catalogue(brand: Brand, told: str) -> None:
    """By nothing else are the words of a footer held against the figures."""
    with pytest.raises(ReportError, match=told):
        at_hand(brand, ())


def test_what_a_catalogue_may_say_is_within_the_limits_of_a_record() -> None:
    others = (replace(LETTERS, family="Report Other A"), replace(BOLD, family="Report Other A"))
    brand = Brand(
        name="x" * 60,
        main="#767676",  # 4.54:1
        second="#ffffff",
        logo=LOGO,
        fonts=(LETTERS, BOLD, *others),
        digit=720,
        footer="x" * 110,
    )

    assert replace(brand, fonts=()) == at_hand(brand, ())


def test_a_forged_logo_is_refused_and_a_font_that_is_not_there_left_out() -> None:
    harmful = SVG.format("<script/>").encode()
    logo = Picture(kind="image/svg+xml", alt="", content=harmful)
    absent = Font(family="Report", weight=400, file="fonts/SourceSans3-Bold.ttf", sha256="0")

    with pytest.raises(ReportError, match="the logo holds <script>"):
        at_hand(Brand(logo=logo), roots(Path("/nonexistent")))
    assert SHIPPED == at_hand(Brand(fonts=(absent,)), roots(Path("/nonexistent")))
