"""Real processes, a real target and a wire to the database that can be cut."""

import asyncio
import json
import os
import signal
import ssl
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import asyncpg
from aiohttp import web

DEADLINE_S = 30
SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"  # a client's first words to PostgreSQL
MAIN = "from vigie.cli import main; main()"

CATALOGUE = """
services:
  - key: shop
    name: Shop
    allow: [loopback]
    endpoints:
      - {{key: one, http: 'http://127.0.0.1:{port}/one', every: 1s, timeout: 400ms, retries: []}}
      - {{key: two, http: 'http://127.0.0.1:{port}/two', every: 1s, timeout: 400ms, retries: []}}
"""


class Target:
    """A web server that counts what it answered."""

    def __init__(self) -> None:
        self.answered = 0
        self.port = 0
        self.status = 200

    async def answer(self, _request: web.Request) -> web.Response:
        self.answered += 1
        return web.Response(text="ok", status=self.status)


@asynccontextmanager
async def a_target() -> AsyncIterator[Target]:
    target = Target()
    app = web.Application()
    app.router.add_get("/{path:.*}", target.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    target.port = runner.addresses[0][1]
    yield target
    await runner.cleanup()


def spooled(folder: Path) -> list[str]:
    """The results that wait in the spool, as they are written there."""
    files = sorted(folder.glob(".vigie/spool/*.jsonl"))
    return [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def lay_out(folder: Path, target: Target) -> None:
    (folder / "probes").mkdir()
    text = CATALOGUE.format(port=target.port)
    (folder / "probes" / "shop.yaml").write_text(text, encoding="utf-8")


class Vigie:
    """A `vigie` process and what it says."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.said: list[str] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stderr
        async for line in self.process.stderr:
            self.said.append(line.decode().rstrip())

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        status = await asyncio.wait_for(self.process.wait(), DEADLINE_S)
        await self._reading
        return status


@asynccontextmanager
async def vigie(
    *arguments: str, folder: Path, database: str | None, code: str = MAIN
) -> AsyncIterator[Vigie]:
    """A running `vigie`, which does not outlive the block."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("VIGIE_")}
    if database:
        environment["VIGIE_DATABASE_URL"] = database
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, *arguments, cwd=folder, env=environment, stderr=PIPE
    )
    running = Vigie(process)
    try:
        yield running
    finally:
        await running.end(signal.SIGKILL)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for *condition*, and fail when it does not come true."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 - conditions of other processes have no event
            await asyncio.sleep(0.05)


async def get(running: Vigie, page: str) -> tuple[int, str]:
    """The status and the text of one of the pages that *running* serves."""
    await until(lambda: bool(running.said))
    url = json.loads(running.said[0])["healthz"].replace("/healthz", page)
    headers = {"accept": "application/openmetrics-text; version=1.0.0"}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, await answer.text()


class Asked:
    """The database, asked again and again."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def rows(self, question: str) -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(self._url)
        rows = await connection.fetch(question)
        await connection.close()
        return [tuple(row) for row in rows]

    async def becomes(self, question: str, *expected: tuple[Any, ...]) -> None:
        """Wait until *question* has the *expected* rows, and fail when it does not."""
        seen: list[tuple[Any, ...]] = []
        try:
            async with asyncio.timeout(30):
                while (seen := await self.rows(question)) != list(expected):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
        except TimeoutError:
            assert seen == list(expected)


class Wire:
    """A TCP proxy in front of the database, which takes TLS where it is told how."""

    def __init__(self, url: str, *, tls: ssl.SSLContext | None = None) -> None:
        self._parts = urlsplit(url)
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0

    @property
    def url(self) -> str:
        login = self._parts.netloc.rpartition("@")[0]
        return self._parts._replace(netloc=f"{login}@127.0.0.1:{self.port}").geturl()

    async def join(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Refuse new connections and break those that are open."""
        if self._server:
            self._server.close()
        for writer in tuple(self._open):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._tls:
            assert SSL_REQUEST == await reader.readexactly(len(SSL_REQUEST))
            writer.write(b"S")
            try:
                await writer.start_tls(self._tls)
            except OSError:  # the client trusts us not
                writer.close()
                return
        there = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        self._open |= {writer, there[1]}
        with suppress(OSError):
            await asyncio.gather(_pump(reader, there[1]), _pump(there[0], writer))
        self._open -= {writer, there[1]}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()
