"""What the further pages of a report show besides its figures, exactly as SQL gave it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

NONE = Decimal(0)
# What rows are computed from and nobody reads: as a change it would only say the same again.
BESIDE = {
    "kept": (
        "complete",
        "up_s",
        "down_s",
        "committed_s",
        "used_s",
        "limit_s",
        "worst_s",
        "worst_limit_s",
        "unmeasured_s",
        "than_before",
    ),
    "outlooks": (
        "up_s",
        "down_s",
        "pace_up_s",
        "pace_down_s",
        "promised_to_come_s",
        "comes_until",
        "versions",
    ),
    "without": ("committed_s",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How one promise was kept in one month."""

    scope: str  # solution, or the key of a service
    indicator: str  # availability, longest interruption
    month: date
    mark: str  # met, at_risk, missed, not_measurable, running
    percent: str | None  # None: nothing was committed, or a longest interruption
    # What the mark is made of. An interruption below three quarters of its limit is 0.
    complete: bool = True
    up_s: Decimal = NONE
    down_s: Decimal = NONE
    committed_s: Decimal = NONE  # of both, what was promised
    used_s: Decimal = NONE
    limit_s: Decimal = NONE  # the budget, or the longest interruption allowed
    worst_s: Decimal = NONE  # as used_s, had unknown time been down
    worst_limit_s: Decimal = NONE
    unmeasured_s: Decimal = NONE  # unknown time that counts as neither
    # higher, lower, same; open: unknown time could turn it; not_measured. None: no month before
    than_before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A span of one local day in which the scope was not simply up."""

    day: date
    kind: str  # unplanned, planned, excluded, unknown
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The error budget of a month, quarter or year, as it stood at the end of the period."""

    kind: str
    starts: datetime
    ends: datetime
    known_until: datetime
    target: str | None
    percent: str | None
    budget_s: Decimal | None
    used_s: Decimal | None
    left_s: Decimal | None
    over_s: Decimal | None
    used_share: str | None
    to_come_s: Decimal
    projected_s: Decimal | None  # used at the end if it goes on like this
    projected_over_s: Decimal | None
    used_up_at: datetime | None
    clean_percent: str | None  # at the end if nothing is down any more
    unmeasured_s: Decimal | None = None  # allows nothing: the budget is of what was measured
    # What it is computed from: seconds as the contract counts them, also those of the year so far.
    up_s: Decimal | None = None
    down_s: Decimal | None = None
    pace_up_s: Decimal | None = None
    pace_down_s: Decimal | None = None
    promised_to_come_s: Decimal | None = None  # what of to_come_s has a target
    comes_until: datetime | None = None
    versions: int = 1  # of the contract


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How fast the scope answered on one UTC day, in milliseconds."""

    day: date
    results: int
    p50_ms: Decimal
    p95_ms: Decimal
    p99_ms: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How many failed probes gave one reason."""

    reason: str
    probes: int
    share: str  # percent of all failed probes, raised


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message of a crisis to the customer."""

    kind: str
    state: str
    sent: datetime | None
    delivered: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crisis:
    """A crisis that affected the customer. Instants are None where it did not come so far."""

    key: str
    trigger: str  # outage, anomaly, hand
    services: tuple[str, ...]
    customers: int
    started: datetime
    opened: datetime
    to_open_s: Decimal
    late: bool  # the outage was over when its results came
    state: str
    acknowledged: datetime | None
    staffed: datetime | None
    resolved: datetime | None
    to_resolve_s: Decimal | None
    dissolved: datetime | None
    updates: int
    relapses: int
    summary: str | None  # None: no approved report
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What was decided after a crisis."""

    crisis: str
    what: str
    due: date
    done: datetime | None
    past_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A statement that something was measured wrongly, whether it changed the figure or not."""

    key: str
    target: str  # service or endpoint
    starts: datetime
    ends: datetime
    in_period_s: Decimal
    effect: str  # exclude, up, down, unknown
    reason: str
    evidence: str | None
    recorded: datetime
    approved_by: str | None
    state: str  # applied, not_approved, withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """The figure with or without what was taken out of it."""

    reading: str  # agreed, without_corrections, without_exclusions
    percent: str | None
    used_s: Decimal | None
    verdict: str
    committed_s: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A maintenance window to come."""

    key: str
    services: tuple[str, ...]
    kind: str  # planned, security
    starts: datetime
    ends: datetime
    announced_at: datetime | None
    reason: str
    valid: bool
    why: str | None  # why it will excuse nothing
    notice_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A hole in the measurement of one endpoint, or a span in which a service had none."""

    endpoint: str | None
    service: str | None = None  # it had no endpoint that counts
    starts: datetime
    ends: datetime
    seconds: Decimal
    of_all: int  # holes in all; only the longest are listed
    seconds_of_all: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The further pages."""

    kept: tuple[Kept, ...] = ()  # by promise, then month
    spells: tuple[Spell, ...] = ()
    outlooks: tuple[Outlook, ...] = ()  # month, quarter, year: those that hold the whole period
    latencies: tuple[Latency, ...] = ()
    ceiling_s: Decimal | None = None  # the longest timeout of a probe
    failures: tuple[Failure, ...] = ()  # most frequent first
    crises: tuple[Crisis, ...] = ()
    measures: tuple[Measure, ...] = ()  # open ones first
    corrections: tuple[Correction, ...] = ()
    without: tuple[Without, ...] = ()  # only where something was taken out, or asked for
    ahead: tuple[Planned, ...] = ()  # maintenance that begins in the month after the period
    ahead_from: datetime | None = None
    gaps: tuple[Gap, ...] = ()  # longest first


def drop_sums(told: dict[str, Any]) -> None:
    """Take out of *told*, contents as plain values, what rows are computed from."""
    for name, beside in BESIDE.items():
        for row in told[name]:
            for key in beside:
                del row[key]
