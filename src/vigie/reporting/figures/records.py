"""The figures of one contract and period, exactly as SQL gave them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from vigie.reporting.figures.contents import Contents
from vigie.reporting.figures.evidencerecords import Evidence
from vigie.reporting.figures.termrecords import Contract, Split, Terms, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A half-open span of time with its name on the contract's clocks."""

    kind: str  # month, quarter, year, year_to_date, rolling_12_months, days, span
    name: str  # 2026-05, 2026-Q2, 2026, year to 2026-05-31, …
    starts: datetime
    ends: datetime
    timezone: str  # of its first day
    complete: bool
    as_of: datetime | None  # nothing is known after it; None: nothing is known at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """A span of time cut into classes; outside to up sum to the period."""

    period: Decimal
    outside: Decimal
    excluded: Decimal
    planned: Decimal
    unplanned: Decimal
    unknown: Decimal
    up: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds(Classes):
    """The classes of a scope's period, and the committed time that its contract makes of them."""

    committed: Decimal
    unmeasured: Decimal  # the part of unknown that is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """The availability of one scope. Percentages are digits, already cut; None: not applicable."""

    scope: str
    name: str
    essential: bool
    seconds: Seconds
    percent: str | None
    low: str | None
    high: str | None
    coverage: str | None
    target: str | None  # of the latest terms; Figures.split has those before them
    budget_s: Decimal | None
    used_s: Decimal | None
    left_s: Decimal | None
    over_s: Decimal | None  # how much more than the budget was used; 0: none
    used_share: str | None  # percent of the budget, rounded up
    verdict: str  # met, missed, not_provable, not_applicable, running
    confidence: str | None  # clear, within_uncertainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Longest:
    """The interruption with the greatest working time, and how long the longest one lasted."""

    working_s: Decimal
    elapsed_s: Decimal
    greatest_elapsed_s: Decimal
    limit_s: Decimal | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A maximal unexcused run of downtime, not clipped to the period."""

    services: tuple[str, ...]
    starts: datetime
    ends: datetime
    elapsed_s: Decimal
    clipped_s: Decimal
    working_s: Decimal
    certain_s: Decimal
    possible_s: Decimal
    open: bool
    crisis: bool
    cause: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A maintenance window, whether it excuses anything, and why not."""

    key: str
    services: tuple[str, ...]
    kind: str
    starts: datetime
    ends: datetime
    announced_at: datetime | None
    channel: str | None
    recipient: str | None
    evidence: str | None
    reason: str
    notice_days: int | None
    valid: bool
    why: str | None
    down_s: Decimal
    excused_s: Decimal  # of them, what leaves the availability; 0 when not valid
    forbidden_s: Decimal | None  # inside hours without maintenance; None: there are no such hours
    cap_s: Decimal | None  # what its month, quarter or year allows, and what all windows used
    cap_used_s: Decimal | None
    remark: str | None  # what breaks a wish of the plan, or cuts the window
    recorded_by: str
    recorded_at: datetime  # in the registry; a window may have been typed in after the fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One local day of the scope."""

    day: date
    starts: datetime
    ends: datetime
    seconds: Classes


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One span that used up the budget, and how much was used before and after it."""

    starts: datetime
    ends: datetime
    before_s: Decimal
    after_s: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """How one endpoint of the contract is measured."""

    service: str
    endpoint: str
    target: str | None
    every_s: Decimal
    timeout: str | None  # in the catalogue's words: "10s"
    retries: tuple[str, ...]  # after the first try
    quorum: str
    locations: tuple[str, ...]
    timeout_s: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One indicator under one reading of the contract's text."""

    topic: str  # corrections, maintenance, unknown, period, hours, zone, enforcement, notice
    ambiguity: str | None  # as `vigie contract lint` names it: AMB-1; None: a convention
    clause: str | None  # where the text is open; None: not known
    indicator: str  # availability, longest interruption
    reading: str
    agreed: bool  # it is what the contract says
    starts: datetime  # of another period than the one asked for only under topic period
    ends: datetime
    percent: str | None  # None: not applicable, or a longest interruption
    used_s: Decimal | None  # of the budget; or the longest interruption
    allowed_s: Decimal | None  # the budget; or the longest that one may last
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything a report or a table prints about one contract, scope and period."""

    contract: Contract
    period: Period
    availability: Availability
    basis: bool  # this kind of period carries the contractual verdict
    longest: Longest
    outages: tuple[Outage, ...]
    maintenance: tuple[Window, ...]
    services: tuple[Availability, ...]  # worst first
    days: tuple[Day, ...]
    steps: tuple[Step, ...]
    probes: tuple[Probe, ...]
    sla_version: str
    readings: tuple[Reading, ...] = ()  # only when asked for
    evidence: Evidence | None = None  # only when asked for: reports carry it
    contents: Contents = field(default_factory=Contents)  # the further pages
    zones: tuple[Zone, ...] = ()  # of the contract, one after the other; empty: it never moved
    split: Split | None = None  # None: the terms are the same in the whole period

    @property
    def counts_unknown_down(self) -> bool:
        """Whether what was used of a budget is more than unplanned downtime."""
        used, unplanned = self.availability.used_s, self.availability.seconds.unplanned
        # The terms that are carried are the last ones; earlier ones may have counted otherwise.
        return self.contract.unknown == "down" or (used is not None and used > unplanned)

    @property
    def target(self) -> str | None:
        """The target of the whole period; None where there is none, or several."""
        targets = {one.target for one in self.terms_of("target")}
        return targets.pop() if len(targets) == 1 else None

    def terms_of(self, *names: str) -> tuple[Terms, ...]:
        """Return the terms of the period that differ in *names*; one where none do."""
        if self.split is not None:
            return self.split.differing(*names)
        return (Terms(contract=self.contract, target=self.availability.target),)

    @property
    def windows_begun(self) -> tuple[Window, ...]:
        """The windows of the period that have begun as far as it is known."""
        coming = {one.key for one in self.windows_to_come}
        return tuple(one for one in self.maintenance if one.key not in coming)

    @property
    def windows_to_come(self) -> tuple[Window, ...]:
        """The windows of the period that have not begun: nothing can be said of them yet."""
        known = self.period.as_of
        return tuple(one for one in self.maintenance if known is not None and one.starts >= known)

    @property
    def names(self) -> dict[str, str]:
        """The service names by key."""
        return {service.scope: service.name for service in self.services}
