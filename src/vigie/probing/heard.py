"""What an application told by its beats, and the small files that keep it.

One file for each endpoint, replaced as a whole and on disk before the beat is answered::

    {"vigie":"beat","version":1,"ended_us":1795315020000000,"failed":true,"code":3}

Instants are whole microseconds since 1970 in UTC; what is not known is left out.
"""

import json
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

VERSION = 1
CODE_MAX = 255  # the greatest exit code
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One beat: a start, or an end that went well or not."""

    starts: bool = False
    failed: bool = False
    code: int | None = None  # the exit code, where one was told


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an application told last."""

    ended: datetime | None = None  # its newest end, aware UTC
    failed: bool = False  # how that was
    code: int | None = None
    started: datetime | None = None  # a start without an end since


def signal_of(word: str | None) -> Signal | None:
    """Return what the last word of a beat's address says; None for a word that says nothing."""
    if word is None:
        return Signal()
    if word in ("start", "fail"):
        return Signal(starts=word == "start", failed=word == "fail")
    if word.isascii() and word.isdigit() and len(word) <= len(str(CODE_MAX)):
        code = int(word)
        return Signal(failed=code > 0, code=code) if code <= CODE_MAX else None
    return None


def after(heard: Heard, signal: Signal, at: datetime) -> Heard:
    """Return what is known once *signal* came."""
    if signal.starts:
        return replace(heard, started=at)
    return Heard(ended=at, failed=signal.failed, code=signal.code)


def read_heard(path: Path) -> Heard:
    """Return what *path* holds; raises FileNotFoundError, or ValueError when it is damaged."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["vigie"] != "beat" or told["version"] > VERSION:
            raise ValueError("it is of a newer program")  # noqa: TRY301 - told with its path below
        return Heard(
            ended=from_us(told.get("ended_us")),
            failed=bool(told.get("failed")),
            code=told.get("code"),
            started=from_us(told.get("started_us")),
        )
    except (KeyError, TypeError, OverflowError, ValueError) as error:
        raise ValueError(f"{path}: is no whole beat file ({error})") from error


def write_heard(path: Path, heard: Heard) -> None:
    """Make *path* hold *heard*, on disk for good; raises OSError and leaves what was."""
    line = {
        "vigie": "beat",
        "version": VERSION,
        "ended_us": to_us(heard.ended),
        "failed": heard.failed,
        "code": heard.code,
        "started_us": to_us(heard.started),
    }
    write_through(path, json.dumps({k: v for k, v in line.items() if v is not None}))


def write_through(path: Path, text: str) -> None:
    """Replace *path* by *text*, on disk for good; raises OSError and leaves what was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def to_us(instant: datetime | None) -> int | None:
    """Return whole microseconds since 1970."""
    return None if instant is None else (instant - EPOCH) // _US


def from_us(microseconds: int | None) -> datetime | None:
    """Return the aware UTC instant of *microseconds* since 1970."""
    return None if microseconds is None else EPOCH + microseconds * _US
