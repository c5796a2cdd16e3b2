"""Letters of names that the report's fonts have not."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from unicodedata import category

from vigie.reporting.documents.noticerecords import MaintenanceNotice
from vigie.reporting.documents.summaryrecords import Summary
from vigie.reporting.evidence.branding import at_hand, brand_of
from vigie.reporting.figures.brandrecords import Brand
from vigie.reporting.figures.records import Figures
from vigie.templating import roots


def lacking(found: Figures | Summary | MaintenanceNotice, directory: Path, *others: str) -> str:
    """Return, sorted, the letters of the names in *found*, and of *others*, that no font has.

    Those are the shipped ones, and those of the catalogue in *directory* and of its brand.
    """
    names = "".join([*_names(found), *others])
    return foreign(names, roots(directory), brand_of(directory)) if _wanted(names) else ""


def foreign(text: str, folders: Sequence[Path], brand: Brand | None) -> str:
    """Return, sorted, the letters of *text* that come from no font of *folders* or of *brand*."""
    wanted = _wanted(text)
    if not wanted:
        return ""
    return "".join(sorted(wanted.difference(*map(_letters, _fonts(folders, brand)))))


def _wanted(text: str) -> set[str]:
    return {one for one in set(text) if not (one.isascii() or category(one)[0] in "CZ")}


def _fonts(folders: Sequence[Path], brand: Brand | None) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((folder / "fonts").glob("*.[ot]tf"))
    for font in at_hand(brand, folders).fonts:
        yield next(folder / font.file for folder in folders if (folder / font.file).is_file())


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
