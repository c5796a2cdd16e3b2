"""The wheel, built from the source archive and run away from the checkout."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ("sql", "reports", "probes")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)])
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the wheel in it; what it needs comes from this environment."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    run([*pip, "--target", str(folder), str(wheel)])
    return folder


def run(command: Sequence[str], folder: Path | None = None, path: Path | None = None) -> str:
    environment = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tracked(folder: str) -> set[str]:
    """The files of *folder* that belong to the project."""
    ignored = {"__pycache__"}
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not ignored & set(path.parts) and path.name[0] != "."
    }


def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.mark.parametrize("folder", SHARED)
def test_the_wheel_holds_every_file_of(folder: str, wheel: Path) -> None:
    missing = {f"vigie/share/{name}" for name in tracked(folder)} - names(wheel)

    assert missing == set()


def test_the_wheel_holds_every_file_of_the_source(wheel: Path) -> None:
    missing = {name.removeprefix("src/") for name in tracked("src")} - names(wheel)

    assert missing == set()


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    strange = {
        name for name in names(wheel) if not name.startswith(("vigie/", "vigie-")) or "/." in name
    }

    assert strange == set()


def test_the_installed_program_uses_its_own_files(installed: Path) -> None:
    code = "from vigie import paths; print(paths.SQL, paths.REPORTS, paths.PROBES, sep='\\n')"
    found = run([sys.executable, "-c", code], installed.parent, installed).splitlines()

    assert found == [str(installed / "vigie" / "share" / name) for name in SHARED]


def test_the_installed_program_starts_a_catalogue_that_is_right(
    installed: Path, tmp_path: Path
) -> None:
    vigie = [sys.executable, str(installed / "bin" / "vigie")]

    assert "Usage: vigie COMMAND" in run([*vigie, "--help"], tmp_path, installed)
    run([*vigie, "init", "d"], tmp_path, installed)
    assert "No problems" in run([*vigie, "check"], tmp_path / "d", installed)
