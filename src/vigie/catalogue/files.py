"""Which files make a catalogue, and the documents in them."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vigie.catalogue.problems import Problem
from vigie.catalogue.yaml import Document, read

_SUFFIXES = {".yaml", ".yml"}
_FOLDERS = ("probes", "reports/calendars", "reports/plans", "reports/contracts")
_ROTA = ("reports/rota.yaml", "reports/rota.yml")
_BRAND = ("reports/brand.yaml", "reports/brand.yml")

FileState = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The documents of one folder."""

    documents: tuple[Document, ...]
    complete: bool  # False: a file, or a part of one, could not be read


def read_folder(path: Path, problems: list[Problem]) -> Folder:
    """Return the documents of all YAML files in *path* and its subfolders, in order of name.

    A folder that is not there has none.
    """
    return read_files(_files(path), problems)


def read_files(files: Iterable[Path], problems: list[Problem]) -> Folder:
    """Return the documents of *files*."""
    documents: list[Document] = []
    complete = True
    for file in files:
        found, whole = read(file, str(file), problems)
        documents.extend(found)
        complete &= whole
    return Folder(documents=tuple(documents), complete=complete)


def file_state(directory: Path) -> FileState:
    """Return what differs from itself once any file of the catalogue in *directory* changed."""
    folders = [directory / name for name in _FOLDERS]
    there = [(str(folder),) for folder in folders if folder.is_dir()]
    alone = [*rota_files(directory), *brand_files(directory)]
    files = [*(file for folder in folders for file in _files(folder)), *alone]
    return frozenset([*there, *map(_state, files)])


def rota_files(directory: Path) -> list[Path]:
    """Return the files of *directory* that hold its rota; more than one is a mistake."""
    return _there(directory, _ROTA)


def brand_files(directory: Path) -> list[Path]:
    """Return the files of *directory* that hold its brand; more than one is a mistake."""
    return _there(directory, _BRAND)


def _there(directory: Path, names: Iterable[str]) -> list[Path]:
    # A link to nowhere is a file that cannot be read, which must not go unsaid.
    return [directory / name for name in names if os.path.lexists(directory / name)]


def _state(file: Path) -> tuple[str, ...]:
    try:
        said = file.stat()
    except FileNotFoundError:  # a link to nowhere, or just removed
        return (str(file),)
    # A file that is moved over another one may be as old and as long.
    numbers = (said.st_mtime_ns, said.st_size, said.st_dev, said.st_ino)
    return (str(file), *map(str, numbers))


def _files(path: Path) -> Iterator[Path]:
    for file in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
        # A link to nowhere is a file that cannot be read, which must not go unsaid.
        if file.suffix in _SUFFIXES and not hidden and (file.is_file() or file.is_symlink()):
            yield file
