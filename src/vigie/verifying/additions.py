"""What follows a document's own bytes: the objects of a seal, and nothing else.

Whoever has a key of his own may put a stamp, a script or another file into the update that carries
his signature, which covers it; readers show it, and no page was changed.
"""

import io
from collections.abc import Iterator
from typing import Any, TypeAlias

import pikepdf

Number: TypeAlias = tuple[int, int]  # of an object, with its generation

CATALOGUE = {"/AcroForm", "/DSS", "/Extensions"}
FORM = {"/Fields", "/SigFlags"}
# No appearance, no action, no colour: nothing to see, and nothing that does anything.
FIELD = {"/F", "/FT", "/P", "/Rect", "/Subtype", "/T", "/TU", "/Type", "/V"}
SIGNATURE = {"/ByteRange", "/Contents", "/Filter", "/M", "/SubFilter", "/Type"}
STORE = {"/CRLs", "/Certs", "/OCSPs"}
STORED = {"/Filter", "/Length"}  # of a certificate, or of a list of revoked ones


def added(again: bytes, actual: bytes) -> Iterator[str]:
    """Yield what *actual* has, beside *again* with which it begins, that is no part of a seal."""
    with (
        pikepdf.open(io.BytesIO(again)) as ours,
        pikepdf.open(io.BytesIO(actual), suppress_warnings=True) as theirs,
    ):
        try:
            yield from _changes(ours, theirs)
            yield from _more(ours, theirs)
        # pikepdf passes on whatever its library meets in a broken object.
        except (pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError, RuntimeError):
            yield "what was added behind the report is no seal that can be read"
        if theirs.get_warnings():  # readers mend a damaged file each in another way
            yield "what was added behind the report is damaged"


def _changes(ours: pikepdf.Pdf, theirs: pikepdf.Pdf) -> Iterator[str]:
    """Yield what became of the objects of the document itself."""
    kept = ("/Info", "/Root")
    if [_number(ours.trailer[key]) for key in kept] != [
        _number(theirs.trailer[key]) for key in kept
    ]:
        yield "another catalogue was added"
    pages = {page.obj.objgen: number for number, page in enumerate(ours.pages, start=1)}
    for held in ours.objects:
        number = _number(held)
        now = theirs.get_object(number)
        if _shape(held) == _shape(now):
            continue
        if number == ours.Root.objgen:
            yield from _other(held, now, CATALOGUE, "the catalogue")
        elif number in pages:
            yield from _other(held, now, {"/Annots"}, f"page {pages[number]}")
            yield from _annotations(held, now, theirs, pages[number])
        else:
            yield f"object {number[0]} of the report was changed since something was added"


def _other(before: Any, now: Any, allowed: set[str], of: str) -> Iterator[str]:  # noqa: ANN401
    """Yield the keys of a dictionary that came, went or changed."""
    if not isinstance(now, pikepdf.Dictionary):
        yield f"{of} was taken away since something was added"
        return
    for key in sorted({*before.keys(), *now.keys()} - allowed):
        if _shape(before.get(key)) != _shape(now.get(key)):
            yield f"{of} has another {key[:40]} since something was added"
    for key in sorted(allowed & before.keys() - {"/Annots"}):
        yield f"{of} had {key} before"


def _annotations(
    before: Any,  # noqa: ANN401
    now: Any,  # noqa: ANN401
    theirs: pikepdf.Pdf,
    page: int,
) -> Iterator[str]:
    """Yield the annotations of a page that are no field of a seal."""
    own = [_shape(one, resolved=False) for one in before.get("/Annots", [])]
    fields = {_shape(one, resolved=False) for one in seal_fields(theirs)}
    found = list(now.get("/Annots", []))
    shapes = [_shape(one, resolved=False) for one in found]
    if shapes[: len(own)] != own:
        yield f"page {page} has other annotations since something was added"
    for one, shape in zip(found[len(own) :], shapes[len(own) :], strict=True):
        if shape not in fields:
            yield f"page {page} has an annotation that is no seal ({_kind(one)})"


def _more(ours: pikepdf.Pdf, theirs: pikepdf.Pdf) -> Iterator[str]:
    """Yield what is in the seal's objects, and which objects are none of it."""
    known = {_number(held) for held in ours.objects}
    allowed = {_number(held) for _, held, _ in _parts(theirs)}
    yield from strange(theirs)
    for held in theirs.objects:
        if _number(held) not in known | allowed and not _is_table(held):
            yield f"object {_number(held)[0]} was added and is no part of a seal ({_kind(held)})"


def strange(sealed: pikepdf.Pdf) -> Iterator[str]:
    """Yield what the objects of a seal have that a seal has not."""
    for what, held, keys in _parts(sealed):
        for key in sorted(_keys(held) - keys):
            yield f"the seal's {what} has {key[:40]}"
    for field in seal_fields(sealed):
        if max(map(float, field.get("/Rect", [])), default=0) > 0:
            yield "the seal's field is in sight"


def _parts(theirs: pikepdf.Pdf) -> Iterator[tuple[str, Any, set[str]]]:
    """Yield each dictionary of a seal, with the keys that it may have."""
    root: Any = theirs.Root
    if "/AcroForm" in root:
        yield "form", root.AcroForm, FORM
    for field in seal_fields(theirs):
        yield "field", field, FIELD
        yield "signature", field.V, SIGNATURE
    store = root.get("/DSS", {})
    if store:
        yield "store", store, STORE
    for key in STORE & set(store.keys()):
        yield from (("store", stream, STORED) for stream in store[key])


def seal_fields(sealed: pikepdf.Pdf) -> list[Any]:
    """Return the fields of the form of a file: those of its seals."""
    form: Any = sealed.Root.get("/AcroForm", {})
    return list(form.get("/Fields", []))


def _keys(held: Any) -> set[str]:  # noqa: ANN401 - any object
    if isinstance(held, pikepdf.Stream):
        return set(held.stream_dict.keys())
    return set(held.keys())


def _is_table(held: Any) -> bool:  # noqa: ANN401
    """Whether it is the table of objects, which tells where they are and is read for no more."""
    return isinstance(held, pikepdf.Stream) and held.get("/Type") == "/XRef"


def _kind(held: Any) -> str:  # noqa: ANN401
    named = isinstance(held, pikepdf.Stream | pikepdf.Dictionary)
    return (
        str(held.get("/Subtype", held.get("/Type", "of no kind")))[:40] if named else "of no kind"
    )


def _number(held: Any) -> Number:  # noqa: ANN401
    number: Number = held.objgen
    return number


def _shape(held: Any, *, resolved: bool = True) -> object:  # noqa: ANN401
    """Return what an object is, all of it but what it refers to."""
    if isinstance(held, pikepdf.Stream) and resolved:
        return held.stream_dict.unparse(resolved=True), held.read_raw_bytes()
    return held.unparse(resolved=resolved) if isinstance(held, pikepdf.Object) else held
