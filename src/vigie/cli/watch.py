"""The command `watch`: probe any URLs at once, without a catalogue."""

import asyncio
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import asyncpg
from cyclopts import Parameter
from rich.console import Console, Group, RenderableType
from rich.text import Text

from vigie import catalogue, clock, probing, settings
from vigie.catalogue import Catalogue
from vigie.cli import logs, urls
from vigie.cli.board import Board
from vigie.cli.engine import Order, Pulse, measure
from vigie.cli.live import show
from vigie.cli.registry import read_duration
from vigie.cli.signals import stopping
from vigie.cli.words import command
from vigie.errors import UsageError
from vigie.storing import DATABASE_TROUBLE, query, roll_up

SETTLE = timedelta(seconds=3)  # how far the figures on the screen stay behind
FIGURES_EVERY_S = 2.0


async def watch(
    *addresses: str,
    every: str = "10s",
    save: bool = False,
    directory: Annotated[Path, Parameter(name="--dir")] = Path(),
) -> None:
    """Probe any URLs at once, without a catalogue; results are kept in the embedded database.

    Parameters
    ----------
    addresses
        What to probe: https://… or http://…
    every
        How often: 1s to 1h.
    save
        Write a catalogue of them to probes/ and reports/, to keep going with `vigie run`.
    directory
        Where .vigie is kept, and where the catalogue is or goes.
    """
    if not addresses:
        raise UsageError("what should be watched? (write `vigie watch https://example.com`)")
    known = catalogue.load(directory, probing.MODELS) if (directory / "probes").is_dir() else None
    watched = Watched(urls.services(addresses, known), urls.contract_key(known))
    files = urls.texts(watched.services, watched.contract, _every(every), clock.now().date())
    found = _whole(directory, files)
    if save:
        _save(directory, files)
    logs.quiet()
    await _watch(watched, found, directory)
    _say_what_next(directory, watched.contract, saved=save)


@dataclass(frozen=True, slots=True)
class Watched:
    """What one call of `watch` probes."""

    services: Mapping[str, str]  # URL by service key, which is the endpoint's key as well
    contract: str


def _every(text: str) -> timedelta:
    every = read_duration("--every", text)
    if not timedelta(seconds=1) <= every <= timedelta(hours=1):
        raise UsageError(f"--every: {text} is out of range (write 1s to 1h)")
    return every


def _whole(directory: Path, files: Mapping[str, str]) -> Catalogue:
    """Return the directory's catalogue with *files* in it: applying it ends nothing of theirs."""
    with TemporaryDirectory(prefix="vigie-watch-") as name:
        whole = Path(name)
        for folder in ("probes", "reports"):
            if (directory / folder).is_dir():
                shutil.copytree(directory / folder, whole / folder)
        for file, text in files.items():
            path = whole / file
            path = path.with_stem(f"{path.stem}-now") if path.exists() else path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return catalogue.load(whole, probing.MODELS)


def _save(directory: Path, files: Mapping[str, str]) -> None:
    for file in files:
        if (directory / file).exists():
            raise UsageError(f"{directory / file}: exists already (move it away, or edit it)")
    for file, text in files.items():
        (directory / file).parent.mkdir(parents=True, exist_ok=True)
        (directory / file).write_text(text, encoding="utf-8")


async def _watch(watched: Watched, whole: Catalogue, directory: Path) -> None:
    board = Board(watched.services)
    so_far: dict[str, str] = {}
    pulse, shown = Pulse(), asyncio.Event()
    services = tuple(one for one in whole.services if one.key in watched.services)
    here = replace(settings.read(directory), database_url=None)
    with stopping() as stop:
        async with asyncio.TaskGroup() as group:
            group.create_task(show(shown, Console(), lambda: _screen(board, so_far), board.lines))
            group.create_task(_figures(shown, pulse, watched, so_far))
            try:
                order = Order(
                    catalogue=whole,
                    location=whole.locations[0],
                    only=services,
                    record=board.take,
                    alone=True,
                )
                await measure(order, here, stop, pulse)
            finally:
                shown.set()


def _screen(board: Board, so_far: Mapping[str, str]) -> RenderableType:
    return Group(
        board.table(so_far),
        Text(f"last failure: {board.problem() or 'none'}", "dim"),
        Text("Ctrl-C ends it.", "dim"),
    )


async def _figures(
    stop: asyncio.Event, pulse: Pulse, watched: Watched, so_far: dict[str, str]
) -> None:
    """Keep what SQL says of the time since the start, until *stop*."""
    began = clock.now()
    while not stop.is_set():
        if pulse.pool is not None:
            with suppress(*DATABASE_TROUBLE):
                so_far.update(await _percents(pulse.pool, watched, began, clock.now()))
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), FIGURES_EVERY_S)


async def _percents(
    pool: asyncpg.Pool, watched: Watched, began: datetime, now: datetime
) -> dict[str, str]:
    await roll_up(pool, now, settle=SETTLE)
    keys = list(watched.services)
    rows = await pool.fetch(query("percent_so_far"), watched.contract, keys, began, now)
    return {row["scope"]: row["percent"] for row in rows if row["percent"] is not None}


def _say_what_next(directory: Path, contract: str, *, saved: bool) -> None:
    month = f"{clock.now():%Y-%m}"
    print("\nWhat was measured is kept. Next:")
    words, ours = ("sla", contract, "--month", month), ("VIGIE_DATABASE_URL",)
    print(f"  {command(*words, directory=directory, without=ours)}")
    if saved:
        print(f"  {command('run', directory=directory)}    # keeps going with the saved catalogue")
    else:
        print("  the same command with --save writes a catalogue, `vigie run` keeps going with it")
