"""The shapes that people write; each is turned into the frozen records of `model`."""

from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.config import JsonDict

from vigie.catalogue.hours import AddedTo, ClosedDay, HoursRange, Moment, Night, Weekdays
from vigie.catalogue.model import Model, PublicHolidays, Reports
from vigie.catalogue.scalars import Day, Duration, Email, Key, Percent, Region, Zone

Reason = Annotated[str, Field(min_length=1, examples=["agreed by mail of 2026-03-02"])]
Step = Literal["month", "quarter", "year"]
Rule = Literal["outside", "cap"]  # of maintenance, besides its notice
_ONLY_THESE: JsonDict = {"additionalProperties": False}  # pydantic leaves other keys open


class ProbesFile(Model):
    """A file in probes/: what is watched. Each reference and service is checked on its own."""

    locations: tuple[Key, ...] = ()
    references: tuple[Any, ...] = ()
    services: tuple[Any, ...] = ()


class Span(Model):
    """Opening hours from one moment of the week to a later one."""

    from_: Moment = Field(alias="from", examples=["sun 18:00"])
    to: Moment = Field(examples=["fri 18:00"])


class Holidays(PublicHolidays):
    """Public holidays, from the `holidays` library, and the hours on them."""

    hours: tuple[HoursRange, ...] = Field((), description="open at these hours; none: closed")


class CalendarText(Model):
    """What a calendar, or a variant of one, says; what it leaves out is as in the one below."""

    timezone: Zone | None = Field(None, examples=["Europe/Paris"], description="or UTC+1: fixed")
    timezone_text: str | None = Field(None, description="how the document names the zone")
    hours: dict[Weekdays, tuple[HoursRange, ...]] = Field({}, json_schema_extra=_ONLY_THESE)
    spans: tuple[Span, ...] = ()
    add: dict[AddedTo, tuple[HoursRange, ...]] = Field(
        {}, json_schema_extra=_ONLY_THESE, description="hours besides those of the one below"
    )
    holidays: Holidays | None = None
    closed: tuple[ClosedDay, ...] = ()
    special: dict[ClosedDay, tuple[HoursRange, ...]] = Field({}, json_schema_extra=_ONLY_THESE)


class OtherCalendars(Model):
    """Calendars that the same text may mean."""

    hours: tuple[Key, ...] = Field((), description="with other hours", examples=["[office]"])
    timezone: tuple[Key, ...] = Field((), description="in the zone that the text names literally")


class CalendarFile(CalendarText):
    """A document in reports/calendars/: opening hours."""

    key: Key = Field(examples=["office"])
    name: str | None = None
    extends: Key | None = Field(None, description="the calendar that this one changes")
    variants: dict[Region, CalendarText] = Field(
        {}, json_schema_extra=_ONLY_THESE, description="office in region AE is office-ae"
    )
    readings: OtherCalendars = Field(
        OtherCalendars(), description="what else the text may mean: sla --readings shows each"
    )


class Availability(Model):
    """The promised share of time, and what counts."""

    target: Percent | None = Field(None, description='per cent, in quotes: "99.98"')
    basis: Step | None = Field(None, description="the period that carries the verdict")
    hours: Key | None = Field(None, description="a calendar; always (default): around the clock")
    maintenance: Literal["downtime", "window", "up"] | None = None
    unknown: Literal["neither", "up", "down"] | None = None


class Interruption(Model):
    """The longest interruption that is allowed."""

    max: Duration | None = Field(None, examples=["2h"])
    calendar: Key | None = Field(None, description="working time; none: elapsed time")
    join_within: Duration | None = None


class Notice(Model):
    """How long before a planned maintenance it must be announced."""

    working_days: int | None = Field(None, ge=0, le=60)
    calendar: Key | None = None


class Cap(Model):
    """How much planned maintenance there may be."""

    time: Duration | None = None
    per: Step | None = None


class Maintenance(Model):
    """The rules that planned maintenance obeys."""

    notice: Notice | None = None
    outside: Key | None = Field(None, description="allowed outside this calendar's hours")
    or_: Night | None = Field(
        None, alias="or", description="allowed in these local hours as well; night: 22:00-06:00"
    )
    cap: Cap | None = None
    enforce: tuple[Rule, ...] | None = Field(
        None, description="what breaks these rules excuses nothing; the others are flagged"
    )


class Crisis(Model):
    """When an outage becomes a crisis."""

    longer_than: Duration | None = Field(None, examples=["10m"])
    customers: int | None = Field(None, ge=1, description="at least so many are hit")
    cell: dict[str, Any] | None = Field(
        None, description="its members, first steps, end and report: kept as written"
    )


class TermsText(Model):
    """The terms of a plan, or those that a contract overrides; `null` takes a term away."""

    availability: Availability | None = None
    interruption: Interruption | None = None
    maintenance: Maintenance | None = None
    crisis: Crisis | None = None
    support: dict[str, Any] | None = Field(
        None, description="reply times, channels, languages: kept as written"
    )
    reports: Reports | None = Field(None, description="how reports are made, reviewed and sent")
    clauses: dict[str, str] = Field(
        {}, description="where the document says it: {availability.target: IT1}"
    )
    not_liable: tuple[Key, ...] | None = Field(
        None, description="causes that the provider does not answer for"
    )


class Source(Model):
    """The text that a plan was read from."""

    title: str = Field(examples=["Service level agreement"])
    version: str | None = None
    url: str | None = None


class PlanFile(TermsText):
    """A document in reports/plans/: terms that contracts share."""

    key: Key = Field(examples=["premium"])
    name: str | None = None
    document: Source | None = None
    extends: Key | None = Field(None, description="the plan whose terms these change")


class CustomerText(Model):
    """Who receives the report."""

    key: Key = Field(examples=["acme"])
    name: str = Field(min_length=1, examples=["Acme SA"])
    language: Literal["en", "fr", "de", "es", "it"] = Field(
        examples=["fr"],
        description="of reports, and of messages in a crisis",
    )
    recipients: tuple[Email, ...] = ()


class ContractServices(Model):
    """The services that a contract covers."""

    essential: tuple[Key, ...] = Field(min_length=1, examples=["[api]"])
    other: tuple[Key, ...] = ()


class ContractFile(Model):
    """A document in reports/contracts/: one version of a contract."""

    key: Key = Field(examples=["acme"])
    customer: CustomerText = Field(examples=["{key: acme, name: Acme SA, language: fr}"])
    plan: Key = Field(examples=["lengow-premium"])
    timezone: Zone = Field(examples=["Europe/Paris"])
    from_: Day = Field(alias="from", examples=["2026-01-01"], description="its first day")
    until: Day | None = Field(None, description="the first day on which it no longer holds")
    services: ContractServices = Field(examples=["{essential: [api]}"])
    terms: TermsText = TermsText()
    accepted: dict[str, Reason] = Field(
        {}, description='findings of contract lint, and why they may stay: {AMB-4: "by mail"}'
    )
    demonstration: bool = Field(
        default=False, description="its results are made up; every report of them says so"
    )
