"""The pages against the data: made again from the data, they must be the same."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pikepdf

from vigie.errors import ReportError
from vigie.reporting import (
    Annex,
    Incident,
    Made,
    NoticeFile,
    SummaryFile,
    Written,
    annex_again,
    drawn_with,
    incident_again,
    made_again,
    notice_again,
    open_workers,
    summary_again,
)
from vigie.templating import roots
from vigie.verifying.additions import added
from vigie.verifying.carried import Carried, Told
from vigie.verifying.checks import Check, judged
from vigie.verifying.container import Container, inflate
from vigie.verifying.elsewhere import drawn_elsewhere, drawn_with_system_fonts, strangers
from vigie.verifying.texts import texts, texts_of


async def check_pages(file: Container, held: Carried, *, directory: Path) -> Check:
    """Return whether the pages show the data and nothing else.

    Where the same program, libraries, templates and fonts are here, byte for byte. Otherwise they
    are not checked, but for a number that the data do not have; so are letters of system fonts.
    """
    try:
        again, ours = await _drawn_again(held, directory)
    except ReportError as error:
        # Of the limits of a worker, too: no template is to blame for what the data ask of it.
        why = str(error).removesuffix(" (correct the template)")
        return Check(name="pages", holds=False, says=f"cannot be made of the data: {why}")
    differing = sorted(name for name in ours if ours[name] != held.made_with.get(name))
    if differing:
        return await drawn_elsewhere(file, held, again, differing)
    if not file.content.startswith(again) and (letters := strangers(held, again, roots(directory))):
        return await drawn_with_system_fonts(file, held, again, letters)
    problems = await _exactly(file, again)
    return judged("pages", problems, well="byte for byte those of the data")


async def _drawn_again(held: Carried, directory: Path) -> tuple[bytes, Mapping[str, str]]:
    """Return the PDF of data that are anybody's, and what drew it, within a worker's limits."""
    async with open_workers(quiet=True) as workers:
        again = await workers.draw(partial(_again, held.told, directory))
        ours = await workers.draw(partial(_sources, held.made, directory))
    return again, json.loads(ours)


def _sources(made: Made | Written, directory: Path) -> bytes:
    return json.dumps(dict(drawn_with(roots(directory), made))).encode()


def _again(told: Told, directory: Path) -> bytes:
    try:
        return _made_of(told, directory)
    # A template may trip over anything in them.
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise ReportError(str(error)) from error


def _made_of(told: Told, directory: Path) -> bytes:
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


async def _exactly(file: Container, again: bytes) -> Sequence[str]:
    if not file.content.startswith(again):
        return [await difference(again, file.content)]
    rest = len(file.content) - len(again)
    if rest and not file.signatures:
        return [f"{rest} bytes were added behind its end"]
    return list(added(again, file.content)) if rest else ()


async def difference(again: bytes, actual: bytes) -> str:
    """Return where two PDFs differ first: a word of a page, a file, or a byte."""
    try:
        shown = await texts_of(actual)
    except ReportError as error:
        return str(error)
    return (
        next(_words(texts(again), shown), None)
        or next(_objects(again, actual), None)
        or f"byte {_first(again, actual)} is not the one that the data give"
    )


def _first(ours: bytes, theirs: bytes) -> int:
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(ours), len(theirs)))


def _words(again: Sequence[str], actual: Sequence[str]) -> Iterator[str]:
    for number, (ours, theirs) in enumerate(zip_longest(again, actual, fillvalue=""), start=1):
        for expected, shown in zip_longest(ours.split(), theirs.split(), fillvalue="nothing"):
            if expected != shown:
                yield f"page {number} shows {shown[:60]}, the data give {expected[:60]}"


def _objects(again: bytes, actual: bytes) -> Iterator[str]:
    """Yield what differs besides the words, what people see first: files, strokes, metadata."""
    with pikepdf.open(io.BytesIO(again)) as ours, pikepdf.open(io.BytesIO(actual)) as theirs:
        yield from _files(ours, theirs)
        for number, (mine, other) in enumerate(zip(ours.pages, theirs.pages, strict=False), 1):
            if _drawn(mine) != _drawn(other):
                yield f"page {number} is drawn otherwise than the data give"
        for key in sorted({*ours.docinfo.keys(), *theirs.docinfo.keys()}):
            if str(ours.docinfo.get(key)) != str(theirs.docinfo.get(key)):
                yield f"metadata {key} is not what the data give"
        if _alternatives(ours) != _alternatives(theirs):
            yield "a text behind a picture is not what the data give"
        # Last: whatever saves a PDF writes these in its own way.
        if bytes(_metadata(ours)) != bytes(_metadata(theirs)):
            yield "the XMP metadata are not what the data give"


def _files(ours: pikepdf.Pdf, theirs: pikepdf.Pdf) -> Iterator[str]:
    mine, other = _attached(ours), _attached(theirs)
    changed = sorted(name for name in {*mine, *other} if mine.get(name) != other.get(name))
    if changed:
        yield f"files in it are not what the data give: {', '.join(changed)[:200]}"


def _attached(pdf: pikepdf.Pdf) -> dict[str, bytes]:
    return {name: inflate(held.obj.EF.F) for name, held in pdf.attachments.items()}


def _drawn(page: pikepdf.Page) -> bytes:
    """Return the instructions of a page."""
    held: Any = page.obj.get("/Contents")
    streams = held if isinstance(held, pikepdf.Array) else [held]
    return b"\n".join(inflate(one) for one in streams if isinstance(one, pikepdf.Stream))


def _metadata(pdf: pikepdf.Pdf) -> bytes:
    held = pdf.Root.get("/Metadata")
    return held.read_bytes() if isinstance(held, pikepdf.Stream) else b""


def _alternatives(pdf: pikepdf.Pdf) -> list[str]:
    keys = ("/Alt", "/ActualText", "/E")
    held = (one for one in pdf.objects if isinstance(one, pikepdf.Dictionary))
    return sorted(str(one[key]) for one in held for key in keys if key in one)
