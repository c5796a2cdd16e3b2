"""What the README says is so: its commands, its catalogue and the figures it shows."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cyclopts import App

from vigie import cli
from vigie.cli.parser import parser

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(app: App, before: str = "vigie") -> Iterator[str]:
    """Yield every command that a person can type."""
    for name in app:
        if name.startswith("-"):
            continue
        subcommands = list(commands(app[name], f"{before} {name}"))
        yield from subcommands or [f"{before} {name}"]


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 200


def test_the_readme_names_every_command() -> None:
    found = list(commands(parser()))

    assert "vigie maintenance add" in found
    assert [one for one in found if one not in README] == []


def test_every_make_target_is_told() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE)

    assert [one for one in targets if f"make {one}" not in README] == ["help", "clean"]


@pytest.mark.parametrize(
    "file", ["README.md", "probes/README.md", "reports/README.md", "sql/README.md"]
)
def test_links_lead_somewhere(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    links = re.findall(r'\]\(([^)#]+)|src="([^"]+)"', text)
    local = [one or other for one, other in links if "://" not in one + other]

    assert [link for link in local if not (ROOT / file).parent.joinpath(link).exists()] == []


def test_the_readme_s_figures_come_from_its_catalogue(
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for kind, text in CODE.findall(README):
        if kind == "yaml":
            path = tmp_path / text.splitlines()[0].removeprefix("# ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    (tmp_path / "may.csv").write_text("\n".join(_results()), encoding="utf-8")
    (tmp_path / "windows.csv").write_text(WINDOWS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIGIE_DATABASE_URL", database)

    for line in ("check", "apply", "import results may.csv", "import maintenance windows.csv"):
        _run(line)
    capsys.readouterr()
    shown = next(text for _, text in CODE.findall(README) if text.startswith("$ vigie sla"))
    question, *expected = shown.splitlines()
    _run(question.removeprefix("$ vigie "))
    # No-break spaces are for the screen; a README has plain ones.
    said = _lines(capsys)

    assert list(map(_undated, expected)) == list(map(_undated, said[: len(expected)]))


def _undated(line: str) -> str:
    """Return *line*, without the moment up to which the figures reach: that of the test."""
    return "As of" if line.startswith("As of") else line


WINDOWS = """services,kind,starts,ends,announced,reason
api,planned,2026-05-19T03:00:00+02:00,2026-05-19T04:00:00+02:00,2026-05-12T10:00:00+02:00,Move
"""


def _results() -> Iterator[str]:
    """A month with nine bad minutes, and twenty more inside announced maintenance."""
    yield "endpoint,location,at,outcome,duration_ms,status,reason"
    bad = {datetime(2026, 5, 12, 1, n, tzinfo=UTC) for n in range(9)}
    bad |= {datetime(2026, 5, 19, 1, 10 + n, tzinfo=UTC) for n in range(20)}
    at = datetime(2026, 4, 30, 22, tzinfo=UTC)
    while at < datetime(2026, 5, 31, 22, tzinfo=UTC):
        rest = "down,,503,status" if at in bad else "up,80,200,"
        yield f"api-health,main,{at.isoformat()},{rest}"
        at += timedelta(minutes=1)


def _lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    told = re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", capsys.readouterr().out)
    return [line.rstrip() for line in told.splitlines()]


def _run(line: str) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(line.split())
    assert caught.value.code == 0
