"""How a command begins and how it may end."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vigie import __version__, cli
from vigie.cli.commands import SECTIONS, Command
from vigie.errors import CatalogueError, UsageError, VigieError

HEAVY = ("aiohttp", "asyncio", "asyncpg", "cyclopts", "pandas", "pydantic", "rich", "weasyprint")
NAMES = [name for section in SECTIONS.values() for name in section]


def run(*arguments: str, code: str = "from vigie.cli import main; main()") -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []])
def test_the_overview_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import atexit, sys; from vigie.cli import main;"
        f"atexit.register(lambda: print(*set(sys.modules) & set({HEAVY}), file=sys.stderr));"
        "main()"
    )
    status, _, heavy = run(*arguments, code=code)

    assert (status, heavy.split()) == (0, [])


def test_the_overview_names_every_command_and_what_it_does() -> None:
    _, said, _ = run("--help")

    for section in SECTIONS.values():
        for name, command in section.items():
            assert f"  {name:<12} {command.says}\n" in said


def test_the_version_is_the_package_s() -> None:
    assert run("--version") == (0, f"vigie {__version__}\n", "")


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])

    assert not ended.value.code
    assert f"vigie {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command",
    [
        ["report", "list"],
        ["report", "run", "--month", "2026-10"],
        ["sla", "acme", "--month", "2026-10"],
        ["apply"],
        ["check"],
        ["db", "start"],
        ["run"],
    ],
)
def test_a_directory_that_is_not_there_is_refused_and_not_made(
    command: list[str], tmp_path: Path
) -> None:
    place = tmp_path / "no/such"
    says = f"vigie: --dir: there is no such directory: {place} (write that of the catalogue, or"

    assert run(*command, "--dir", str(place)) == (1, "", f"{says} vigie init it)\n")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    status, _, said = run("report", "list", "--dir", str(tmp_path / "file"))

    assert (status, said.split(" (")[0]) == (
        1,
        f"vigie: --dir: this is no directory: {tmp_path / 'file'}",
    )


def test_an_unknown_command_gets_the_nearest_one() -> None:
    said = 'vigie: there is no command "repotr" (did you mean report?)\n'

    assert run("repotr") == (2, "", said)


def test_a_command_like_no_other_gets_the_list() -> None:
    said = f'vigie: there is no command "xyz" (choose from {", ".join(sorted(NAMES))})\n'

    assert run("xyz") == (2, "", said)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("report revise x", "report revise: --reason needs a value (write --reason VALUE; "),
        ("report object x", "report object: --reason needs a value (write --reason VALUE; "),
        ("report answer x", "report answer: --text needs a value (write --text VALUE; "),
        (
            "report run --processes",
            "report run: --processes needs a value (write --processes VALUE; ",
        ),
        ("sla", "sla: CONTRACT is missing (write it after sla; "),
    ],
)
def test_what_is_missing_is_named_with_what_to_write(command: str, says: str) -> None:
    name = says.split(":", maxsplit=1)[0]
    said = f"vigie: {says}vigie {name} --help explains it)\n"

    assert run(*command.split()) == (2, "", said)


def test_an_unknown_option_gets_the_nearest_one() -> None:
    status, said, complaint = run("run", "--listn", "127.0.0.1:1")

    assert (status, said, complaint.count("\n")) == (2, "", 1)
    assert complaint.startswith("vigie: ")
    assert "--listen" in complaint


@pytest.mark.parametrize("command", ["check", "apply", "run", "plan"])
def test_a_wrong_catalogue_gets_every_problem_and_nothing_is_done(command: str) -> None:
    folder = Path(__file__).parents[1] / "catalogue" / "twenty"
    expected = (folder / "expected.txt").read_text(encoding="utf-8")
    before = sorted(folder.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-c", "from vigie.cli import main; main()", command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (1, "", expected)
    assert sorted(folder.rglob("*")) == before


Ends = Callable[[BaseException], int]


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Ends:
    """A command that raises what it is told, and the status that the process ends with."""

    def with_(error: BaseException) -> int:
        def broken() -> None:
            raise error

        monkeypatch.setattr("vigie.cli.commands.overview", broken, raising=True)
        monkeypatch.setattr("vigie.cli.overview", broken)
        with pytest.raises(SystemExit) as caught:
            cli.main([])
        return int(caught.value.code or 0)

    return with_


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (UsageError("no such month (write 2026-05)"), 1, "vigie: no such month (write 2026-05)\n"),
        (VigieError(), 1, f"vigie: {VigieError.__doc__}\n"),
        (CatalogueError(["a.yaml:1:1: x", "b.yaml:2:1: y"]), 1, "a.yaml:1:1: x\nb.yaml:2:1: y\n"),
        (UsageError("scope x\ny\x1b[2J\u2028"), 1, "vigie: scope x\\ny\\x1b[2J\\u2028\n"),
        (UsageError("é\u00a0…"), 1, "vigie: é\u00a0…\n"),
        (UsageError("99\u202e.9\u200f\u00ad"), 1, "vigie: 99\\u202e.9\\u200f\\u00ad\n"),
        (KeyboardInterrupt(), 130, "vigie: interrupted\n"),
        (
            PermissionError(13, "Permission denied", "/x"),
            1,
            "vigie: /x: Permission denied (write a path that can be used)\n",
        ),
        (ExceptionGroup("tasks", [UsageError("one")]), 1, "vigie: one\n"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_what_a_person_can_meet_is_said_in_lines(
    ends: Ends,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    status: int,
    said: str,
) -> None:
    assert (ends(error), capsys.readouterr().err) == (status, said)


def test_a_defect_keeps_its_traceback(ends: Ends) -> None:
    with pytest.raises(ZeroDivisionError):
        ends(ZeroDivisionError())


def test_a_reader_that_leaves_is_not_complained_about() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", "from vigie.cli import main; main()", "--help"],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (141, b"")


def test_every_command_points_at_a_file_that_exists() -> None:
    folder = Path(cli.__file__).parent
    files = {command.where.partition(":")[0] for command in _commands()}

    assert {name for name in files if not (folder / f"{name}.py").exists()} == set()


def _commands() -> Iterator[Command]:
    for section in SECTIONS.values():
        yield from section.values()
