"""Commands as a person can type them next."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from vigie.cli.words import command


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("VIGIE_HOME", "VIGIE_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "argv", ["/nowhere/python"])
    monkeypatch.chdir(tmp_path)


def test_the_directory_is_left_out_where_we_are(tmp_path: Path) -> None:
    assert command("run", directory=tmp_path) == "vigie run"
    assert command("run", directory=tmp_path / "a b") == "vigie run --dir 'a b'"
    assert command("run", directory=tmp_path.parent) == f"vigie run --dir {tmp_path.parent}"


def test_a_program_that_is_not_on_the_path_is_called_by_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "argv", [str(tmp_path / ".venv" / "bin" / "vigie")])

    assert command("check") == ".venv/bin/vigie check"


def test_variables_that_would_mislead_are_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_HOME", "/elsewhere")
    told = command("sla", without=("VIGIE_HOME", "VIGIE_DATABASE_URL"))

    assert told == "env -u VIGIE_HOME vigie sla"
    code = "import os; print(os.environ.get('VIGIE_HOME'))"
    line = told.replace("vigie sla", shlex.join([sys.executable, "-c", code]))
    said = subprocess.run(shlex.split(line), capture_output=True, text=True, check=True).stdout
    assert (os.environ["VIGIE_HOME"], said) == ("/elsewhere", "None\n")
