"""The kind http: ask for a URL and look at the answer."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from time import perf_counter_ns
from typing import Annotated, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from vigie import clock
from vigie.catalogue import Endpoint, Model, refusal
from vigie.probing import trust
from vigie.probing.address import resolve
from vigie.probing.connection import Connection, connect
from vigie.probing.expect import HttpExpect, check, expects_status
from vigie.probing.failure import Failed
from vigie.probing.placeholder import PLACEHOLDER, resolved
from vigie.probing.request import (
    REDIRECTS,
    BadUrl,
    Request,
    Url,
    header_problem,
    parse_url,
    redirected,
)
from vigie.probing.response import Response
from vigie.probing.result import Attempt, Reason
from vigie.probing.trace import CONNECTING, RESOLVING, Trace, since_us


class Unverified(Model):
    """The certificate is not checked, and why."""

    disabled: str  # the reason, for whoever reads the catalogue later


def _verify(value: object) -> Literal[True] | Unverified:
    if value is True or isinstance(value, Unverified):
        return value
    if isinstance(value, dict) and list(value) == ["disabled"]:
        reason = value["disabled"]
        if isinstance(reason, str) and reason.strip():
            return Unverified(disabled=reason)
    raise refusal("the certificate is checked unless a reason is given", '{disabled: "why"}')


def _url(value: object) -> str:
    if not isinstance(value, str):
        raise refusal("not a URL", "https://host/path")
    try:
        # What its placeholders stand for is unknown here; 1 may be a host, a port or a path.
        parse_url(re.sub("^1", "https://1", PLACEHOLDER.sub("1", value)))
    except BadUrl as error:
        raise refusal(error.what, error.write) from None
    return value


class HttpEndpoint(Endpoint):
    """A URL that is asked for."""

    http: Annotated[str, PlainValidator(_url), WithJsonSchema({"type": "string"})]
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    headers: Mapping[str, str] = {}
    body: str = ""
    redirects: int = Field(5, ge=0, le=10)  # followed at most; 0: none
    verify: Annotated[
        Literal[True] | Unverified,
        BeforeValidator(_verify),
        WithJsonSchema({"anyOf": [{"const": True}, Unverified.model_json_schema()]}),
    ] = True
    expect: HttpExpect = HttpExpect()

    @field_validator("headers")
    @classmethod
    def _sendable(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        for name, value in headers.items():
            problem = header_problem(name, value)
            if problem:
                raise refusal(*problem)
        return headers

    @model_validator(mode="after")
    def _has_certificate(self) -> Self:
        if self.expect.certificate_days and self.http.startswith("http://"):
            raise refusal("certificate_days needs a certificate", "http: https://…")
        return self


async def probe(endpoint: HttpEndpoint, *, number: int, allow: Sequence[str]) -> Attempt:
    """Return what asking once for the endpoint's URL gave; never raises but when cancelled."""
    trace = Trace(number=number)
    try:
        async with asyncio.timeout(endpoint.timeout.total_seconds()):
            await _probe(endpoint, allow, trace)
    except Failed as failure:
        return trace.failed(failure.reason, failure.detail)
    except TimeoutError:
        return trace.timed_out(endpoint.timeout)
    except Exception as error:  # noqa: BLE001 - caught here, where its text is cleared of secrets
        return trace.failed(Reason.INTERNAL, f"{type(error).__name__}: {error}")
    return trace.up()


async def _probe(endpoint: HttpEndpoint, allow: Sequence[str], trace: Trace) -> None:
    request = _request(endpoint, trace)
    for _ in range(endpoint.redirects + 1):
        response = await _ask(endpoint, request, allow, trace)
        if not endpoint.redirects or not _leads_on(endpoint, response):
            check(endpoint.expect, response, trace, clock.now())
            return
        request = redirected(request, response.status, response.headers["location"])
    raise Failed(Reason.REDIRECTS, f"more than {endpoint.redirects} redirects")


def _leads_on(endpoint: HttpEndpoint, response: Response) -> bool:
    """Tell whether to follow: not when this redirect is what the answer should be."""
    status = response.status
    leads = status in REDIRECTS and "location" in response.headers
    return leads and not expects_status(endpoint.expect, status)


def _request(endpoint: HttpEndpoint, trace: Trace) -> Request:
    """Return the endpoint's request with its placeholders filled in."""
    try:
        url = parse_url(resolved(endpoint.http, trace))
    except BadUrl as error:
        raise Failed(Reason.INTERNAL, f"with its placeholders: {error.what}") from error
    headers = tuple((name, resolved(value, trace)) for name, value in endpoint.headers.items())
    for name, value in headers:
        problem = header_problem(name, value)
        if problem:
            raise Failed(Reason.INTERNAL, f"with its placeholders: {problem[0]}")
    body = resolved(endpoint.body, trace).encode()
    return Request(url=url, method=endpoint.method, headers=headers, body=body)


async def _ask(
    endpoint: HttpEndpoint, request: Request, allow: Sequence[str], trace: Trace
) -> Response:
    """Return the answer to one request, on a connection of its own."""
    addresses = await _resolve(request.url, allow, trace)
    trace.phase = CONNECTING
    connection = await connect(addresses, request.url.port, trace)
    try:
        if request.url.scheme == "https":
            trace.phase = "the TLS handshake"
            await _secure(connection, endpoint, request.url, trace)
        trace.phase = "waiting for the answer"
        return await _exchange(connection, request, trace)
    finally:
        connection.close()


async def _resolve(url: Url, allow: Sequence[str], trace: Trace) -> tuple[str, ...]:
    trace.phase = RESOLVING
    began = perf_counter_ns()
    try:
        return await resolve(url.host, url.port, allow)
    finally:
        trace.dns_us = (trace.dns_us or 0) + since_us(began)


async def _secure(connection: Connection, endpoint: HttpEndpoint, url: Url, trace: Trace) -> None:
    began = perf_counter_ns()
    try:
        await connection.secure(trust.context(endpoint.verify is True), url.host)
    except Failed as failure:
        if failure.reason is Reason.TLS_EXPIRED:
            trace.certificate_expires = await _second_look(url, trace)
        raise
    finally:
        trace.tls_us = (trace.tls_us or 0) + since_us(began)
    trace.certificate_expires = trust.expiry(connection.certificate())


async def _second_look(url: Url, trace: Trace) -> datetime | None:
    """Return when the refused certificate ends: OpenSSL shows only those it trusts."""
    try:
        connection = await connect([str(trace.address)], url.port, Trace(number=trace.number))
    except Failed:
        return None
    try:
        await connection.secure(trust.context(verify=False), url.host)
        return trust.expiry(connection.certificate())
    except Failed:
        return None
    finally:
        connection.close()


async def _exchange(connection: Connection, request: Request, trace: Trace) -> Response:
    response = Response(request.method)
    sent = perf_counter_ns()
    try:
        await connection.exchange(request.encoded(), response)
    finally:
        if connection.first_byte_ns is not None:
            waited = (connection.first_byte_ns - sent) // 1000
            trace.first_byte_us = (trace.first_byte_us or 0) + waited
        trace.status = response.status or trace.status
    return response
