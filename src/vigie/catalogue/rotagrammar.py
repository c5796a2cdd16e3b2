"""The shape of the rota: who is called in a crisis, in which order and how."""

from datetime import timedelta
from email.utils import parseaddr
from ipaddress import IPv6Address
from re import fullmatch
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from vigie.catalogue.model import Model
from vigie.catalogue.placeholders import Secret
from vigie.catalogue.places import WebAddress, web_address
from vigie.catalogue.scalars import (
    EMAIL_PATTERN,
    Clock,
    Duration,
    Key,
    Zone,
    duration_text,
    email,
    refusal,
    text_shape,
)
from vigie.catalogue.words import shown
from vigie.catalogue.yaml import PLACEHOLDER

Role = Literal[
    "support_agent", "incident_manager", "support_manager", "infrastructure", "development"
]
Channel = Literal["email", "webhook", "slack", "teams", "pagerduty", "apprise"]
ROLES: tuple[Role, ...] = get_args(Role)  # each is mandatory in a crisis cell
CHANNELS: tuple[Channel, ...] = get_args(Channel)

_LONGEST = timedelta(days=30)
_HOST = r"[^\s/\\@?#$\[\]%:]+"


def _has_placeholder(value: object) -> bool:
    return isinstance(value, str) and PLACEHOLDER.search(value) is not None


def _url(value: object) -> str:
    """Return a web address; what placeholders stand for is not known here."""
    text = value if isinstance(value, str) else ""
    try:
        if not PLACEHOLDER.match(text):
            web_address(PLACEHOLDER.sub("1", text))  # it may be a host, a port or a path
    except PydanticCustomError:
        # It is not shown: whoever knows the address of a webhook may use it.
        raise refusal("is not a web address", "https://host/, without a user's name") from None
    return text


def _email(value: object) -> str:
    return str(value) if _has_placeholder(value) else email(value)


def _sender(value: object) -> str:
    text = value if isinstance(value, str) and value.isprintable() else ""
    if _has_placeholder(text) or fullmatch(EMAIL_PATTERN, parseaddr(text)[1]):
        return text
    raise refusal(f"{shown(value)} is not a sender", "Vigie <vigie@vendor.example>")


def _host(value: object) -> str:
    text = value if isinstance(value, str) else ""
    if _has_placeholder(text) or fullmatch(_HOST, text) or _is_ipv6(text):
        return text
    raise refusal(f"{shown(value)} is not a host", "mail.vendor.example")


def _is_ipv6(text: str) -> bool:
    try:
        return bool(IPv6Address(text))
    except ValueError:
        return False


def _not_too_long(value: timedelta) -> timedelta:
    if value > _LONGEST:
        raise refusal(f"{duration_text(value)} is out of range", "30d or less")
    return value


def _some(value: timedelta) -> timedelta:
    if not value:
        raise refusal("0s leaves no time", "5m")
    return value


Url = Annotated[str, PlainValidator(_url), text_shape(r"^(https?://\S+|\$\{.*)$", "https://host/")]
Address = Annotated[str, PlainValidator(_email), text_shape(r"^.*[@$].*$", "alice@vendor.example")]
Sender = Annotated[
    str, PlainValidator(_sender), text_shape(r"^.*[@$].*$", "Vigie <vigie@vendor.example>")
]
Host = Annotated[str, PlainValidator(_host), text_shape(r"^\S+$", "mail.vendor.example")]
Length = Annotated[Duration, AfterValidator(_not_too_long)]
Wait = Annotated[Length, AfterValidator(_some)]


class Reach(Model):
    """One way to reach a person."""

    email: Address | None = None
    webhook: Url | None = None
    secret: Secret | None = Field(None, description="signs what is sent to the webhook")
    slack: Secret | None = Field(None, description="the URL of an incoming webhook")
    teams: Secret | None = Field(None, description="the URL of a workflow's webhook")
    pagerduty: Secret | None = Field(None, description="the routing key, Events v2")
    region: Literal["us", "eu"] | None = Field(
        None, description="of the PagerDuty account; us unless written"
    )
    apprise: Secret | None = Field(None, description="a URL of apprise, which is an extra")

    @model_validator(mode="after")
    def _has_one_channel(self) -> Self:
        named = [name for name in CHANNELS if getattr(self, name) is not None]
        if not named:
            raise refusal("names no channel", "email: alice@vendor.example")
        if len(named) > 1:
            what = f"names {len(named)} channels, {' and '.join(named)}"
            raise refusal(what, f"- {named[0]}: and - {named[1]}: as entries of their own")
        if self.secret and not self.webhook:
            raise refusal(f"{named[0]} takes no secret", "it beside a webhook")
        if self.region and not self.pagerduty:
            raise refusal(f"{named[0]} takes no region", "it beside a pagerduty key")
        return self

    @property
    def channel(self) -> Channel:
        """Return the one channel that is named."""
        return next(name for name in CHANNELS if getattr(self, name) is not None)

    @property
    def to(self) -> str:
        """Return where it leads, placeholders as they are."""
        return str(getattr(self, self.channel))


class Person(Model):
    """Somebody who is called."""

    key: Key = Field(examples=["alice"])
    name: str = Field(min_length=1, examples=["Alice Martin"])
    roles: tuple[Role, ...] = Field((), description="that this person may hold in a crisis cell")
    reach: tuple[Reach, ...] = Field(
        min_length=1,
        examples=["[{email: alice@vendor.example}]"],
        description="in this order; the next one when one fails",
    )
    hours: Key | None = Field(None, description="a calendar: when on duty; none: always")


class Updates(Model):
    """How often customers hear of a crisis."""

    first: Wait = timedelta(minutes=15)
    every: Wait = timedelta(minutes=30)
    monitoring: Wait = Field(timedelta(minutes=60), description="while a workaround holds")


class Mail(Model):
    """The server that takes e-mail."""

    host: Host = Field(examples=["mail.vendor.example"])
    port: int = Field(587, ge=1, le=65535)
    tls: Literal["starttls", "implicit", "none"] = Field(
        "starttls", description="implicit: from the first byte, as on port 465"
    )
    user: str | None = None
    password: Secret | None = None
    sender: Sender = Field(examples=["Vigie <vigie@vendor.example>"])
    attach_mb: int = Field(
        7,
        ge=0,
        le=100,
        description="up to so many megabytes are attached; more is linked",
    )

    @model_validator(mode="after")
    def _has_user_and_password(self) -> Self:
        if self.user and not self.password:
            raise refusal("has a user without a password", 'password: "${env:SMTP_PASSWORD}"')
        if self.password and not self.user:
            raise refusal("has a password without a user", "user: vigie")
        return self


class WeeklyTest(Model):
    """When everybody gets a test message."""

    weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = Field(examples=["mon"])
    at: Clock = Field(examples=['"09:00"'])
    timezone: Zone = Field(examples=["Europe/Paris"])


class Rota(Model):
    """The file reports/rota.yaml: who is called in a crisis, and the provider's own terms."""

    people: tuple[Person, ...] = Field(
        min_length=1,
        examples=["[{key: alice, name: Alice Martin, reach: [{email: alice@vendor.example}]}]"],
    )
    levels: tuple[Annotated[tuple[Key, ...], Field(min_length=1)], ...] = Field(
        min_length=1, examples=["[[alice, bob], [carol]]"], description="of escalation"
    )
    acknowledge_within: Wait = Field(
        timedelta(minutes=5), description="then the next level is called"
    )
    pre_alert_after: Wait = timedelta(minutes=5)
    several_roles: bool = Field(
        default=False, description="whether one person may hold two roles of a cell"
    )
    updates: Updates = Field(Updates(), description="to customers")
    relapse_within: Length = timedelta(minutes=30)
    good_for: Length = Field(timedelta(minutes=10), description="before a crisis may be resolved")
    mail: Mail | None = None
    allow: tuple[Literal["loopback", "private"], ...] = ()
    public_url: WebAddress | None = Field(None, description="where acknowledgement links lead")
    test: WeeklyTest | None = None
    alive: Url | None = Field(None, description="called every minute while watching works")
    clocks: tuple[Literal["nis2", "dora"], ...] = ()
