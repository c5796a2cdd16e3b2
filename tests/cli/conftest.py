from pathlib import Path

import pytest
from tests.cli.cell import open_crisis
from tests.cli.processes import Target, lay_out
from tests.cli.typed import Typed

from vigie.cli.following import Following


@pytest.fixture
def found(tmp_path: Path) -> Following:
    """A catalogue of two endpoints where nobody answers."""
    nobody = Target()
    nobody.port = 1
    lay_out(tmp_path, nobody)
    return Following(tmp_path)


@pytest.fixture
def typed(
    tmp_path: Path,
    database: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Typed:
    """A directory with an applied catalogue, in which commands are typed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIGIE_DATABASE_URL", database)
    monkeypatch.delenv("VIGIE_HOME", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return Typed(tmp_path, database, capsys)


@pytest.fixture
def crisis(typed: Typed) -> Typed:
    """Two customers of the shop, a rota in force, and crisis-1 opened by ann."""
    open_crisis(typed)
    return typed
