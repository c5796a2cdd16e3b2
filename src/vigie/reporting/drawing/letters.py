"""Letters of names that the report's fonts have not."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from unicodedata import category

from vigie.reporting.evidence.branding import brand_of
from vigie.reporting.figures.records import Figures
from vigie.templating import roots


def lacking(figures: Figures, directory: Path) -> str:
    """Return, sorted, the letters of the names in *figures* that no font of a report has.

    Those are the shipped ones, and those of the catalogue in *directory* and of its brand.
    """
    names = "".join(_names(figures))
    plain = {letter for letter in names if letter.isascii() or category(letter)[0] in "CZ"}
    wanted = set(names) - plain
    if not wanted:
        return ""
    return "".join(sorted(wanted.difference(*map(_letters, _fonts(directory)))))


def _fonts(directory: Path) -> Iterator[Path]:
    for folder in roots(directory):
        yield from sorted((folder / "fonts").glob("*.[ot]tf"))
    brand = brand_of(directory)
    for font in brand.fonts if brand else ():
        yield directory / "reports" / font.file


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
