"""PDF/A-3a and PDF/UA-1 in one file: what WeasyPrint 70 leaves open is mended before the bytes.

Each step names the rule that asks for it; `tests/reporting/test_archival.py` holds them all.
"""

from collections.abc import Iterator
from typing import Any

import pydyf

# pydyf has no types.
_Array: Any = pydyf.Array
_Dictionary: Any = pydyf.Dictionary

PX = 0.75  # points of a CSS pixel

# A PDF/A file may only use XMP schemas that it knows or describes (ISO 19005-3, 6.6.2.3).
_UA = b"""<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Which part of ISO 14289 is followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
"""
_END = b"</rdf:RDF>"

Element = dict[str, Any]
Elements = dict[bytes, Element]  # by reference


def claim_both(document: Any) -> None:  # noqa: ANN401 - WeasyPrint has no types
    """Let *document* say PDF/UA-1 beside the variant that it is written as."""
    generate = document.metadata.generate_rdf_metadata

    def both(variant: str, version: int, conformance: str) -> bytes:
        rdf: bytes = generate(variant, version, conformance)
        return rdf.replace(_END, _UA + _END)

    document.metadata.generate_rdf_metadata = both


def finish(_document: object, pdf: Any) -> None:  # noqa: ANN401 - pydyf has no types
    """Mend the tags and attachments of *pdf*: WeasyPrint's `finisher`."""
    objects = {one.reference: one for one in pdf.objects}
    root = objects[pdf.catalog["StructTreeRoot"]]
    elements = dict(_tree(root, objects))
    for element in elements.values():
        kind = element["S"]
        if kind == "/TH":
            element["A"]["Scope"] = _scope(element, elements)
        elif kind == "/Figure":
            _place(element, objects)
        elif kind == "/Div" and _parent(element, elements) == "/L":
            _item(element, objects)
    _name_headers(pdf, root, elements)
    _set_margins_apart(pdf, objects, elements)
    _sort_attachments(pdf, objects)


def _tree(root: Element, objects: Elements) -> Iterator[tuple[bytes, Element]]:
    """Yield what the structure tree holds; elements of margin boxes hang on nothing."""
    waiting = list(root["K"])
    while waiting:
        reference = waiting.pop()
        element = objects.get(reference, {}) if isinstance(reference, bytes) else {}
        if "S" in element:
            yield reference, element
            waiting.extend(element["K"])


def _parent(element: Element, elements: Elements) -> str:
    return str(elements.get(element["P"], {}).get("S"))


def _scope(header: Element, elements: Elements) -> str:
    """Return whose header it is (ISO 14289-1, 7.5): a table's head has those of columns."""
    row = elements[header["P"]]
    beside = {elements[kid]["S"] for kid in row["K"] if kid in elements}
    return "/Row" if "/TD" in beside and _parent(row, elements) != "/THead" else "/Column"


def _place(figure: Element, objects: Elements) -> None:
    """Give a figure's box in points from the page's lower left corner (ISO 32000-1, 14.8.5.4)."""
    left, top, right, bottom = figure["A"]["BBox"]
    height = objects[figure["Pg"]]["MediaBox"][3]
    box = (left * PX, height - bottom * PX, right * PX, height - top * PX)
    figure["A"]["BBox"] = _Array(float(f"{at:.3f}") for at in box)


def _item(group: Any, objects: Elements) -> None:  # noqa: ANN401 - a pydyf.Dictionary
    """Make `<div><dt><dd></div>` one item of its list, the term its label (14.8.4.3.3)."""
    bodies = [kid for item in group["K"] for kid in objects[item]["K"]]
    group["S"] = "/LI"
    group["K"] = _Array(bodies)
    for number, body in enumerate(bodies):
        objects[body]["P"] = group.reference
        if number == 0 and len(bodies) > 1:
            objects[body]["S"] = "/Lbl"


def _name_headers(pdf: Any, root: Element, elements: Elements) -> None:  # noqa: ANN401
    """List the identifiers of header cells, sorted (ISO 32000-1, 14.7.2: required)."""
    named = sorted((one["ID"].data, key) for key, one in elements.items() if "ID" in one)
    if named:
        tree = _Dictionary({"Names": _Array(held for pair in named for held in pair)})
        pdf.add_object(tree)
        root["IDTree"] = tree.reference


def _set_margins_apart(pdf: Any, objects: Elements, elements: Elements) -> None:  # noqa: ANN401
    """Mark running headers and footers as artifacts (ISO 14289-1, 7.8): nobody reads them twice."""
    parents = objects[objects[pdf.catalog["StructTreeRoot"]]["ParentTree"]]["Nums"]
    for page, marked in zip(pdf.page_references, parents[1::2], strict=False):
        outside = {n for n, reference in enumerate(marked) if reference not in elements}
        _as_artifacts(objects[objects[page]["Contents"]], outside)
        marked[:] = [b"null" if n in outside else held for n, held in enumerate(marked)]


def _as_artifacts(content: Any, outside: set[int]) -> None:  # noqa: ANN401 - a pydyf.Stream
    stream = content.stream
    for at, token in enumerate(stream):
        if isinstance(token, dict) and token.get("MCID") in outside:
            stream[at - 1 : at + 1] = ["/Artifact", _Dictionary({"Type": "/Pagination"})]


def _sort_attachments(pdf: Any, objects: Elements) -> None:  # noqa: ANN401
    """Sort the names, as a name tree must be, and name each file once among the associated."""
    names = pdf.catalog.get("Names", {}).get("EmbeddedFiles")
    if not names:
        return
    held = objects[names]["Names"]
    pairs = sorted(zip(held[::2], held[1::2], strict=True), key=lambda pair: pair[0].data)
    held[:] = [part for pair in pairs for part in pair]
    pdf.catalog["AF"] = _Array(reference for _, reference in pairs)
