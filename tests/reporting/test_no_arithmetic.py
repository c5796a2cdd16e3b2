"""Percentages are computed in SQL alone: nothing in Python or in a template makes one."""

import re
from pathlib import Path

import pytest

from vigie import paths

ARITHMETIC = re.compile(
    r"""
    [*/]\s*\(?100(?:\.0*)?\b        # x * 100, x / 100
    | \b100(?:\.0*)?\s*[*/]         # 100 * x
    | \b100\s*-                     # 100 - x
    | \bround\(\s*(?!min|float|height)   # only coordinates are rounded
    | \|\s*round\b                  # Jinja's filter
    | format_percent
    | :\.\d*%\}                     # f"{x:.2%}"
    """,
    re.VERBOSE,
)
SOURCE = Path(__file__).parents[2] / "src/vigie"
# It computes the figures again because it must not trust the SQL.
EXEMPT = SOURCE / "verifying"
PYTHON = sorted(
    path
    for folder in ("reporting", "watching", "analysis", "verifying")
    for path in (SOURCE / folder).rglob("*.py")
    if not path.is_relative_to(EXEMPT)
)
TEMPLATES = sorted(path for path in (paths.REPORTS / "templates").rglob("*") if path.is_file())


@pytest.mark.parametrize("path", [*PYTHON, *TEMPLATES], ids=lambda path: path.name)
def test_no_file_computes_a_percentage(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()

    found = [line for line in lines if ARITHMETIC.search(line)]

    assert [] == found


@pytest.mark.parametrize(
    "line",
    [
        "share = used / total * 100",
        "share = 100 * used / total",
        "lost = 100 - available",
        "{{ (a / b)|round(2) }}",
        "format_percent(x)",
        'f"{x:.2%}"',
    ],
)
def test_the_search_finds_percentages(line: str) -> None:
    assert ARITHMETIC.search(line)
