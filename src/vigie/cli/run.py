"""The command `run`: every role in one process."""

import asyncio
import signal
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import structlog
from cyclopts import Parameter

from vigie import settings
from vigie.catalogue import Catalogue
from vigie.cli import logs
from vigie.cli.engine import Order, Pulse, measure
from vigie.cli.following import Following
from vigie.cli.signals import on_signal, stopping
from vigie.cli.vitals import Vitals
from vigie.probing import Beats, arm, listened
from vigie.serving import make_app, parse_listen, serve

log = structlog.get_logger()


async def run(
    *,
    directory: Annotated[Path, Parameter(name="--dir")] = Path(),
    listen: str = "127.0.0.1:8791",
    location: str | None = None,
    log_format: Literal["json", "text"] | None = None,
) -> None:
    """Probe, store and compute in one process, until SIGTERM or Ctrl-C.

    The database is made to match the catalogue first. While it is away, results wait on disk.
    Files that change are taken over within seconds, and on SIGHUP; a mistake leaves what was.

    Parameters
    ----------
    directory
        The catalogue's directory, with probes/ and reports/ in it.
    listen
        Where /healthz, /readyz and /metrics answer, and applications send their beats.
    location
        Where this process probes from; needed only when the catalogue names several locations.
    log_format
        How log lines are written to stderr: text is for people. Default: text on a terminal.
    """
    following = Following(directory, location)
    here, chosen = settings.read(directory), following.location
    parse_listen(listen)
    logs.set_up(log_format)
    pulse = Pulse()
    beats = Beats(here.home / "beats", chosen)
    following.then = partial(listen_for, beats, chosen)
    following.then(following.catalogue)
    vitals = Vitals(home=here.home, location=chosen, pulse=pulse, following=following)
    pages = make_app(vitals.asked(), beats, lambda: pulse.pool)
    with listened(beats.known), stopping() as stop, on_signal(signal.SIGHUP, following.ask):
        async with serve(pages, listen) as url:
            log.info("running", directory=str(directory), location=chosen, healthz=f"{url}/healthz")
            listening = asyncio.create_task(beats.run())
            order = Order(catalogue=following.catalogue, location=chosen, following=following)
            await measure(order, here, stop, pulse)
            listening.cancel()
    log.info("stopped", newest=pulse.newest and pulse.newest.isoformat())


def listen_for(beats: Beats, location: str, found: Catalogue) -> None:
    """Let *beats* take those of the endpoints of *found* that call at *location*."""
    arm(beats, found.services, found.locations, location)
