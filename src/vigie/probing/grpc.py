"""The kind grpc: ask a server how it is, by gRPC's health checking protocol."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from importlib import import_module
from time import perf_counter_ns
from typing import Self

from pydantic import field_validator, model_validator

from vigie import clock
from vigie.catalogue import refusal
from vigie.probing.auth import Headers, header_pairs
from vigie.probing.clientcert import ClientCertificate
from vigie.probing.connection import Connection
from vigie.probing.failure import Failed
from vigie.probing.guarded import Guarded
from vigie.probing.hostport import HostPort, Place, ServerName, host_of, place_of
from vigie.probing.httpoptions import (
    Auth,
    Ip,
    refuse_headers,
    refuse_plain,
    refuse_two_logins,
    refuse_variables,
)
from vigie.probing.limits import Limits, check_limits
from vigie.probing.reach import attempt, note_first_byte, reached, secure
from vigie.probing.result import Attempt, Reason
from vigie.probing.trace import WAITING, Trace
from vigie.probing.verify import Verify

PROTOCOL = "h2"  # as ALPN names it
SERVICE_MAX = 127  # bytes
OWN = r"te|content-type|host|grpc-.*"  # headers of every call
HEALTHY = "SERVING"


class GrpcEndpoint(Guarded):
    """A server that is asked for the health of one of its services."""

    HOST = ("grpc", host_of)

    grpc: Place
    service: str = ""  # its name in the protocol; none: the whole server
    headers: Mapping[str, str] = {}
    auth: Auth | None = None
    tls: bool = True
    server_name: ServerName | None = None  # that the certificate must be for; default: the host
    client_certificate: ClientCertificate | None = None
    ip: Ip = "any"
    verify: Verify = True
    expect: Limits = Limits()

    @field_validator("service")
    @classmethod
    def _fits_a_byte(cls, service: str) -> str:
        if len(service.encode()) > SERVICE_MAX:
            raise refusal("a name this long is no service", f"at most {SERVICE_MAX} bytes")
        return service

    @field_validator("headers")
    @classmethod
    def _sendable(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        refuse_headers(headers, OWN)
        return headers

    @model_validator(mode="after")
    def _fits(self) -> Self:
        import_module("vigie.probing.healthcall")  # now: no attempt must wait for it
        refuse_two_logins(self.headers, self.auth)
        refuse_variables(self.auth)
        if not self.tls:
            refuse_plain("no tls: false", self.expect.certificate_days, self.client_certificate)
        return self


async def probe(endpoint: GrpcEndpoint, *, number: int, allow: Sequence[str]) -> Attempt:
    """Return what asking once gave; never raises but when cancelled."""
    return await attempt(endpoint, number, lambda trace: _probe(endpoint, allow, trace))


async def _probe(endpoint: GrpcEndpoint, allow: Sequence[str], trace: Trace) -> None:
    place = place_of(endpoint.grpc, trace)
    headers = header_pairs(endpoint.headers, endpoint.auth, trace)
    async with reached(place.host, place.port, allow, trace, ip=endpoint.ip) as connection:
        if endpoint.tls:
            await secure(
                connection,
                endpoint.server_name or place.host,
                trace,
                verify=endpoint.verify is True,
                protocol=PROTOCOL,
                shown=endpoint.client_certificate,
            )
        _check_state(endpoint, await _ask(connection, endpoint, place, headers, trace))
        check_limits(endpoint.expect, trace, clock.now())


async def _ask(
    connection: Connection,
    endpoint: GrpcEndpoint,
    place: HostPort,
    headers: Headers,
    trace: Trace,
) -> str:
    """Return the state that the server says."""
    from vigie.probing.healthcall import Call

    call = Call(trace, connection.send)
    opening = call.opening(
        scheme="https" if endpoint.tls else "http",
        authority=_authority(endpoint.server_name or place.host, place.port),
        headers=headers,
        service=endpoint.service,
        milliseconds=max(trace.left() // timedelta(milliseconds=1), 1),  # the call's deadline
    )
    trace.phase = WAITING
    sent = perf_counter_ns()
    try:
        await connection.exchange(opening, call)
    finally:
        note_first_byte(connection, sent, trace)
    state = call.state()
    connection.last_words = call.goodbye()
    return state


def _check_state(endpoint: GrpcEndpoint, state: str) -> None:
    if state != HEALTHY:
        of = f'"{endpoint.service}"' if endpoint.service else "the server"
        raise Failed(Reason.BODY, f"{of} is {state}, expected {HEALTHY}")


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
