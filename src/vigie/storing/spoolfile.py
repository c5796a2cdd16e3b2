"""The file format of the spool: writing and reading it, and what a file is called when.

A file is complete or absent. Its first line is a header, each further line one record: a
result, or an edge of a span in which its location was blind (since version 2)::

    {"vigie":"spool","version":2,"results":3}
    {"endpoint":"api-health","location":"paris","at_us":1795315020000000,"outcome":"up", ...}
    {"endpoint":"shop-home","location":"paris","at_us":1795315021000000,"outcome":"down", ...}
    {"location":"paris","at_us":1795315022000000,"blind":true,"why":"references that ..."}

Keys, not ids: a spool fits any database that has the catalogue. Instants are whole microseconds
since 1970 in UTC and end in `_us`, as durations do. What is null is left out. Names sort by age.
"""

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from vigie.errors import NewerSpoolError, SpoolError

VERSION = 2
SUFFIX = ".jsonl"
BAD = ".bad"
TEMPORARY = ".tmp"
HALF_WRITTEN = timedelta(hours=1)  # since when no writer can be at work on it


def write(path: Path, lines: Sequence[bytes]) -> None:
    """Make *path* exist with *lines*, on disk for good; raises OSError and leaves nothing."""
    temporary = path.with_suffix(TEMPORARY)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write_through(temporary, [_header(len(lines)), *lines])
        temporary.rename(path)
        sync_directory(path.parent)
    except OSError:
        temporary.unlink(missing_ok=True)  # a full disk needs the room
        raise


def _header(results: int) -> bytes:
    return f'{{"vigie":"spool","version":{VERSION},"results":{results}}}\n'.encode()


def _write_through(path: Path, lines: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.write(b"".join(lines))
        file.flush()
        os.fsync(file.fileno())


def sync_directory(directory: Path) -> None:
    """Make renames and removals in *directory* durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> list[bytes]:
    """Return the records of *path*, a line each, still undecoded.

    Raises NewerSpoolError where only a newer program can tell, SpoolError where they are not whole.
    """
    try:
        header, *lines = path.read_bytes().splitlines()
        _check_header(path, json.loads(header), len(lines))
    except (ValueError, TypeError, KeyError) as error:
        raise SpoolError(f"{path}: is not a whole spool file ({error})") from error
    return lines


def _check_header(path: Path, header: dict[str, Any], results: int) -> None:
    if header["vigie"] != "spool":
        raise ValueError("no spool header")
    if header["version"] > VERSION:
        version = header["version"]
        raise NewerSpoolError(
            f"{path}: was written by a newer Vigie (spool version {version}, this one reads"
            f" {VERSION}; ship it with the newer program)"
        )
    if header["results"] != results:
        raise ValueError(f"{results} results where the header says {header['results']}")


def is_newer(path: Path) -> bool:
    """Whether only a newer program can read *path*."""
    try:
        read(path)
    except NewerSpoolError:
        return True
    except SpoolError:
        return False  # not whole: who ships it says so
    return False


def pending(directory: Path) -> list[Path]:
    """Return the complete files of *directory*, oldest first; none when it does not exist."""
    return sorted(directory.glob(f"*{SUFFIX}"))


def set_aside(path: Path) -> Path:
    """Rename *path* so that it is never read again, and never lost; return its new name."""
    return path.rename(path.with_name(path.name + BAD))


def move(path: Path, folder: Path) -> Path:
    """Move *path* to *folder*, which is made where it is missing; return its new name."""
    folder.mkdir(exist_ok=True)
    return path.rename(folder / path.name)


def sweep(directory: Path, now: datetime) -> None:
    """Remove what writers that were killed left half-written: nobody was told that it is kept."""
    for path in directory.glob(f"*{TEMPORARY}"):
        with suppress(FileNotFoundError):
            if now - datetime.fromtimestamp(path.stat().st_mtime, UTC) > HALF_WRITTEN:
                path.unlink()
