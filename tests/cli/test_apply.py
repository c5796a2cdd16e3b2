"""`vigie plan` shows what `vigie apply` does."""

from pathlib import Path

import pytest
from tests.cli.processes import Target, lay_out

from vigie import cli


@pytest.fixture
def place(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    target = Target()
    target.port = 1
    lay_out(tmp_path, target)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIGIE_DATABASE_URL", database)
    return tmp_path


def said(command: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit) as caught:
        cli.main([command])
    told = capsys.readouterr()
    assert (caught.value.code, told.err) == (0, "")
    return told.out.splitlines()


@pytest.mark.usefixtures("place")
def test_plan_tells_what_apply_does_and_does_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    planned = said("plan", capsys)

    assert "+ service shop" in planned
    assert said("plan", capsys) == planned
    assert said("apply", capsys) == planned
    assert said("apply", capsys) == ["The database matches the catalogue."]


def test_what_left_the_catalogue_is_ended(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said("apply", capsys)
    file = place / "probes" / "shop.yaml"
    kept = [line for line in file.read_text(encoding="utf-8").splitlines() if "/two" not in line]
    file.write_text("\n".join(kept), encoding="utf-8")

    assert said("plan", capsys) == ["- endpoint two"]
