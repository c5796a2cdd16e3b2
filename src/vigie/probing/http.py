"""The kind http: ask for a URL and look at the answer."""

import re
from collections.abc import Mapping, Sequence
from time import perf_counter_ns
from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, WithJsonSchema, field_validator, model_validator

from vigie import clock
from vigie.catalogue import Endpoint, refusal
from vigie.probing.connection import Connection
from vigie.probing.expect import HttpExpect, check, expects_status
from vigie.probing.failure import Failed
from vigie.probing.httpchecked import tell_checked
from vigie.probing.placeholder import PLACEHOLDER, resolved
from vigie.probing.reach import attempt, reach, secure
from vigie.probing.request import (
    REDIRECTS,
    BadUrl,
    Request,
    header_problem,
    parse_url,
    redirected,
)
from vigie.probing.response import Response
from vigie.probing.result import Attempt, Reason
from vigie.probing.trace import WAITING, Trace
from vigie.probing.verify import Verify

PROTOCOL = "http/1.1"  # as ALPN names it


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
    verify: Verify = True
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
    return await attempt(endpoint, number, lambda trace: _probe(endpoint, allow, trace))


async def _probe(endpoint: HttpEndpoint, allow: Sequence[str], trace: Trace) -> None:
    request = _request(endpoint, trace)
    for _ in range(endpoint.redirects + 1):
        response = await _ask(endpoint, request, allow, trace)
        if not endpoint.redirects or not _leads_on(endpoint, response):
            try:
                check(endpoint.expect, response, trace, clock.now())
            finally:
                tell_checked(endpoint.expect, response, trace, clock.now())
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
    url = request.url
    connection = await reach(url.host, url.port, allow, trace)
    try:
        if url.scheme == "https":
            verify = endpoint.verify is True
            await secure(connection, url.host, url.port, trace, verify=verify, protocol=PROTOCOL)
        trace.phase = WAITING
        return await _exchange(connection, request, trace)
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
