"""What the provider's summary over all contracts says, exactly as SQL gave it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from vigie.reporting.figures.periods import Asked
from vigie.reporting.figures.termrecords import Zone

VERDICTS = ("missed", "not_provable", "running", "met", "not_applicable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One contract in its period, the figures of its own report."""

    contract: str
    customer_key: str
    customer: str
    plan: str
    timezone: str  # of the first day
    basis: str  # the period that carries the contractual verdict
    contractual: bool  # it is this kind of period
    demonstration: bool
    starts: datetime
    ends: datetime
    complete: bool
    percent: str | None  # None: nothing was measured
    low: str | None
    high: str | None
    coverage: str | None
    target: str | None
    budget_s: Decimal | None
    used_s: Decimal | None
    left_s: Decimal | None
    over_s: Decimal | None
    used_share: str | None
    committed_s: Decimal
    future_s: Decimal  # not over yet
    versions: int  # of the contract in the period; of one, its seconds give its percentage
    verdict: str
    confidence: str | None
    unplanned_s: Decimal
    planned_s: Decimal
    unmeasured_s: Decimal
    limit_s: Decimal | None  # the longest interruption allowed
    crises: int
    outages: int = 0
    longest_working_s: Decimal | None = None  # of the outage with the greatest working time
    longest_elapsed_s: Decimal | None = None
    zones: tuple[Zone, ...] = ()  # one after the other; empty: it never moved

    @property
    def interrupted_too_long(self) -> bool:
        """Whether its longest interruption passed the limit."""
        longest = self.longest_working_s
        return longest is not None and self.limit_s is not None and longest > self.limit_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A run of downtime of one service that was an outage of several customers."""

    service: str
    name: str
    starts: datetime
    ends: datetime
    elapsed_s: Decimal
    customers: int
    contracts: int
    contract_keys: tuple[str, ...]
    crisis: str | None
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A crisis that touches the period."""

    crisis: str
    trigger: str
    state: str
    services: tuple[str, ...]
    customers: int
    starts: datetime
    opened: datetime
    resolved: datetime | None
    to_first_message_s: Decimal | None
    to_resolve_s: Decimal | None
    open_actions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A planned maintenance window that excuses nothing under some contracts."""

    key: str
    services: tuple[str, ...]
    reason: str
    starts: datetime
    ends: datetime
    announced_at: datetime | None
    notice_days: int | None  # the least that was given
    asked: int | None  # the most that was asked
    contracts: int  # that it concerns
    broken: int  # of them, those whose rule it broke
    contract_keys: tuple[str, ...]
    contract_whys: tuple[str, ...]  # of each of them, the rule
    down_s: Decimal

    @property
    def rules(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each rule that it broke with the contracts that have it, most contracts first."""
        of: dict[str, list[str]] = {}
        for contract, why in zip(self.contract_keys, self.contract_whys, strict=False):
            of.setdefault(why, []).append(contract)
        most = sorted(of.items(), key=lambda one: (-len(one[1]), one[0]))
        return tuple((why, tuple(contracts)) for why, contracts in most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of a contract's report of the period."""

    contract: str
    report: str | None
    state: str  # none, draft, objected, issued, sent, failed
    open_objections: int
    due: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A log that a customer holds against the figures."""

    key: str
    contract: str
    results: int
    results_down: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """A longer period whose budget is used up, or will be at this pace."""

    contract: str
    kind: str
    starts: datetime
    ends: datetime
    noon: datetime  # of its first day, in UTC: for its name only
    target: str | None
    percent: str | None
    budget_s: Decimal | None
    used_s: Decimal | None
    left_s: Decimal | None
    over_s: Decimal | None
    used_share: str | None
    to_come_s: Decimal
    projected_s: Decimal | None
    projected_over_s: Decimal | None
    used_up_at: datetime | None
    clean_percent: str | None  # at the end if nothing is down any more
    # What it is computed from, as in the outlook of the contract's own report.
    known_until: datetime
    unmeasured_s: Decimal
    up_s: Decimal
    down_s: Decimal
    pace_up_s: Decimal
    pace_down_s: Decimal
    promised_to_come_s: Decimal
    comes_until: datetime | None
    versions: int

    @property
    def period(self) -> str:
        """The period as commands take it: 2026-05, 2026-Q2, 2026."""
        return Asked(self.kind, self.noon.date()).name


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Everything that the summary prints, all of one moment."""

    kind: str  # month, quarter, year
    name: str  # 2026-05, 2026-Q2, 2026
    noon: datetime  # of the first day, in UTC: for the period's name only
    complete: bool  # for every contract
    as_of: datetime | None
    sla_version: str
    contracts: tuple[Standing, ...]  # worst first
    shared: tuple[Shared, ...]  # most customers first
    crises: tuple[Called, ...]
    broken: tuple[Broken, ...]
    reports: tuple[Kept, ...]  # of every contract
    disputes: tuple[Held, ...]
    risks: tuple[Risk, ...]

    @property
    def overdrawn(self) -> int:
        """How many contracts have used more than their budget, also of a period that goes on."""
        return sum(bool(one.over_s) for one in self.contracts)

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return len({one.customer_key for one in self.contracts})

    @property
    def outages(self) -> int:
        """How many outages the contracts had; one may be that of several."""
        return sum(one.outages for one in self.contracts)

    @property
    def verdicts(self) -> Mapping[tuple[str, bool], int]:
        """How many contracts have a verdict, by it and by whether it is contractual."""
        return Counter((said(one), one.contractual) for one in self.contracts)

    @property
    def names(self) -> Mapping[str, str]:
        """The customers by contract."""
        return {one.contract: one.customer for one in self.contracts}

    @property
    def waiting(self) -> tuple[Kept, ...]:
        """The reports that are not sent, or wait for an answer; what needs a person comes first.

        One that the clock does not make, and nobody made, waits for nothing.
        """
        order = ("failed", "objected", "none", "draft", "replaced", "issued")
        wanted = [one for one in self.reports if one.state != "none" or (self.complete and one.due)]
        open_ = [one for one in wanted if one.state != "sent" or one.open_objections]
        return tuple(
            sorted(open_, key=lambda one: (_place(order, one.state), not one.overdue, one.contract))
        )

    @property
    def pressing(self) -> tuple[Kept, ...]:
        """Those that wait, without those that are due later and need nobody yet."""
        return tuple(one for one in self.waiting if one.state != "none" or one.overdue)


def said(one: Standing) -> str:
    """Return a contract's verdict, told apart where it has none: no target, or no data."""
    if one.verdict != "not_applicable":
        return one.verdict
    return "no_data" if one.percent is None else "no_target"


def _place(order: tuple[str, ...], state: str) -> int:
    return order.index(state) if state in order else len(order)
