"""The pages against the data: made again from the data, they must be the same."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

from vigie.errors import ReportError
from vigie.reporting import (
    Annex,
    Incident,
    NoticeFile,
    SummaryFile,
    annex_again,
    drawn_with,
    incident_again,
    made_again,
    notice_again,
    summary_again,
)
from vigie.templating import roots
from vigie.verifying.carried import Carried, Told
from vigie.verifying.checks import Check, judged
from vigie.verifying.container import Container

NUMBER = re.compile(r"\d(?:[\d.,:\u00a0\u202f-]*\d)?")
PDF: Any = pypdfium2.PdfDocument  # it has no types


def check_pages(file: Container, held: Carried, *, directory: Path) -> Check:
    """Return whether the pages show the data and nothing else.

    Where the same program, libraries, templates and fonts are here, byte for byte. Otherwise the
    numbers only, and the check says so.
    """
    try:
        again = _again(held.told, directory)
        ours = drawn_with(roots(directory), held.made)
    # The data are anybody's: a template may trip over anything in them.
    except (ReportError, ValueError, TypeError, LookupError, ArithmeticError) as error:
        return Check(name="pages", holds=False, says=f"cannot be made of the data: {error}")
    differing = sorted(name for name in ours if ours[name] != held.made_with.get(name))
    if differing:
        return _numbers_only(file, again, held.made_with, differing)
    return judged("pages", _exactly(file, again), well="byte for byte those of the data")


def _again(told: Told, directory: Path) -> bytes:
    match told:
        case Annex() as annex:
            return annex_again(annex, directory=directory)
        case Incident() as incident:
            return incident_again(incident, directory=directory)
        case SummaryFile() as overview:
            return summary_again(overview, directory=directory)
        case NoticeFile() as notice:
            return notice_again(notice, directory=directory)
        case report:
            return made_again(report["figures"], report["report"], directory=directory)


def _exactly(file: Container, again: bytes) -> Iterator[str]:
    rest = file.content[len(again) :]
    if not file.content.startswith(again):
        yield difference(again, file.content)
    elif rest and not file.signatures:
        yield f"{len(rest)} bytes were added behind its end"
    elif rest:
        yield from _seen(again, file.content)


def _seen(again: bytes, actual: bytes) -> Iterator[str]:
    """Yield the pages that a later addition changed: a seal must change none."""
    for number, (ours, theirs) in enumerate(zip_longest(_pictures(again), _pictures(actual)), 1):
        if ours != theirs:
            yield f"page {number} looks otherwise than the data give, since something was added"
    yield from _objects(again, actual)


def _pictures(content: bytes) -> Iterator[bytes]:
    document = PDF(content)
    try:
        for page in document:
            yield page.render(scale=1).to_numpy().tobytes()
    finally:
        document.close()


def difference(again: bytes, actual: bytes) -> str:
    """Return where two PDFs differ first: a word of a page, a file, or a byte."""
    return (
        next(_words(again, actual), None)
        or next(_objects(again, actual), None)
        or f"byte {_first(again, actual)} is not the one that the data give"
    )


def _first(ours: bytes, theirs: bytes) -> int:
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(ours), len(theirs)))


def _words(again: bytes, actual: bytes) -> Iterator[str]:
    pages = zip_longest(texts(again), texts(actual), fillvalue="")
    for number, (ours, theirs) in enumerate(pages, start=1):
        for expected, shown in zip_longest(ours.split(), theirs.split(), fillvalue="nothing"):
            if expected != shown:
                yield f"page {number} shows {shown[:60]}, the data give {expected[:60]}"


def texts(content: bytes) -> list[str]:
    """Return the text of each page."""
    document = PDF(content)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def _objects(again: bytes, actual: bytes) -> Iterator[str]:
    """Yield what is told besides the words: metadata, and what pictures say in words."""
    with pikepdf.open(io.BytesIO(again)) as ours, pikepdf.open(io.BytesIO(actual)) as theirs:
        for key in sorted({*ours.docinfo.keys(), *theirs.docinfo.keys()}):
            if str(ours.docinfo.get(key)) != str(theirs.docinfo.get(key)):
                yield f"metadata {key} is not what the data give"
        if bytes(_metadata(ours)) != bytes(_metadata(theirs)):
            yield "the XMP metadata are not what the data give"
        if _alternatives(ours) != _alternatives(theirs):
            yield "a text behind a picture is not what the data give"


def _metadata(pdf: pikepdf.Pdf) -> bytes:
    held = pdf.Root.get("/Metadata")
    return held.read_bytes() if isinstance(held, pikepdf.Stream) else b""


def _alternatives(pdf: pikepdf.Pdf) -> list[str]:
    keys = ("/Alt", "/ActualText", "/E")
    held = (one for one in pdf.objects if isinstance(one, pikepdf.Dictionary))
    return sorted(str(one[key]) for one in held for key in keys if key in one)


def _numbers_only(
    file: Container, again: bytes, made_with: Mapping[str, str], differing: Sequence[str]
) -> Check:
    drawn = ", ".join(f"{name} {made_with.get(name, 'unknown')[:12]}" for name in differing)
    why = f"it was made with {drawn}, which are not here, so numbers only"
    check = judged("pages", _numbers(file, again), well=f"every number is one of the data ({why})")
    return check if check.holds else Check(name="pages", holds=False, says=f"{check.says} ({why})")


def _numbers(file: Container, again: bytes) -> Iterator[str]:
    known: Counter[str] = Counter()
    for text in texts(again):
        known.update(NUMBER.findall(text))
    for number, text in enumerate(texts(file.content), start=1):
        known.update(str(page) for page in (number, file.pages))
        for shown in NUMBER.findall(text):
            if shown not in known:
                yield f"page {number} shows {shown[:60]}, which is no number of the data"
    with pikepdf.open(io.BytesIO(again)) as ours, pikepdf.open(io.BytesIO(file.content)) as theirs:
        for key in sorted(ours.docinfo.keys()):
            if _digits(ours, key) != _digits(theirs, key) and key not in {"/Creator", "/Producer"}:
                yield f"metadata {key} has other numbers than the data give"


def _digits(pdf: pikepdf.Pdf, key: str) -> list[str]:
    return NUMBER.findall(str(pdf.docinfo.get(key)))
