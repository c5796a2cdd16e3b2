"""Any CSV file: long lines, open quotes, packed bombs and pipes, in little memory."""

import asyncio
import gzip
import os
import tracemalloc
from hashlib import sha256
from pathlib import Path

import pytest
from tests.storing.test_csv import GOOD, HEADER, write

from vigie.errors import UsageError
from vigie.storing.csvfile import MOST, open_csv


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", f"is empty (the first line must be {HEADER})"),
        (GOOD.encode(), f'1: the header is "{GOOD}" (write {HEADER})'),
        (b"a;b\n", f'1: the header is "a;b" (write {HEADER})'),
        (b"\x1f\x8bgarbage", "is damaged"),
        (gzip.compress(f"{HEADER}\n{GOOD}\n".encode() * 50, mtime=0)[:-12], "is damaged"),
        ("é".encode("utf-16"), "1: the header is"),
        (b"\n" + GOOD.encode(), f'1: the header is "" (write {HEADER})'),
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "history.csv"
    path.write_bytes(content)

    with pytest.raises(UsageError) as caught:
        read_all(path)
    assert str(caught.value).startswith(f"{path}:")
    assert message in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n\x97\x03", f"{HEADER}\n{GOOD}\n".encode()])
def test_what_is_named_gz_and_is_not_packed_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "history.csv.gz"
    path.write_bytes(content)

    with pytest.raises(UsageError) as caught:
        read_all(path)
    assert f"{path}: is no gzip file (pack it, or name it without .gz)" == str(caught.value)


def test_a_row_as_long_as_may_be_is_read_and_a_longer_one_told(tmp_path: Path) -> None:
    rows = [f"{'x' * (length - 3)},y" for length in (10_000, 10_001, 20_000, 100)]
    path = write(tmp_path, *rows)
    with open_csv(path, HEADER.split(",")) as file:
        [[first, last]] = file.chunks(list)

        assert ["9997 y", "97 y"] == [f"{len(row[0])} {row[1]}" for row in (first, last)]
        why = "is longer than 10,000 characters (leave the row out)"
        assert (f"{path}:3: {why}; 1 more row like it",) == file.imported(2, 2).problems


def test_a_header_of_any_length_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text("x" * 300_000)

    with pytest.raises(UsageError, match=r'the header is "x{59}…" \(write endpoint,'):
        read_all(path)


def test_a_quote_that_stays_open_swallows_no_row_below(tmp_path: Path) -> None:
    """The line has two quotes: the first one is a sign in its cell."""
    rows = [f"{n},{'x' * 60}" for n in range(5_000)]  # more than a cell may hold
    path = write(tmp_path, 'rack 19",y,"open', *rows)
    with open_csv(path, HEADER.split(",")) as file:
        assert 5_000 == sum(map(len, file.chunks(list)))
        assert (f"{path}:2: leaves a quote open (close it)",) == file.imported(0, 0).problems


def test_no_line_of_a_cell_with_a_line_break_is_taken_for_a_row(tmp_path: Path) -> None:
    path = write(tmp_path, 'rack,"19', 'rack,20"', '"a ""b""",c "d"')

    assert [[['a "b"', 'c "d"']]] == read_all(path)


def test_a_packed_file_takes_no_memory_for_what_it_unpacks_to(tmp_path: Path) -> None:
    """One line of 200 MB, and 20,000 lines of 9,000 characters: 180 MB."""
    path = tmp_path / "history.csv.gz"
    with gzip.open(path, "wt", compresslevel=1) as bomb:
        bomb.write(HEADER + "\n")
        bomb.writelines("x" * 1_000_000 for _ in range(200))
        bomb.write("\n")
        bomb.writelines("x" * 9_000 + "\n" for _ in range(20_000))
    tracemalloc.start()
    with open_csv(path, HEADER.split(",")) as file:
        lengths = [sum(1 for _ in chunk) for chunk in file.chunks(_no_row)]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (20_000, 20_001) == (sum(lengths), 20_000 + file.refused)
    assert most < 30 * 2**20  # a chunk is 8 MiB of lines


def _no_row(_: list[str]) -> None:
    """Keep nothing."""


def test_what_unpacks_to_more_than_any_log_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vigie.storing.csvfile.MOST", 2**30)  # 1 GiB would be written
    monkeypatch.setattr("vigie.storing.csvfile.LONGEST_LINE", 2**16)
    path = tmp_path / "history.csv.gz"
    piece = gzip.compress(b"x" * 2**24)
    path.write_bytes(gzip.compress(f"{HEADER}\n".encode()) + piece * 65)

    with pytest.raises(UsageError, match=r"holds more than 1 GiB unpacked \(write it in several"):
        read_all(path)


def test_a_year_of_fifty_services_at_a_minute_is_no_more_than_may_be_read() -> None:
    row = f"{'k' * 40},{'k' * 40},2026-03-02T12:00:00.000000+00:00,unknown,1234.567,503,timeout\r\n"

    assert 50 * 366 * 24 * 60 * len(row) < MOST


async def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writing = asyncio.create_task(
        asyncio.to_thread(pipe.write_bytes, f"{HEADER}\n{GOOD}\n".encode())
    )
    imported = await asyncio.to_thread(read_all, pipe)
    await writing

    assert [[GOOD.split(",")]] == imported


def test_the_digest_is_that_of_the_bytes_that_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    content = path.read_bytes()
    with open_csv(path, HEADER.split(",")) as file:
        path.unlink()
        path.write_bytes(b"another file of that name")

        assert sha256(content).hexdigest() == file.digest()
        assert [[GOOD.split(",")]] == list(file.chunks(list))


@pytest.mark.parametrize("name", ["missing.csv", ".", "history.csv/below", "x" * 300])
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str) -> None:
    write(tmp_path, GOOD)
    with pytest.raises(UsageError, match=r"\(name a readable CSV file\)"):
        read_all(tmp_path / name)


def read_all(path: Path) -> list[list[list[str]]]:
    with open_csv(path, HEADER.split(",")) as file:
        return list(file.chunks(list))
