"""References on loopback: hosts of their own that take connections, or refuse them."""

import asyncio
from contextlib import suppress

from vigie.catalogue import Reference


class Host:
    """A host that counts who connects; it may be taken off the network and put back."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.port = 0
        self.connections = 0
        self._server: asyncio.Server | None = None

    async def up(self) -> None:
        self._server = await asyncio.start_server(self._take, self.address, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def down(self) -> None:
        """Refuse connections from now on; the port stays known."""
        if self._server:
            self._server.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(OSError):
            await reader.read()
        writer.close()


class Town:
    """The hosts of one test, closed at its end."""

    def __init__(self) -> None:
        self.hosts: list[Host] = []

    async def host(self) -> Host:
        """Return a new host at an address of its own: 127.0.0.2, 127.0.0.3 …"""
        made = Host(f"127.0.0.{len(self.hosts) + 2}")
        await made.up()
        self.hosts.append(made)
        return made

    async def references(self, number: int) -> list[Reference]:
        """Return *number* references, r0, r1 …, each at a host of its own."""
        made = [await self.host() for _ in range(number)]
        return [reference(f"r{n}", host.address, host.port) for n, host in enumerate(made)]

    def down(self, *numbers: int) -> None:
        """Take hosts off the network; without *numbers* all of them."""
        for number in numbers or range(len(self.hosts)):
            self.hosts[number].down()

    async def up(self) -> None:
        for host in self.hosts:
            await host.up()

    @property
    def connections(self) -> int:
        return sum(host.connections for host in self.hosts)


def reference(key: str, host: str, port: int) -> Reference:
    return Reference.model_validate({"key": key, "tcp": f"{host}:{port}", "allow": ["loopback"]})
