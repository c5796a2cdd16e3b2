"""One POST to a guarded address: what every channel over HTTP does.

The name is resolved and judged once, and the connection goes to exactly the addresses that were
judged. Redirects are not followed, proxies of the environment are not used, answers are cut.
The whole URL is a secret: what is said of it names its host only.
"""

import asyncio
import re
import socket
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from vigie import __version__, clock
from vigie.probing import (
    BadUrl,
    NotReached,
    Url,
    callable_addresses,
    hidden,
    parse_url,
    trusted_tls,
)
from vigie.watching.message import NotSent, Transport

ANSWER_S = 20.0  # from the first packet to the answer's head
BODY_S = 2.0  # the head already says whether the message was taken
BODY_MAX = 64 * 1024  # bytes
SNIPPET = 120  # characters of a refusal's body that are told
LONGEST_WAIT = timedelta(hours=1)  # whatever a server asks for: people must be told
TAKEN = range(200, 300)
REDIRECT = range(300, 400)
FOR_GOOD = range(400, 500)  # refusals that another attempt would get again, but these:
TEMPORARY = frozenset({408, 425, 429})
BUSY = frozenset({429, 503})  # say when to come back
SECRET_MIN = 6  # characters of a URL's part that is taken for a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said that took the message."""

    host: str
    body: bytes  # its beginning


async def post(
    address: str,
    body: bytes,
    transport: Transport,
    *,
    headers: Mapping[str, str],
    secrets: Iterable[str] = (),
) -> Answer:
    """POST *body* to the URL *address*; return the answer when its status is 2xx.

    Raises:
        NotSent: anything else; *secrets* and the URL do not occur in it.
    """
    url = _parsed(address)
    async with _session(url, await _guarded(url, transport)) as session:
        response = await _asked(session, url, body, headers)
        with closing(response):
            came = await _beginning(response)
    if response.status not in TAKEN:
        raise _refused(url, response, _readable(came, [*_parts(url), *secrets]))
    return Answer(host=url.host, body=came)


async def _asked(
    session: aiohttp.ClientSession, url: Url, body: bytes, headers: Mapping[str, str]
) -> aiohttp.ClientResponse:
    """Return the answer as soon as its head is there."""
    where = URL(url.origin + url.target, encoded=True)
    try:
        async with asyncio.timeout(ANSWER_S):
            return await session.post(where, data=body, headers=headers, allow_redirects=False)
    except TimeoutError:
        why = f"{url.host} did not answer within {ANSWER_S:g} s; it may have been taken"
        raise NotSent(why, temporary=True) from None
    except (aiohttp.ClientError, OSError) as error:
        # Without the cause: its text holds the URL.
        raise NotSent(f"{url.host}: {_said(error)}", temporary=True) from None


def _parsed(address: str) -> Url:
    try:
        return parse_url(address)
    except BadUrl:
        # Not what is wrong with it: that shows some of it.
        raise NotSent("the address is no URL (write https://host/path)", temporary=False) from None


async def _guarded(url: Url, transport: Transport) -> Sequence[str]:
    try:
        return await callable_addresses(url.host, url.port, transport.allow)
    except NotReached as error:
        raise NotSent(error.why, temporary=not error.lasting) from None


class _Judged(AbstractResolver):
    """Answers with addresses that were judged, so a name cannot change its mind in between."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the judged addresses, whatever *family* is asked for."""
        del family
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Close nothing."""


def _session(url: Url, addresses: Sequence[str]) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            resolver=_Judged(addresses),
            use_dns_cache=False,
            force_close=True,
            ssl=trusted_tls() if url.scheme == "https" else False,
        ),
        timeout=aiohttp.ClientTimeout(total=None),  # ours is around it all
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        headers={"User-Agent": f"vigie/{__version__}", "Accept-Encoding": "identity"},
    )


async def _beginning(response: aiohttp.ClientResponse) -> bytes:
    """Return the beginning of the body; one that never ends changes nothing any more."""
    came = bytearray()
    with suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout(BODY_S):
            async for piece in response.content.iter_chunked(4096):
                came += piece
                if len(came) >= BODY_MAX:
                    break
    return bytes(came[:BODY_MAX])


def _refused(url: Url, response: aiohttp.ClientResponse, said: str) -> NotSent:
    status = response.status
    if status in REDIRECT:
        why = f"{url.host} answered {status}: redirects are not followed (write the final address)"
        return NotSent(why, temporary=False)
    wait = response.headers.get("Retry-After", "") if status in BUSY else ""
    return NotSent(
        f"{url.host} answered {status}{said and f': {said}'}",
        temporary=status in TEMPORARY or status not in FOR_GOOD,
        retry_after=_wait(wait, clock.now()),
    )


def _wait(retry_after: str, now: datetime) -> timedelta | None:
    """Return how long *retry_after* asks to wait: seconds, or the date of RFC 9110."""
    if re.fullmatch(r"\d{1,9}", retry_after.strip(), re.ASCII):
        return min(timedelta(seconds=int(retry_after)), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    until = until.replace(tzinfo=until.tzinfo or UTC)
    return min(max(until - now, timedelta(0)), LONGEST_WAIT)


def _parts(url: Url) -> list[str]:
    """Return what must not be shown of *url*: its target, and each part of that."""
    parts = [part for part in re.split(r"[/?&=]", url.target) if len(part) >= SECRET_MIN]
    return [url.target, *parts] if url.target != "/" else parts


def _readable(came: bytes, secrets: Iterable[str]) -> str:
    """Return the beginning of what a server said, on one line and without *secrets*."""
    text = " ".join(came.decode(errors="replace").split())
    return hidden(text, secrets, cut=True)[:SNIPPET]


def _said(error: Exception) -> str:
    """Return what went wrong in words that hold no URL."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not trusted"
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return "the TLS handshake failed"
    inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(inner, ConnectionRefusedError):
        return "it refused the connection"
    if isinstance(inner, aiohttp.ServerDisconnectedError | ConnectionResetError):
        return "it closed the connection; the message may have been taken"
    if isinstance(inner, OSError) and inner.strerror:
        return f"it cannot be reached: {inner.strerror}"
    return f"it does not speak HTTP as it should ({type(error).__name__})"
