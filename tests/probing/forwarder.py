"""An HTTP proxy on loopback, as small as one can be."""

import asyncio
from contextlib import suppress

from tests.probing.shop import Script


def forwards(asked: list[bytes], *, login: str = "") -> Script:
    """Forward as a proxy does, keep the heads that came, and ask for *login* if it is given."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head)
        if login and f"Proxy-Authorization: {login}\r\n".encode() not in head:
            answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
            writer.write(answer)
            return
        method, target, _ = head.split(b" ", 2)
        if method == b"CONNECT":
            await _tunnel(target.decode(), reader, writer)
        else:
            await _forward(target.decode(), head, reader, writer)

    return script


async def _tunnel(target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    host, _, port = target.rpartition(":")
    try:
        there, out = await asyncio.open_connection(host.strip("[]"), int(port))
    except OSError:
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        return
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    try:
        await asyncio.gather(_copy(reader, out), _copy(there, writer))
    finally:
        out.close()


async def _forward(
    target: str, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    host, _, path = target.removeprefix("http://").partition("/")
    name, _, port = host.rpartition(":")
    there, out = await asyncio.open_connection(name, int(port))
    lines = head.split(b"\r\n")[1:]
    kept = [line for line in lines if not line.lower().startswith(b"proxy-")]
    method = head.split(b" ", 1)[0]
    out.write(b"\r\n".join([method + b" /" + path.encode() + b" HTTP/1.1", *kept]))
    try:
        await asyncio.gather(_copy(reader, out), _copy(there, writer))
    finally:
        out.close()


async def _copy(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            to.write(data)
            await to.drain()
        to.write_eof()
