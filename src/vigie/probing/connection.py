"""One fresh connection of one probe: TCP, TLS when asked, and the phases of both.

TLS runs over memory buffers in this protocol rather than in the event loop, which gives the
end of the handshake exactly, the certificate, and OpenSSL's own verdict on it.
"""

import asyncio
import ssl
from contextlib import suppress
from time import perf_counter_ns
from typing import Protocol, cast

from vigie.probing import rustls, trust
from vigie.probing.failure import Failed
from vigie.probing.result import Reason

CHUNK = 65536
Peer = tuple[str, int]  # address and port
KEPT_MAX = 65536  # bytes that came before anybody asked for them; then reading pauses
LEAVING_SECONDS = 1.0


class Receiver(Protocol):
    """Whoever reads the answer."""

    complete: bool

    def feed(self, data: bytes) -> None:
        """Take in *data*; raise Failed when it breaks the protocol."""

    def end(self) -> None:
        """Take in that no more will come; raise Failed when that is too early."""


class Connection(asyncio.Protocol):
    """A connection to one address; each step is awaited, and fails with Failed or a defect."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._failure: Exception | None = None  # Failed, or a defect of ours
        self._receiver: Receiver | None = None
        self._tls: ssl.SSLObject | None = None
        self._secured = False
        self._host = ""
        self._ended = False
        self._kept = b""  # came before anybody asked for it
        self.first_byte_ns: int | None = None
        self.last_words = b""  # for `leave`

    async def secure(self, settings: ssl.SSLContext, host: str) -> None:
        """Do the TLS handshake as *host* under *settings*; also in the middle of a dialogue."""
        self._host = host
        self._receiver = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = settings.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        # What came in the clear must never pass for what came encrypted: it breaks the handshake.
        self._incoming.write(self._kept)
        self._kept = b""
        self._shake_hands()
        await self._wait()

    async def exchange(self, request: bytes, receiver: Receiver) -> None:
        """Send *request* and return when *receiver* has the whole answer."""
        self._receiver = receiver
        self.send(request)
        self._take_kept()
        await self._wait()

    def send(self, data: bytes) -> None:
        """Send *data*; nobody waits until it is gone."""
        if self._failure and data:
            raise self._failure
        if self._tls is None:
            self._write(data)
            return
        if data:
            self._tls.write(data)
        self._flush()

    def unread(self, data: bytes) -> None:
        """Keep *data*, which is more than the answer, for the next receiver."""
        self._kept = data + self._kept

    def certificate(self) -> bytes | None:
        """Return the target's certificate as DER."""
        return self._tls.getpeercert(binary_form=True) if self._tls else None

    def version(self) -> str | None:
        """Return the version of TLS that was agreed on: `TLSv1.3`."""
        return self._tls.version() if self._tls else None

    def own_address(self) -> str:
        """Return the address on our side."""
        assert self._transport
        return str(self._transport.get_extra_info("sockname")[0])

    def peer(self) -> Peer:
        """Return the address and the port on the other side."""
        assert self._transport
        address, port = self._transport.get_extra_info("peername")[:2]
        return address, port

    def leave(self) -> None:
        """Say the *last_words*, and TLS's good-bye; close when all is gone: no log shows a fault.

        What the target makes of it changes nothing any more.
        """
        if self._transport is None or self._transport.is_closing():
            return
        if self._tls:
            with suppress(ssl.SSLError):
                self._tls.write(self.last_words)
                self._tls.unwrap()
            self._flush()
        else:
            self._write(self.last_words)
        self._transport.close()
        self._loop.call_later(LEAVING_SECONDS, self._transport.abort)  # to who reads nothing

    def close(self) -> None:
        """Close at once, without TLS's good-bye: the connection is never used again."""
        if self._transport:
            self._transport.abort()

    async def _wait(self) -> None:
        if self._receiver and self._receiver.complete:
            return  # whatever became of the connection meanwhile
        if self._failure:
            raise self._failure
        self._waiter = self._loop.create_future()
        if self._ended:
            self._on_end()
        await self._waiter

    def _done(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, failure: Exception) -> None:
        """End the step that is waited for, and each one after it, with *failure*.

        A defect too: left to the event loop, it would end as a connection that the target closed.
        """
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
        except Exception as failure:  # noqa: BLE001 - whoever waits raises it
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
            self._fail(Failed(Reason.RESET, f"the connection broke {self._where()}: {said(exc)}"))

    def _on_end(self) -> None:
        if self._receiver and self._receiver.complete:
            return  # the next one will be told
        if self._receiver is None:
            if self._waiter:
                self._fail(
                    Failed(Reason.RESET, f"the target closed the connection {self._where()}")
                )
            return
        try:
            self._receiver.end()
        except Exception as failure:  # noqa: BLE001 - whoever waits raises it
            self._fail(failure)
        else:
            self._done()

    def _where(self) -> str:
        if self._receiver is None:
            return "during the TLS handshake"
        return "before any answer" if self.first_byte_ns is None else "inside the answer"

    def _take_kept(self) -> None:
        """Hand on what came early: a greeting, or the rest of the segment before."""
        kept, self._kept = self._kept, b""
        try:
            if kept:
                self._feed(kept)
            if self._tls and self._incoming.pending:
                self._decrypt(b"")
        except Exception as failure:  # noqa: BLE001 - whoever waits raises it
            self._fail(failure)
        if len(kept) > KEPT_MAX and self._transport and not self._transport.is_closing():
            self._transport.resume_reading()

    def _keep(self, data: bytes) -> None:
        self._kept += data
        if len(self._kept) > KEPT_MAX and self._transport:
            self._transport.pause_reading()

    def _feed(self, data: bytes) -> None:
        if self._receiver is None or self._receiver.complete:
            self._keep(data)  # nobody asked: a greeting, or more than the answer
            return
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
            if rustls.is_over(self._tls):
                self.eof_received()
        except ssl.SSLError as error:
            self._fail(trust.failure(error, self._host))
        return None

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._write(self._outgoing.read())

    def _write(self, data: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)


def said(error: Exception) -> str:
    """Return the system's own words for *error*."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
