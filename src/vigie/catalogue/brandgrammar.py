"""The shape of a brand: how documents show whose they are.

Documents carry it, and their record of it is held to the same limits: a stricter one would refuse
what was drawn before.
"""

import re
from typing import Annotated

from pydantic import Field, PlainValidator

from vigie.catalogue.model import Model
from vigie.catalogue.scalars import refusal, text_shape
from vigie.catalogue.words import shown

READABLE = 4.5  # WCAG 2.2, 1.4.3: the contrast of text, level AA
DARK = 0.04045  # IEC 61966-2-1: up to here sRGB is linear

_COLOUR = r"^#[0-9a-fA-F]{6}$"
# Such a name needs no quoting in CSS, nor in a URL.
_FILE = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$"


def _colour(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(_COLOUR, value):
        return value.lower()
    raise refusal(f"{shown(value)} is not a colour", '"#1d4f73"')


def _of_text(value: object) -> str:
    """Return a colour in which small text can be read on white."""
    colour = _colour(value)
    ratio = contrast_on_white(colour)
    if ratio >= READABLE:
        return colour
    cut = f"{int(ratio * 10) / 10:.1f}"  # 4.49 is not 4.5
    what = f"{colour} has a contrast of {cut}:1 on white, and text needs {READABLE}:1"
    raise refusal(what, f'"{_darkened(colour)}", or a darker one')


def contrast_on_white(colour: str) -> float:
    """Return the contrast ratio of WCAG 2.2 between *colour* and white, 1 to 21."""
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _linear(part: float) -> float:
    return part / 12.92 if part <= DARK else float(((part + 0.055) / 1.055) ** 2.4)


def _darkened(colour: str) -> str:
    """Return the lightest colour of the same hue in which text can be read."""
    shades = (tuple(part * n // 256 for part in _parts(colour)) for n in range(256, -1, -1))
    texts = (f"#{bytes(shade).hex()}" for shade in shades)
    return next(text for text in texts if contrast_on_white(text) >= READABLE)


def is_file_name(name: str) -> bool:
    """Return whether *name* is a path below the directory of the brand."""
    return bool(re.fullmatch(_FILE, name))


def _file(value: object) -> str:
    if isinstance(value, str) and is_file_name(value):
        return value
    outside = isinstance(value, str) and (value.startswith("/") or ".." in value.split("/"))
    if outside:
        raise refusal(f"{shown(value)} is outside the directory of this file", _likely(value))
    what = f"{shown(value)} is not a path of plain letters, digits, dots, - and _"
    raise refusal(what, _likely(value))


def _likely(value: object) -> str:
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", str(value).rpartition("/")[2]).lstrip(".-")
    return f"brand/{name or 'logo.svg'}"


def _line(most: int) -> PlainValidator:
    """Return the check of a text that stays on one line of the page."""

    def line(value: object) -> str:
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise refusal(f"{shown(value)} is not a text of one line", "Example Hosting Ltd")
        if len(value) > most:
            raise refusal(f"has {len(value)} characters, and the page {most}", "a shorter text")
        return value.strip()

    return PlainValidator(line)


File = Annotated[str, PlainValidator(_file), text_shape(_FILE, "brand/logo.svg")]
Colour = Annotated[str, PlainValidator(_colour), text_shape(_COLOUR, "#1d4f73")]
TextColour = Annotated[str, PlainValidator(_of_text), text_shape(_COLOUR, "#1d4f73")]


Name = Annotated[str, _line(60), text_shape(r"^.{1,60}$", "Example Hosting Ltd")]
Alt = Annotated[str, _line(100), text_shape(r"^.{1,100}$", "Example Hosting")]
Footer = Annotated[str, _line(110), text_shape(r"^.{1,110}$", "Example Hosting Ltd, London")]


class Colours(Model):
    """Two colours; what was met or missed keeps its own."""

    main: TextColour | None = Field(
        None, description="headings, and what was used of a budget; as readable as text must be"
    )
    second: Colour | None = Field(None, description="lines, never text")


class Logo(Model):
    """A picture at the head of the first page."""

    file: File = Field(examples=["brand/logo.svg"], description="SVG or PNG")
    alt: Alt = Field(
        examples=["Example Hosting"], description="what it shows, for those who do not see it"
    )


class Typeface(Model):
    """A font in its weights; those that are not given are drawn in the nearest one."""

    regular: File = Field(examples=["brand/Ours-Regular.otf"], description="OpenType")
    bold: File | None = None
    light: File | None = None
    semibold: File | None = None


class Brand(Model):
    """The file reports/brand.yaml: whose documents these are."""

    name: Name | None = Field(
        None, examples=["Example Hosting Ltd"], description="the provider's, as it is printed"
    )
    logo: Logo | None = None
    colours: Colours = Colours()
    font: Typeface | None = Field(None, description="instead of Source Sans 3")
    other_scripts: tuple[Typeface, ...] = Field(
        (), max_length=4, description="for letters that the font has not, such as Japanese ones"
    )
    footer: Footer | None = Field(None, examples=["Example Hosting Ltd, 1 High Street, London"])

    @property
    def typefaces(self) -> tuple[Typeface, ...]:
        """Return its fonts, its own first."""
        return (*([self.font] if self.font else []), *self.other_scripts)
