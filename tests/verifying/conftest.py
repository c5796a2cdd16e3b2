"""What costs time is made once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.verifying.reports import genuine, month

from vigie.reporting import Figures, Made, made_again


@pytest.fixture(autouse=True)
def drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the genuine report again once, not for each forgery of it."""
    real: Callable[..., bytes] = made_again

    def again(found: Figures, made: Made, *, directory: Path) -> bytes:
        if (made.language, made.sealed) == ("en", False) and found == month():
            return genuine()
        return real(found, made, directory=directory)

    monkeypatch.setattr("vigie.verifying.pages.made_again", again)
