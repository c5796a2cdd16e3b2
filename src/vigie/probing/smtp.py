"""The kind smtp: greet a mail server and leave again; nothing is ever sent through it."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from time import perf_counter_ns
from typing import Annotated, Literal, Self

from pydantic import PlainValidator, WithJsonSchema, model_validator

from vigie import clock
from vigie.catalogue import Model, refusal, shown
from vigie.probing.checked import tell
from vigie.probing.connection import Connection
from vigie.probing.dialogue import read_line
from vigie.probing.failure import Failed
from vigie.probing.guarded import Guarded
from vigie.probing.hostport import ServerName, checked, host_of, place_of
from vigie.probing.limits import Limits, came_of, check
from vigie.probing.reach import attempt, note_first_byte, reached, secure
from vigie.probing.result import Attempt, Reason
from vigie.probing.trace import Trace
from vigie.probing.verify import Verify

PORT, PORT_TLS = 25, 465
REPLY = re.compile(r"([2-5][0-9]{2})([ -]|$)(.*)")  # RFC 5321, section 4.2
READY, DONE = 220, 250


def _extension(value: object) -> str:
    text = value if isinstance(value, str) else ""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*(?: [!-~]+)*", text):
        raise refusal(f"{shown(value)} is not an extension of SMTP", "PIPELINING, or AUTH PLAIN")
    return text.upper()


Extension = Annotated[
    str, PlainValidator(_extension), WithJsonSchema({"type": "string", "minLength": 1})
]


class SmtpExpect(Limits):
    """What the mail server must offer."""

    extensions: tuple[Extension, ...] = ()  # all of these; "AUTH PLAIN": with this parameter


class SmtpEndpoint(Guarded):
    """A mail server."""

    HOST = ("smtp", host_of)

    smtp: Annotated[
        str, PlainValidator(partial(checked, default=PORT)), WithJsonSchema({"type": "string"})
    ]
    tls: Literal["starttls", "implicit", "none"] = "none"
    server_name: ServerName | None = None  # that the certificate must be for; default: the host
    verify: Verify = True
    expect: SmtpExpect = SmtpExpect()

    @model_validator(mode="after")
    def _has_certificate(self) -> Self:
        if self.expect.certificate_days and self.tls == "none":
            raise refusal("certificate_days needs a certificate", "tls: starttls")
        return self


async def probe(endpoint: SmtpEndpoint, *, number: int, allow: Sequence[str]) -> Attempt:
    """Return what greeting the server once gave; never raises but when cancelled."""
    return await attempt(endpoint, number, lambda trace: _probe(endpoint, allow, trace))


async def _probe(endpoint: SmtpEndpoint, allow: Sequence[str], trace: Trace) -> None:
    place = place_of(endpoint.smtp, trace, PORT_TLS if endpoint.tls == "implicit" else PORT)
    name, verify = endpoint.server_name or place.host, endpoint.verify is True
    async with reached(place.host, place.port, allow, trace) as connection:
        if endpoint.tls == "implicit":
            await secure(connection, name, trace, verify=verify)
        if endpoint.tls == "starttls":
            await _ask_for_tls(connection, trace)
            await secure(connection, name, trace, verify=verify, talk=_ask_for_tls)
            # What was offered in the clear is not to be trusted.
            offered = await _hello(connection, trace)
        else:
            offered = await _greet(connection, trace)
        _check(endpoint.expect, offered, trace, clock.now())
        connection.last_words = b"QUIT\r\n"  # its answer would say nothing about the service


async def _ask_for_tls(connection: Connection, trace: Trace) -> None:
    """Come to where the TLS handshake begins."""
    if "STARTTLS" not in await _greet(connection, trace):
        raise Failed(Reason.PROTOCOL, "the server does not offer STARTTLS")
    await _say(connection, b"STARTTLS\r\n", READY, "the answer to STARTTLS", trace)


async def _greet(connection: Connection, trace: Trace) -> Sequence[str]:
    """Return what the server offers once it has greeted us."""
    began = perf_counter_ns()
    try:
        await _say(connection, b"", READY, "the greeting", trace)
    finally:
        note_first_byte(connection, began, trace)
    return await _hello(connection, trace)


async def _hello(connection: Connection, trace: Trace) -> Sequence[str]:
    """Return the extensions that the server offers, in capitals; RFC 5321, section 4.1.1.1."""
    own = connection.own_address()
    name = f"[IPv6:{own}]" if ":" in own else f"[{own}]"  # we may have no name in DNS
    command = f"EHLO {name}\r\n".encode()
    _greeting, *offered = await _say(connection, command, DONE, "the answer to EHLO", trace)
    return [line.upper().strip() for line in offered]


async def _say(
    connection: Connection, command: bytes, code: int, name: str, trace: Trace
) -> Sequence[str]:
    """Return the lines that answer *command*, without their *code*.

    Raises:
        Failed: another code came, or no answer of SMTP.
    """
    lines: list[str] = []

    def last(line: str) -> bool:
        match = REPLY.fullmatch(line)
        if match is None:
            raise Failed(Reason.PROTOCOL, f"{name} is not of SMTP: {trace.hidden(line)}")
        trace.status = int(match[1])
        if trace.status != code:
            said = trace.hidden(match[3])
            raise Failed(Reason.STATUS, f"{name} is {match[1]} {said}, expected {code}")
        lines.append(match[3])
        return match[2] != "-"

    await read_line(connection, last, name, trace, send=command)
    return lines


def _check(expect: SmtpExpect, offered: Sequence[str], trace: Trace, now: datetime) -> None:
    def check_one(one: Model) -> None:
        assert isinstance(one, SmtpExpect)
        for wanted in one.extensions:
            if not any(_offers(line, wanted) for line in offered):
                raise Failed(Reason.BODY, f"the server does not offer {wanted}")
        check(one, trace, now)

    def came() -> Mapping[str, str]:
        return {**came_of(trace, now), "extensions": ", ".join(offered)}

    tell(expect, check_one, trace, came, {})
    check_one(expect)


def _offers(line: str, wanted: str) -> bool:
    """Tell whether the *line* of an answer names the extension, with the parameters *wanted*."""
    name, *parameters = line.split() or [""]
    asked, *with_these = wanted.split()
    return name == asked and set(with_these) <= set(parameters)
