"""Pages that something drew which is not here: other templates, libraries or fonts."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pikepdf

from vigie.errors import ReportError
from vigie.reporting import Availability, Formats, foreign, translated
from vigie.verifying.behind import NUMBER
from vigie.verifying.carried import Carried, walk
from vigie.verifying.checks import Check, judged
from vigie.verifying.container import Container
from vigie.verifying.texts import texts, texts_of
from vigie.verifying.unseen import unseen

# These draw words and choose none.
LAYOUT = {
    *("brand fonts", "fontconfig", "fonts", "fonttools", "harfbuzz", "pango", "pillow", "qpdf"),
    *("system fonts", "zlib"),
}
MOST = 5  # names that are told of what drew a page
MAKERS = {"/Creator": r"Vigie [\w.+]{1,20}", "/Producer": r"WeasyPrint [\w.]{1,20}"}
VERDICTS = {
    "met": "Met",
    "missed": "Missed",
    "not_provable": "Not provable",
    "running": "So far",
    "not_applicable": "Not applicable",
    "not_measurable": "Not measurable",
}


async def drawn_elsewhere(
    file: Container, held: Carried, again: bytes, differing: Sequence[str]
) -> Check:
    """Return what can be said of pages that something drew which is not here.

    What it was is told by the file itself, which anybody may have made: this holds at no time.
    """
    return await _judged(file, held, again, differing, why=_with(held, differing))


def _with(held: Carried, differing: Sequence[str]) -> str:
    known = held.made_with  # what it tells comes first: earlier manifests told less
    first = sorted(differing, key=lambda name: name not in known)[:MOST]
    told = [f"{name} {known.get(name, 'unknown')[:12]}" for name in first]
    more = f" and {len(differing) - MOST} more" if len(differing) > MOST else ""
    return f"drawn with {', '.join(told)}{more}, which are not here"


async def drawn_with_system_fonts(
    file: Container, held: Carried, again: bytes, letters: str
) -> Check:
    """Return the same of pages with *letters* that each system takes from fonts of its own."""
    why = f"has letters ({letters[:12]}) that come from fonts of the system, which may be others"
    return await _judged(file, held, again, ["system fonts"], why=why)


def strangers(held: Carried, again: bytes, folders: Sequence[Path]) -> str:
    """Return the letters of the data and of their pages that no font of the report has."""
    told = held.told
    parts = (told["figures"], told["report"]) if isinstance(told, dict) else (told,)
    data = (value for part in parts for _, value in walk(part, "") if isinstance(value, str))
    return foreign("".join([*data, *texts(again)]), folders, held.made.brand)


async def _judged(
    file: Container, held: Carried, again: bytes, differing: Sequence[str], *, why: str
) -> Check:
    try:
        shown, ours = await texts_of(file.content), texts(again)
    except ReportError as error:
        return Check(name="pages", holds=False, says=f"{error} ({why})")
    problems = [*_numbers(file, ours, shown), *_dated(file, again)]
    readable = "brand fonts" not in differing  # the text of an unknown font may not be
    if readable:
        problems += _headline(held, ours, shown)
    words = {"ours": ours, "shown": shown if readable else ()}
    is_worded = LAYOUT.issuperset(differing)
    problems += unseen(again, file.content, **words, is_worded=is_worded)
    if problems:
        return judged("pages", [*problems, why], well="")
    says = f"{why}; every number of the extracted text occurs in the data, but neither words nor"
    says += " places were compared; glyphs and drawings were not looked at"
    return Check(name="pages", holds=None, says=says)


def _headline(held: Carried, ours: Sequence[str], shown: Sequence[str]) -> Iterator[str]:
    """Compare what the first page says first: figure, target and verdict.

    Of words only those that our own templates show: others may leave out the rest.
    """
    if not isinstance(held.told, dict) or not ours or not shown:
        return
    of, made = held.told["figures"].availability, held.told["report"]
    formats = Formats(made.language, made.timezone)
    verdicts = {key: translated(word, made.language) for key, word in VERDICTS.items()}
    first, text = _spaced(ours[0]), _spaced(" ".join(shown))
    expected = [formats.decimals(one) for one in (of.percent, of.target) if one is not None]
    # Others' templates may call it as the data do.
    own = verdicts.get(of.verdict, verdicts["not_applicable"])
    said = verdicts.get(_standing(of), own)
    if said != own:
        del verdicts["not_applicable"]
    for one in [*expected, said]:
        if one in first and one not in text and (one != said or own not in text):
            yield f"no page shows {one}, which the data give"
    for verdict in verdicts.values():
        found = re.compile(rf"(?<!\w){re.escape(verdict)}(?!\w)")
        if found.search(_spaced(shown[0])) and not found.search(first):
            yield f"page 1 shows {verdict}, which the data do not give"


def _standing(of: Availability) -> str:
    """Return the verdict as pages put it: what was agreed, but not measured, has a word."""
    unmeasured = of.percent is None and of.target is not None
    return "not_measurable" if unmeasured and of.verdict == "not_applicable" else of.verdict


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _numbers(file: Container, ours: Sequence[str], shown: Sequence[str]) -> Iterator[str]:
    known: Counter[str] = Counter()
    for text in ours:
        known.update(NUMBER.findall(text))
    for number, text in enumerate(shown, start=1):
        known.update(str(page) for page in (number, file.pages))
        for one in NUMBER.findall(text):
            if one not in known:
                yield f"page {number} shows {one[:60]}, which is no number of the data"


def _dated(file: Container, again: bytes) -> Iterator[str]:
    """Yield the metadata that tell other numbers."""
    with pikepdf.open(io.BytesIO(again)) as ours, pikepdf.open(io.BytesIO(file.content)) as theirs:
        for key in sorted(ours.docinfo.keys()):
            if key not in MAKERS and _digits(ours, key) != _digits(theirs, key):
                yield f"metadata {key} has other numbers than the data give"
        for key, known in MAKERS.items():
            if not re.fullmatch(known, str(theirs.docinfo.get(key))):
                yield f"metadata {key} is not what the data give"


def _digits(pdf: pikepdf.Pdf, key: str) -> list[str]:
    return NUMBER.findall(str(pdf.docinfo.get(key)))
