"""What an HTTP request can be told besides its URL: the same for every kind that makes one."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from vigie.catalogue import Model, refusal, secret
from vigie.probing.address import IpVersion
from vigie.probing.clientcert import ClientCertificate
from vigie.probing.expect import HttpExpect
from vigie.probing.placeholder import PLACEHOLDER, VARIABLE
from vigie.probing.request import BadUrl, Url, header_problem, parse_url
from vigie.probing.verify import Verify


def parsed_url(text: str) -> Url:
    """Return the parts of a URL of the catalogue; raise BadUrl when it is none."""
    # What its placeholders stand for is unknown here; 1 may be a host, a port or a path.
    return parse_url(re.sub("^1", "https://1", PLACEHOLDER.sub("1", text)))


def _url(value: object) -> str:
    if not isinstance(value, str):
        raise refusal("not a URL", "https://host/path")
    try:
        parsed_url(value)
    except BadUrl as error:
        raise refusal(error.what, error.write) from None
    return value


def _proxy_url(value: object) -> str:
    write = "http://host:port, and basic: {user: …, password: …} beside it"
    if not isinstance(value, str):
        raise refusal("the proxy has no URL", write)
    try:
        url = parsed_url(value)
    except BadUrl as error:
        raise refusal(error.what, write) from None
    if url.target != "/" or value.startswith("https"):
        raise refusal("a proxy is a host and a port, asked in plain HTTP", write)
    return value


def _credential(value: object) -> str:
    return value if isinstance(value, str) and VARIABLE.search(value) else secret(value)


def _ip(value: object) -> object:
    if str(value) in ("any", "4", "6"):
        return value if value == "any" else int(str(value))
    raise refusal("not a version of IP", "any, 4 or 6")


Ip = Annotated[IpVersion, BeforeValidator(_ip)]
_STRING = WithJsonSchema({"type": "string"})
HttpUrl = Annotated[str, PlainValidator(_url), _STRING]
Credential = Annotated[str, PlainValidator(_credential), _STRING]
ProxyUrl = Annotated[str, PlainValidator(_proxy_url), _STRING]


class Basic(Model):
    """A user and the password."""

    user: str = Field(min_length=1, examples=["probe"])
    password: Credential = Field(examples=["${env:NAME}"])

    @field_validator("user")
    @classmethod
    def _without_colon(cls, user: str) -> str:
        if ":" in PLACEHOLDER.sub("1", user):  # RFC 7617: the password begins there
            raise refusal("the user's name holds a colon", "user and password, each by itself")
        return user


class Auth(Model):
    """Who asks: a user with a password, or whoever holds a token."""

    basic: Basic | None = None
    bearer: Credential | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.basic is None) == (self.bearer is None):
            raise refusal("auth takes one way", "basic: {user: …, password: …}, or bearer: …")
        return self


class Proxy(Model):
    """Whom the probe asks instead of the target: CONNECT for https, absolute form for http."""

    url: ProxyUrl = Field(examples=["http://proxy.example:3128"])
    basic: Basic | None = None


def _proxy(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


def _is_none(value: object) -> bool:
    return value is None


def _is_true(value: object) -> bool:
    return value is True


def _is_any(value: object) -> bool:
    return value == "any"


class HttpOptions(Model):
    """How one is asked, and what the answer must be like.

    Younger options are written into the database only where they say something: an upgrade
    changes no endpoint.
    """

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    headers: Mapping[str, str] = {}
    body: str = ""
    auth: Auth | None = Field(None, exclude_if=_is_none)
    client_certificate: ClientCertificate | None = Field(None, exclude_if=_is_none)
    redirects: int = Field(5, ge=0, le=10)  # followed at most; 0: none
    ip: Ip = Field("any", exclude_if=_is_any)
    proxy: Annotated[Proxy | None, BeforeValidator(_proxy, json_schema_input_type=str | Proxy)] = (
        Field(None, exclude_if=_is_none)
    )
    verify: Verify = True
    keep_body: bool = Field(default=True, exclude_if=_is_true)  # its beginning, if it fails
    expect: HttpExpect = HttpExpect()

    @field_validator("headers")
    @classmethod
    def _sendable(cls, headers: Mapping[str, str]) -> Mapping[str, str]:
        refuse_headers(headers)
        return headers

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        refuse_two_logins(self.headers, self.auth)
        if self.proxy and self.ip != "any":
            raise refusal("ip says nothing behind a proxy, which connects by itself", "one of them")
        return self


def refuse_headers(headers: Mapping[str, str], own: str | None = None) -> None:
    """Raise the refusal of *headers* that cannot be sent, or that match *own*: the prober's."""
    for name, value in headers.items():
        problem = header_problem(name, value)
        if problem:
            raise refusal(*problem)
        if own and re.fullmatch(own, name.lower()):
            raise refusal(f"{name} is set by the prober", "no such header")


def refuse_two_logins(headers: Mapping[str, str], auth: Auth | None) -> None:
    """Raise the refusal of *auth* beside a header that says the same."""
    if auth and any(name.lower() == "authorization" for name in headers):
        raise refusal("auth and the header Authorization say the same", "one of them")


def refuse_plain(
    write: str, certificate_days: int | None, client_certificate: ClientCertificate | None
) -> None:
    """Raise the refusal of options that need TLS, where there is none unless one *writes* that."""
    needs = {"certificate_days": certificate_days, "client_certificate": client_certificate}
    for name in filter(needs.get, needs):
        raise refusal(f"{name} needs a certificate", write)


def refuse_variables(auth: Auth | None) -> None:
    """Raise the refusal of an *auth* that waits for a captured value where nothing captures."""
    password = auth.basic.password if auth and auth.basic else ""
    for name in VARIABLE.findall((auth and auth.bearer) or password):
        raise refusal(f"nothing captures {{{{{name}}}}}", "${env:NAME}, or an endpoint of steps")
