"""Archival and accessible: PDF/A-3a and PDF/UA-1 in one file, as far as our own checks see.

No full validator was run: pikepdf reads what the file says, qpdf its syntax, and `pdfua` what it
covers of PDF/UA-1.
"""

import re
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pdfua
import pytest
import weasyprint
from tests.reporting import crises, samples
from tests.reporting.conformance import problems

from vigie import paths
from vigie.reporting import make_incident_report, make_pdf

NOW = datetime(2026, 6, 3, 6, tzinfo=UTC)
NOWHERE = Path("/nonexistent")
HTML: Any = weasyprint.HTML
ATTACHMENT: Any = weasyprint.Attachment


@cache
def made(document: str) -> bytes:
    """Return a document of a few pages, one with a table over two of them."""
    if document == "incident":
        return make_incident_report(crises.CASES["approved"](), directory=NOWHERE, now=NOW)
    busy = replace(samples.busy(), outages=samples.many().outages[:25])
    return make_pdf(busy, directory=NOWHERE, now=NOW, language="fr")


@pytest.fixture(params=["monthly", "incident"])
def content(request: pytest.FixtureRequest) -> bytes:
    return made(request.param)


def test_it_is_archival_and_accessible_as_far_as_our_checks_see(content: bytes) -> None:
    assert problems(content) == []


def test_pdfua_finds_nothing(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(content)

    assert [(one.rule_id, one.message) for one in pdfua.validate(str(path)).findings] == []


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed (.ci/system qpdf)")
def test_qpdf_finds_its_syntax_whole(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(content)

    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)

    assert (0, "") == (checked.returncode, checked.stderr)


def test_what_weasyprint_leaves_open_would_be_seen() -> None:
    page = """<html lang="en"><title>x</title><style>@page { @top-left { content: "head" } }</style>
        <h1>One</h1><h3>Three</h3>
        <table><tr><th>a</th></tr><tr><td>b</td></tr></table>
        <dl><div><dt>c</dt><dd>d</dd></div></dl>
        <svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>"""
    attachment = ATTACHMENT(string="x", name="x.txt")
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):  # its colour profile
        content = HTML(string=page).write_pdf(pdf_variant="pdf/a-3a", attachments=[attachment])

    assert [] == sorted(
        {
            "XMP claims ['3', 'A', None]",
            "XMP: the schema of PDF/UA is not described",
            "associated are other files than attached",
            "headings of levels [1, 3]",
            "a header without scope",
            "/Div in /L",
            "a figure without alternative text",
            "1 identifiers, 0 of them listed",
            "page 1: content hangs on nothing",
        }
        - {re.sub(r"content \d+", "content", line) for line in problems(content)}
    )


STYLE = paths.REPORTS / "templates" / "monthly" / "style.css"
COLOURS = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", STYLE.read_text(encoding="utf-8")))
GROUNDS = {"rule", "wash"}  # everything else is written with
AA = 4.5  # of text below 18 points, WCAG 2.1, 1.4.3


def luminance(colour: str) -> float:
    """Return the relative luminance by WCAG 2.1's definition."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_wcags() -> None:
    assert (21, 1) == (contrast("#000000", "#ffffff"), contrast("#777777", "#777777"))
    assert 4.47 < contrast("#777777", "#ffffff") < 4.48  # the well-known grey that just fails


@pytest.mark.parametrize("ink", sorted(set(COLOURS) - GROUNDS))
@pytest.mark.parametrize("ground", ["#ffffff", COLOURS["wash"]])
def test_every_ink_reads_on_its_ground(ink: str, ground: str) -> None:
    assert contrast(COLOURS[ink], ground) >= AA


def written() -> Iterator[tuple[str, str]]:
    """Yield file and colour of each text in the charts, and of each literal colour of the style."""
    for file in sorted((paths.REPORTS / "templates").rglob("*.html")):
        for tag in re.findall(r"<text\b[^>]*>", file.read_text(encoding="utf-8")):
            yield from ((file.name, colour) for colour in re.findall(r'fill="(#[^"]*)"', tag))
    for colour in re.findall(r"[{;]\s*color: (#[0-9a-f]{6})", STYLE.read_text(encoding="utf-8")):
        yield STYLE.name, colour


def test_texts_of_charts_and_margins_read_on_paper() -> None:
    found = set(written())

    assert 5 < len(found)
    assert [] == [(file, colour) for file, colour in found if contrast(colour, "#ffffff") < AA]


def test_numbers_read_on_every_step_of_the_heat_map() -> None:
    source = (paths.REPORTS / "templates/parts/heatmap.html").read_text(encoding="utf-8")
    fills, inks = (
        re.findall("#[0-9a-f]{6}", re.findall(rf"set {name} = (.*)%", source)[0])
        for name in ("fills", "inks")
    )

    assert min(contrast(ink, fill) for ink, fill in zip(inks, fills, strict=True)) >= AA
