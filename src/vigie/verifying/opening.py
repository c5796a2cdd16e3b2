"""A file of anybody is opened in a process of its own first: a few bytes can unpack to gigabytes.

The library unpacks the tables of a PDF as it opens it, before anything can be weighed.
"""

from functools import partial
from pathlib import Path
from typing import Any

from vigie.errors import ReportError
from vigie.reporting import open_workers
from vigie.verifying.container import Container, opened, read

TIMEOUT_S = 30.0  # a year with 500 outages takes a tenth of one
MEMORY = 512 * 2**20  # bytes


async def open_within_limits(path: Path) -> Container:
    """Return the file at *path* as `open_report` does.

    Raises:
        ReportError: as there, or that opening takes more time or memory than any document.
    """
    content = read(path)
    limits: dict[str, Any] = {"timeout": TIMEOUT_S, "memory": MEMORY, "quiet": True}
    try:
        async with open_workers(libraries=("vigie.verifying.container",), **limits) as workers:
            await workers.draw(partial(_tried, path, content))
    except ReportError as error:
        if str(error).startswith(f"{path}: "):
            raise
        within = f"{TIMEOUT_S:g} s and {MEMORY // 2**20} MiB of memory"
        raise ReportError(f"{path}: cannot be opened within {within}") from error
    return opened(path, content)


def _tried(path: Path, content: bytes) -> bytes:
    opened(path, content)
    return b""
