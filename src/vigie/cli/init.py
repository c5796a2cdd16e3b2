"""The command `init`: a directory with a catalogue to start from."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from vigie import paths
from vigie.errors import UsageError

_STARTER = Path(__file__).parent / "starter"
_SCHEMAS = (
    "probes/schema.json",
    "reports/brand.schema.json",
    "reports/calendar.schema.json",
    "reports/contract.schema.json",
    "reports/plan.schema.json",
    "reports/rota.schema.json",
)
_FOLDERS = ("probes", "reports/calendars", "reports/contracts", "reports/plans")


def init(directory: Path) -> None:
    """Make DIRECTORY with a small, commented catalogue; nothing there is overwritten.

    Parameters
    ----------
    directory
        Where to make it; it may exist, as long as the new files do not.
    """
    files = dict(_files())
    _refuse_to_overwrite(directory, files)
    try:
        _write(directory, files)
    except OSError as error:
        raise UsageError(
            f"{error.filename}: {error.strerror} (choose another directory)"
        ) from error
    _say(directory)


def _files() -> Iterator[tuple[str, bytes]]:
    """Yield each file's place in the new directory, and what it holds."""
    for path in sorted(_STARTER.rglob("*")):
        if path.is_file():
            name = path.relative_to(_STARTER).as_posix()
            # A .gitignore among the sources would hide files from the builder of the wheel.
            yield (".gitignore" if name == "gitignore" else name), path.read_bytes()
    for name in _SCHEMAS:
        yield name, (paths.PROBES.parent / name).read_bytes()


def _refuse_to_overwrite(directory: Path, files: dict[str, bytes]) -> None:
    there = [name for name in files if (directory / name).exists()]
    if there:
        raise UsageError(f"{directory / there[0]}: exists already (choose an empty directory)")
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory}: is a file (choose an empty directory)")


def _write(directory: Path, files: dict[str, bytes]) -> None:
    for name in _FOLDERS:
        (directory / name).mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (directory / name).write_bytes(content)


def _say(directory: Path) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{directory} is a catalogue. What to do next:")
    step = f"cd {directory} && " if directory.resolve() != Path.cwd() else ""
    console.print(f"  {step}vigie check   # after editing probes/example.yaml", markup=False)
    console.print("  # name references there: they tell an outage of your own network from theirs")
    console.print("  vigie demo    # a minute on a small shop that breaks, and two reports")
    console.print("  vigie run     # probe, store and compute until stopped")
