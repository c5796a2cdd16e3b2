"""The SQL that Python runs, by name, from `sql/queries/*.sql`."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from vigie import paths

_NAME = re.compile(r"^-- name: (\w+)[ \t]*\n", re.MULTILINE)


def query(name: str) -> str:
    """Return the text of the query *name*. An unknown name is a mistake of ours: `KeyError`."""
    return _library(paths.SQL / "queries")[name]


@cache
def _library(folder: Path) -> dict[str, str]:
    """Return every named query of *folder*; two of one name are a mistake of ours."""
    library: dict[str, str] = {}
    for file in sorted(folder.glob("*.sql")):
        for name, text in _split(file.read_text(encoding="utf-8")):
            if name in library:
                raise ValueError(f"{file}: two queries are named {name}")
            library[name] = text
    return library


def _split(text: str) -> Iterator[tuple[str, str]]:
    _, *parts = _NAME.split(text)
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        yield name, body.strip()
