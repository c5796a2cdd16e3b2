"""One fresh connection of one probe: TCP, TLS when asked, and the phases of both.

TLS runs over memory buffers in this protocol rather than in the event loop, which gives the
end of the handshake exactly, the certificate, and OpenSSL's own verdict on it.
"""

import asyncio
import errno
import socket
import ssl
from collections.abc import Sequence
from time import perf_counter_ns
from typing import Protocol, cast

from vigie.probing import trust
from vigie.probing.failure import Failed
from vigie.probing.result import Reason
from vigie.probing.trace import Trace, since_us

CONNECT_SECONDS = 5.0  # for all addresses of a host together
CHUNK = 65536


class Receiver(Protocol):
    """Whoever reads the answer."""

    complete: bool

    def feed(self, data: bytes) -> None:
        """Take in *data*; raise Failed when it breaks the protocol."""

    def end(self) -> None:
        """Take in that no more will come; raise Failed when that is too early."""


class Connection(asyncio.Protocol):
    """A connection to one address; each step is awaited, and fails with Failed."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._failure: Failed | None = None
        self._receiver: Receiver | None = None
        self._tls: ssl.SSLObject | None = None
        self._secured = False
        self._host = ""
        self._ended = False
        self.first_byte_ns: int | None = None

    async def secure(self, settings: ssl.SSLContext, host: str) -> None:
        """Do the TLS handshake as *host* under *settings*."""
        self._host = host
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = settings.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._shake_hands()
        await self._wait()

    async def exchange(self, request: bytes, receiver: Receiver) -> None:
        """Send *request* and return when *receiver* has the whole answer."""
        self._receiver = receiver
        if self._tls is None:
            self._write(request)
        else:
            self._tls.write(request)
            self._flush()
        await self._wait()

    def certificate(self) -> bytes | None:
        """Return the target's certificate as DER."""
        return self._tls.getpeercert(binary_form=True) if self._tls else None

    def close(self) -> None:
        """Close at once, without TLS's good-bye: the connection is never used again."""
        if self._transport:
            self._transport.abort()

    async def _wait(self) -> None:
        if self._failure:
            raise self._failure
        self._waiter = self._loop.create_future()
        if self._ended:
            self._on_end()
        await self._waiter

    def _done(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, failure: Failed) -> None:
        self._failure = self._failure or failure
        if self._waiter and not self._waiter.done():
            self._waiter.set_exception(self._failure)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep *transport* (asyncio calls this and the next ones)."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take in what came."""
        try:
            if self._tls is None:
                self._feed(data)
            else:
                self._decrypt(data)
        except Failed as failure:
            self._fail(failure)

    def eof_received(self) -> bool:
        """Take in that the target will send no more."""
        self._ended = True
        self._on_end()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Take in that the connection is gone."""
        if exc is None:
            self._ended = True
            self._on_end()
        else:
            self._fail(Failed(Reason.RESET, f"the connection broke {self._where()}: {_said(exc)}"))

    def _on_end(self) -> None:
        if self._receiver is None:
            if self._waiter:
                self._fail(
                    Failed(Reason.RESET, f"the target closed the connection {self._where()}")
                )
            return
        try:
            self._receiver.end()
        except Failed as failure:
            self._fail(failure)
        else:
            self._done()

    def _where(self) -> str:
        if self._receiver is None:
            return "during the TLS handshake"
        return "before any answer" if self.first_byte_ns is None else "inside the answer"

    def _feed(self, data: bytes) -> None:
        if self._receiver is None or self._receiver.complete:
            return  # nobody asked: a greeting, or more than the answer
        if self.first_byte_ns is None:
            self.first_byte_ns = perf_counter_ns()
        self._receiver.feed(data)
        if self._receiver.complete:
            self._done()

    def _shake_hands(self) -> None:
        assert self._tls
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError as error:
            self._flush()  # the alert tells the target's log why
            self._fail(trust.failure(error, self._host))
        else:
            # The last flight stays in the buffer and leaves with the request, in one packet.
            self._secured = True
            self._done()

    def _decrypt(self, data: bytes) -> None:
        assert self._tls
        self._incoming.write(data)
        if not self._secured:
            return self._shake_hands()
        try:
            while data := self._tls.read(CHUNK):
                self._feed(data)
            self.eof_received()  # TLS's good-bye; TCP's may come much later
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError as error:
            self._fail(trust.failure(error, self._host))
        return None

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._write(self._outgoing.read())

    def _write(self, data: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)


async def connect(addresses: Sequence[str], port: int, trace: Trace) -> Connection:
    """Return a connection to the first of *addresses* that takes one; the first failure counts.

    One after the other, each with its share of the time: racing them would measure our luck.
    """
    first: Failed | None = None
    began = perf_counter_ns()
    ends = asyncio.get_running_loop().time() + CONNECT_SECONDS
    try:
        for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            trace.address = address
            try:
                return await _connect(address, port, ends, left)
            except Failed as failure:
                first = first or failure
        assert first  # a host has at least one address
        raise first
    finally:
        trace.connect_us = (trace.connect_us or 0) + since_us(began)


async def _connect(address: str, port: int, ends: float, left: int) -> Connection:
    loop = asyncio.get_running_loop()
    seconds = max(ends - loop.time(), 0) / left
    try:
        async with asyncio.timeout(seconds):
            _, connection = await loop.create_connection(Connection, address, port)
            return connection
    except TimeoutError as error:
        at = f"{address} port {port}"
        raise Failed(
            Reason.CONNECT_TIMEOUT, f"{at} did not accept within {seconds:.3g} s"
        ) from error
    except OSError as error:
        raise _refused(error, address, port) from error


REFUSALS = {
    errno.ECONNREFUSED: (Reason.CONNECT_REFUSED, "refused the connection"),
    errno.ECONNRESET: (Reason.RESET, "reset the connection"),
    errno.ETIMEDOUT: (Reason.CONNECT_TIMEOUT, "did not accept the connection"),
    errno.EHOSTUNREACH: (Reason.UNREACHABLE, "cannot be reached"),
    errno.ENETUNREACH: (Reason.UNREACHABLE, "is on a network that cannot be reached"),
    errno.ENETDOWN: (Reason.NETWORK, "is behind a network interface of ours that is down"),
}


def _refused(error: OSError, address: str, port: int) -> Failed:
    at = f"{address} port {port}"
    if error.errno == errno.ENETUNREACH and not _has_route(address):
        return Failed(Reason.NETWORK, f"this machine has no route to {address}")
    if error.errno in REFUSALS:
        reason, what = REFUSALS[error.errno]
        return Failed(reason, f"{at} {what}")
    # The rest is ours: no descriptors, no local ports, forbidden by our own firewall.
    return Failed(Reason.INTERNAL, f"cannot connect to {at}: {_said(error)}")


def _has_route(address: str) -> bool:
    """Tell our own missing route from a router's refusal; connecting UDP sends nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, 9))
        except OSError:
            return False
    return True


def _said(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
