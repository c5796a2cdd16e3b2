"""Which files make a catalogue, and the documents in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vigie.catalogue.problems import Problem
from vigie.catalogue.yaml import Document, read

_SUFFIXES = {".yaml", ".yml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The documents of one folder."""

    documents: tuple[Document, ...]
    complete: bool  # False: a file, or a part of one, could not be read


def read_folder(path: Path, problems: list[Problem]) -> Folder:
    """Return the documents of all YAML files in *path* and its subfolders, in order of name.

    A folder that is not there has none.
    """
    documents: list[Document] = []
    complete = True
    for file in _files(path):
        found, whole = read(file, str(file), problems)
        documents.extend(found)
        complete &= whole
    return Folder(documents=tuple(documents), complete=complete)


def _files(path: Path) -> Iterator[Path]:
    for file in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
        # A link to nowhere is a file that cannot be read, which must not go unsaid.
        if file.suffix in _SUFFIXES and not hidden and (file.is_file() or file.is_symlink()):
            yield file
