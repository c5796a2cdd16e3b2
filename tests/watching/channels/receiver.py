"""A receiver of webhooks on loopback: what it was sent, taken apart."""

import asyncio
import json
from typing import Any

from tests.probing.shop import keeps

TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


class Receiver:
    """Answers each request with the next of its answers; the last one repeats."""

    def __init__(self, *answers: bytes) -> None:
        self.requests: list[bytes] = []
        self._script = keeps(self.requests, *(answers or (TAKEN,)))

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._script(reader, writer)

    @property
    def line(self) -> str:
        return self.requests[-1].partition(b"\r\n")[0].decode()

    @property
    def headers(self) -> dict[str, str]:
        lines = self.requests[-1].partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        return dict(line.split(": ", 1) for line in lines)

    @property
    def body(self) -> bytes:
        return self.requests[-1].partition(b"\r\n\r\n")[2]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
