"""The steps that kinds share: the attempt around them, resolve, connect, secure."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from time import perf_counter_ns

from vigie.catalogue import Endpoint
from vigie.probing import clientcert, rustls, trust
from vigie.probing.address import IpVersion, resolve
from vigie.probing.attempt import retries_of
from vigie.probing.clientcert import ClientCertificate
from vigie.probing.connecting import connect
from vigie.probing.connection import Connection, Peer
from vigie.probing.failure import Failed
from vigie.probing.result import Attempt, Reason
from vigie.probing.trace import CONNECTING, RESOLVING, SECURING, Trace, since_us

Talk = Callable[[Connection, Trace], Awaitable[None]]


async def attempt(
    endpoint: Endpoint, number: int, steps: Callable[[Trace], Awaitable[None]]
) -> Attempt:
    """Return what *steps* gave within the endpoint's timeout; never raises but when cancelled."""
    several = number == 1 and bool(retries_of(endpoint))
    trace = Trace(number=number, limit=endpoint.timeout, first_of_several=several)
    try:
        async with asyncio.timeout(trace.limit.total_seconds()):
            await steps(trace)
    except Failed as failure:
        return trace.failed(failure.reason, failure.detail)
    except TimeoutError:
        return trace.timed_out()
    except Exception as error:  # noqa: BLE001 - caught here, where its text is cleared of secrets
        return trace.failed(Reason.INTERNAL, f"{type(error).__name__}: {error}")
    return trace.up()


async def resolved_addresses(
    host: str,
    port: int,
    allow: Sequence[str],
    trace: Trace,
    *,
    ip: IpVersion = "any",
    whole: bool = False,
) -> tuple[str, ...]:
    """Return the addresses of *host* that may be probed, as `address.resolve` does."""
    trace.phase = RESOLVING
    began = perf_counter_ns()
    try:
        return await resolve(host, port, allow, ip=ip, whole=whole)
    finally:
        trace.dns_us = (trace.dns_us or 0) + since_us(began)


async def reach(
    host: str, port: int, allow: Sequence[str], trace: Trace, *, ip: IpVersion = "any"
) -> Connection:
    """Return a connection to *host*, at an address that may be probed; close it after use."""
    addresses = await resolved_addresses(host, port, allow, trace, ip=ip)
    trace.phase = CONNECTING
    return await connect(addresses, port, trace)


@asynccontextmanager
async def reached(
    host: str, port: int, allow: Sequence[str], trace: Trace, *, ip: IpVersion = "any"
) -> AsyncIterator[Connection]:
    """Give a connection as `reach` does; it is left in good order when all is well, else cut."""
    connection = await reach(host, port, allow, trace, ip=ip)
    try:
        yield connection
        connection.leave()
    except BaseException:
        connection.close()
        raise


async def silence(_connection: Connection, _trace: Trace) -> None:
    """Say nothing: TLS begins at once."""


async def secure(
    connection: Connection,
    host: str,
    trace: Trace,
    *,
    verify: bool,
    protocol: str | None = None,
    shown: ClientCertificate | None = None,
    quick: ssl.SSLContext | None = None,
    talk: Talk | None = silence,
) -> None:
    """Do the TLS handshake on *connection* as *host*; raise Failed for what is wrong with it.

    No certificate has the final dot of an absolute name, so it is not asked for either.
    *shown* is shown to a target that asks who connects. *quick*: settings of rustls.
    *talk* is what came before the handshake; None: another connection could not say the same.
    """
    trace.phase, trace.tls_by = SECURING, rustls.NAME if quick else "openssl"
    name, began = host.removesuffix("."), perf_counter_ns()
    try:
        await connection.secure(quick or _settings(shown, protocol, verify=verify), name)
    except Failed as failure:
        if failure.reason is Reason.TLS_EXPIRED and talk and not quick:
            trace.certificate_expires = await second_look(connection.peer(), name, trace, talk)
        raise
    finally:
        trace.tls_us = (trace.tls_us or 0) + since_us(began)
    trace.certificate_expires = trust.expiry(connection.certificate())


def _settings(
    shown: ClientCertificate | None, protocol: str | None, *, verify: bool
) -> ssl.SSLContext:
    if shown is None:
        return trust.context(verify=verify, protocol=protocol)
    return clientcert.context(shown, protocol, verify=verify)


async def second_look(peer: Peer, name: str, trace: Trace, talk: Talk) -> datetime | None:
    """Return when the refused certificate ends: OpenSSL shows only those it trusts.

    It takes half of the time that is left at most: the verdict is known, and must not time out.
    """
    address, port = peer
    aside = Trace(number=trace.number, limit=trace.left() / 2, secrets=trace.secrets)
    with suppress(Failed, TimeoutError):
        async with asyncio.timeout(aside.limit.total_seconds()):
            return await _look(await connect([address], port, aside), name, aside, talk)
    return None


async def _look(connection: Connection, name: str, trace: Trace, talk: Talk) -> datetime | None:
    try:
        await talk(connection, trace)
        await connection.secure(trust.context(verify=False), name)
        return trust.expiry(connection.certificate())
    finally:
        connection.close()


def note_first_byte(connection: Connection, sent_ns: int, trace: Trace) -> None:
    """Add to *trace* how long the first byte took after *sent_ns*, if any came."""
    if connection.first_byte_ns is not None:
        waited = (connection.first_byte_ns - sent_ns) // 1000
        trace.first_byte_us = (trace.first_byte_us or 0) + waited
