"""The kind icmp: does a host answer echo requests?"""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from time import perf_counter_ns
from typing import Annotated, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from vigie import clock
from vigie.catalogue import Duration, Model, refusal, shown
from vigie.probing import hostport
from vigie.probing.checked import tell
from vigie.probing.connecting import refused
from vigie.probing.connection import said
from vigie.probing.datagram import LARGEST
from vigie.probing.echo import Echo, open_echo
from vigie.probing.failure import Failed
from vigie.probing.guarded import Guarded
from vigie.probing.httpoptions import Ip
from vigie.probing.limits import came_of, check_time
from vigie.probing.placeholder import PLACEHOLDER, resolved
from vigie.probing.reach import attempt, resolved_addresses
from vigie.probing.request import BadUrl
from vigie.probing.result import Attempt, Reason
from vigie.probing.trace import WAITING, Trace, since_us

COUNT_MAX = 20


def _host_of(text: str) -> str:
    """Return the host or address in *text*; raise BadUrl when it is neither."""
    try:
        return str(ip_address(text))
    except ValueError:
        if ":" in text:
            raise BadUrl(f'"{text[:60]}" is not a host', "a host or its address, no port") from None
    return hostport.parse(text, 1).host


def _host(value: object) -> str:
    try:
        _host_of(PLACEHOLDER.sub("1", value) if isinstance(value, str) else "")
    except BadUrl as error:
        what = f"{shown(value)} is not a host"
        raise refusal(what, "www.shop.example, or 192.0.2.1: no port, no path") from error
    return str(value)


class IcmpExpect(Model):
    """What the echoes must be like."""

    lost_at_most: int = Field(0, ge=0, lt=COUNT_MAX)  # of count
    within: Duration | None = None  # the whole attempt, all echoes that are needed


class IcmpEndpoint(Guarded):
    """A host that is sent echo requests."""

    HOST = ("icmp", _host_of)

    icmp: Annotated[str, PlainValidator(_host), WithJsonSchema({"type": "string"})]
    ip: Ip = "any"
    count: int = Field(1, ge=1, le=COUNT_MAX)
    expect: IcmpExpect = IcmpExpect()

    @model_validator(mode="after")
    def _one_must_come(self) -> Self:
        if self.expect.lost_at_most >= self.count:
            what = f"with {self.expect.lost_at_most} of {self.count} lost, nothing need come back"
            raise refusal(what, f"count: {self.expect.lost_at_most + 1} or more")
        return self


async def probe(endpoint: IcmpEndpoint, *, number: int, allow: Sequence[str]) -> Attempt:
    """Return whether enough echoes came back; never raises but when cancelled."""
    return await attempt(endpoint, number, lambda trace: _probe(endpoint, allow, trace))


async def _probe(endpoint: IcmpEndpoint, allow: Sequence[str], trace: Trace) -> None:
    try:
        host = _host_of(resolved(endpoint.icmp, trace))
    except BadUrl as error:
        raise Failed(Reason.INTERNAL, "with its placeholders, no host") from error
    address, *_ = await resolved_addresses(host, 0, allow, trace, ip=endpoint.ip)
    trace.address = address
    try:
        sock, echo = open_echo(address)
        with sock:
            came = await _exchange(sock, echo, endpoint, trace)
    except OSError as error:
        failure = refused(error, address, 0)
        if failure.reason is Reason.NETWORK:
            raise failure from error
        raise Failed(failure.reason, f"{address}: {said(error)}") from error  # without a port
    _check(endpoint, came, trace)


async def _exchange(sock: socket.socket, echo: Echo, endpoint: IcmpEndpoint, trace: Trace) -> int:
    """Return how many echoes came back: as soon as they are enough."""
    loop = asyncio.get_running_loop()
    needed = endpoint.count - endpoint.expect.lost_at_most
    came: set[int] = set()
    sent = perf_counter_ns()
    for number in range(endpoint.count):
        await loop.sock_sendall(sock, echo.request(number))
    while len(came) < needed:
        trace.phase = f"{WAITING}: {len(came)} of {endpoint.count} echoes came"
        answered = echo.answered(await loop.sock_recv(sock, LARGEST))
        if answered is not None and answered < endpoint.count:
            came.add(answered)
            trace.first_byte_us = trace.first_byte_us or since_us(sent)
        else:
            await asyncio.sleep(0)  # what has come is read at once: a flood must not hold us up
    return len(came)


def _check(endpoint: IcmpEndpoint, came: int, trace: Trace) -> None:
    """Raise Failed when the echoes that were needed took too long; tell of each expectation."""

    def check(one: Model) -> None:
        assert isinstance(one, IcmpExpect)
        check_time(one.within, trace)

    def seen() -> Mapping[str, str]:
        enough = f"{came} of {endpoint.count} came, which is enough"
        return {**came_of(trace, clock.now()), "lost_at_most": enough}

    tell(endpoint.expect, check, trace, seen, {})
    check(endpoint.expect)
