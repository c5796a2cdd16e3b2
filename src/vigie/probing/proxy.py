"""Asking through an HTTP proxy.

The proxy passes the address guard like any host, and so does every address of the target: a
proxy stands in another network, and is no way around the guard. For https it is asked for an
address that passed, never for the name, so that what the name says next changes nothing. In
plain HTTP the proxy must be given the name; it looks it up once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter_ns

from vigie.probing.auth import basic
from vigie.probing.connecting import connect
from vigie.probing.connection import Connection
from vigie.probing.failure import Failed
from vigie.probing.httpoptions import Proxy
from vigie.probing.placeholder import resolved
from vigie.probing.reach import resolved_addresses
from vigie.probing.request import BadUrl, Request, Url, parse_url
from vigie.probing.response import Response
from vigie.probing.result import UNKNOWN_REASONS, Reason
from vigie.probing.trace import PROXY, Trace, since_us

ACCEPTED = range(200, 300)
LOGIN_REQUIRED = 407
UNREACHED = (502, 503, 504)  # the proxy got no further: RFC 9110, and what Squid says

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A proxy, its secrets filled in."""

    url: Url
    headers: Headers  # for the proxy alone
    allow: Sequence[str]


async def reach(
    proxy: Proxy, request: Request, allow: Sequence[str], trace: Trace
) -> tuple[Connection, Request]:
    """Return a connection to the proxy, and *request* as it is to be sent there.

    For https the connection leads on to the target.

    Raises:
        Failed: unknown where the proxy is at fault, down where it says that the target is.
    """
    target = request.url
    addresses = await resolved_addresses(target.host, target.port, allow, trace, whole=True)
    way = _way(proxy, allow, trace)
    if target.scheme == "https":
        return await _tunnel(way, target, addresses, trace), request
    return await _connect(way, trace), _absolute(request, way.headers)


def refuse_login(status: int) -> None:
    """Raise Failed where it is the proxy that refused: only a proxy answers so."""
    if status == LOGIN_REQUIRED:
        raise _refused(status)


def _way(proxy: Proxy, allow: Sequence[str], trace: Trace) -> Way:
    try:
        url = parse_url(resolved(proxy.url, trace))
    except BadUrl as error:
        what = "with its placeholders, the proxy is no URL (write http://host:port)"
        raise Failed(Reason.INTERNAL, what) from error
    if url.scheme != "http" or url.target != "/":
        raise Failed(Reason.INTERNAL, "with its placeholders, the proxy is not http://host:port")
    login = (("Proxy-Authorization", basic(proxy.basic, trace)),) if proxy.basic else ()
    return Way(url=url, headers=login, allow=allow)


async def _connect(way: Way, trace: Trace) -> Connection:
    host, port = way.url.host, way.url.port
    try:
        addresses = await resolved_addresses(host, port, way.allow, trace)
        trace.phase = PROXY
        return await connect(addresses, port, trace)
    except Failed as failure:
        raise of_proxy(failure) from failure


def of_proxy(failure: Failed) -> Failed:
    """Return what befell the proxy: it says nothing of the target."""
    reason = failure.reason if failure.reason in UNKNOWN_REASONS else Reason.NETWORK
    return Failed(reason, f"the proxy: {failure.detail}")


async def _tunnel(way: Way, target: Url, addresses: Sequence[str], trace: Trace) -> Connection:
    """Return a connection to the first of *addresses* that the proxy reaches."""
    first: Failed | None = None
    for address in addresses:
        connection = await _connect(way, trace)
        try:
            await _ask_for(connection, address, target, way, trace)
        except BaseException as failure:
            connection.close()
            if not isinstance(failure, Failed) or failure.reason is not Reason.UNREACHABLE:
                raise
            first = first or failure
        else:
            return connection
    assert first  # a host has at least one address
    raise first


async def _ask_for(
    connection: Connection, address: str, target: Url, way: Way, trace: Trace
) -> None:
    """Have the proxy connect to *address*."""
    at = f"[{address}]:{target.port}" if ":" in address else f"{address}:{target.port}"
    headers = (("Host", at), *way.headers)
    asked = Request(url=replace(target, target=at), method="CONNECT", headers=headers)
    answer = Response("HEAD")  # what follows the headers is the target's
    began = perf_counter_ns()
    try:
        await connection.exchange(asked.encoded(), answer)
    except Failed as failure:
        raise of_proxy(failure) from failure
    finally:
        trace.connect_us = (trace.connect_us or 0) + since_us(began)
    if answer.status not in ACCEPTED:
        raise _refused(answer.status, f" {at}")
    trace.address = address
    connection.first_byte_ns = None  # the target's is still to come


def _absolute(request: Request, headers: Headers) -> Request:
    url = replace(request.url, target=request.url.origin + request.url.target)
    return replace(request, url=url, headers=(*request.headers, *headers))


def _refused(status: int, at: str = "") -> Failed:
    if status in UNREACHED:
        return Failed(Reason.UNREACHABLE, f"the proxy cannot reach{at}: status {status}")
    if status == LOGIN_REQUIRED:
        return Failed(Reason.NETWORK, "the proxy wants a user and password: status 407")
    return Failed(Reason.NETWORK, f"the proxy does not connect to{at}: status {status}")
