"""Letters of names that the report's fonts have not."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from unicodedata import category

from vigie.reporting.figures.records import Figures


def lacking(figures: Figures, folders: Sequence[Path]) -> str:
    """Return, sorted, the letters of the names in *figures* that no font of *folders* has."""
    names = "".join(_names(figures))
    plain = {letter for letter in names if letter.isascii() or category(letter)[0] in "CZ"}
    wanted = set(names) - plain
    if not wanted:
        return ""
    fonts = [path for folder in folders for path in sorted((folder / "fonts").glob("*.[ot]tf"))]
    return "".join(sorted(wanted.difference(*(_letters(path) for path in fonts))))


def _names(figures: Figures) -> Iterator[str]:
    yield figures.contract.customer
    yield from figures.names.values()
    yield from (window.reason for window in figures.maintenance)
    yield from (window.reason for window in figures.contents.ahead)
    yield from (correction.reason for correction in figures.contents.corrections)


@lru_cache(maxsize=64)
def _letters(path: Path) -> frozenset[str]:
    from fontTools.ttLib import TTFont  # with WeasyPrint

    with TTFont(path, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap() or ()))
