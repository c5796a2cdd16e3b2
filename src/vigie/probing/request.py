"""The request of an HTTP probe: a checked URL, and the bytes that ask for it."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

from vigie import __version__
from vigie.probing.failure import Failed
from vigie.probing.result import Reason

PORTS = {"http": 80, "https": 443}
AGENT = f"vigie/{__version__}"
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
KEPT = "%/:=&?~#+!$,;'@()*[]"  # what a path or query may hold as it is
SEE_OTHER = 303
REDIRECTS = frozenset({301, 302, SEE_OTHER, 307, 308})


class BadUrl(ValueError):  # noqa: N818 - caught by whoever knows where the URL comes from
    """*what* is wrong with a URL, and what to *write*."""

    def __init__(self, what: str, write: str = "https://host/path") -> None:
        super().__init__(what)
        self.what = what
        self.write = write


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """An http or https URL, taken apart."""

    scheme: str
    host: str  # ASCII, lower case, without brackets
    port: int
    target: str  # path and query, as sent

    @property
    def origin(self) -> str:
        """Return scheme, host and port: all of a URL that may be printed."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


@lru_cache(maxsize=4096)
def parse_url(text: str) -> Url:
    """Return the parts of *text*; raise BadUrl when it is no such URL."""
    if not text.isprintable() or " " in text:
        raise BadUrl("the URL holds a space or control character", "%20")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadUrl(f"not a URL: {error}") from None
    if parts.scheme not in PORTS:
        raise BadUrl(f'"{parts.scheme or text[:60]}" is not http or https')
    if parts.username is not None or parts.password is not None:
        raise BadUrl("the URL holds a user name", "headers: {Authorization: ${env:NAME}}")
    if not host:
        raise BadUrl("the URL has no host")
    query = f"?{parts.query}" if parts.query else ""
    return Url(
        scheme=parts.scheme,
        host=ascii_host(host),
        port=PORTS[parts.scheme] if port is None else checked_port(port),
        target=quote((parts.path or "/") + query, safe=KEPT),
    )


def ascii_host(host: str) -> str:
    """Return *host* as DNS takes it, and as browsers do; raise BadUrl when it is no host name."""
    if ":" in host:
        return host.partition("%")[0]
    if host.isascii():
        return host
    # Python's own codec is of 2003, where straße.example is another host: strasse.example.
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise BadUrl(f'"{host}" is not a host name') from None


def checked_port(port: int) -> int:
    """Return *port*; raise BadUrl for 0."""
    if not port:
        raise BadUrl("port 0 cannot be probed", "a port from 1 to 65535")
    return port


def header_problem(name: str, value: str) -> tuple[str, str] | None:
    """Return what is wrong with a header and what to write, None when it can be sent."""
    if not HEADER_NAME.fullmatch(name):
        return f'"{name[:60]}" is not the name of a header', "a name such as X-Request-Source"
    if any(c in value for c in "\r\n\0"):
        return f"the value of {name} has several lines", "it on one line"
    if name.lower() in ("content-length", "transfer-encoding", "connection"):
        return f"{name} is set by the prober", "no such header"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, ready to be sent to the host of its URL."""

    url: Url
    method: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    trusted: bool = True  # not after a redirect to another origin: it is shown no certificate

    def encoded(self) -> bytes:
        """Return the request as bytes."""
        own = {name.lower() for name, _ in self.headers}
        host = self.url.origin.partition("://")[2]
        defaults = (("Host", host), ("User-Agent", AGENT), ("Accept", "*/*"))
        lines = [f"{self.method} {self.url.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in defaults if name.lower() not in own]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {len(self.body)}")
        lines.append("Connection: close\r\n\r\n")
        return "\r\n".join(lines).encode("utf-8") + self.body


def redirected(request: Request, status: int, location: str) -> Request:
    """Return the request that follows a redirect to *location*; another origin gets no secrets.

    Raises:
        Failed: it leads to where a probe does not go.
    """
    try:
        # The path alone would do for joining, but a relative Location needs the whole URL.
        there = _as_it_came(location.strip())
        url = parse_url(urljoin(request.url.origin + request.url.target, there))
    except ValueError as error:  # urljoin has its own
        raise Failed(Reason.REDIRECTS, f"redirected to a bad URL: {error}") from error
    changed = _followed(request, status, url)
    if url.origin == request.url.origin:
        return changed
    if changed.body:
        raise Failed(Reason.REDIRECTS, f"redirected to {url.origin}, which must not get the body")
    return replace(changed, headers=(), trusted=False)


def _as_it_came(location: str) -> str:
    """Return *location* with the bytes escaped that are not ASCII: servers send them bare."""
    return "".join(c if c.isascii() else f"%{ord(c):02X}" for c in location)


def _followed(request: Request, status: int, url: Url) -> Request:
    see_other = status == SEE_OTHER and request.method not in ("GET", "HEAD")
    if see_other or (status in (301, 302) and request.method == "POST"):
        headers = tuple(h for h in request.headers if h[0].lower() != "content-type")
        return replace(request, url=url, method="GET", headers=headers, body=b"")
    return replace(request, url=url)
