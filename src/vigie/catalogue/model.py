"""The words of the catalogue: what is watched, and what was promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vigie.catalogue.places import HostPort, WebAddress, host_and_port
from vigie.catalogue.scalars import Clock, DownWhen, Duration, Email, Instant, Key, refusal

if TYPE_CHECKING:  # it is made of the Model below
    from vigie.catalogue.rotagrammar import Rota


class Model(BaseModel):
    """A frozen part of the catalogue that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Timing(Model):
    """When an endpoint is probed."""

    every: Duration = timedelta(seconds=60)
    edge_every: Duration = timedelta(seconds=15)  # while down, and after a change of outcome
    timeout: Duration = timedelta(seconds=10)  # of one attempt
    retries: tuple[Duration, ...] = (timedelta(seconds=2), timedelta(seconds=10))  # after the slot


class Lifetime(Model):
    """From when until when an endpoint counts."""

    since: Instant | None = None  # None: from its first result
    until: Instant | None = None


class Endpoint(Lifetime, Timing):
    """One address that is probed; each kind adds its own target and expectations."""

    key: Key = Field(examples=["api-health"])
    locations: tuple[Key, ...] = ()  # empty: every location
    quorum: Literal["majority", "any", "all"] = "majority"

    def refused(
        self,
        allow: Sequence[str],  # noqa: ARG002 - for the kinds
    ) -> tuple[tuple[str | int, ...], str] | None:
        """Return where it names an address that is never probed under *allow*, and why."""
        return None


class ServiceHead(Model):
    """A service without its endpoints."""

    key: Key = Field(examples=["api"])
    name: str = Field(min_length=1, examples=["Public API"])
    down_when: DownWhen = "any"  # "any", "all", or an int: at least so many endpoints
    allow: tuple[Literal["loopback", "private"], ...] = ()


class Service(ServiceHead):
    """What a customer uses; its state follows from its endpoints."""

    endpoints: tuple[Endpoint, ...]


class Reference(Model):
    """A host that others run, asked to accept a connection when a target looks down."""

    key: Key = Field(examples=["resolver"])
    tcp: HostPort | None = None
    http: WebAddress | None = Field(None, description="its host and port; no page is asked for")
    locations: tuple[Key, ...] = ()  # empty: every location
    allow: tuple[Literal["loopback", "private"], ...] = ()

    @model_validator(mode="after")
    def _has_one_target(self) -> Self:
        if (self.tcp is None) == (self.http is None):
            raise refusal("a reference has one target", "tcp: host:port, or http: https://host/")
        return self

    @property
    def host(self) -> str:
        """Return the name or address of its host."""
        return host_and_port(self.tcp, self.http)[0]

    @property
    def port(self) -> int:
        """Return the port to connect to."""
        return host_and_port(self.tcp, self.http)[1]


class Hours(Model):
    """Opening hours on one weekday or date; *closes* may lie days later (Sunday to Friday)."""

    weekday: int  # ISO: 1 is Monday
    opens: timedelta  # since local midnight of that day, wall-clock
    closes: timedelta


class Holiday(Model):
    """A date on which the weekly hours do not apply; no *hours* means closed."""

    day: date
    name: str
    hours: tuple[tuple[timedelta, timedelta], ...] = ()  # opens, closes since local midnight


class PublicHolidays(Model):
    """Public holidays, from the `holidays` library."""

    country: str = Field(examples=["FR"], description="ISO 3166 code")
    subdivision: str | None = Field(None, description="a state or region: BY, 57")
    categories: tuple[str, ...] = ("public",)
    language: str = Field("en_US", description="of the holidays' names")


class Yearly(Model):
    """The days on which the weekly hours do not apply, as written: before they are spelled out."""

    holidays: PublicHolidays | None = None
    hours: tuple[tuple[timedelta, timedelta], ...] = ()  # on those holidays; none: closed
    closed: tuple[str, ...] = ()  # "12-24", "2026-12-24", "US Labor Day"
    special: tuple[tuple[str, tuple[tuple[timedelta, timedelta], ...]], ...] = ()


class Calendar(Model):
    """Opening hours with breaks, time zone, holidays and closed days.

    Key, zone, hours and *yearly* are its wording; the rest follows from it, and from when it was
    spelled out and with which library.
    """

    key: Key
    timezone: str
    hours: tuple[Hours, ...]
    yearly: Yearly = Yearly()
    holidays: tuple[Holiday, ...] = ()  # *yearly* spelled out for *years*
    holidays_source: str | None = None  # "holidays 0.109 FR"
    years: tuple[int, ...] = ()  # none: its days do not depend on the year
    # What `contract lint` asks about; it changes no hour, so it makes no new wording.
    timezone_text: str | None = Field(None, exclude=True)  # as the document says it: "MEZ"
    holidays_said: bool = Field(default=True, exclude=True)  # written down, even as null
    # What else the text may mean: the keys of other calendars.
    other_hours: tuple[str, ...] = Field((), exclude=True)
    other_zones: tuple[str, ...] = Field((), exclude=True)


class ReportTarget(Model):
    """Where a report goes to: an address, a folder of the computer that sends, or a bucket."""

    email: Email | None = None
    folder: str | None = Field(
        None, pattern=r"^/", examples=["/srv/reports"], description="a path that begins with /"
    )
    s3: str | None = Field(
        None,
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^/?#\s]+)*/?$",
        examples=["s3://reports/acme"],
        description="s3://BUCKET/PREFIX",
    )

    @model_validator(mode="after")
    def _is_one_place(self) -> Self:
        if sum(one is not None for one in (self.email, self.folder, self.s3)) != 1:
            raise refusal("a report goes to one place an entry", "email: sla@acme.example")
        return self


class Sending(Model):
    """When the report of a period goes out."""

    working_day: int = Field(3, ge=1, le=20, description="after the period")
    at: Clock = Field("08:00", description="in the contract's zone")
    calendar: Key | None = Field(
        None, description="its working days; none: those of the notice, or Monday to Friday"
    )


class Reports(Model):
    """How a contract's reports are made, reviewed and sent."""

    objections: Duration = Field(
        timedelta(days=5), description="for so long a draft may be objected to before it is issued"
    )
    automatic: bool = Field(default=True, description="made, issued and sent by the clock")
    send: Sending = Sending()
    to: tuple[ReportTarget, ...] = Field((), description="instead of the customer's recipients")


BY_DEFAULT = Reports()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of a contract, its plan and overrides already merged."""

    target: Decimal | None  # a share: 0.9998; None: no availability promised
    basis: Literal["month", "quarter", "year"]
    hours: str | None  # calendar key; None: always
    maintenance: Literal["downtime", "window", "up"]
    unknown: Literal["neither", "up", "down"]
    interruption_max: timedelta | None
    interruption_calendar: str | None  # None: elapsed time
    join_within: timedelta
    notice_working_days: int | None  # None: no notice asked
    notice_calendar: str | None
    outside: str | None  # maintenance is allowed outside this calendar
    cap_time: timedelta | None
    cap_per: Literal["month", "quarter", "year"] | None
    crisis_longer_than: timedelta | None  # None: no crisis terms
    crisis_customers: int | None
    # Later than the others: what is left at its default is not written into the database, so
    # that a new kind of term supersedes no contract that says nothing of it.
    night: tuple[timedelta, timedelta] | None = None  # maintenance is allowed then as well
    enforced: tuple[Literal["outside", "cap"], ...] = ()  # rules that more than flag
    reports: Reports = BY_DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who receives the report."""

    key: str
    name: str
    language: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Where a term was written, and where its document says it."""

    sort: Literal["plan", "contract"]
    file: str
    line: int
    column: int
    shipped: bool
    clause: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One version of a contract: what was promised to a customer from a day on."""

    key: str
    customer: Customer
    plan: str
    timezone: str
    starts: date  # local day, inclusive
    ends: date | None  # local day, exclusive
    essential: tuple[str, ...]  # service keys
    other: tuple[str, ...]
    terms: Terms
    accepted: Mapping[str, str] = field(default_factory=dict)  # what is left open, and why
    demonstration: bool = False  # its results are made up, and its reports say so
    plan_name: str = ""  # what people call the plan; empty: nobody calls it otherwise
    words: Mapping[str, object] = field(default_factory=dict)  # plan and overrides as written
    written: Mapping[str, Written] = field(default_factory=dict)  # "availability.target": its place


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The file that a part of the catalogue was read from."""

    sort: Literal["brand", "calendar", "contract", "plan", "rota", "service"]
    key: str
    file: str
    shipped: bool  # not from the user's directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything that is watched and promised, checked and with plans applied."""

    locations: tuple[str, ...]
    services: tuple[Service, ...]
    calendars: Mapping[str, Calendar]
    contracts: tuple[Contract, ...]
    origins: tuple[Origin, ...] = ()
    references: tuple[Reference, ...] = ()
    rota: "Rota | None" = None
