"""Where to connect: a host and a port, or the address of a web page."""

import re
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import PlainValidator

from vigie.catalogue.scalars import refusal, text_shape
from vigie.catalogue.words import shown

PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[^\s/\\@?#$\[\]%]+")


def host_and_port(tcp: str | None, http: str | None) -> tuple[str, int]:
    """Return where *tcp* (`host:port`), else *http* (a URL), leads."""
    parts = urlsplit(str(http) if tcp is None else f"tcp://{tcp}")
    return str(parts.hostname), parts.port or PORTS[parts.scheme]


def _host_port(value: object) -> str:
    parts = _split(value, f"tcp://{value}")
    if parts is None or not parts.port or parts.netloc != value:
        raise refusal(
            f"{shown(value)} is not a host and a port", "192.0.2.1:53, or [2001:db8::1]:53"
        )
    return str(value)


def web_address(value: object) -> str:
    """Return *value*, which must be the http or https URL of a host, without a user's name."""
    parts = _split(value, str(value))
    if parts is None or parts.scheme not in PORTS or parts.port == 0:
        raise refusal(f"{shown(value)} is not a web address", "https://host/")
    return str(value)


def _split(value: object, url: str) -> SplitResult | None:
    """Return the parts of *url*; None when it has no host, a user name or a port out of range."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    good = isinstance(value, str) and value.isprintable() and "@" not in parts.netloc
    return parts if good and host and _HOST.fullmatch(host) else None


HostPort = Annotated[
    str, PlainValidator(_host_port), text_shape(r"^\S+:[0-9]{1,5}$", "192.0.2.1:53")
]
WebAddress = Annotated[
    str, PlainValidator(web_address), text_shape(r"^https?://\S+$", "https://host/")
]
