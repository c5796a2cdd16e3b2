"""The command `run`: every role in one process."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import structlog
from cyclopts import Parameter

from vigie import catalogue, clock, probing, settings
from vigie.catalogue import Catalogue
from vigie.cli import logs
from vigie.cli.engine import Pulse, measure, only_location, stopping
from vigie.serving import Health, make_app, parse_listen, serve
from vigie.storing import DATABASE_TROUBLE, query

SLACK = timedelta(minutes=2)  # what a busy machine may take before something is wrong
LAG = timedelta(seconds=90)  # of the figures when all is well: one turn of the roll-up, and 30 s

log = structlog.get_logger()


async def run(
    *,
    directory: Annotated[Path, Parameter(name="--dir")] = Path(),
    listen: str = "127.0.0.1:8791",
    location: str | None = None,
) -> None:
    """Probe, store and compute in one process, until SIGTERM or Ctrl-C.

    The database is made to match the catalogue first. While it is away, results wait on disk.

    Parameters
    ----------
    directory
        The catalogue's directory, with probes/ and reports/ in it.
    listen
        Where /healthz answers.
    location
        Where this process probes from; needed only when the catalogue names several locations.
    """
    found = catalogue.load(directory, probing.MODELS)
    here, chosen = settings.read(directory), only_location(found, location)
    parse_listen(listen)
    logs.set_up()
    pulse, began = Pulse(), clock.now()
    asked = partial(health, found, here.home, pulse, began)
    with stopping() as stop:
        async with serve(make_app(asked), listen) as url:
            log.info("running", directory=str(directory), location=chosen, healthz=f"{url}/healthz")
            await measure(found, here, stop, location=chosen, pulse=pulse)
    log.info("stopped", newest=str(pulse.newest))


async def health(found: Catalogue, home: Path, pulse: Pulse, began: datetime) -> Health:
    """Return how the process that *began* then is doing."""
    now = clock.now()
    await _look(pulse)
    wrong = []
    endpoints = [endpoint for service in found.services for endpoint in service.endpoints]
    fastest = min((endpoint.every for endpoint in endpoints), default=None)
    if fastest and now - (pulse.newest or began) > fastest + SLACK:
        wrong.append("the prober stopped")
    if now - (pulse.as_of or began) > LAG + SLACK:
        wrong.append("the roll-up stopped")
    files = sum(1 for _ in home.joinpath("spool").glob("*.jsonl"))
    return Health(
        newest_result=pulse.newest, as_of=pulse.as_of, spool_files=files, wrong=tuple(wrong)
    )


async def _look(pulse: Pulse) -> None:
    """Ask the database up to where the figures hold; while it is away the last answer stays."""
    if pulse.pool is None:
        return
    with suppress(*DATABASE_TROUBLE):
        async with asyncio.timeout(2):
            pulse.as_of = await pulse.pool.fetchval(query("as_of"))
