"""A small shop on loopback, in a process of its own, whose faults follow the script.

It prints its ports as one line of JSON, starts the script's clock when it reads a line from its
standard input, and ends when that is closed: a demonstration that dies leaves no shop behind.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Awaitable, Callable
from time import monotonic

from aiohttp import web

from vigie.demo.script import FAULTS, Fault

PORTS = {"api": 8787, "orders": 8788, "crawler": 8789}  # where they are, unless taken
SLOW_S = 0.3  # longer than the catalogue accepts, shorter than its timeout


class Clock:
    """Seconds since the script began; before that, nothing goes wrong."""

    def __init__(self) -> None:
        self._began: float | None = None

    def start(self) -> None:
        """Let the script begin."""
        self._began = monotonic()

    def elapsed(self) -> float:
        """Return the seconds since the script began, or -1."""
        return -1 if self._began is None else monotonic() - self._began

    def fault(self, part: str) -> Fault | None:
        """Return what is wrong with *part* now."""
        now = self.elapsed()
        faults = (one for one in FAULTS if one.part == part and one.starts <= now < one.ends)
        return next(faults, None)


def answer(part: str, clock: Clock) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return the handler of one part of the shop."""

    async def handle(_request: web.Request) -> web.Response:
        fault = clock.fault(part)
        if fault and fault.kind == "unavailable":
            return web.Response(status=503, text="We are busy, please come back")
        if fault and fault.kind == "slow":
            await asyncio.sleep(SLOW_S)
        if fault and fault.kind == "stall":
            await asyncio.sleep(fault.ends - clock.elapsed())
        return web.json_response({"status": "ok", "part": part})

    return handle


class Part:
    """One part of the shop: its own listening socket, so that it can refuse connections."""

    def __init__(self, name: str, clock: Clock) -> None:
        app = web.Application()
        app.router.add_get("/health", answer(name, clock))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self._name = name
        self._clock = clock
        self._site: web.TCPSite | None = None
        self.port = PORTS[name]

    async def begin(self) -> None:
        """Listen on the part's own port, or on a free one if somebody else sits there."""
        await self._runner.setup()
        try:
            await self.open()
        except OSError:
            self.port = 0
            await self.open()

    async def open(self) -> None:
        """Listen; after the first time always on the same port."""
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self._site = site
        self.port = self._runner.addresses[0][1]

    async def follow(self) -> None:
        """Close and open the door as the script says."""
        while True:
            fault = self._clock.fault(self._name)
            refuses = fault is not None and fault.kind == "refuse"
            if refuses and self._site:
                await self._site.stop()
                self._site = None
            elif not refuses and not self._site:
                with contextlib.suppress(OSError):  # somebody sits on the port: try again
                    await self.open()
            await asyncio.sleep(0.02)


async def run() -> None:
    """Open the shop until standard input is closed."""
    clock = Clock()
    parts = {name: Part(name, clock) for name in PORTS}
    for part in parts.values():
        await part.begin()
    print(json.dumps({name: part.port for name, part in parts.items()}), flush=True)  # noqa: T201
    tasks = [asyncio.create_task(part.follow()) for part in parts.values()]
    while await asyncio.to_thread(sys.stdin.readline):
        clock.start()
    for task in tasks:
        task.cancel()
