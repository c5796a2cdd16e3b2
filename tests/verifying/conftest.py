"""What costs time is made once."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from tests.verifying.reports import NOW, genuine, month

from vigie import clock
from vigie.reporting import Figures, Made, made_again
from vigie.verifying.texts import texts


@pytest.fixture(autouse=True)
def checked_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check files on the day after they were made, whatever day it is."""
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=1))


@pytest.fixture(autouse=True)
def drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the genuine report again once, not for each forgery of it."""
    real: Callable[..., bytes] = made_again

    def again(found: Figures, made: Made, *, directory: Path) -> bytes:
        if made.language == "en" and made.brand is None and found == month():
            return genuine(sealed=made.sealed)
        return real(found, made, directory=directory)

    monkeypatch.setattr("vigie.verifying.pages.made_again", again)


class _Here:
    async def draw(self, job: Callable[[], bytes]) -> bytes:
        return job()


@pytest.fixture(autouse=True)
def drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw in this process: one of its own takes seconds to begin."""

    @asynccontextmanager
    async def workers(**_: object) -> AsyncIterator[_Here]:
        yield _Here()

    monkeypatch.setattr("vigie.verifying.pages.open_workers", workers)


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the words of pages in this process: one of its own takes a second to begin."""

    async def read(content: bytes) -> list[str]:
        return texts(content)

    for module in ("pages", "elsewhere"):
        monkeypatch.setattr(f"vigie.verifying.{module}.texts_of", read)
