"""What a file has beside its pages: scripts, notes, bookmarks, texts behind pictures, metadata.

Readers run them, show them or read them aloud whatever drew the pages, so they are compared where
pages cannot be: other templates may word them otherwise, and none tells other numbers.
"""

import io
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import pikepdf

from vigie.verifying.additions import CATALOGUE, seal_fields, strange
from vigie.verifying.behind import behind, dictionaries, differing, telling_more

RUNS = {"/AA", "/JS", "/OpenAction", "/XFA"}
# A link may go to a place or an address, and nothing else.
DOES = {
    *("/GoTo3DView", "/GoToDp", "/GoToE", "/GoToR", "/Hide", "/ImportData", "/JavaScript"),
    *("/Launch", "/Movie", "/Named", "/Rendition", "/ResetForm", "/RichMediaExecute"),
    *("/SetOCGState", "/Sound", "/SubmitForm", "/Thread", "/Trans"),
}
LINK = {
    *("/A", "/BS", "/Border", "/Contents", "/Dest", "/F", "/P", "/Rect", "/StructParent"),
    *("/Subtype", "/Type"),
}


def unseen(
    again: bytes, actual: bytes, *, ours: Sequence[str], shown: Sequence[str], is_worded: bool
) -> Iterator[str]:
    """Yield what *actual* has beside its pages that the data do not give; *again* is drawn of them.

    *ours* and *shown* are the words of the pages of both. *is_worded*: what words them is here,
    so that texts must be the same; otherwise their numbers must occur in the data.
    """
    with (
        pikepdf.open(io.BytesIO(again)) as mine,
        pikepdf.open(io.BytesIO(actual), suppress_warnings=True) as other,
    ):
        try:
            yield from _more(mine, other)
            yield from strange(other)
            yield from _notes(other)
            if is_worded:
                yield from differing(behind(mine), behind(other))
            else:
                yield from telling_more(
                    behind(mine), behind(other), " ".join(ours), " ".join(shown)
                )
        # pikepdf passes on whatever its library meets in a broken object.
        except (pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError, RuntimeError):
            yield "what it has beside its pages cannot be read"


def _more(mine: pikepdf.Pdf, other: pikepdf.Pdf) -> Iterator[str]:
    """Yield what the file can do, and which parts it has, that no report has."""
    yield from _keys("the catalogue", other.Root, {*mine.Root.keys(), "/Outlines", *CATALOGUE})
    yield from _keys("the catalogue's /Names", other.Root.Names, set(mine.Root.Names.keys()))
    yield from _keys("the metadata", other.docinfo, set(mine.docinfo.keys()))
    known = set(chain.from_iterable(page.obj.keys() for page in mine.pages)) | {"/Annots"}
    for number, page in enumerate(other.pages, start=1):
        yield from _keys(f"page {number}", page.obj, known)
    held = list(dictionaries(other))
    for what in sorted(set(chain.from_iterable(map(_does, held)))):
        yield f"it does something when it is read or clicked ({what})"
    if sum(one.get("/Type") == "/Filespec" for one in held) != len(other.attachments):
        yield "a file is in it that is no attachment"


def _does(held: Any) -> set[str]:  # noqa: ANN401 - a dictionary
    return {str(held.get("/S"))} & DOES or RUNS & set(held.keys())


def _keys(of: str, held: Any, known: set[str]) -> Iterator[str]:  # noqa: ANN401 - a dictionary
    for key in sorted(set(held.keys()) - known - RUNS):  # these are told wherever they are
        yield f"{of} has {key[:40]}, which no report has"


def _notes(other: pikepdf.Pdf) -> Iterator[str]:
    """Yield the annotations that are neither links nor fields of a seal."""
    fields = {field.objgen for field in seal_fields(other)}
    for number, page in enumerate(other.pages, start=1):
        for one in list(page.obj.get("/Annots", [])):
            if one.is_indirect and one.objgen in fields:
                continue
            if one.get("/Subtype") != "/Link" or set(one.keys()) - LINK:
                yield f"page {number} has an annotation that is no link ({one.get('/Subtype')})"
