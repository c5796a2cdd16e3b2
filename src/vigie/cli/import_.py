"""The commands `import results` and `import maintenance`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from vigie import clock, settings, storing
from vigie.cli.who import operator
from vigie.counting import count

app = App(name="import", help="Take in results or maintenance from CSV files.")

MOST_NOTES = 50

Directory = Annotated[Path, Parameter(name="--dir")]


@app.command
async def results(
    file: Path,
    *,
    roll_up: bool = True,
    directory: Directory = Path(),
) -> int:
    """Store the results of a CSV file; what is stored already is left alone.

    The header is endpoint,location,at,outcome,duration_ms,status,reason. Times have an offset;
    the last three columns may be empty; probes/README.md has the words of outcome and reason.
    A bad row is reported and stops nothing else.

    Parameters
    ----------
    file
        CSV in UTF-8, plain or in gzip.
    roll_up
        Bring the figures up to date at the end.
    directory
        The catalogue's directory; the database must know its endpoints (`vigie apply`).
    """
    now = clock.now()
    async with storing.open_database(settings.read(directory)) as pool:
        with _progress(file) as advance:
            imported = await storing.import_results(pool, file, now, advance)
        if roll_up:
            await storing.roll_up(pool, now)
    return _say(imported, "result")


@app.command
async def maintenance(
    file: Path,
    *,
    by: str | None = None,
    directory: Directory = Path(),
) -> int:
    """Record the maintenance windows of a CSV file; what is recorded already is left alone.

    The header is services,kind,starts,ends,announced,reason. Services are joined by ;, times
    have an offset, announced may be empty. A bad row is reported and stops nothing else. A window
    that was announced too late, or never, is recorded and noted: it excuses nothing.

    Parameters
    ----------
    file
        CSV in UTF-8; its digest is kept as proof of the announcements.
    by
        Who records them; default: the user of this computer.
    directory
        The catalogue's directory; the database must know its services (`vigie apply`).
    """
    async with storing.open_database(settings.read(directory)) as pool:
        imported = await storing.import_maintenance(pool, file, clock.now(), by=operator(by))
    return _say(imported, "window")


def _say(imported: storing.Imported, what: str) -> int:
    """Print what became of the rows and return the exit status: 1 when some were refused."""
    tell_problems(imported)
    for note in imported.notes[:MOST_NOTES]:
        print(f"Note: {note}.")
    unsaid = len(imported.notes) - MOST_NOTES
    if unsaid > 0:
        print(f"Note: and {unsaid:,} more (vigie maintenance list).")
    known = imported.rows - imported.new
    print(
        f"{count(imported.new, f'new {what}')}, {known:,} known already,"
        f" {count(imported.refused, 'bad row')}"
    )
    return 1 if imported.refused else 0


def tell_problems(imported: storing.Imported) -> None:
    """Print the bad rows with their lines, as errors."""
    for problem in imported.problems:
        print(f"vigie: {problem}", file=sys.stderr)
    if imported.untold:
        print(f"vigie: and {count(imported.untold, 'more bad row')}", file=sys.stderr)


@contextmanager
def _progress(file: Path) -> Iterator[Callable[[int, int], None]]:
    """Give a function that moves a progress bar; it shows on a terminal only."""
    console = Console(stderr=True)
    columns = (file.name, BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("import", total=None)
        yield lambda read, size: bar.update(task, completed=read, total=size)
