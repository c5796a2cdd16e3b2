"""The command `demo`: a minute on a shop that breaks, and two reports."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import asyncpg
from cyclopts import Parameter
from rich.console import Console, Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table

from vigie import catalogue, clock, probing, settings
from vigie.catalogue import Catalogue
from vigie.cli import logs
from vigie.cli.board import Board
from vigie.cli.engine import Order, Pulse, measure
from vigie.cli.live import show
from vigie.cli.signals import stopping
from vigie.cli.sla import print_figures
from vigie.cli.words import command
from vigie.demo import (
    LASTS,
    MAINTAINED,
    WINDOW,
    Shop,
    by_minute,
    happening,
    last_month,
    lay_out,
    open_shop,
    write_maintenance,
    write_results,
)
from vigie.probing import Result
from vigie.reporting import Asked, Figures, Span, make_pdf, read, write
from vigie.settings import Settings
from vigie.storing import (
    Window,
    add_maintenance,
    apply_catalogue,
    import_maintenance,
    import_results,
    open_database,
    roll_up,
)

CONTRACT = "demo"
BY = "vigie demo"
SECOND = timedelta(seconds=1)
NOTHING = timedelta(0)


async def demo(*, directory: Annotated[Path, Parameter(name="--dir")] = Path()) -> None:
    """Probe a small shop for a minute while things go wrong, then write two reports.

    It has a directory and a database of its own, below .vigie, and touches no others.

    Parameters
    ----------
    directory
        Where .vigie is kept, and where the folder `out` with the reports goes.
    """
    logs.quiet()
    out, month = directory / "out", last_month(clock.now())
    out.mkdir(parents=True, exist_ok=True)
    place = settings.read(directory).home / f"demo-{month:%Y-%m}"
    here = Settings(database_url=None, home=place / ".vigie")
    console = Console(highlight=False, soft_wrap=True)
    async with open_shop() as shop:
        lay_out(place, shop.ports)
        found = catalogue.load(place, probing.MODELS)
        console.print("Starting PostgreSQL in", str(here.home), markup=False)
        async with open_database(here) as pool:
            await _remember(pool, found, month, console)
            span = await _probe(found, here, shop, pool, console)
            await roll_up(pool, clock.now(), settle=NOTHING)
            run = await read(here, contract=CONTRACT, asked=span, now=clock.now(), evidence=True)
            whole = await read(
                here,
                contract=CONTRACT,
                asked=Asked("month", month),
                now=clock.now(),
                evidence=True,
            )
    _report(run, whole, place, out, console)
    _say_what_next(month, place, console)


async def _remember(pool: asyncpg.Pool, found: Catalogue, month: date, console: Console) -> None:
    """Fill the last month with made-up results, the way any history is taken in."""
    console.print(f"Taking in made-up results of {month:%B %Y}")
    async with pool.acquire() as connection:
        await apply_catalogue(connection, by_minute(found), clock.now())
    with TemporaryDirectory(prefix="vigie-demo-") as folder:
        results, maintenance = Path(folder, "results.csv"), Path(folder, "maintenance.csv")
        write_results(results, month)
        write_maintenance(maintenance, month)
        await import_results(pool, results, clock.now())
        await import_maintenance(pool, maintenance, clock.now(), by=BY)
    await roll_up(pool, clock.now(), settle=NOTHING)


@dataclass(slots=True)
class Slots:
    """The first and last slot of each endpoint."""

    first: dict[str, datetime] = field(default_factory=dict)
    last: dict[str, datetime] = field(default_factory=dict)

    def take(self, result: Result) -> None:
        """Count *result* in."""
        self.first.setdefault(result.endpoint, result.at)
        self.last[result.endpoint] = result.at

    def span(self) -> Span:
        """Return the whole seconds that every endpoint was measured in."""
        starts = max(self.first.values()) + SECOND
        ends = min(self.last.values()) + SECOND
        return Span(starts.replace(microsecond=0), ends.replace(microsecond=0))


async def _probe(
    found: Catalogue, here: Settings, shop: Shop, pool: asyncpg.Pool, console: Console
) -> Span:
    """Measure the shop while its script runs, and return the span that was measured."""
    services = {one.endpoints[0].key: one.name for one in found.services}
    board, slots, shown = Board(services), Slots(), asyncio.Event()
    began = clock.now()
    await _announce(pool, began, console)

    def take(result: Result) -> None:
        board.take(result)
        slots.take(result)

    with stopping() as stop:
        timer = asyncio.get_running_loop().call_later(LASTS, stop.set)
        await shop.begin()
        async with asyncio.TaskGroup() as group:
            group.create_task(
                show(shown, console, lambda: _screen(board, began), lambda: _lines(board, began))
            )
            try:
                order = Order(catalogue=found, location="main", record=take, alone=True)
                await measure(order, here, stop, Pulse())
            finally:
                shown.set()
        timer.cancel()
    if clock.now() - began < LASTS * SECOND:
        raise KeyboardInterrupt
    return slots.span()


async def _announce(pool: asyncpg.Pool, began: datetime, console: Console) -> None:
    """Announce the maintenance during which a part of the shop will be down."""
    told = began.replace(microsecond=0)  # people announce whole seconds
    starts, ends = (told + after * SECOND for after in WINDOW)
    window = Window(
        services=(MAINTAINED,),
        kind="security",
        starts=starts,
        ends=ends,
        reason="Urgent update, announced by the demonstration",
        announced=told,
        channel="terminal",
        recipient="whoever watches",
    )
    async with pool.acquire() as connection:
        recorded = await add_maintenance(connection, window, by=BY, now=began)
    said = f"Maintenance {recorded.key} of {MAINTAINED} is announced"
    console.print(f"{said}: {starts:%H:%M:%S} to {ends:%H:%M:%S} UTC")


def _screen(board: Board, began: datetime) -> RenderableType:
    elapsed = min(LASTS, (clock.now() - began).total_seconds())
    line = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=LASTS, completed=elapsed, width=24)
    line.add_row(bar, f"{elapsed:.0f} of {LASTS} s", happening(elapsed))
    return Group(line, board.table())


def _lines(board: Board, began: datetime) -> Iterator[str]:
    elapsed = min(LASTS, (clock.now() - began).total_seconds())
    yield f"{elapsed:.0f} of {LASTS} s: {happening(elapsed)}"
    yield from (f"  {line}" for line in board.lines())


def _report(run: Figures, whole: Figures, place: Path, out: Path, console: Console) -> None:
    """Print both figures and write both PDFs."""
    print_figures(run, console)
    console.print("Writing the reports")
    now = clock.now()
    files = {
        out / "demo-run.pdf": (run, "what was just measured"),
        out / f"demo-{whole.period.name}.pdf": (whole, "a whole month, from made-up results"),
    }
    for path, (found, says) in files.items():
        write(path, make_pdf(found, directory=place, now=now))
        console.print(f"  {path}: {says}", markup=False)


def _say_what_next(month: date, place: Path, console: Console) -> None:
    def here(*words: str) -> str:
        return command(*words, directory=place, without=("VIGIE_HOME", "VIGIE_DATABASE_URL"))

    console.print("Three things to try next:")
    for line, says in (
        (here("sla", CONTRACT, "--month", f"{month:%Y-%m}"), "the figures"),
        (here("db", "psql"), "the same in SQL: table sla.dictionary;"),
        (command("watch", "https://www.example.com"), "your own addresses"),
    ):
        console.print(f"  {line}    # {says}", markup=False)
