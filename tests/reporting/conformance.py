"""Our own checks of PDF/A-3a and PDF/UA-1: what pikepdf can read, and no more.

They are no validator: each yields one line for what breaks the rule that it names.
"""

import io
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pikepdf

CHILDREN = {  # ISO 32000-1, 14.8.4.3: what lists and tables may hold
    "/L": {"/LI", "/L", "/Caption"},
    "/LI": {"/Lbl", "/LBody"},
    "/Table": {"/TR", "/THead", "/TBody", "/TFoot", "/Caption"},
    "/THead": {"/TR"},
    "/TBody": {"/TR"},
    "/TFoot": {"/TR"},
    "/TR": {"/TH", "/TD"},
}
PARENTS = {"/LI": {"/L"}, "/LBody": {"/LI"}, "/Lbl": {"/LI"}, "/TR": CHILDREN["/Table"]} | {
    cell: {"/TR"} for cell in ("/TH", "/TD")
}
PAINTS = {"S", "s", "f", "f*", "B", "B*", "b", "b*", "sh", "Do", "Tj", "TJ", "'", '"'}
FORBIDDEN = {
    "/JS",
    "/JavaScript",
    "/AA",
    "/OpenAction",
    "/Launch",
    "/RichMedia",
    "/XFA",
    "/Encrypt",
}
SAME = {"/Title": "dc:title", "/Subject": "dc:description", "/Keywords": "pdf:Keywords"}

Found = Iterator[str]


def problems(content: bytes) -> list[str]:
    """Return what is wrong with a file; no line says that it conforms."""
    with pikepdf.open(io.BytesIO(content)) as document:
        return [line for check in CHECKS for line in check(document)]


def syntax(document: Any) -> Found:
    """Look as `qpdf --check` does: it is the same library."""
    yield from document.check_pdf_syntax()
    if document.is_encrypted:
        yield "encrypted"


def claims(document: Any) -> Found:
    packet = document.Root.Metadata.read_bytes().decode()
    with document.open_metadata() as xmp:
        told = [xmp.get(name) for name in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")]
        pairs = [(str(document.docinfo.get(key)), xmp.get(name)) for key, name in SAME.items()]
    if told != ["3", "A", "1"]:
        yield f"XMP claims {told}"
    if packet.count("</rdf:RDF>") != 1 or "http://www.aiim.org/pdfua/ns/id/</" not in packet:
        yield "XMP: the schema of PDF/UA is not described"
    yield from (f"XMP says {there!r}, info {here!r}" for here, there in pairs if here != there)


def catalog(document: Any) -> Found:
    root = document.Root
    if not root.MarkInfo.get("/Marked"):
        yield "not marked as tagged"
    if not str(root.get("/Lang", "")):
        yield "no language"
    if not (root.ViewerPreferences.get("/DisplayDocTitle") and str(document.docinfo["/Title"])):
        yield "the title is not shown"
    (intent,) = root.OutputIntents
    if (str(intent.S), int(intent.DestOutputProfile.N)) != ("/GTS_PDFA1", 3):
        yield "no output intent of three colours"
    if "/Outlines" not in root or not int(root.Outlines.Count):
        yield "no bookmarks"
    if "/ID" not in document.trailer:
        yield "no identifier"
    yield from (f"page {n}: tab order" for n, page in _numbered(document) if page.Tabs != "/S")


def _numbered(document: Any) -> Iterator[tuple[int, Any]]:
    yield from enumerate((page.obj for page in document.pages), start=1)


def actions(document: Any) -> Found:
    for one in document.objects:
        if isinstance(one, pikepdf.Dictionary):
            yield from (f"{key} in {one.objgen}" for key in FORBIDDEN & set(one.keys()))
            if one.get("/Type") == "/Annot" and not str(one.get("/Contents", one.get("/TU", ""))):
                yield f"annotation {one.objgen} has no description"


def fonts(document: Any) -> Found:
    for one in document.objects:
        held = dict(one) if isinstance(one, pikepdf.Dictionary) else {}
        described = held.get("/Type") == "/FontDescriptor"
        if described and not {"/FontFile2", "/FontFile3"} & set(held):
            yield f"{one.FontName} is not embedded"
        if held.get("/Subtype") == "/Type0" and "/ToUnicode" not in held:
            yield f"{one.BaseFont}: glyphs are no characters"


def attachments(document: Any) -> Found:
    names = [str(name) for name in document.Root.Names.EmbeddedFiles.Names[::2]]
    files = document.Root.Names.EmbeddedFiles.Names[1::2]
    if names != sorted(names):
        yield f"attachments are not sorted: {names}"
    if [one.objgen for one in files] != [one.objgen for one in document.Root.AF]:
        yield "associated are other files than attached"
    for one in files:
        if not {"/F", "/UF", "/Desc", "/AFRelationship"} <= set(one.keys()):
            yield f"{one.UF}: incomplete"
        if "/ModDate" not in one.EF.F.Params or "/Subtype" not in one.EF.F:
            yield f"{one.UF}: no date or no type"


def structure(document: Any) -> Found:
    levels = []
    for element, parent in _tree(document.Root.StructTreeRoot):
        kind, above = str(element.S), str(parent.get("/S"))
        if kind not in CHILDREN.get(above, {kind}) or above not in PARENTS.get(kind, {above}):
            yield f"{kind} in {above}"
        if element.P.objgen != parent.objgen:
            yield f"{kind} names another parent"
        if kind == "/TH" and element.A.get("/Scope") not in ("/Column", "/Row"):
            yield "a header without scope"
        if kind == "/Figure":
            yield from _figure(element)
        if kind[:2] == "/H" and kind[2:].isdigit():
            levels.append(int(kind[2:]))
    if levels[:1] != [1] or any(after > before + 1 for before, after in pairwise(levels)):
        yield f"headings of levels {levels}"
    yield from _identifiers(document.Root.StructTreeRoot)


def _tree(parent: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each element with its parent, in the order in which it is read."""
    kids = parent.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid, parent
            yield from _tree(kid)


def _figure(element: Any) -> Found:
    if not str(element.get("/Alt", "")).strip():
        yield "a figure without alternative text"
    left, bottom, right, top = (float(at) for at in element.A.BBox)
    width, height = (float(at) for at in element.Pg.MediaBox[2:])
    if not (0 <= left < right <= width and 0 <= bottom < top <= height):
        yield "a figure outside its page"


def _identifiers(root: Any) -> Found:
    used = sorted(bytes(one.ID) for one, _ in _tree(root) if "/ID" in one)
    listed = [bytes(name) for name in root.IDTree.Names[::2]] if "/IDTree" in root else []
    if used != listed:
        yield f"{len(used)} identifiers, {len(listed)} of them listed"


def marked_content(document: Any) -> Found:
    """What is painted is either an artifact or content that the structure tree holds."""
    root = document.Root.StructTreeRoot
    known = {one.objgen for one, _ in _tree(root)}
    parents = dict(
        zip(map(int, root.ParentTree.Nums[::2]), root.ParentTree.Nums[1::2], strict=True)
    )
    for number, page in _numbered(document):
        held = parents[int(page.StructParents)]
        for mcid in _painted(page):
            if mcid is None:
                yield f"page {number}: content is neither tagged nor an artifact"
            elif mcid >= 0 and (held[mcid] is None or held[mcid].objgen not in known):
                yield f"page {number}: content {mcid} hangs on nothing"


def _painted(page: Any) -> set[int | None]:
    """Return the content that is painted on; -1: an artifact, None: what is not marked at all."""
    marks: list[int | None] = []
    found: set[int | None] = set()
    instructions: Any = pikepdf.parse_content_stream(page)
    for operands, operator in instructions:
        name = str(operator)
        if name in ("BDC", "BMC"):
            marks.append(_mark(operands))
        elif name == "EMC":
            marks.pop()
        elif name in PAINTS:
            said = {mark for mark in marks if mark is not None}
            found.add(said.pop() if len(said) == 1 else None)  # two would contradict each other
    return found


def _mark(operands: Any) -> int | None:
    if operands[0] == "/Artifact":
        return -1
    return int(operands[1].MCID) if len(operands) > 1 and "/MCID" in operands[1] else None


CHECKS = (syntax, claims, catalog, actions, fonts, attachments, structure, marked_content)
