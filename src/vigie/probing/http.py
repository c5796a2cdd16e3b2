"""The kind http: ask for a URL and look at the answer."""

from collections.abc import Sequence
from time import perf_counter_ns
from typing import Self

from pydantic import model_validator

from vigie import clock
from vigie.probing import proxy, rustls, trust
from vigie.probing.auth import header_pairs
from vigie.probing.connection import Connection
from vigie.probing.expect import check, expects_status
from vigie.probing.failure import Failed
from vigie.probing.guarded import Guarded
from vigie.probing.httpchecked import tell_checked
from vigie.probing.httpoptions import HttpOptions, HttpUrl, refuse_plain, refuse_variables
from vigie.probing.placeholder import resolved
from vigie.probing.reach import attempt, note_first_byte, reach, secure, silence
from vigie.probing.request import (
    REDIRECTS,
    BadUrl,
    Request,
    parse_url,
    redirected,
)
from vigie.probing.response import Response
from vigie.probing.result import Attempt, Reason
from vigie.probing.trace import PROXY, WAITING, Trace

PROTOCOL = "http/1.1"  # as ALPN names it


class HttpEndpoint(HttpOptions, Guarded):
    """A URL that is asked for."""

    HOST = ("http", lambda target: parse_url(target).host)

    http: HttpUrl

    @model_validator(mode="after")
    def _has_certificate(self) -> Self:
        if self.http.startswith("http://"):
            refuse_plain("http: https://…", self.expect.certificate_days, self.client_certificate)
        refuse_variables(self.auth)
        return self


def prepare() -> None:
    """Build the TLS settings that the probes share, before the first of them is timed."""
    trust.context(verify=True, protocol=PROTOCOL)
    rustls.context(PROTOCOL)


async def probe(endpoint: HttpEndpoint, *, number: int, allow: Sequence[str]) -> Attempt:
    """Return what asking once for the endpoint's URL gave; never raises but when cancelled."""
    return await attempt(endpoint, number, lambda trace: _probe(endpoint, allow, trace))


async def _probe(endpoint: HttpEndpoint, allow: Sequence[str], trace: Trace) -> None:
    await fetch(endpoint, endpoint.http, allow, trace)


async def fetch(options: HttpOptions, url: str, allow: Sequence[str], trace: Trace) -> Response:
    """Return the answer of *url*, redirects followed; raises Failed unless it is as expected."""
    request = _request(options, url, trace)
    for _ in range(options.redirects + 1):
        response = await _ask(options, request, allow, trace)
        if not options.redirects or not _leads_on(options, response):
            try:
                check(options.expect, response, trace, clock.now())
            finally:
                tell_checked(options.expect, response, trace, clock.now())
            return response
        request = redirected(request, response.status, response.headers["location"])
        trace.answer = None  # what fails from here on is another server's
    raise Failed(Reason.REDIRECTS, f"more than {options.redirects} redirects")


def _leads_on(options: HttpOptions, response: Response) -> bool:
    """Tell whether to follow: not when this redirect is what the answer should be."""
    status = response.status
    leads = status in REDIRECTS and "location" in response.headers
    return leads and not expects_status(options.expect, status)


def _request(options: HttpOptions, url: str, trace: Trace) -> Request:
    """Return the request for *url* with its placeholders filled in."""
    text = resolved(url, trace, quoted=True)
    try:
        parsed = parse_url(text)
    except BadUrl as error:
        # What is quoted was cut, and half a secret would not be found to be hidden.
        what = error.what.replace(f'"{text[:60]}"', "the URL")
        raise Failed(Reason.INTERNAL, f"with its placeholders: {what}") from error
    headers = header_pairs(options.headers, options.auth, trace)
    body = resolved(options.body, trace).encode()
    return Request(url=parsed, method=options.method, headers=headers, body=body)


async def _ask(
    options: HttpOptions, request: Request, allow: Sequence[str], trace: Trace
) -> Response:
    """Return the answer to one request; what rustls refuses, OpenSSL judges."""
    try:
        return await _ask_once(options, request, allow, trace)
    except Failed as failure:
        if not rustls.is_in_doubt(failure, trace):
            raise
    trace.first_of_several = False
    response = await _ask_once(options, request, allow, trace)
    rustls.leave(request.url.host, request.url.port)
    return response


async def _ask_once(
    options: HttpOptions, request: Request, allow: Sequence[str], trace: Trace
) -> Response:
    """Return the answer to one request, on a connection of its own."""
    url = request.url
    if options.proxy:
        connection, request = await proxy.reach(options.proxy, request, allow, trace)
    else:
        connection = await reach(url.host, url.port, allow, trace, ip=options.ip)
    try:
        if url.scheme == "https":
            await _secure(connection, options, request, trace)
        response = Response(request.method)
        trace.answer, trace.keeps_body = response, options.keep_body
        if options.proxy and url.scheme == "http":
            await _exchange_through(connection, request, response, trace)
        else:
            trace.phase = WAITING
            await _exchange(connection, request, response, trace)
    finally:
        connection.close()
    return response


async def _secure(
    connection: Connection, options: HttpOptions, request: Request, trace: Trace
) -> None:
    url, shown = request.url, options.client_certificate if request.trusted else None
    plain = options.verify is True and shown is None and options.proxy is None
    quick = plain and rustls.serves(url.host, url.port, trace, PROTOCOL)
    await secure(
        connection,
        url.host,
        trace,
        verify=options.verify is True,
        protocol=PROTOCOL,
        shown=shown,
        quick=rustls.context(PROTOCOL) if quick else None,
        talk=None if options.proxy else silence,
    )


async def _exchange_through(
    connection: Connection, request: Request, response: Response, trace: Trace
) -> None:
    """Exchange by way of a proxy: as long as no answer comes, nobody can tell whose fault it is."""
    trace.phase = PROXY
    try:
        await _exchange(connection, request, response, trace)
    except Failed as failure:
        if response.status:
            raise
        raise proxy.of_proxy(failure) from failure
    finally:
        if response.status:
            trace.phase = WAITING  # what is late from here on is the target's
    proxy.refuse_login(response.status)


async def _exchange(
    connection: Connection, request: Request, response: Response, trace: Trace
) -> None:
    sent = perf_counter_ns()
    try:
        await connection.exchange(request.encoded(), response)
    finally:
        note_first_byte(connection, sent, trace)
        trace.status = response.status or trace.status
