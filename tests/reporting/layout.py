"""What every page of a document must keep, read from where its letters stand."""

import ctypes
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from unicodedata import bidirectional, combining

import pypdfium2

raw: Any = pypdfium2.raw  # it has no types
PDF: Any = pypdfium2.PdfDocument

# Points, from the style sheet; pypdfium2 tells font sizes in CSS pixels.
LEFT, RIGHT, TOP, BOTTOM = 51.0, 544.3, 774.0, 56.6
H2, H3, CELL = 18.67, 14.0, 11.33
HEADINGS, CELLS = (H2, H3), (CELL, 10.13)
SOFT = (0x55, 0x61, 0x6D)  # of the heads of tables
HAIR = 0.7  # glyphs of neighbours may touch, as kerning wants


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A glyph: where it stands, and how it is drawn."""

    at: int
    text: str
    left: float
    bottom: float
    right: float
    top: float
    base: float  # of its line: descenders reach below
    size: float
    font: str
    colour: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Line:
    """Letters on one baseline, or nearly so."""

    letters: Sequence[Letter]

    @property
    def text(self) -> str:
        return "".join(letter.text for letter in self.letters)

    @property
    def sizes(self) -> set[float]:
        return {letter.size for letter in self.letters}

    @property
    def is_heading(self) -> bool:
        return max(self.sizes) in HEADINGS and "Semi-Bold" in self.letters[0].font

    @property
    def is_head_of_table(self) -> bool:
        return all("Semi-Bold" in it.font and it.colour == SOFT for it in self.letters)


def texts(content: bytes) -> list[str]:
    """Return the text of each page, line by line."""
    return [
        "\n".join(line.rstrip() for line in page.get_textpage().get_text_bounded().splitlines())
        for page in PDF(content)
    ]


def problems(content: bytes) -> list[str]:
    """Return what is wrong on which page."""
    document = PDF(content)
    pages = [list(_letters(page)) for page in document]
    told = []
    for number, letters in enumerate(pages, start=1):
        found = [*_strange(letters), *_outside(letters), *_over(letters), *_ends(_body(letters))]
        found += _numbered(letters, number, len(pages))
        told += [f"page {number}: {one}" for one in found]
    return told


def _letters(page: Any) -> Iterator[Letter]:
    text = page.get_textpage()
    colour, name, flags = [ctypes.c_uint() for _ in range(4)], _buffer(), ctypes.c_int()
    x, y = ctypes.c_double(), ctypes.c_double()
    for at in range(text.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(text, at))
        if letter.isspace() or not letter.isprintable():
            continue
        left, bottom, right, top = text.get_charbox(at)
        raw.FPDFText_GetCharOrigin(text, at, x, y)
        raw.FPDFText_GetFillColor(text, at, *colour)
        raw.FPDFText_GetFontInfo(text, at, name, len(name), flags)
        yield Letter(
            at=at, text=letter, left=left, bottom=bottom, right=right, top=top,
            base=y.value,
            size=round(raw.FPDFText_GetFontSize(text, at), 2),
            font=name.value.decode(),
            colour=(colour[0].value, colour[1].value, colour[2].value),
        )  # fmt: skip


def _buffer() -> Any:
    return ctypes.create_string_buffer(80)


def _strange(letters: Sequence[Letter]) -> Iterator[str]:
    """Yield letters in fonts of this system, which others have not."""
    odd = [it for it in letters if it.font and "Report" not in it.font]
    if odd:
        yield f"in {odd[0].font}: {''.join(it.text for it in odd)[:60]}"


def _outside(letters: Sequence[Letter]) -> Iterator[str]:
    out = [it for it in letters if it.left < LEFT - 1 or it.right > RIGHT + 1]
    if out:
        yield f"beside the margins: {''.join(it.text for it in out)[:60]}"


def _over(letters: Sequence[Letter]) -> Iterator[str]:
    """Yield letters that stand on others; those of one word may touch."""
    near: dict[tuple[int, int], list[Letter]] = defaultdict(list)
    for letter in letters:
        for spot in _spots(letter):
            near[spot].append(letter)
    pairs = (pair for group in near.values() for pair in combinations(group, 2))
    seen = {(one.at, other.at) for one, other in pairs if _meet(one, other)}
    known = {letter.at: letter.text for letter in letters}
    if seen:
        some = sorted(seen)[:8]
        yield f"letters on others: {' '.join(known[a] + known[b] for a, b in some)}"


def _joins(letter: Letter) -> bool:
    """Whether it is drawn into its neighbours: Arabic, and marks above others."""
    return bool(combining(letter.text)) or bidirectional(letter.text) in {"AL", "R", "NSM"}


def _spots(letter: Letter) -> Iterator[tuple[int, int]]:
    if _joins(letter):
        return
    for x in range(int(letter.left // 12), int(letter.right // 12) + 1):
        for y in range(int(letter.bottom // 12), int(letter.top // 12) + 1):
            yield x, y


def _meet(one: Letter, other: Letter) -> bool:
    if other.at - one.at == 1 or (one.left, one.right) == (other.left, other.right):
        return False  # a ligature is drawn once, for each of its letters
    wide = min(one.right, other.right) - max(one.left, other.left)
    high = min(one.top, other.top) - max(one.bottom, other.bottom)
    return wide > HAIR and high > HAIR


def _body(letters: Sequence[Letter]) -> list[Line]:
    """Return the lines between running heads and feet, from the top."""
    inside = sorted((it for it in letters if BOTTOM < it.base < TOP), key=lambda it: -it.base)
    lines: list[list[Letter]] = []
    for letter in inside:
        if lines and lines[-1][0].base - letter.base < 2:
            lines[-1].append(letter)
        else:
            lines.append([letter])
    return [Line(sorted(line, key=lambda it: it.left)) for line in lines]


def _ends(lines: Sequence[Line]) -> Iterator[str]:
    """Yield a heading or a table's head with nothing below, and rows without a head."""
    if not lines:
        yield "is empty"
        return
    first, last = lines[0], lines[-1]
    if last.is_heading or last.is_head_of_table:
        yield f"ends with a heading: {last.text[:60]}"
    if first.sizes <= set(CELLS) and not first.is_head_of_table:
        yield f"begins in the middle of a table, without its head: {first.text[:60]}"


def _numbered(letters: Sequence[Letter], number: int, count: int) -> Iterator[str]:
    foot = "".join(it.text for it in letters if it.top < BOTTOM and it.left > RIGHT - 80)
    if [int(found) for found in re.findall(r"\d+", foot)] != [number, count]:
        yield f"says {foot!r} instead of {number} of {count}"
