"""The pictures and fonts of a brand: are they what they should be, and harmless?"""

import io
import re
from collections.abc import Iterator
from functools import lru_cache
from math import isfinite
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.parsers import expat

KINDS = {".svg": "image/svg+xml", ".png": "image/png"}
MOST_LOGO = 128 * 1024  # it is in every report, twice
LESS = "a smaller file"
MOST_FONT = 32 * 2**20
MOST_PIXELS = 4000  # a side
SIGNS = "0123456789.,:%+-"  # of which figures consist
WIDEST = 720  # thousandths of an em: wider digits leave no room for words beside them
SIDES = 4
BOX = "write left, top, width and height: 0 0 200 50"

_FETCHED = re.compile(r"url\(\s*+['\"]?+(?!#)|@import", re.IGNORECASE)
_LENGTH = re.compile(r"\s*(\d+\.?\d*|\.\d+)\s*([a-z]{1,3}|%)?\s*|auto", re.IGNORECASE | re.ASCII)
_RUNS = {"script", "foreignObject", "iframe", "animate", "set", "handler"}
_WRITE = {
    "text": "turn its letters into paths",  # it would look otherwise where other fonts are
    "image": "write a PNG, or draw it in paths",
    "use": "save it without references",  # a few of them can become millions
    "marker": "draw its marks in paths",  # each point of each path has one, and its points too
}
_RESTRICTED = 0x0002  # fsType of OpenType: must not be embedded


def logo_problem(path: Path) -> str | None:
    """Return what is wrong with a logo, with what to do; None: nothing."""
    if path.suffix not in KINDS:
        return "is neither .svg nor .png (write a file of one of these)"
    told = _size_problem(path, MOST_LOGO, LESS)  # before it is read
    return told or picture_problem(KINDS[path.suffix], path.read_bytes())


def picture_problem(kind: str, content: bytes) -> str | None:
    """Return what is wrong with a picture of a media type; None: nothing."""
    if len(content) > MOST_LOGO:
        return _too_large(MOST_LOGO, LESS)
    return _svg_problem(content) if kind == KINDS[".svg"] else _png_problem(content)


def font_problem(path: Path, *, figures: bool) -> str | None:
    """Return what is wrong with a font, with what to do; *figures*: it must have digits."""
    if path.suffix not in {".otf", ".ttf"}:
        return "is neither .otf nor .ttf (write an OpenType font)"
    if told := _size_problem(path, MOST_FONT, "a subset of the font"):
        return told
    said = path.stat()
    # Reading a large font takes a tenth of a second, which each of a thousand reports would pay.
    return _font_problem(path, figures=figures, _state=(said.st_mtime_ns, said.st_size))


def digit_width(path: Path) -> int:
    """Return how wide a zero of the font is, in thousandths of an em; 0: it has none."""
    from fontTools.ttLib import TTFont  # with WeasyPrint

    with path.open("rb") as file, TTFont(file, lazy=True) as font:
        name = (font.getBestCmap() or {}).get(ord("0"))
        wide, em = font["hmtx"][name][0] if name else 0, getattr(font["head"], "unitsPerEm", 1000)
        return round(wide * 1000 / em)


def _size_problem(path: Path, most: int, write: str) -> str | None:
    if not path.is_file():
        return "does not exist (write a file beside brand.yaml, or below)"
    if path.stat().st_size > most:
        return _too_large(most, write)
    return None


def _too_large(most: int, write: str) -> str:
    return f"is larger than {most // 1024} KiB (write {write})"


def _svg_problem(content: bytes) -> str | None:
    if _declares_entities(content):  # a few of them can become gigabytes
        return "declares entities (save it as plain SVG)"
    try:
        root = ET.fromstring(content)  # noqa: S314 # it has no entities
    except ET.ParseError as error:
        return f"is not SVG: {error} (save it anew)"
    if _local(root.tag) != "svg":
        return "is not SVG: its root is another element (save it anew)"
    return next(_harms(root), None) or _shape_problem(root)


def _declares_entities(content: bytes) -> bool:
    """Ask the parser, which knows the encoding; it reads no further than there."""

    def found(*_: object) -> None:
        raise _EntityError

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = found
    try:
        parser.Parse(content, True)  # noqa: FBT003 - by position only
    except _EntityError:
        return True
    except expat.ExpatError:
        return False  # no SVG at all
    return False


class _EntityError(Exception):
    """The first one."""


def _harms(root: ET.Element) -> Iterator[str]:
    """Yield what a logo may not hold: what runs, what is fetched, and letters without a font."""
    for element in root.iter():
        name = _local(element.tag)
        if name in _RUNS:
            yield f"holds <{name}> (save it as a still picture, without scripts)"
        if name in _WRITE:
            yield f"holds <{name}> ({_WRITE[name]})"
        if name == "style" and _FETCHED.search("".join(element.itertext())):
            yield "fetches something in its style (put it into the file)"
        yield from _attribute_harms(element)


def _attribute_harms(element: ET.Element) -> Iterator[str]:
    for key, value in element.attrib.items():
        if _local(key).lower().startswith("on"):
            yield f"runs something, by {_local(key)} (save it without scripts)"
        if _local(key) in {"href", "src"} and not value.strip().startswith("#"):
            yield f"refers to {value.strip()[:60]} (put it into the file)"
        if _FETCHED.search(value):
            yield f"fetches something, by {_local(key)} (put it into the file)"


def _shape_problem(root: ET.Element) -> str | None:
    for side in ("width", "height"):
        if not _LENGTH.fullmatch(root.get(side, "auto")):
            return f"has a {side} that is no length (save it with a viewBox)"
    if "viewBox" in root.attrib:
        return None if _is_box(root.attrib["viewBox"]) else f"has no size by its viewBox ({BOX})"
    if {"width", "height"} <= root.attrib.keys():
        return None
    return "has no size (save it with a viewBox)"


def _is_box(written: str) -> bool:
    try:
        numbers = [float(one) for one in written.replace(",", " ").split()]
    except ValueError:
        return False
    return len(numbers) == SIDES and all(map(isfinite, numbers)) and min(numbers[2:]) > 0


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]


def _png_problem(content: bytes) -> str | None:
    from PIL import Image  # with WeasyPrint

    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            size = picture.size
            if max(size) <= MOST_PIXELS:
                picture.load()  # a broken one would stop every report
    except (OSError, ValueError, SyntaxError):
        return "is not a whole PNG (save it anew)"
    if max(size) > MOST_PIXELS:
        return f"is larger than {MOST_PIXELS} pixels a side (write a smaller picture)"
    return None


@lru_cache(maxsize=64)
def _font_problem(path: Path, *, figures: bool, _state: tuple[int, int]) -> str | None:
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with path.open("rb") as file, TTFont(file, lazy=True) as font:
            letters, licence = font.getBestCmap() or {}, getattr(font["OS/2"], "fsType", 0)
    except (TTLibError, OSError, KeyError, ValueError, AssertionError) as error:
        return f"is not a font: {' '.join(str(error).split())[:80]} (write an OpenType font)"
    if licence & _RESTRICTED:
        return "forbids to be embedded, and an archived file must embed it (write another font)"
    lacking = "".join(sign for sign in SIGNS if ord(sign) not in letters)
    if figures and lacking:
        return f"has no {lacking} (write a font with figures, this one under other_scripts)"
    if figures and digit_width(path) > WIDEST:
        return "has digits too wide for tables (write a narrower font)"
    return None
