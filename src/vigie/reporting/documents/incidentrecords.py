"""What the report of a crisis says (LEN-13), exactly as SQL and people gave it."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One of the four sections that people write. Without an author, its text is a suggestion."""

    text: str | None = None  # lines and paragraphs as they were written
    author: str | None = None
    at: datetime | None = None

    @property
    def blank(self) -> bool:
        """Whether it says nothing."""
        return not (self.text and self.text.strip())

    @property
    def written(self) -> bool:
        """Whether somebody wrote it."""
        return bool(self.author) and not self.blank


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What is left to one contract after the crisis, as printed text."""

    contract: str
    customer: str
    period: str  # 2026-05, 2026-Q2, 2026
    used: str
    allowed: str
    left: str
    over: str | None = None  # how much more than allowed; None: nothing
    scope: str = "solution"  # or the key of the service that is judged by itself
    with_unknown: bool = False  # the contract counts what was not measured as down: it is used


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Who filled a role of the crisis cell."""

    role: str  # support_agent, incident_manager, …
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event of the timeline."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message to a customer."""

    who: str
    what: str
    at: datetime | None  # when it was sent; None: it was not
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who answers for the report."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What was decided afterwards."""

    what: str
    owner: str
    due: date
    done: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReport:
    """Everything that the report of one crisis prints."""

    crisis: str  # its key
    title: str
    services: tuple[str, ...]  # names
    started: datetime
    ended: datetime | None  # None: it goes on
    duration: str | None  # as printed text: 42 min 10 s
    timezone: str
    state: str
    downtime: str | None = None  # how long anything was down of the duration
    as_of: datetime | None = None  # up to when the budgets are counted
    trigger: str | None = None
    cause: str | None = None  # what the probes saw first
    customers: tuple[str, ...] = ()
    budgets: tuple[Budget, ...] = ()
    members: tuple[Member, ...] = ()
    timeline: tuple[Happening, ...] = ()  # oldest first
    messages: tuple[Notice, ...] = ()
    summary: Section = Section()
    analysis: Section = Section()  # with the root cause
    corrective: Section = Section()
    preventive: Section = Section()
    approval: Approval | None = None
    actions: tuple[Action, ...] = ()

    @property
    def sections(self) -> tuple[tuple[str, Section], ...]:
        """The four sections with their headings, in the order of the contract."""
        return (
            ("Summary", self.summary),
            ("Analysis and root cause", self.analysis),
            ("Corrective actions", self.corrective),
            ("Possible preventive actions", self.preventive),
        )
