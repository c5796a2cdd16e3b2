"""How much waits in a spool."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vigie.storing import Depth, spool_depth

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)


def lay(path: Path, size: int, age: timedelta) -> None:
    path.write_bytes(b"x" * size)
    written = (NOON - age).timestamp()
    os.utime(path, (written, written))


def test_whole_files_are_counted_and_nothing_else(tmp_path: Path) -> None:
    lay(tmp_path / "b.jsonl", 200, timedelta(seconds=3))
    lay(tmp_path / "a.jsonl", 40, timedelta(seconds=8))
    lay(tmp_path / "c.tmp", 7, timedelta(hours=1))
    lay(tmp_path / "d.jsonl.bad", 7, timedelta(hours=1))

    assert spool_depth(tmp_path) == Depth(
        files=2, size=200 + 40, oldest=NOON - timedelta(seconds=8)
    )


def test_a_spool_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    assert spool_depth(tmp_path / "none") == Depth(files=0, size=0, oldest=None)
