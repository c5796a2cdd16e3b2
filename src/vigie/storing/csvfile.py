"""Reading a CSV file chunk by chunk in little memory; a bad row is kept as a problem."""

import csv
import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, TextIO, TypeVar, cast

from vigie.catalogue import shown
from vigie.counting import count
from vigie.errors import UsageError

CHUNK = 50_000  # lines
HELD = 8 * 2**20  # characters of a chunk, where lines are long
LONGEST_LINE = 10_000  # characters; of those that the columns want, a row has some hundred
# A year of 50 services, each measured every minute, takes some 2.5 GB: 26,280,000 rows of 90.
MOST = 8 * 2**30  # characters of a file, unpacked; bytes of what comes through a pipe
PIECE = 2**20  # bytes
KEPT_PROBLEMS = 50
_GZIP = b"\x1f\x8b"

Row = TypeVar("Row")
Parse = Callable[[list[str]], Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of the rows of a file."""

    rows: int  # good ones
    new: int  # of them, not in the database before
    refused: int
    problems: tuple[
        str, ...
    ]  # each once: `FILE:LINE: column: what (what to write)`, its first line
    untold: int = 0  # refused rows that the problems, the first ones, do not tell of
    notes: tuple[str, ...] = ()  # on new ones that were recorded all the same: `KEY: what`


class BadRowError(Exception):
    """A row cannot be taken; the text says which column, what, and what to write."""


class CsvFile:
    """An open CSV file: its chunks, what is wrong with it, and how far it was read."""

    def __init__(self, path: Path, raw: BinaryIO, text: TextIO, header: Sequence[str]) -> None:
        self.size = os.fstat(raw.fileno()).st_size
        self.line = 1  # lines read
        self.row_line = 1  # of the row that is being parsed: its last one
        self.refused = 0
        self._read = 0  # characters
        self._problems: dict[str, tuple[int, int]] = {}  # the first line of each, and how many
        self._path = path
        self._raw = raw
        self._text = text
        self._check_header(header)

    @property
    def position(self) -> int:
        """How many of the file's *size* bytes were read."""
        return self._raw.tell()

    def digest(self) -> str:
        """Return the SHA-256 of the file as it was opened, whatever its name means by now."""
        held, at = hashlib.sha256(), 0
        while piece := os.pread(self._raw.fileno(), PIECE, at):  # it moves nobody's place
            held.update(piece)
            at += len(piece)
        return held.hexdigest()

    def chunks(self, parse: Parse[Row]) -> Iterator[list[Row]]:
        """Yield the rows that *parse* made of each so many lines; it raises BadRowError."""
        while lines := self._lines():
            yield self._rows(lines, parse)
            self.line += len(lines)

    def _lines(self) -> list[str]:
        """Return the next lines, as many as memory is meant to hold; those too long are blank."""
        lines: list[str] = []
        room = HELD
        while len(lines) < CHUNK and room > 0 and (line := self._text.readline(LONGEST_LINE)):
            if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
                self._skip_rest()
                what = f"is longer than {LONGEST_LINE:,} characters (leave the row out)"
                self.refuse(self.line + len(lines) + 1, what)
                line = "\n"
            lines.append(line)
            room -= len(line)
        self._count(HELD - room)
        return lines

    def _skip_rest(self) -> None:
        """Read on to the end of a line without holding it."""
        while (part := self._text.readline(LONGEST_LINE)) and not part.endswith(("\n", "\r")):
            self._count(len(part))

    def _count(self, characters: int) -> None:
        """Stop at what no honest file holds: a few megabytes can unpack to terabytes."""
        self._read += characters
        if self._read > MOST:
            raise UsageError(_too_large(self._path))

    def imported(self, rows: int, new: int, notes: Sequence[str] = ()) -> Imported:
        """Return what became of the rows, of which so many were good and new."""
        found = sorted((line, times, why) for why, (line, times) in self._problems.items())
        return Imported(
            rows=rows,
            new=new,
            refused=self.refused,
            problems=tuple(f"{self._path}:{line}: {why}{_more(n - 1)}" for line, n, why in found),
            untold=self.refused - sum(n for _, n, _ in found),
            notes=tuple(notes),
        )

    def _rows(self, lines: list[str], parse: Parse[Row]) -> list[Row]:
        rows = []
        reader = csv.reader(self._whole(lines))
        for cells in reader:
            self.row_line = self.line + reader.line_num
            try:
                if cells:
                    rows.append(parse(cells))
            except BadRowError as bad:
                self.refuse(self.row_line, str(bad))
        return rows

    def _whole(self, lines: list[str]) -> list[str]:
        """Blank the lines that leave a quote open: they would swallow their successors."""
        for number, line in enumerate(lines):
            # An odd one may also be the rest of a cell that was opened above.
            if '"' in line and (line.count('"') % 2 or _stays_open(line)):
                self.refuse(self.line + number + 1, "leaves a quote open (close it)")
                lines[number] = "\n"
        return lines

    def refuse(self, line: int, why: str) -> None:
        """Count a row as bad, and keep *why*, each once; only the first ones."""
        self.refused += 1
        if why in self._problems or len(self._problems) < KEPT_PROBLEMS:
            first, times = self._problems.get(why, (line, 0))
            self._problems[why] = (min(first, line), times + 1)

    def _check_header(self, header: Sequence[str]) -> None:
        wanted = ",".join(header)
        line = self._text.readline(LONGEST_LINE)
        written = line.rstrip("\r\n")
        if not line:
            raise UsageError(f"{self._path}: is empty (the first line must be {wanted})")
        if next(csv.reader([written]), []) != list(header):
            raise UsageError(f"{self._path}:1: the header is {shown(written)} (write {wanted})")


def _more(others: int) -> str:
    return f"; {count(others, 'more row')} like it" if others else ""


def _stays_open(line: str) -> bool:
    """Whether a reader would take the line after *line* for a part of it."""
    reader = csv.reader([line, ""])
    next(reader, None)
    return reader.line_num > 1


def _too_large(path: Path) -> str:
    return f"{path}: holds more than {MOST // 2**30} GiB unpacked (write it in several files)"


@contextmanager
def open_csv(path: Path, header: Sequence[str]) -> Iterator[CsvFile]:
    """Open *path*, CSV in UTF-8 or that in gzip; raises UsageError where it is neither."""
    with _opened(path) as raw:
        packed = raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
        if path.suffix == ".gz" and not packed:
            raise UsageError(f"{path}: is no gzip file (pack it, or name it without .gz)")
        plain = gzip.GzipFile(fileobj=raw) if packed else raw
        # What is no UTF-8 shows up in its row, as a key that nobody knows.
        text = io.TextIOWrapper(plain, encoding="utf-8-sig", errors="replace", newline="")
        try:
            yield CsvFile(path, raw, text, header)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UsageError(f"{path}: is damaged ({error}; pack it again)") from error


def _opened(path: Path) -> BinaryIO:
    """Return what is at *path*, from its beginning; a pipe, which is read once, as its copy."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror} (name a readable CSV file)") from error
    return raw if raw.seekable() else _copied(raw, path)


def _copied(pipe: BinaryIO, path: Path) -> BinaryIO:
    copy = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 - whoever asked closes it
    with pipe:
        while piece := pipe.read(PIECE):
            copy.write(piece)
            if copy.tell() > MOST:
                raise UsageError(_too_large(path))
    copy.seek(0)
    return copy
