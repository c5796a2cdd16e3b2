"""What Vigie does in processes of their own, done in the test's: they take seconds to begin."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from vigie.reporting.drawing.workers import Job
from vigie.verifying.texts import texts

DRAWING = ("vigie.reporting.press", "vigie.verifying.pages")
READING = ("vigie.verifying.pages", "vigie.verifying.elsewhere")


class _Here:
    async def draw(self, job: Job) -> bytes:
        return await asyncio.to_thread(job)


@asynccontextmanager
async def _workers(*_: object, **__: object) -> AsyncIterator[_Here]:
    yield _Here()


async def _texts(content: bytes) -> list[str]:
    return texts(content)


@pytest.fixture
def drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw documents, and read the words of their pages, in this process."""
    for module in DRAWING:
        monkeypatch.setattr(f"{module}.open_workers", _workers)
    for module in READING:
        monkeypatch.setattr(f"{module}.texts_of", _texts)
