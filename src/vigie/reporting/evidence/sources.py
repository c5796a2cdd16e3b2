"""What draws the pages of a report: the program, its libraries, its templates and fonts."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from vigie.reporting.evidence.branding import fonts_digest
from vigie.reporting.evidence.engine import engine
from vigie.reporting.figures.evidencerecords import Made, Written
from vigie.reporting.words import LOCALES, resolve

SHARED = ("parts", "monthly")  # templates of which every document takes some


def drawn_with(folders: Sequence[Path], made: Made | Written) -> Mapping[str, str]:
    """Return what the pages depend on besides the figures: equal sources draw equal pages."""
    brand, spoken = made.brand, resolve(made.language)  # a file's own record is anybody's
    return engine() | {
        "templates": _digest(_drawn(folders, made.document)),
        "words": _digest([("report.po", LOCALES / spoken / "report.po")]),
        "fonts": _digest(_found(folders, "fonts")),
        **({"brand fonts": fonts_digest(brand, folders)} if brand and brand.fonts else {}),
    }


def _drawn(folders: Sequence[Path], document: str) -> Iterator[tuple[str, Path]]:
    for name in dict.fromkeys((document, *SHARED)):
        yield from _found(folders, f"templates/{name}")


def _found(folders: Sequence[Path], name: str) -> Iterator[tuple[str, Path]]:
    """Yield name and path of the files of a folder, the user's instead of the shipped ones."""
    files: dict[str, Path] = {}
    for folder in folders:
        for path in sorted((folder / name).rglob("*")):
            if path.is_file():
                files.setdefault(path.relative_to(folder).as_posix(), path)
    yield from sorted(files.items())


def _digest(files: Iterator[tuple[str, Path]] | list[tuple[str, Path]]) -> str:
    held = sha256()
    for name, path in files:
        held.update(f"{name} {sha256(path.read_bytes()).hexdigest()}\n".encode())
    return held.hexdigest()
