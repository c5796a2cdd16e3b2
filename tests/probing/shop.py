"""Servers on loopback that answer, or fail, exactly as a test says."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import trustme

from vigie.probing import Attempt, HttpEndpoint
from vigie.probing.http import probe

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Shop = Callable[..., Awaitable[str]]  # script, **settings of start_server: the URL

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


def endpoint(url: str, **spec: Any) -> HttpEndpoint:
    return HttpEndpoint.model_validate({"key": "api", "http": url, **spec})


async def ask(url: str, **spec: Any) -> Attempt:
    """Probe *url* once; loopback is allowed."""
    return await probe(endpoint(url, **spec), number=1, allow=("loopback",))


def answers(*answer: bytes) -> Script:
    """Read one request, send *answer* piece by piece, and close."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in answer:
            writer.write(piece)
            await writer.drain()

    return script


def keeps(into: list[bytes], *answer: bytes) -> Script:
    """Keep each request, head and body, and send the next *answer*; the last one repeats."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")),
            0,
        )
        into.append(head + await reader.readexactly(length))
        writer.write((answer or (OK,))[min(len(into), len(answer) or 1) - 1])
        await writer.drain()

    return script


def body(content: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + content


def settings(
    authority: trustme.CA, name: str = "127.0.0.1", **validity: datetime
) -> ssl.SSLContext:
    """A server's TLS, with a certificate of *authority* for *name*."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **validity).configure_cert(made)  # type: ignore[arg-type]
    return made


class Street:
    """Every shop of one test, closed at its end."""

    def __init__(self) -> None:
        self._servers: list[asyncio.Server] = []
        self._visits: set[asyncio.Task[None]] = set()
        self.connections = 0

    async def open(
        self,
        script: Script,
        settings: ssl.SSLContext | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> str:
        async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            task = asyncio.current_task()
            assert task
            self._visits.add(task)
            try:
                await script(reader, writer)
            except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass  # the probe left first, or the test is over
            finally:
                self._visits.discard(task)
                writer.close()

        server = await asyncio.start_server(visit, host, port, ssl=settings)
        self._servers.append(server)
        scheme = "https" if settings else "http"
        return f"{scheme}://{host}:{server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        for server in self._servers:
            server.close()
        for visit in list(self._visits):
            visit.cancel()
        await asyncio.sleep(0)
