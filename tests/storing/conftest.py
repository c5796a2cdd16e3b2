import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from vigie.storing.embedded import Embedded


@pytest.fixture(scope="session")
def made_home(folder: Path) -> Path:
    """A home whose server was used once and is stopped; making one takes a second or more."""
    server = Embedded(folder / "made-home")
    server.join()
    server.leave()
    return folder / "made-home"


@pytest.fixture
def home(made_home: Path, new_home: Path) -> Path:
    """The home of a server of the test's own, which does not outlive the test."""
    subprocess.run(["cp", "-a", str(made_home), str(new_home)], check=True)
    return new_home


@pytest.fixture
def new_home(folder: Path) -> Iterator[Path]:
    """A home that does not exist yet; a server that the test leaves in it is stopped."""
    made = folder / f"home-{secrets.token_hex(4)}"
    yield made
    if (made / "postgres" / "data" / "PG_VERSION").exists() and os.access(made, os.W_OK):
        Embedded(made).go()
