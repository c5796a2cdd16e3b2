"""A name server on loopback that answers, or fails, exactly as a test says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from vigie.probing import Attempt
from vigie.probing.dns import DnsEndpoint, probe

Reply = Callable[[dns.message.Message], bytes | None]  # None: silence


def endpoint(name: str, **spec: Any) -> DnsEndpoint:
    return DnsEndpoint.model_validate({"key": "name", "dns": name, "timeout": "2s", **spec})


async def ask(name: str, **spec: Any) -> Attempt:
    """Ask for *name* once; loopback is allowed."""
    return await probe(endpoint(name, **spec), number=1, allow=("loopback",))


def zone(*records: str, rcode: dns.rcode.Rcode = dns.rcode.NOERROR, flags: int = 0) -> Reply:
    """Answer any question with *records*, each `name type value`."""

    def reply(query: dns.message.Message) -> bytes:
        answer = dns.message.make_response(query)
        answer.set_rcode(rcode)
        answer.flags |= flags
        for record in records:
            name, kind, value = record.split(" ", 2)
            answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, value))
        return answer.to_wire(max_size=65535)

    return reply


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        answer = self._reply(dns.message.from_wire(data))
        if answer is not None:
            self._transport.sendto(answer, addr)


@asynccontextmanager
async def name_server(udp: Reply, tcp: Reply | None = None) -> AsyncIterator[str]:
    """Serve both on one port of loopback, and give `address:port`."""

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(2), "big")
        answer = (tcp or udp)(dns.message.from_wire(await reader.readexactly(length)))
        if answer is not None:
            writer.write(len(answer).to_bytes(2, "big") + answer)
        writer.close()

    server = await asyncio.start_server(visit, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Datagrams(udp), local_addr=("127.0.0.1", port)
    )
    try:
        yield f"127.0.0.1:{port}"
    finally:
        transport.close()
        server.close()
        await asyncio.sleep(0)
