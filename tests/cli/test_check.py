"""`check` says what the catalogue holds, or every problem in it."""

import subprocess
import sys
from pathlib import Path

from vigie import paths

TWENTY = Path(__file__).parents[1] / "catalogue/twenty"


def check(*arguments: str, cwd: Path) -> tuple[int, str, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", "from vigie.cli import main; main()", "check", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )
    return done.returncode, done.stdout, done.stderr.splitlines()


def test_repository_is_a_catalogue_without_problems() -> None:
    status, said, wrong = check(cwd=paths.PROBES.parent)

    assert (status, wrong) == (0, [])
    assert "No problems: " in said


def test_all_problems_are_printed_with_places_that_editors_can_open(tmp_path: Path) -> None:
    status, said, wrong = check("--dir", str(TWENTY), cwd=tmp_path)
    expected = (TWENTY / "expected.txt").read_text(encoding="utf-8").splitlines()

    assert (status, said, 20) == (1, "", len(wrong))
    for line, problem in zip(wrong, expected, strict=True):
        assert line.endswith(f"{TWENTY}/{problem}")


def test_directory_without_a_catalogue_is_told_how_to_start(tmp_path: Path) -> None:
    status, said, wrong = check(cwd=tmp_path)

    assert (status, said) == (1, "")
    assert ["probes: no such folder (write one; `vigie init DIR` starts it)"] == [
        line.removeprefix("vigie: ") for line in wrong
    ]
