"""A contract's terms, and a period in which they change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Where the contract's document says a term."""

    term: str  # availability.target
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Hours of a calendar that some weekdays share."""

    weekdays: tuple[int, ...]  # 1: Monday
    hours: str  # 08:00-12:00, 13:00-18:00

    @property
    def runs(self) -> tuple[tuple[int, int], ...]:
        """The first and the last of weekdays that follow each other."""
        firsts = [day for day in self.weekdays if day - 1 not in self.weekdays]
        lasts = [day for day in self.weekdays if day + 1 not in self.weekdays]
        return tuple(zip(firsts, lasts, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A time zone that a contract was in, from a local day on."""

    timezone: str
    first_day: date | None  # None: the first one, from ever


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The terms in force at the end of the period."""

    key: str
    customer: str
    language: str
    plan: str
    timezone: str
    version_from: date
    version_until: date | None  # first local day after it; None: open
    basis: str  # the period that carries the contractual verdict
    maintenance: str
    unknown: str
    hours: str | None  # calendar of the agreed service hours; None: always
    interruption_calendar: str | None  # None: elapsed time
    join_within_s: Decimal
    notice_working_days: int | None
    notice_calendar: str | None
    crisis_longer_than_s: Decimal | None
    crisis_customers: int | None
    demonstration: bool  # made-up results, in any part of the period
    plan_name: str = ""  # what people call the plan; empty: its key
    document: str = ""  # title and version of the text that the terms were read from
    clauses: tuple[Clause, ...] = ()
    # Hours without maintenance, and how much of it there may be: wishes, unless enforced.
    outside: str | None = None  # calendar; None: any hours, or all but those of the night
    outside_hours: tuple[Opening, ...] = ()
    outside_timezone: str | None = None
    night_opens: str | None = None  # 22:00; hours in which maintenance may be all the same
    night_closes: str | None = None
    cap_s: Decimal | None = None
    cap_per: str | None = None  # month, quarter, year
    enforced: tuple[str, ...] = ()  # outside, cap

    @property
    def whole_windows(self) -> bool:
        """Whether a window is planned time from its start to its end, whatever was down in it."""
        return self.maintenance == "window"

    def clause(self, *terms: str) -> str:
        """Return the clauses that say *terms*, and what is below them; empty: none is named."""
        said = (
            one.clause
            for one in self.clauses
            if any(one.term == term or one.term.startswith(f"{term}.") for term in terms)
        )
        return ", ".join(dict.fromkeys(said))


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The part of a period in which one version of the terms held, and what it gives."""

    contract: Contract
    starts: datetime
    ends: datetime
    first_day: date  # on the clocks of its terms
    last_day: date
    services: tuple[str, ...]  # keys of the essential ones
    target: str | None  # percent; None: nothing was promised
    committed_s: Decimal
    down_s: Decimal  # counted as down, with unknown time where these terms say so
    future_s: Decimal  # not over yet
    budget_s: Decimal | None  # what the target allows of this part; None: there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds on some days of a period."""

    contract: Contract
    target: str | None
    services: tuple[str, ...] = ()  # keys of the essential ones
    first_day: date | None = None  # None: from the first part on
    last_day: date | None = None  # None: to the last one


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """How a period is judged in which the terms changed: each part by its own, added up."""

    down_s: Decimal  # counted as down in all parts
    unjudged_s: Decimal  # of it, in those without a target
    versions: tuple[Version, ...]

    @property
    def promises(self) -> tuple[Terms, ...]:
        """The targets in order."""
        return self.differing("target")

    def differing(self, *names: str) -> tuple[Terms, ...]:
        """Return the terms that differ in *names*, in order: parts that share them are one."""
        runs: list[list[Version]] = []
        for one in self.versions:
            if runs and _values(runs[-1][0], names) == _values(one, names):
                runs[-1].append(one)
            else:
                runs.append([one])
        return tuple(_terms(run, runs) for run in runs)

    @property
    def bases(self) -> tuple[str, ...]:
        """The kinds of period that carry the contractual verdict, of the parts with a target."""
        promised = (one for one in self.versions if one.target is not None)
        return tuple(dict.fromkeys(one.contract.basis for one in promised))


def _values(one: Version, names: Sequence[str]) -> list[object]:
    own = {"target": one.target, "services": one.services}
    return [own[name] if name in own else getattr(one.contract, name) for name in names]


def _terms(run: Sequence[Version], runs: Sequence[Sequence[Version]]) -> Terms:
    return Terms(
        contract=run[-1].contract,
        target=run[-1].target,
        services=run[-1].services,
        first_day=None if run is runs[0] else run[0].first_day,
        last_day=None if run is runs[-1] else run[-1].last_day,
    )
