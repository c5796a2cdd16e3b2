"""One question to one DNS server, over UDP or TCP.

Slow to import, like all of dnspython: only who meets an endpoint of kind dns imports it.
"""

import struct
from time import perf_counter_ns

import dns.exception
import dns.message

from vigie.probing.connecting import connect, refused
from vigie.probing.datagram import exchange, open_datagrams
from vigie.probing.failure import Failed
from vigie.probing.reach import note_first_byte
from vigie.probing.result import Reason
from vigie.probing.trace import CONNECTING, WAITING, Trace, since_us

LENGTH = 2  # bytes ahead of a message over TCP
FOREIGN = (dns.exception.DNSException, ValueError, IndexError, struct.error)


async def ask(
    query: dns.message.QueryMessage, address: str, port: int, transport: str, trace: Trace
) -> dns.message.Message:
    """Return the answer to *query*; what is too long for a datagram is asked for over TCP.

    Raises:
        Failed: the server cannot be reached, or what it says is no answer.
    """
    trace.address = address
    if transport == "udp":
        data = await _over_udp(query.to_wire(), address, port, trace)
        try:
            return _read(query, data, whole=False)
        except dns.message.Truncated:
            pass
    return _read(query, await _over_tcp(query.to_wire(), address, port, trace), whole=True)


async def _over_udp(query: bytes, address: str, port: int, trace: Trace) -> bytes:
    trace.phase = WAITING
    try:
        with open_datagrams(address, port) as sock:
            sent = perf_counter_ns()
            data = await exchange(sock, query, lambda data: data[:2] == query[:2])  # the identifier
    except OSError as error:
        raise refused(error, address, port) from error
    trace.first_byte_us = since_us(sent)
    return data


async def _over_tcp(query: bytes, address: str, port: int, trace: Trace) -> bytes:
    trace.phase = CONNECTING
    connection = await connect([address], port, trace)
    message = Message()
    try:
        trace.phase = WAITING
        sent = perf_counter_ns()
        await connection.exchange(len(query).to_bytes(LENGTH, "big") + query, message)
    finally:
        note_first_byte(connection, sent, trace)
        connection.close()
    return message.data


class Message:
    """A message over TCP as far as it has come; a `connection.Receiver`."""

    def __init__(self) -> None:
        self.complete = False
        self.data = b""
        self._come = b""

    def feed(self, data: bytes) -> None:
        """Take in *data*; what follows the message is left alone."""
        self._come += data
        end = LENGTH + int.from_bytes(self._come[:LENGTH], "big")
        if len(self._come) >= max(end, LENGTH + 1):
            self.data, self.complete = self._come[LENGTH:end], True

    def end(self) -> None:
        """Take in the end of the connection; raise Failed when the message is not whole."""
        if self.complete:
            return
        if not self._come:
            raise Failed(Reason.RESET, "the target closed the connection without an answer")
        raise Failed(Reason.PROTOCOL, "the answer ends early")


def _read(query: dns.message.QueryMessage, data: bytes, *, whole: bool) -> dns.message.Message:
    """Return the message in *data*; raise Truncated when it is not *whole* and says so."""
    try:
        answer = dns.message.from_wire(data, raise_on_truncation=not whole)
    except dns.message.Truncated:
        raise
    except FOREIGN as error:
        raise Failed(Reason.PROTOCOL, f"the answer is not DNS: {error}") from error
    if not query.is_response(answer):
        raise Failed(Reason.PROTOCOL, "the answer is to another question")
    return answer
