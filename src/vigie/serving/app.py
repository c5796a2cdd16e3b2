"""The web side of a running Vigie: how it is, and the doors `/beat/`, `/ack/` and `/report/`."""

import errno
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from vigie import __version__, clock
from vigie.errors import UsageError
from vigie.probing import Beats
from vigie.serving.acknowledging import Database, add_acknowledging
from vigie.serving.beating import add_beats
from vigie.serving.fetching import add_fetching
from vigie.serving.metrics import Measured, exposition


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a running process is doing; it is well when nothing is wrong."""

    newest_result: datetime | None  # the slot; None: none since the start
    as_of: datetime | None  # figures say nothing of what lies after
    spool_files: int  # waiting to be shipped
    wrong: tuple[str, ...] = ()
    # Told, and no reason for a restart: that would lose what waits in memory.
    spool: tuple[str, ...] = ()  # why results are not on disk, or were refused
    catalogue: tuple[str, ...] = ()  # why its files are not in force; nothing is wrong with us


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom the pages ask, at each request."""

    health: Callable[[], Awaitable[Health]]  # of the process
    unready: Callable[[], Awaitable[Sequence[str]]]  # why the figures cannot be had now
    measured: Callable[[], Awaitable[Measured]]


def make_app(
    asked: Asked, beats: Beats | None = None, database: Database | None = None
) -> web.Application:
    """Return the application; without *beats* it takes none, without *database* nobody answers."""

    async def healthz(_request: web.Request) -> web.Response:
        found = await asked.health()
        return web.json_response(_body(found, clock.now()), status=503 if found.wrong else 200)

    async def readyz(_request: web.Request) -> web.Response:
        why = list(await asked.unready())
        status = "not ready" if why else "ready"
        return web.json_response({"status": status, "wrong": why}, status=503 if why else 200)

    async def metrics(request: web.Request) -> web.Response:
        body, content_type = exposition(await asked.measured(), request.headers.get("accept", ""))
        return web.Response(body=body, headers={"content-type": content_type})

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
    if beats:
        add_beats(app, beats)
    if database:
        add_acknowledging(app, database)
        add_fetching(app, database)
    return app


def _body(health: Health, now: datetime) -> dict[str, object]:
    newest, as_of = health.newest_result, health.as_of
    return {
        "status": "failing" if health.wrong else "ok",
        "wrong": list(health.wrong),
        "version": __version__,
        "newest_result_age_s": newest and round((now - newest).total_seconds(), 1),
        "as_of": as_of and as_of.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "spool_files": health.spool_files,
        "spool": list(health.spool),
        "catalogue": list(health.catalogue),
    }


@asynccontextmanager
async def serve(app: web.Application, listen: str) -> AsyncIterator[str]:
    """Serve *app* at *listen* (`HOST:PORT`) and give its URL; raises UsageError when it cannot."""
    runner = web.AppRunner(
        app, access_log=None, handle_signals=False, shutdown_timeout=1, logger=_logger()
    )
    await runner.setup()
    try:
        await _listen(runner, listen)
        yield f"http://{listen.rpartition(':')[0]}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _logger() -> logging.Logger:
    logger = logging.getLogger(__name__)
    logger.addFilter(_is_ours)
    return logger


def _is_ours(record: logging.LogRecord) -> bool:
    """Keep broken requests out of the log: aiohttp shows their first line, and a token in it."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError)


async def _listen(runner: web.AppRunner, listen: str) -> None:
    host, port = parse_listen(listen)
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise UsageError(_refused(listen, port, error)) from error


def parse_listen(listen: str) -> tuple[str, int]:
    """Return the host and port of `HOST:PORT`; port 0 is any free one."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004
        raise UsageError(f'--listen: "{listen}" is no address (write 127.0.0.1:8791)')
    return host.strip("[]"), int(port)


def _refused(listen: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"--listen: {listen} is in use (stop what listens there, or write another port)"
    if error.errno == errno.EACCES:
        return f"--listen: port {port} is for root only (write one above 1023)"
    return f"--listen: {listen} cannot be served: {error.strerror}"
