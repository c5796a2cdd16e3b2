"""A session with a PostgreSQL under test, spoken by asyncpg over a connection of ours.

asyncpg resolves and connects by itself. Here it gets a loop that connects to the addresses that
passed the guard, measures the phases, and caps what a hostile server may send.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter_ns
from typing import Any, cast

import asyncpg
from asyncpg.exceptions import (
    ConnectionDoesNotExistError,
    InterfaceError,
    InternalClientError,
    PostgresError,
)

from vigie.probing import trust
from vigie.probing.connecting import dial
from vigie.probing.connection import Connection, Peer
from vigie.probing.dialogue import read_prompt
from vigie.probing.failure import Failed
from vigie.probing.reach import second_look
from vigie.probing.result import Reason
from vigie.probing.trace import CONNECTING, SECURING, Trace, since_us

RECEIVED_MAX = 1024 * 1024  # bytes in one session
LOGGING_IN = "logging in"
QUERYING = "waiting for the query"
STOPPED = "57014"  # query_canceled: by the statement's time-out
SSL_REQUEST = bytes([0, 0, 0, 8, 4, 210, 22, 47])  # length, and 1234 5679
CLOSING = timedelta(milliseconds=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Where to log in, and as whom."""

    name: str  # whom the certificate must be for
    addresses: Sequence[str]
    port: int
    database: str
    user: str
    password: str
    tls: bool | None  # whether the certificate is checked; None: in the clear


@asynccontextmanager
async def log_in(login: Login, trace: Trace) -> AsyncIterator[asyncpg.Connection]:
    """Give a session; it is left orderly when all is well, else cut.

    Raises:
        Failed: nobody there, no TLS, no such user or database, or no PostgreSQL.
    """
    loop = _Loop(login, trace)
    began = perf_counter_ns()
    with _our_words(Reason.LOGIN, "the server refused the login", loop):
        session = await _connect(login, loop)
    trace.first_byte_us = since_us(began) - (trace.connect_us or 0) - (trace.tls_us or 0)
    try:
        with _our_words(Reason.QUERY, "the query failed", loop):
            yield session
    except BaseException:
        session.terminate()
        raise
    if trace.left() > 2 * CLOSING:  # the verdict is known, and must not time out
        with suppress(Exception):
            await session.close(timeout=CLOSING.total_seconds())
    session.terminate()


async def _connect(login: Login, loop: "_Loop") -> asyncpg.Connection:
    # All is given: what is not, asyncpg takes from our own environment and files.
    session: asyncpg.Connection = await asyncpg.connect(
        loop=cast("asyncio.AbstractEventLoop", loop),
        host=login.name,
        port=login.port,
        database=login.database,
        user=login.user,
        password=login.password,
        ssl=False if login.tls is None else trust.context(verify=login.tls),
        direct_tls=False,
        target_session_attrs="any",
        krbsrvname="postgres",
        gsslib="gssapi",
        timeout=None,  # the attempt has one
        statement_cache_size=0,  # a pooler between us may not know named statements
        server_settings={"application_name": "vigie"},
    )
    return session


async def ask(session: asyncpg.Connection, query: str, trace: Trace) -> Sequence[object] | None:
    """Return the first row that *query* gives, read-only; None: there is none."""
    trace.phase = QUERYING
    left_ms = max(trace.left() // timedelta(milliseconds=1), 1)
    # Cancelled inside, asyncpg would open a second connection to cancel the query from there.
    task = asyncio.create_task(_first_row(session, query, left_ms, trace))
    try:
        await asyncio.wait({task})
    finally:
        if not task.done():
            session.terminate()
            await asyncio.wait({task})
            task.exception()
    return task.result()


async def _first_row(
    session: asyncpg.Connection, query: str, left_ms: int, trace: Trace
) -> Sequence[object] | None:
    async with session.transaction(readonly=True):
        # Only for this transaction: a pooler hands the session on to others.
        await session.execute(f"set local statement_timeout = {left_ms}")
        began = perf_counter_ns()
        try:
            return cast("Sequence[object] | None", await session.fetchrow(query))
        finally:
            trace.first_byte_us = since_us(began)


@contextmanager
def _our_words(reason: Reason, what: str, loop: "_Loop") -> Iterator[None]:
    """Raise Failed for what asyncpg raises: *reason* and *what* where the server says no."""
    try:
        yield
    except ConnectionDoesNotExistError as error:
        raise loop.lost() from error
    except PostgresError as error:
        state = getattr(error, "sqlstate", None)
        if state == STOPPED:
            raise Failed(Reason.TIMEOUT, "the query did not end in time") from error
        raise Failed(reason, f"{what}: {error.args[0]} (SQLSTATE {state})") from error
    except (InterfaceError, InternalClientError) as error:
        if loop.ended:  # what asyncpg could not do any more, such as to roll back
            raise loop.lost() from error
        raise Failed(Reason.PROTOCOL, f"the answer is not PostgreSQL's: {error}") from error
    except ConnectionError as error:
        if "SSL" in str(error):
            raise Failed(Reason.TLS, "the server does not take TLS") from error
        raise loop.lost() from error


async def _ask_for_tls(connection: Connection, trace: Trace) -> None:
    connection.send(SSL_REQUEST)
    await read_prompt(connection, "S", "the server's yes to TLS", trace)


class _Loop:
    """The running loop, but connecting as we do, with the phases measured."""

    def __init__(self, login: Login, trace: Trace) -> None:
        self._loop = asyncio.get_running_loop()
        self._login, self._trace = login, trace
        self._left = RECEIVED_MAX
        self.ended = False

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - all the rest of the loop
        return getattr(self._loop, name)

    async def create_connection(
        self, factory: Callable[[], asyncio.Protocol], *_: object
    ) -> tuple[asyncio.Transport, asyncio.Protocol]:
        """Connect to the addresses that passed the guard, whatever asyncpg thinks of the host."""
        login, trace = self._login, self._trace
        trace.phase = CONNECTING
        made = await dial(lambda: _Capped(factory(), self), login.addresses, login.port, trace)
        trace.phase = LOGGING_IN if login.tls is None else SECURING
        transport, capped = made
        return transport, capped.inner

    async def start_tls(
        self,
        transport: asyncio.Transport,
        protocol: asyncio.Protocol,
        settings: ssl.SSLContext,
        *,
        server_hostname: str,
    ) -> "_Transport":
        """Do the handshake, and keep when the certificate ends."""
        began = perf_counter_ns()
        try:
            secured = await self._loop.start_tls(
                transport, protocol, settings, server_hostname=server_hostname
            )
        except ssl.SSLError as error:
            raise await self._refused(error, transport.get_extra_info("peername")[:2]) from error
        finally:
            self._trace.tls_us = since_us(began)
        if secured is None:
            raise self.lost()
        certificate = secured.get_extra_info("ssl_object").getpeercert(binary_form=True)
        self._trace.certificate_expires = trust.expiry(certificate)
        self._trace.phase = LOGGING_IN
        return _Transport(secured, self)

    async def _refused(self, error: ssl.SSLError, peer: Peer) -> Failed:
        name, trace = self._login.name, self._trace
        failure = trust.failure(error, name)
        if failure.reason is Reason.TLS_EXPIRED:
            trace.certificate_expires = await second_look(peer, name, trace, _ask_for_tls)
        return failure

    def received(self, data: bytes) -> bool:
        """Count *data*; tell whether it is still little enough."""
        self._left -= len(data)
        return self._left >= 0

    def lost(self) -> Failed:
        """Return why the connection is gone."""
        if self._left < 0:
            return Failed(Reason.TOO_LARGE, "the server sent more than 1 MiB")
        return Failed(Reason.RESET, f"the target closed the connection: {self._trace.phase}")


class _Capped(asyncio.Protocol):
    """Hands on to *inner* what comes, until it is too much."""

    def __init__(
        self, inner: asyncio.Protocol, loop: _Loop, transport: asyncio.Transport | None = None
    ) -> None:
        self.inner = inner
        self._loop, self._transport = loop, transport
        self.eof_received = inner.eof_received  # type: ignore[method-assign]
        self.pause_writing = inner.pause_writing  # type: ignore[method-assign]
        self.resume_writing = inner.resume_writing  # type: ignore[method-assign]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hand on *transport* (asyncio calls this and the next ones)."""
        self._transport = cast("asyncio.Transport", transport)
        self.inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Hand on that the connection is gone."""
        self._loop.ended = True
        self.inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand on *data*, or end the connection."""
        if self._loop.received(data):
            self.inner.data_received(data)
        elif self._transport:
            self._transport.abort()


class _Transport:
    """The secured *inner* transport; what it hands on is capped too."""

    def __init__(self, inner: asyncio.Transport, loop: _Loop) -> None:
        self._inner, self._loop = inner, loop

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - all the rest of the transport
        return getattr(self._inner, name)

    def set_protocol(self, protocol: asyncio.Protocol) -> None:
        """Let *protocol* have what comes from now on."""
        self._inner.set_protocol(_Capped(protocol, self._loop, self._inner))
