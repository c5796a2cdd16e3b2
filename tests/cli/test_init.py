"""`init` makes a catalogue that passes `check`, and overwrites nothing."""

import subprocess
import sys
from pathlib import Path


def vigie(*arguments: str, cwd: Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", "from vigie.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )
    return done.returncode, done.stdout, done.stderr


def test_new_catalogue_passes_check_without_editing(tmp_path: Path) -> None:
    status, said, wrong = vigie("init", "shop", cwd=tmp_path)

    assert (status, wrong) == (0, "")
    assert "cd shop && vigie check" in said

    status, said, wrong = vigie("check", cwd=tmp_path / "shop")

    assert (status, wrong) == (0, "")
    assert "No problems: 2 services, 2 endpoints, 1 location, 1 contract, 1 plan" in said
    assert "shipped with vigie" in said
    assert "note: no own-network check at main, for want of two references" in said


def test_references_of_the_starter_are_right_once_uncommented(tmp_path: Path) -> None:
    vigie("init", "shop", cwd=tmp_path)
    file = tmp_path / "shop/probes/example.yaml"
    text = file.read_text()
    assert "\n# references:\n#   - " in text
    file.write_text(text.replace("\n# references:", "\nreferences:").replace("\n#   - ", "\n  - "))
    status, said, wrong = vigie("check", cwd=tmp_path / "shop")

    assert (status, wrong) == (0, "")
    assert "note:" not in said


def test_rota_of_the_starter_is_right_once_uncommented(tmp_path: Path) -> None:
    vigie("init", "shop", cwd=tmp_path)
    file = tmp_path / "shop/reports/rota.yaml"
    first, *lines = file.read_text().splitlines(keepends=True)
    _, _, rota = "".join(lines).partition("\n#\n")
    file.write_text(first + "".join(line[2:] for line in rota.splitlines(keepends=True)))
    status, said, wrong = vigie("check", cwd=tmp_path / "shop")

    assert (status, wrong) == (0, "")
    assert " 1 rota." in said


def test_new_catalogue_keeps_its_data_out_of_git(tmp_path: Path) -> None:
    vigie("init", "shop", cwd=tmp_path)

    assert ".vigie/" in (tmp_path / "shop/.gitignore").read_text().splitlines()


def test_schemas_lie_where_the_files_say(tmp_path: Path) -> None:
    vigie("init", "shop", cwd=tmp_path)
    files = sorted((tmp_path / "shop").rglob("*.yaml"))

    assert ["example.yaml", "example.yaml", "rota.yaml"] == [file.name for file in files]
    for file in files:
        schema = file.read_text().splitlines()[0].partition("$schema=")[2]
        assert (file.parent / schema).is_file()


def test_existing_directory_is_filled(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    assert vigie("init", ".", cwd=tmp_path)[0] == 0
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "probes/example.yaml").is_file()


def test_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "probes").mkdir()
    (tmp_path / "probes/example.yaml").write_text("mine")
    status, said, wrong = vigie("init", ".", cwd=tmp_path)

    assert (status, said) == (1, "")
    assert wrong == "vigie: probes/example.yaml: exists already (choose an empty directory)\n"
    assert ["probes"] == [path.name for path in tmp_path.iterdir()]
    assert (tmp_path / "probes/example.yaml").read_text() == "mine"


def test_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("mine")
    status, _, wrong = vigie("init", "shop", cwd=tmp_path)

    assert (status, wrong) == (1, "vigie: shop: is a file (choose an empty directory)\n")


def test_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    status, _, wrong = vigie("init", "file/shop", cwd=tmp_path)

    assert (status, wrong.count("\n")) == (1, 1)
    assert "file/shop" in wrong
