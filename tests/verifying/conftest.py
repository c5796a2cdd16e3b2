"""What costs time is made once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests import here
from tests.verifying.reports import NOW, genuine, month

from vigie import clock
from vigie.reporting import Figures, Made, made_again

drawn_here = here.drawn_here


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


@pytest.fixture(autouse=True)
def all_here(drawn_here: None) -> None:
    """Draw and read in this process."""
