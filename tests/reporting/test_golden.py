"""Each odd document is as it was looked at, and every page of it keeps the laws of layout.

`VIGIE_RENEW_GOLDEN=1 .venv/bin/pytest tests/reporting/test_golden.py` renews the texts: look at
the pages before you commit them. `VIGIE_GOLDEN_PDF=DIR` leaves the files there.
"""

import os
from pathlib import Path

import pytest
from tests.reporting.layout import problems, texts
from tests.reporting.odd import DOCUMENTS, NOW, NOWHERE

from vigie import __version__
from vigie.reporting.drawing.pdf import render
from vigie.templating import roots

GOLDEN = Path(__file__).parent / "golden"
ROWS = "".join(f"<tr><td>row {n}</td></tr>" for n in range(40))
STYLE = """<style>
@font-face { font-family: A; font-weight: 400; src: url(asset:fonts/SourceSans3-Regular.ttf); }
@font-face { font-family: A; font-weight: 600; src: url(asset:fonts/SourceSans3-Semibold.ttf); }
@page { size: A4; margin: 24mm 18mm 20mm; @bottom-right { content: counter(page) " of 9"; } }
html { font: 400 9.5pt A; } h2 { font-size: 14pt; font-weight: 600; }
td { font-size: 8.5pt; height: 8mm; }
</style>"""


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.usefixtures("no_warnings")
def test_an_odd_document_is_as_it_was_looked_at(name: str, tmp_path: Path) -> None:
    content = DOCUMENTS[name](tmp_path)
    path, told = GOLDEN / f"{name}.txt", _told(content)
    if os.environ.get("VIGIE_RENEW_GOLDEN"):
        path.write_text(told, encoding="utf-8")
    if folder := os.environ.get("VIGIE_GOLDEN_PDF"):
        Path(folder, f"{name}.pdf").write_bytes(content)

    assert [] == problems(content)
    # A difference that is meant: run the command above, look, and commit the file.
    assert path.read_text(encoding="utf-8").splitlines() == told.splitlines()


def _told(content: bytes) -> str:
    pages = (f"--- {number}\n{text}\n" for number, text in enumerate(texts(content), start=1))
    return "".join(pages).replace(f"Vigie {__version__}", "Vigie VERSION")


def test_each_law_would_be_broken_loudly() -> None:
    pages = """<p style="white-space: nowrap; text-indent: 150mm">over the margin by far</p>
        <p>under <span style="margin-left: -8mm">another</span></p>
        <h2>Orphan</h2><p style="break-before: page">next</p>"""
    html = f'<html lang="en"><title>x</title>{STYLE}{pages}<table>{ROWS}</table>'
    content = render(html, folders=roots(NOWHERE), attached=(), created=NOW)

    told = "\n".join(problems(content))

    assert "page 1: beside the margins: " in told
    assert "page 1: letters on others: " in told
    assert "page 1: ends with a heading: Orphan" in told
    assert "page 1: says '1of9' instead of 1 of 3" in told
    assert "page 3: begins in the middle of a table, without its head: row" in told
