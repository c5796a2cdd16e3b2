"""Datagrams to one address and back."""

import asyncio
import socket
from collections.abc import Callable

LARGEST = 65535  # bytes


def open_datagrams(
    address: str, port: int, *, kind: int = socket.SOCK_DGRAM, proto: int = 0
) -> socket.socket:
    """Return a socket that takes datagrams from *address* only; raise OSError when there is none.

    Connected, so that the system tells of a port on which nobody listens.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, kind | socket.SOCK_NONBLOCK, proto)
    try:
        sock.connect((address, port))
    except OSError:
        sock.close()
        raise
    return sock


async def exchange(sock: socket.socket, request: bytes, belongs: Callable[[bytes], bool]) -> bytes:
    """Send *request* and return the first datagram that *belongs* to it.

    Others are late or forged, and stop nothing; raises OSError.
    """
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(sock, request)
    while True:
        data = await loop.sock_recv(sock, LARGEST)
        if belongs(data):
            return data
        await asyncio.sleep(0)  # what has come already is read at once: a flood must not hold us up
