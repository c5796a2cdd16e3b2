"""The web side of a running Vigie; for now only `/healthz`."""

import errno
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from vigie import __version__, clock
from vigie.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a running process is doing; it is well when nothing is wrong."""

    newest_result: datetime | None  # the slot; None: none since the start
    as_of: datetime | None  # figures say nothing of what lies after
    spool_files: int  # waiting to be shipped
    wrong: tuple[str, ...] = ()


def make_app(health: Callable[[], Awaitable[Health]]) -> web.Application:
    """Return the application; *health* is asked at each request."""

    async def healthz(_request: web.Request) -> web.Response:
        found = await health()
        return web.json_response(_body(found, clock.now()), status=503 if found.wrong else 200)

    app = web.Application()
    app.router.add_get("/healthz", healthz)
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
    }


@asynccontextmanager
async def serve(app: web.Application, listen: str) -> AsyncIterator[str]:
    """Serve *app* at *listen* (`HOST:PORT`) and give its URL; raises UsageError when it cannot."""
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1)
    await runner.setup()
    try:
        await _listen(runner, listen)
        yield f"http://{listen.rpartition(':')[0]}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


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
