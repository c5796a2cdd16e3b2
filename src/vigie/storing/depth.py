"""How much waits in a spool."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vigie.storing import spoolfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """The files that wait to be shipped."""

    files: int = 0
    size: int = 0  # bytes
    oldest: datetime | None = None  # when the oldest of them was written, aware UTC


def spool_depth(directory: Path) -> Depth:
    """Return what waits in *directory*; nothing where it does not exist."""
    sizes, times = [], []
    for path in spoolfile.pending(directory):
        with suppress(FileNotFoundError):  # shipped meanwhile
            found = path.stat()
            sizes.append(found.st_size)
            times.append(found.st_mtime)
    return Depth(
        files=len(sizes),
        size=sum(sizes),
        oldest=datetime.fromtimestamp(min(times), UTC) if times else None,
    )
