"""The kind tcp: connect, and hold a dialogue."""

from collections.abc import Sequence
from itertools import takewhile
from time import perf_counter_ns
from typing import Self

from pydantic import model_validator

from vigie import clock
from vigie.catalogue import refusal
from vigie.probing.connection import Connection
from vigie.probing.dialogue import Step, matcher, read_line, read_prompt
from vigie.probing.guarded import Guarded
from vigie.probing.hostport import HostPort, Place, ServerName, host_of, place_of
from vigie.probing.limits import Limits, check_limits
from vigie.probing.placeholder import resolved
from vigie.probing.reach import attempt, note_first_byte, reached, secure
from vigie.probing.result import Attempt
from vigie.probing.trace import Trace
from vigie.probing.verify import Verify

STEPS_MAX = 50


class TcpEndpoint(Guarded):
    """A port that is connected to."""

    HOST = ("tcp", host_of)

    tcp: Place
    tls: bool = False  # from the start
    server_name: ServerName | None = None  # that the certificate must be for; default: the host
    verify: Verify = True
    dialogue: tuple[Step, ...] = ()
    expect: Limits = Limits()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        later = sum(step.starttls is not None for step in self.dialogue)
        if self.tls + later > 1:
            raise refusal("TLS is begun twice", "tls: true, or one step starttls: true")
        if self.expect.certificate_days and not (self.tls or later):
            raise refusal("certificate_days needs a certificate", "tls: true")
        if len(self.dialogue) > STEPS_MAX:
            raise refusal(f"a dialogue of {len(self.dialogue)} steps", f"{STEPS_MAX} or less")
        return self


async def probe(endpoint: TcpEndpoint, *, number: int, allow: Sequence[str]) -> Attempt:
    """Return what connecting once gave; never raises but when cancelled."""
    return await attempt(endpoint, number, lambda trace: _probe(endpoint, allow, trace))


async def _probe(endpoint: TcpEndpoint, allow: Sequence[str], trace: Trace) -> None:
    place = place_of(endpoint.tcp, trace)
    async with reached(place.host, place.port, allow, trace) as connection:
        if endpoint.tls:
            await _secure(connection, endpoint, place, trace)
        await _talk(connection, endpoint, place, trace)
        check_limits(endpoint.expect, trace, clock.now())


async def _secure(
    connection: Connection, endpoint: TcpEndpoint, place: HostPort, trace: Trace
) -> None:
    async def talk(connection: Connection, trace: Trace) -> None:
        for step in takewhile(lambda it: not endpoint.tls and not it.starttls, endpoint.dialogue):
            await _step(connection, step, endpoint, place, trace)

    name, verify = endpoint.server_name or place.host, endpoint.verify is True
    await secure(connection, name, trace, verify=verify, talk=talk)


async def _talk(
    connection: Connection, endpoint: TcpEndpoint, place: HostPort, trace: Trace
) -> None:
    began = perf_counter_ns()
    try:
        for step in endpoint.dialogue:
            await _step(connection, step, endpoint, place, trace)
    finally:
        note_first_byte(connection, began, trace)


async def _step(
    connection: Connection, step: Step, endpoint: TcpEndpoint, place: HostPort, trace: Trace
) -> None:
    if step.send is not None:
        connection.send(resolved(step.send, trace).encode())
    elif step.expect is not None:
        found = matcher(resolved(step.expect, trace))
        await read_line(connection, found, _name(step.expect), trace)
    elif step.prompt is not None:
        await read_prompt(connection, resolved(step.prompt, trace), _name(step.prompt), trace)
    else:
        await _secure(connection, endpoint, place, trace)


def _name(text: str) -> str:
    """Return *text* of the catalogue for a detail, its placeholders as they are."""
    return text if text.startswith("/") else f'"{text}"'
