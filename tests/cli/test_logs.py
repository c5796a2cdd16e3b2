"""What a running process says, and that it says what to do."""

import ast
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from tests.storing.full import largest_file

import vigie
from vigie.cli import logs

FILES = sorted(Path(vigie.__file__).parent.rglob("*.py"))


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = before


def said(capsys: pytest.CaptureFixture[str]) -> str:
    structlog.get_logger().warning("the disk is full", do="free it")
    logging.getLogger("a.library").warning("odd %s", "thing")
    return capsys.readouterr().err


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json")
    ours, theirs = map(json.loads, said(capsys).splitlines())

    assert (ours["level"], ours["event"], ours["do"]) == ("warning", "the disk is full", "free it")
    assert ours["timestamp"].endswith("Z")
    assert theirs["event"] == "odd thing"


def test_text_is_for_people_and_without_colours_where_nobody_sees_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("text")
    ours, theirs = said(capsys).splitlines()

    assert "the disk is full" in ours
    assert "do='free it'" in ours
    assert "odd thing" in theirs
    assert "\x1b" not in ours + theirs


def test_what_is_no_terminal_gets_json(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()

    assert json.loads(said(capsys).splitlines()[0])["do"] == "free it"


def test_a_log_that_cannot_be_written_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "log").open("w") as file:
        monkeypatch.setattr("sys.stderr", file)
        logs.set_up("json")
        with largest_file(0):
            structlog.get_logger().warning("the disk is full", do="free it")
        structlog.get_logger().info("the disk takes lines again")

    assert '"the disk takes lines again"' in (tmp_path / "log").read_text()


def silent(source: str) -> Iterator[int]:
    """Yield the lines of *source* that warn, through structlog, without saying what to do."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("warning", "error")
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "log"
            and not any(keyword.arg == "do" for keyword in node.keywords)
        ):
            yield node.lineno


def test_every_warning_says_what_to_do() -> None:
    assert [
        f"{file.name}:{line}" for file in FILES for line in silent(file.read_text(encoding="utf-8"))
    ] == []


def test_a_warning_that_does_not_would_be_seen() -> None:
    assert list(silent("log.info('a')\nlog.warning('b')\nlog.error('c', do='d')")) == [2]
