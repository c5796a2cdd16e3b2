"""What a report carries besides its figures, so that others can compute them again."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from vigie.reporting.figures.brandrecords import Brand
from vigie.reporting.figures.revisions import Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The seconds of a scope under one version of the contract: what percentages are made of."""

    scope: str
    target: str | None  # percent; None: nothing was promised
    future_s: Decimal  # not over yet
    up_s: Decimal  # as the contract counts them: with planned and unknown time where it says so
    down_s: Decimal
    worst_down_s: Decimal  # had unknown time been down
    low_up_s: Decimal
    low_down_s: Decimal  # with possible_down and unknown time as down
    high_up_s: Decimal
    high_down_s: Decimal  # certain_down only
    due_s: Decimal  # of all endpoints, together
    covered_s: Decimal  # of it, what was measured


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsDay:
    """The digest of one endpoint's raw results of one UTC day."""

    endpoint: str
    day: date
    results: int
    covers: str  # all; evidence: older than the retention, only what matters is kept
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A span in which a calendar is open."""

    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How many good answers one UTC day has in each bucket of latency."""

    day: date
    cells: str  # 120x5 121x40: five in bucket 120, which holds [2^(120/8), 2^(121/8)) microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What figures are made of, and the digests of the raw results behind them."""

    parts: tuple[Part, ...]
    results: tuple[ResultsDay, ...]
    sha256: str  # of results.sha256, as sla.results_digest gives it
    hours: tuple[Hours, ...] = ()  # of the calendar of interruptions, whole outages included
    notice_timezone: str | None = None  # None: no notice is asked, or there is no window
    working_days: tuple[date, ...] = ()  # of the calendar of notice, from announcement to window
    answers: tuple[Answers, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How a document without figures was made: all that its pages depend on besides its data."""

    document: str  # folder of the templates: incident-report
    language: str
    made_at: datetime  # whole seconds
    program: str
    sealed: bool = False
    brand: Brand | None = None  # None: as shipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How a report was made: with its figures, all that its pages depend on."""

    document: str  # folder of the templates: monthly
    language: str  # of the words; the numbers are the same in all
    made_at: datetime  # whole seconds; the only clock of the pages
    program: str  # version of Vigie
    timezone: str
    sla_version: str
    contract_version: date  # the terms in force since
    sealed: bool = False  # the pages say that the file is
    revision: Revision | None = None  # None: nobody keeps it
    brand: Brand | None = None  # None: as shipped
