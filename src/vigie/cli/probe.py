"""The command `probe`: an agent that needs nothing but the database's address."""

import asyncio
from contextlib import AsyncExitStack, nullcontext
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import structlog
from cyclopts import Parameter

from vigie import settings
from vigie.cli import logs
from vigie.cli.course import Course
from vigie.cli.engine import Ends, Pulse, open_patiently, probe_and, stand
from vigie.cli.signals import stopping
from vigie.cli.vitals import Vitals
from vigie.errors import UsageError
from vigie.serving import make_app, parse_listen, serve
from vigie.settings import Settings
from vigie.storing import Shipper

log = structlog.get_logger()


async def probe(
    *,
    location: str,
    directory: Annotated[Path, Parameter(name="--dir")] = Path(),
    listen: str | None = None,
    log_format: Literal["json", "text"] | None = None,
) -> None:
    """Probe from one location what the applied catalogue asks for, until SIGTERM or Ctrl-C.

    VIGIE_DATABASE_URL is all it needs: the login of `vigie agent add`, and how to be sure of the
    server (`?sslmode=verify-full&sslrootcert=FILE`). Changes of the catalogue are followed.

    Parameters
    ----------
    location
        Where this process probes from.
    directory
        Where .vigie is kept, with the results that wait for the database.
    listen
        Where /healthz, /readyz and /metrics answer (127.0.0.1:8791). Default: nowhere.
    log_format
        How log lines are written to stderr: text is for people. Default: text on a terminal.
    """
    here = settings.read(directory)
    if here.database_url is None:
        raise UsageError("VIGIE_DATABASE_URL is not set (`vigie agent add LOCATION` tells it)")
    if listen:
        parse_listen(listen)
    logs.set_up(log_format)
    pulse = Pulse(course=Course(leads=None))
    pages = make_app(Vitals(home=here.home, location=location, pulse=pulse).asked())
    with stopping() as stop:
        async with serve(pages, listen) if listen else nullcontext() as url:
            ends = Ends(stop=stop, written=asyncio.Event(), settle=timedelta(0))
            told = {"healthz": f"{url}/healthz"} if url else {}
            log.info("running", location=location, home=str(here.home), **told)
            store = partial(_store, here, ends, pulse, location)
            await probe_and(store, here, ends, location=location, pulse=pulse)
    log.info("stopped", newest=pulse.newest and pulse.newest.isoformat())


async def _store(here: Settings, ends: Ends, pulse: Pulse, location: str) -> None:
    """Ship what is measured, and follow what the database asks for."""
    async with AsyncExitStack() as stack:
        pool = await open_patiently(stack, here, ends.stop, migrating=False)
        if pool is None:
            return
        pulse.pool = pool
        shipper = pulse.shipper = Shipper(here.home / "spool", pool)
        async with asyncio.TaskGroup() as group:
            group.create_task(shipper.run(ends.written))
            group.create_task(stand(here, location, pulse, ends.stop, pool, follow=True))
        pulse.pool = None
