"""From the brand of a catalogue to the one that a document is drawn with, and carries."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Literal, TypeAlias

from vigie.catalogue import (
    KINDS,
    Typeface,
    brand_as_written,
    digit_width,
    load_brand,
    picture_problem,
)
from vigie.catalogue import Brand as Written
from vigie.errors import CatalogueError, ReportError
from vigie.reporting.figures.brandrecords import OWN, SHIPPED, Brand, Font, Picture

Weight: TypeAlias = Literal[300, 400, 600, 700]
Face: TypeAlias = tuple[str, Weight, str]  # family, weight, file
WEIGHTS: dict[Literal["light", "regular", "semibold", "bold"], Weight] = {
    "light": 300,
    "regular": 400,
    "semibold": 600,
    "bold": 700,
}


def brand_of(directory: Path) -> Brand | None:
    """Return the brand of the catalogue in *directory*, with its logo; None where it has none.

    Raises:
        CatalogueError: what is wrong in brand.yaml, one line for each problem.
    """
    written = load_brand(directory)
    return _brand(written, directory / "reports") if written else None


def _brand(written: Written, folder: Path) -> Brand:
    logo = written.logo
    return Brand(
        name=written.name,
        main=written.colours.main or SHIPPED.main,
        second=written.colours.second,
        logo=_picture(folder / logo.file, logo.alt) if logo else None,
        fonts=tuple(_fonts(written, folder)),
        digit=digit_width(folder / written.font.regular) if written.font else SHIPPED.digit,
        footer=written.footer,
    )


def _picture(path: Path, alt: str) -> Picture:
    kind: Literal["image/svg+xml", "image/png"]
    kind = "image/svg+xml" if KINDS[path.suffix] == "image/svg+xml" else "image/png"
    return Picture(kind=kind, alt=alt, content=path.read_bytes())


def _fonts(written: Written, folder: Path) -> Iterator[Font]:
    for family, weight, file in _faces(written):
        yield Font(family=family, weight=weight, file=file, sha256=_digest(folder / file))


def _faces(written: Written) -> Iterator[Face]:
    if written.font:
        yield from _weights(OWN, written.font)
    # CSS knows no digits at the beginning of a word.
    for letter, typeface in zip("ABCD", written.other_scripts, strict=False):
        yield from _weights(f"{OWN} Other {letter}", typeface)


def _weights(family: str, typeface: Typeface) -> Iterator[Face]:
    for name, weight in WEIGHTS.items():
        file = getattr(typeface, name)
        if file is not None:
            yield family, weight, file


def at_hand(brand: Brand | None, folders: Sequence[Path]) -> Brand:
    """Return *brand* with those of its fonts that are in *folders*, byte for byte.

    None is the brand that is shipped.

    Raises:
        ReportError: no catalogue could have it; a report's own record of it is anybody's.
    """
    if brand is None:
        return SHIPPED
    _check_limits(brand)
    return replace(brand, fonts=tuple(font for font in brand.fonts if _is_there(font, folders)))


def _check_limits(brand: Brand) -> None:
    """Raise ReportError where no brand.yaml gives this *brand*: anything can be printed by one."""
    told = picture_problem(brand.logo.kind, brand.logo.content) if brand.logo else None
    if told:
        raise ReportError(f"the logo {told}")
    try:
        written = brand_as_written(_as_written(brand))
    except CatalogueError as error:
        raise ReportError(f"the brand's {error.problems[0]}") from error
    if not _gives(written, brand):
        raise ReportError("the brand is none that a brand.yaml gives")


def _gives(written: Written, brand: Brand) -> bool:
    """Whether *brand* is made as `_brand` makes it: texts stripped, families one after another."""
    texts = (written.name, written.footer, written.logo and written.logo.alt)
    fonts = [(font.family, font.weight, font.file) for font in brand.fonts]
    return (
        texts == (brand.name, brand.footer, brand.logo and brand.logo.alt)
        and fonts == [*_faces(written)]
        and (brand.digit == SHIPPED.digit or written.font is not None)
    )


def _as_written(brand: Brand) -> Mapping[str, object]:
    names = {weight: name for name, weight in WEIGHTS.items()}
    typefaces: dict[str, dict[str, str]] = {}
    for font in brand.fonts:
        typefaces.setdefault(font.family, {})[names[font.weight]] = font.file
    logo = {"file": "logo", "alt": brand.logo.alt} if brand.logo else None  # its name is not kept
    return {
        "name": brand.name,
        "colours": {"main": brand.main, "second": brand.second},
        "logo": logo,
        "font": typefaces.pop(OWN, None),
        "other_scripts": tuple(typefaces.values()),
        "footer": brand.footer,
    }


def _is_there(font: Font, folders: Sequence[Path]) -> bool:
    paths = (folder / font.file for folder in folders)
    first = next((path for path in paths if path.is_file()), None)  # as it will be fetched
    return first is not None and _digest(first) == font.sha256


def fonts_digest(brand: Brand, folders: Sequence[Path]) -> str:
    """Return the digest of the fonts that *brand* is drawn with here."""
    fonts = at_hand(brand, folders).fonts
    lines = (f"{font.family} {font.weight} {font.sha256}\n" for font in fonts)
    return sha256("".join(lines).encode()).hexdigest()


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
