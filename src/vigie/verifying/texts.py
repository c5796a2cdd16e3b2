"""The words of pages, read in a process of its own: a page can be a program without end."""

import json
from functools import partial
from typing import Any

import pypdfium2

from vigie.errors import ReportError
from vigie.reporting import open_workers

PDF: Any = pypdfium2.PdfDocument  # it has no types
TIMEOUT_S = 30.0  # a year with 500 outages takes one
MEMORY = 512 * 2**20  # bytes


async def texts_of(content: bytes) -> list[str]:
    """Return the text of each page of a file that anybody may have made.

    Raises:
        ReportError: it takes more time or memory than any document.
    """
    limits: dict[str, Any] = {"timeout": TIMEOUT_S, "memory": MEMORY, "libraries": (__name__,)}
    try:
        async with open_workers(**limits) as workers:
            told = await workers.draw(partial(_told, content))
    except ReportError as error:
        within = f"{TIMEOUT_S:g} s and {MEMORY // 2**20} MiB of memory"
        raise ReportError(f"their words cannot be read within {within}") from error
    found: list[str] = json.loads(told)
    return found


def _told(content: bytes) -> bytes:
    return json.dumps(texts(content)).encode()


def texts(content: bytes) -> list[str]:
    """Return the text of each page."""
    document = PDF(content)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
