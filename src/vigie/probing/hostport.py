"""A target that is a host and a port: `mail.shop.example:25`, `[2001:db8::1]:25`."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import PlainValidator, WithJsonSchema

from vigie.catalogue import refusal, shown
from vigie.probing.failure import Failed
from vigie.probing.placeholder import PLACEHOLDER, resolved
from vigie.probing.request import BadUrl, ascii_host, checked_port
from vigie.probing.result import Reason
from vigie.probing.trace import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPort:
    """Where to connect to."""

    host: str  # ASCII, lower case, without brackets
    port: int


@lru_cache(maxsize=4096)
def parse(text: str, default: int | None = None) -> HostPort:
    """Return the parts of *text*; raise BadUrl when it is no host and port."""
    example = "host:port" if default is None else "host, or host:port"
    if not re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/?#@\[\]]+)(:[0-9]{1,5})?", text):
        raise BadUrl(f'"{text[:60]}" is not a host and a port', example)
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname or "", default if parts.port is None else parts.port
    except ValueError as error:
        raise BadUrl(f'"{text[:60]}" is no target: {error}', example) from None
    if port is None:
        raise BadUrl(f'"{text[:60]}" has no port', f"{text[:60]}:443")
    return HostPort(host=ascii_host(host), port=checked_port(port))


def host_of(text: str) -> str:
    """Return the host of *text*, with or without a port; raise BadUrl when there is none."""
    return parse(text, 1).host


def checked(value: object, default: int | None = None) -> str:
    """Return *value*, a target of the catalogue; its placeholders may stand for anything."""
    if not isinstance(value, str):
        raise refusal("not a host and a port", "host:port")
    try:
        # What a placeholder stands for is unknown here; 1 may be a host or a port.
        parse(PLACEHOLDER.sub("1", value), default or (1 if value.endswith("}") else None))
    except BadUrl as error:
        raise refusal(error.what, error.write) from None
    return value


def place_of(text: str, trace: Trace, default: int | None = None) -> HostPort:
    """Return the target *text* with its placeholders filled in.

    Raises:
        Failed: a placeholder is missing, or stands for no host and port (unknown).
    """
    try:
        return parse(resolved(text, trace), default)
    except BadUrl as error:
        # What it says is cut, and half a secret would not be found to be hidden.
        raise Failed(Reason.INTERNAL, "with its placeholders, no host and port") from error


Place = Annotated[str, PlainValidator(checked), WithJsonSchema({"type": "string"})]


def _server_name(value: object) -> str:
    try:
        return parse(value if isinstance(value, str) else "", 1).host
    except BadUrl:
        raise refusal(f"{shown(value)} is not a host name", "www.shop.example") from None


ServerName = Annotated[str, PlainValidator(_server_name), WithJsonSchema({"type": "string"})]
