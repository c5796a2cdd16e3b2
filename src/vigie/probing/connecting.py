"""Connecting: to the first address of a host that takes a connection, or why none did."""

import asyncio
import errno
import socket
from collections.abc import Callable, Sequence
from time import perf_counter_ns
from typing import TypeVar

from vigie.probing.connection import Connection, said
from vigie.probing.failure import Failed
from vigie.probing.result import Reason
from vigie.probing.trace import HELD_UP, Trace, since_us

AnyProtocol = TypeVar("AnyProtocol", bound=asyncio.BaseProtocol)

CONNECT_SECONDS = 5.0  # for all addresses of a host together


async def connect(addresses: Sequence[str], port: int, trace: Trace) -> Connection:
    """Return a connection to the first of *addresses* that takes one."""
    _, connection = await dial(Connection, addresses, port, trace)
    return connection


async def dial(
    factory: Callable[[], AnyProtocol], addresses: Sequence[str], port: int, trace: Trace
) -> tuple[asyncio.Transport, AnyProtocol]:
    """Return transport and protocol to the first of *addresses* that takes a connection.

    One after the other, each with its share of the time: racing them would measure our luck.
    Where none does, the first failure counts.
    """
    first: Failed | None = None
    began = perf_counter_ns()
    ends = asyncio.get_running_loop().time() + CONNECT_SECONDS
    try:
        for others, address in zip(range(len(addresses))[::-1], addresses, strict=True):
            trace.address = address
            try:
                return await _dial(factory, address, port, _share(ends, others, trace))
            except Failed as failure:
                first = first or failure
        assert first  # a host has at least one address
        raise first
    finally:
        trace.connect_us = (trace.connect_us or 0) + since_us(began)


def _share(ends: float, others: int, trace: Trace) -> float:
    """Return the seconds for one address, so that the *others* have their turn."""
    seconds = ends - asyncio.get_running_loop().time()
    if others:  # to the last one the attempt's own timeout applies
        seconds = min(seconds, trace.left().total_seconds())
    return max(seconds, 0) / (others + 1)


async def _dial(
    factory: Callable[[], AnyProtocol], address: str, port: int, seconds: float
) -> tuple[asyncio.Transport, AnyProtocol]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(seconds):
            return await loop.create_connection(factory, address, port)
    except TimeoutError as error:
        at = f"{address} port {port}"
        if loop.time() - began > seconds + HELD_UP.total_seconds():
            # Our own timer came late, so the connection may have been there in time.
            raise Failed(Reason.DEADLINE, f"the prober was held up connecting to {at}") from error
        raise Failed(
            Reason.CONNECT_TIMEOUT, f"{at} did not accept within {seconds:.3g} s"
        ) from error
    except OSError as error:
        raise refused(error, address, port) from error


REFUSALS = {
    errno.ECONNREFUSED: (Reason.CONNECT_REFUSED, "refused the connection"),
    errno.ECONNRESET: (Reason.RESET, "reset the connection"),
    errno.ETIMEDOUT: (Reason.CONNECT_TIMEOUT, "did not accept the connection"),
    errno.EHOSTUNREACH: (Reason.UNREACHABLE, "cannot be reached"),
    errno.ENETUNREACH: (Reason.UNREACHABLE, "is on a network that cannot be reached"),
    errno.ENETDOWN: (Reason.NETWORK, "is behind a network interface of ours that is down"),
}


def refused(error: OSError, address: str, port: int) -> Failed:
    """Return what the system said of reaching *address* in our words."""
    at = f"{address} port {port}"
    if error.errno == errno.ENETUNREACH and not _has_route(address):
        return Failed(Reason.NETWORK, f"this machine has no route to {address}")
    if error.errno in REFUSALS:
        reason, what = REFUSALS[error.errno]
        return Failed(reason, f"{at} {what}")
    # The rest is ours: no descriptors, no local ports, forbidden by our own firewall.
    return Failed(Reason.INTERNAL, f"cannot connect to {at}: {said(error)}")


def _has_route(address: str) -> bool:
    """Tell our own missing route from a router's refusal; connecting UDP sends nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, 9))
        except OSError:
            return False
    return True
