"""The texts of a file that no page shows: behind pictures and links, of bookmarks and metadata."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from unicodedata import normalize

import pikepdf

NUMBER = re.compile(r"\d(?:[\d.,:\u00a0\u202f-]*\d)?")
KEYS = ("/Alt", "/ActualText", "/E", "/URI")
TAG = re.compile(r"<[^>]*>")
LEAF = re.compile(r">\s*([^<\s][^<]*)<")
NAMED = re.compile(r"[A-Za-z_][\w.-]*:[A-Za-z_][\w.-]*")
# They name library and program with their versions, as the manifest does.
MAKERS = re.compile(r"pdf:Producer=\"WeasyPrint [\w.]+\"|<xmp:CreatorTool>Vigie [\w.+]+<")


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The texts of a file that no page shows, sorted."""

    pictures: list[str]
    bookmarks: list[str]
    metadata: str  # in XMP


def behind(pdf: pikepdf.Pdf) -> Behind:
    """Return the texts of *pdf* that no page shows."""
    pictures, bookmarks, own = [], [], pdf.trailer.Info.objgen
    for held in dictionaries(pdf):
        pictures += [str(held[key]) for key in KEYS if key in held]
        if held.get("/Subtype") == "/Link" and "/Contents" in held:
            pictures.append(str(held.Contents))
        if "/Title" in held and held.objgen != own:
            bookmarks.append(str(held.Title))
    metadata = pdf.Root.Metadata.read_bytes().decode()
    return Behind(pictures=sorted(pictures), bookmarks=sorted(bookmarks), metadata=metadata)


def dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Yield every dictionary of a file, of streams and inside of others too."""
    for held in pdf.objects:
        waiting: list[Any] = [held]
        while waiting:
            one = waiting.pop()
            if isinstance(one, pikepdf.Stream | pikepdf.Dictionary):
                yield one
                waiting.extend(_inside(value for _, value in one.items()))
            elif isinstance(one, pikepdf.Array):
                waiting.extend(_inside(one))


def _inside(values: Iterable[Any]) -> Iterator[Any]:
    return (one for one in values if isinstance(one, pikepdf.Object) and not one.is_indirect)


def differing(mine: Behind, other: Behind) -> Iterator[str]:
    """Yield which texts are others, where the same words are at hand."""
    pairs = {
        "pictures": (mine.pictures, other.pictures),
        "bookmarks": (mine.bookmarks, other.bookmarks),
        "metadata": (LEAF.findall(mine.metadata), LEAF.findall(other.metadata)),
    }
    for name, (expected, found) in pairs.items():
        if expected != found:
            yield f"the texts of {name} are not those that the data give"
    yield from _metadata(mine.metadata, other.metadata)


def telling_more(mine: Behind, other: Behind, ours: str, shown: str) -> Iterator[str]:
    """Yield which texts tell what the data do not give, however somebody worded them.

    *ours* and *shown* are the words of the pages; a bookmark repeats what a page shows, where
    that can be read.
    """
    known = _numbers([ours, *mine.pictures, *mine.bookmarks])
    for what, texts in (("picture", other.pictures), ("bookmark", other.bookmarks)):
        for one in sorted(_numbers(texts) - known):
            yield f"the text of a {what} tells {one[:60]}, which is no number of the data"
    pages = _squeezed(shown)
    for title in other.bookmarks:
        if shown and title not in mine.bookmarks and _squeezed(title) not in pages:
            yield f"no page shows what a bookmark says: {title[:60]}"
    yield from _metadata(mine.metadata, other.metadata)


def _numbers(texts: Iterable[str]) -> set[str]:
    return {number for text in texts for number in NUMBER.findall(text)}


def _squeezed(text: str) -> str:
    """Return the letters and digits: a page may show a heading in capitals, or broken."""
    return "".join(filter(str.isalnum, normalize("NFKC", text).casefold()))


def _metadata(mine: str, other: str) -> Iterator[str]:
    """Compare names and numbers of XMP as text: what no parser is asked cannot mislead one."""
    if "\0" in other or "<!" in other or other.count("<?") != mine.count("<?"):
        yield "the XMP metadata are no such that a report has"
    for name in sorted(_names(other) - _names(mine)):
        yield f"the XMP metadata have {name[:40]}, which no report has"
    known = _numbers([mine])
    for number in sorted(_numbers([unescape(MAKERS.sub("", other))]) - known):
        yield f"the XMP metadata tell {number[:60]}, which the data do not give"


def _names(xmp: str) -> set[str]:
    return {name for tag in TAG.findall(xmp) for name in NAMED.findall(tag)}
