"""The kind websocket: open a session, and perhaps exchange a message."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from time import perf_counter_ns
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, PlainValidator, WithJsonSchema, field_validator, model_validator

from vigie import clock
from vigie.catalogue import refusal, shown
from vigie.probing.auth import Headers, header_pairs
from vigie.probing.clientcert import ClientCertificate
from vigie.probing.connection import Connection
from vigie.probing.dialogue import matcher
from vigie.probing.failure import Failed
from vigie.probing.guarded import Guarded
from vigie.probing.httpoptions import (
    Auth,
    Ip,
    refuse_headers,
    refuse_plain,
    refuse_two_logins,
    refuse_variables,
)
from vigie.probing.limits import Limits, check_limits
from vigie.probing.pattern import is_pattern, regular_expression
from vigie.probing.placeholder import PLACEHOLDER, resolved
from vigie.probing.reach import attempt, note_first_byte, reached, secure
from vigie.probing.request import HEADER_NAME, BadUrl, Url, parse_url
from vigie.probing.result import Attempt, Reason
from vigie.probing.trace import WAITING, Trace
from vigie.probing.verify import Verify

if TYPE_CHECKING:
    from vigie.probing.frames import Session

PROTOCOL = "http/1.1"  # as ALPN names it
SCHEMES = {"ws": "http", "wss": "https"}
OWN = r"host|upgrade|sec-websocket-.*"  # headers of the handshake


def _parse(text: str) -> Url:
    """Return the parts of a WebSocket URL, with the scheme of the HTTP under it."""
    scheme, colon, rest = text.partition(":")
    if scheme.lower() not in SCHEMES or not rest.startswith("//"):
        raise BadUrl(f'"{text[:60]}" is not a WebSocket URL', "wss://host/path")
    return parse_url(f"{SCHEMES[scheme.lower()]}{colon}{rest}")


def _url(value: object) -> str:
    text = value if isinstance(value, str) else ""
    try:
        # What its placeholders stand for is unknown here; 1 may be a host, a port or a path.
        _parse(PLACEHOLDER.sub("1", text))
    except BadUrl as error:
        raise refusal(error.what, error.write.replace("https://", "wss://")) from None
    return text


def _message(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise refusal(f"{shown(value)} is not a text", '"pong", or "/^pong/"')
    if is_pattern(value):
        regular_expression(value[1:-1])
    return value


_TEXT = WithJsonSchema({"type": "string", "minLength": 1})


class WebsocketExpect(Limits):
    """What must come."""

    # in a message, or a /regular expression/ that matches one
    message: Annotated[str, PlainValidator(_message), _TEXT] | None = None


class WebsocketEndpoint(Guarded):
    """A WebSocket that is opened."""

    HOST = ("websocket", lambda target: _parse(target).host)

    websocket: Annotated[str, PlainValidator(_url), _TEXT]
    headers: Mapping[str, str] = {}
    auth: Auth | None = None
    subprotocols: tuple[str, ...] = ()  # the target must choose one
    client_certificate: ClientCertificate | None = None
    ip: Ip = "any"
    verify: Verify = True
    send: str | None = Field(None, min_length=1)
    expect: WebsocketExpect = WebsocketExpect()

    @field_validator("headers")
    @classmethod
    def _sendable(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        refuse_headers(headers, OWN)
        return headers

    @field_validator("subprotocols")
    @classmethod
    def _tokens(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not HEADER_NAME.fullmatch(name):
                raise refusal(f"{shown(name)} is not the name of a subprotocol", "[graphql-ws]")
        return names

    @model_validator(mode="after")
    def _fits(self) -> Self:
        import_module("vigie.probing.frames")  # now: no attempt must wait for it
        refuse_two_logins(self.headers, self.auth)
        refuse_variables(self.auth)
        if self.websocket.lower().startswith("ws:"):
            refuse_plain(
                "websocket: wss://…", self.expect.certificate_days, self.client_certificate
            )
        return self


async def probe(endpoint: WebsocketEndpoint, *, number: int, allow: Sequence[str]) -> Attempt:
    """Return what opening the session once gave; never raises but when cancelled.

    A redirect is an answer like any other status: it is not followed.
    """
    return await attempt(endpoint, number, lambda trace: _probe(endpoint, allow, trace))


async def _probe(endpoint: WebsocketEndpoint, allow: Sequence[str], trace: Trace) -> None:
    url = _resolved(endpoint, trace)
    headers = header_pairs(endpoint.headers, endpoint.auth, trace)
    async with reached(url.host, url.port, allow, trace, ip=endpoint.ip) as connection:
        if url.scheme == "https":
            await secure(
                connection,
                url.host,
                trace,
                verify=endpoint.verify is True,
                protocol=PROTOCOL,
                shown=endpoint.client_certificate,
            )
        await _talk(connection, endpoint, url, headers, trace)
        check_limits(endpoint.expect, trace, clock.now())


def _resolved(endpoint: WebsocketEndpoint, trace: Trace) -> Url:
    try:
        return _parse(resolved(endpoint.websocket, trace))
    except BadUrl as error:
        # What is quoted was cut, and half a secret would not be found to be hidden.
        raise Failed(Reason.INTERNAL, "with its placeholders, no WebSocket URL") from error


async def _talk(
    connection: Connection,
    endpoint: WebsocketEndpoint,
    url: Url,
    headers: Headers,
    trace: Trace,
) -> None:
    from vigie.probing.frames import Session

    session = Session(trace, connection.send)
    opening = session.opening(url, headers, endpoint.subprotocols)
    trace.phase = WAITING
    sent = perf_counter_ns()
    try:
        await connection.exchange(opening, session)
    finally:
        note_first_byte(connection, sent, trace)
    if endpoint.subprotocols and session.subprotocol is None:
        names = ", ".join(endpoint.subprotocols)
        raise Failed(Reason.HEADER, f"the target chose no subprotocol, expected {names}")
    if endpoint.send or endpoint.expect.message:
        await _exchange(connection, session, endpoint, trace)
    connection.last_words = session.goodbye()


async def _exchange(
    connection: Connection, session: "Session", endpoint: WebsocketEndpoint, trace: Trace
) -> None:
    """Send the message, and return when the wanted one came; without one, when any came."""
    wanted = endpoint.expect.message
    sent = session.message(resolved(endpoint.send, trace)) if endpoint.send else b""
    if wanted is None:
        session.await_message(lambda _: True, "a message")
    else:
        name = wanted if is_pattern(wanted) else f'"{wanted}"'  # its placeholders as they are
        session.await_message(matcher(resolved(wanted, trace)), name)
    await connection.exchange(sent, session)
