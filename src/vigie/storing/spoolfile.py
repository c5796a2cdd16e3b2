"""The file format of the spool: what a record looks like on disk, and reading it back.

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
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from vigie.errors import NewerSpoolError, SpoolError
from vigie.probing import Attempt, BlindEdge, Result

VERSION = 2
SUFFIX = ".jsonl"
BAD = ".bad"
TEMPORARY = ".tmp"
HALF_WRITTEN = timedelta(hours=1)  # since when no writer can be at work on it
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)

Record = Result | BlindEdge
Line = dict[str, Any]  # one decoded record: JSON's own types, still unchecked

_PLAIN = [f.name for f in fields(Attempt) if f.name not in {"started", "certificate_expires"}]


def encode(record: Record) -> bytes:
    """Return *record* as one line of JSON."""
    line = _edge(record) if isinstance(record, BlindEdge) else _result(record)
    return _encode(_without_nulls(line))


def _edge(edge: BlindEdge) -> Line:
    return {
        "location": edge.location,
        "at_us": to_us(edge.at),
        "blind": edge.blind,
        "why": edge.why,
    }


def _result(result: Result) -> Line:
    return {
        "endpoint": result.endpoint,
        "location": result.location,
        "at_us": to_us(result.at),
        "outcome": result.outcome,
        "reason": result.reason,
        "lag_us": result.lag_us,
        "attempts": [_attempt(attempt) for attempt in result.attempts],
    }


def _encode(line: Line) -> bytes:
    try:
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:  # half a surrogate pair, in the words of a target
        return json.dumps(line, separators=(",", ":")).encode() + b"\n"


def _attempt(attempt: Attempt) -> Line:
    line = {name: getattr(attempt, name) for name in _PLAIN}
    line["started_us"] = to_us(attempt.started)
    if attempt.certificate_expires:
        line["certificate_expires_us"] = to_us(attempt.certificate_expires)
    return _without_nulls(line)


def _without_nulls(line: Line) -> Line:
    return {key: value for key, value in line.items() if value is not None}


def to_us(instant: datetime) -> int:
    """Return whole microseconds since 1970; exact, unlike a float timestamp."""
    return (instant - EPOCH) // _US


def from_us(microseconds: int) -> datetime:
    """Return the aware UTC instant of *microseconds* since 1970."""
    # Not all as microseconds: that takes twice as long.
    return EPOCH + timedelta(0, microseconds // 1_000_000, microseconds % 1_000_000)


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


def decode(line: bytes) -> Line:
    """Return one record, still unchecked; raises ValueError where it is no JSON."""
    try:
        decoded: Line = orjson.loads(line)
    except orjson.JSONDecodeError:  # half a surrogate pair, or torn
        decoded = json.loads(line)
    return decoded


def _check_header(path: Path, header: Line, results: int) -> None:
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
