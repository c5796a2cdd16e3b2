"""How documents show whose they are, with all that their pages need of it but the fonts."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

OWN, HOUSE = "Report", "Report House"  # families; SVG names the first
SHIPPED_DIGIT = 497
ROOM = 530  # as wide as digits may be before they meet those of the next column
SCRIPTS = ("Report Arabic", "Report Hebrew")

# A report's own record of it is anybody's, and what is in it stands in a style sheet.
Colour = Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")]
File = Annotated[str, Meta(pattern="^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$")]
Digit = Annotated[int, Meta(ge=200, le=720, description="width of a zero, thousandths of an em")]
Family = Annotated[str, Meta(pattern="^Report( Other [A-D])?$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A logo, whole."""

    kind: Literal["image/svg+xml", "image/png"]
    alt: str
    content: bytes  # in JSON base64

    @property
    def url(self) -> str:
        """Return it as a `data:` URL."""
        return f"data:{self.kind};base64,{b64encode(self.content).decode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Font:
    """One weight of a font; its file is too large to be carried."""

    family: Family
    weight: Literal[300, 400, 600, 700]
    file: File  # below reports/
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Name, colours, logo, fonts and footer; without a brand.yaml those that are shipped."""

    name: str | None = None
    main: Colour = "#1d4f73"
    second: Colour | None = None  # None: lines are grey
    logo: Picture | None = None
    fonts: tuple[Font, ...] = ()
    digit: Digit = SHIPPED_DIGIT
    footer: str | None = None

    @property
    def house(self) -> str:
        """Return the family of the shipped font: its own name, unless another one takes that."""
        return HOUSE if any(font.family == OWN for font in self.fonts) else OWN

    def points(self, size: float) -> str:
        """Return the size at which its letters take the place that the shipped ones have."""
        return f"{size * min(1, ROOM / self.digit):.4g}"

    @property
    def families(self) -> str:
        """Return every family in the order in which a letter is looked for, as CSS and SVG want."""
        others = [font.family for font in self.fonts]
        return ",".join(dict.fromkeys((OWN, self.house, *SCRIPTS, *others)))


SHIPPED = Brand()
