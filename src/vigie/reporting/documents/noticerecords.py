"""What a notice of maintenance says, exactly as the registry and SQL gave it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from vigie.reporting.figures.evidencerecords import Written
from vigie.storing import Coming, is_blank


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenNotice(Written):
    """How a notice was made, and what is on its page besides the window."""

    state: str  # of the window when it was made
    contact: str | None  # whom to ask, as printed text


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What happened to a window after it was recorded."""

    action: str  # withdrawn, closed
    at: datetime  # of a closed one: its real end
    reason: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceNotice:
    """One maintenance window as one contract sees it."""

    key: str
    contract: str
    customer_key: str
    customer: str
    language: str
    plan: str
    timezone: str
    convention: str  # what the window takes out: downtime, window, none, up
    asked: int | None  # working days of notice; None: none asked
    notice_calendar: str | None
    notice_timezone: str | None  # of that calendar
    working_days: tuple[date, ...]  # of it, between the days of announcement and start
    demonstration: bool
    kind: str  # planned, security
    reason: str
    starts: datetime
    ends: datetime  # the announced end, or the moment it was closed early
    announced_ends: datetime
    announced_at: datetime | None
    channel: str | None
    recipient: str | None
    evidence: str | None
    notice_days: int | None  # whole working days between announcement and start
    valid: bool
    why: str | None  # it excuses nothing; None: it is valid
    forbidden_s: Decimal | None
    down_s: Decimal  # measured so far
    excused_s: Decimal
    series: str | None
    rule: str | None
    recorded_at: datetime
    announced_s: Decimal  # its length as announced
    lasts_s: Decimal  # and as it is now
    essential: tuple[str, ...]  # names of services
    other: tuple[str, ...]
    names: tuple[str, ...]  # of all the customer's contracts, for its calendar
    as_of: datetime | None
    sla_version: str
    events: tuple[Happened, ...]  # oldest first
    plan_name: str = ""  # what people call the plan; empty: its key

    @property
    def proof(self) -> tuple[str, ...]:
        """What proves the announcement, blank words left out."""
        told = (self.channel, self.recipient, self.evidence)
        return tuple(text for text in told if text and not is_blank(text))

    def state(self, now: datetime) -> str:
        """Return what the window is at *now*: withdrawn, closed, completed, under_way, …."""
        done = {event.action for event in self.events}
        if "withdrawn" in done:
            return "withdrawn"
        if now >= self.ends:
            return "closed" if "closed" in done else "completed"
        if now >= self.starts:
            return "under_way"
        told = self.announced_at is not None or self.kind == "security"
        return "announced" if told else "not_announced"

    def coming(self) -> Coming:
        """Return the window as the customer's calendar has it, whether over or not."""
        return Coming(
            key=self.key,
            kind=self.kind,
            starts=self.starts,
            ends=self.ends,
            reason=self.reason,
            announced_at=self.announced_at,
            names=self.names,
            withdrawn=any(event.action == "withdrawn" for event in self.events),
            sequence=len(self.events),
            stamped=max((event.recorded_at for event in self.events), default=self.recorded_at),
        )
