"""Letters of names that the report's fonts have not."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from unicodedata import category

from vigie.reporting.documents.noticerecords import MaintenanceNotice
from vigie.reporting.documents.summaryrecords import Summary
from vigie.reporting.evidence.branding import brand_of
from vigie.reporting.figures.records import Figures
from vigie.templating import roots


def lacking(found: Figures | Summary | MaintenanceNotice, directory: Path, *others: str) -> str:
    """Return, sorted, the letters of the names in *found*, and of *others*, that no font has.

    Those are the shipped ones, and those of the catalogue in *directory* and of its brand.
    """
    names = "".join([*_names(found), *others])
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


def _names(found: Figures | Summary | MaintenanceNotice) -> Iterator[str]:
    match found:
        case Summary():
            yield from found.names.values()
            yield from (one.name for one in found.shared)
            yield from (window.reason for window in found.broken)
        case MaintenanceNotice():
            yield from (found.customer, found.reason, *found.essential, *found.other, *found.proof)
            yield from (event.reason for event in found.events)
        case Figures():
            yield from _names_of_report(found)


def _names_of_report(figures: Figures) -> Iterator[str]:
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
