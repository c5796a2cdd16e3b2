"""Echo requests and their replies, as RFC 792 and RFC 4443 have them.

The few bytes are written here: a library would bring threads and another licence for less than
is checked here. A reply counts only with our identifier, a number that was sent and our content.
"""

import secrets
import socket
import struct
from dataclasses import dataclass
from ipaddress import ip_address

from vigie.probing.datagram import open_datagrams
from vigie.probing.failure import Failed
from vigie.probing.result import Reason

HEADER = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence number
PROTOCOLS = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}
REQUEST, REPLY = {4: 8, 6: 128}, {4: 0, 6: 129}
CONTENT = 32  # random bytes: nobody can answer what they did not see
FORBIDDEN = (
    "this machine lets the prober send no echo requests"
    ' (run sysctl -w net.ipv4.ping_group_range="0 2147483647")'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """The echo requests of one attempt, and what answers them."""

    version: int  # of IP
    identifier: int
    content: bytes
    headed: bool  # what comes begins with an IP header

    def request(self, number: int) -> bytes:
        """Return the request with the sequence *number*."""
        kind = REQUEST[self.version]
        bare = HEADER.pack(kind, 0, 0, self.identifier, number) + self.content
        # ICMPv6's sum includes addresses that the system chooses, so the system fills it in.
        total = checksum(bare) if self.version == 4 else 0  # noqa: PLR2004 - the version
        return HEADER.pack(kind, 0, total, self.identifier, number) + self.content

    def answered(self, data: bytes) -> int | None:
        """Return the number of the request that *data* answers; None when it answers none."""
        if self.headed and data:
            data = data[(data[0] & 0x0F) * 4 :]
        if len(data) < HEADER.size or data[HEADER.size :] != self.content:
            return None
        kind, code, _, identifier, number = HEADER.unpack_from(data)
        ours = (kind, code, identifier) == (REPLY[self.version], 0, self.identifier)
        return int(number) if ours else None


def checksum(data: bytes) -> int:
    """Return the Internet checksum (RFC 1071) of an even number of bytes."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def open_echo(address: str) -> tuple[socket.socket, Echo]:
    """Return a socket for echoes of *address*: of the kind for everybody, else a raw one.

    Raises:
        Failed: this process may have neither (unknown).
    """
    version = ip_address(address).version
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            sock = open_datagrams(address, 0, kind=kind, proto=PROTOCOLS[version])
        except PermissionError:
            continue
        raw = kind == socket.SOCK_RAW
        # The other kind has its identifier from the system, as if it were a port.
        identifier = secrets.randbits(16) if raw else sock.getsockname()[1]
        headed = raw and version == 4  # noqa: PLR2004 - the version
        content = secrets.token_bytes(CONTENT)
        return sock, Echo(version=version, identifier=identifier, content=content, headed=headed)
    raise Failed(Reason.INTERNAL, FORBIDDEN)
