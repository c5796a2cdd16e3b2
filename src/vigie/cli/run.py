"""The command `run`: every role in one process."""

import signal
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import structlog
from cyclopts import Parameter

from vigie import clock, settings
from vigie.cli import logs
from vigie.cli.engine import Pulse, measure, on_signal, stopping
from vigie.cli.following import Following
from vigie.cli.vitals import health, measured, unready
from vigie.serving import Asked, make_app, parse_listen, serve

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
        Where /healthz, /readyz and /metrics answer.
    location
        Where this process probes from; needed only when the catalogue names several locations.
    log_format
        How log lines are written to stderr: text is for people. Default: text on a terminal.
    """
    following = Following(directory, location)
    here, chosen = settings.read(directory), following.location
    parse_listen(listen)
    logs.set_up(log_format)
    pulse, began = Pulse(), clock.now()
    pages = make_app(
        Asked(
            health=partial(health, following, here.home, pulse, began),
            unready=partial(unready, pulse, began),
            measured=partial(measured, here.home, pulse, chosen),
        )
    )
    with stopping() as stop, on_signal(signal.SIGHUP, following.ask):
        async with serve(pages, listen) as url:
            log.info("running", directory=str(directory), location=chosen, healthz=f"{url}/healthz")
            await measure(
                following.catalogue, here, stop, location=chosen, pulse=pulse, following=following
            )
    log.info("stopped", newest=str(pulse.newest))
