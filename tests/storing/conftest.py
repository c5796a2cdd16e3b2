import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from vigie.storing.embedded import Embedded


@pytest.fixture
def home(folder: Path) -> Iterator[Path]:
    """The home of a server of the test's own, which does not outlive the test."""
    made = folder / f"home-{secrets.token_hex(4)}"
    yield made
    if (made / "postgres" / "data" / "PG_VERSION").exists() and os.access(made, os.W_OK):
        Embedded(made).go()
