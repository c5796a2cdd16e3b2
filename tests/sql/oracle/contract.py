"""What each second is under a contract, and the figures that follow."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.sql.oracle.measured import DOWN, UNKNOWN, UP, Endpoint, Span, inside
from tests.sql.oracle.service import Moment, Service, moments


@dataclass(frozen=True, kw_only=True)
class Terms:
    """One version of a contract."""

    valid: Span
    target: Fraction | None
    hours: Sequence[Span] | None
    maintenance: str
    unknown: str
    covers: Mapping[int, bool]  # services by number: essential or not
    notice: int | None  # working days; every day is one
    join_within: int


@dataclass(frozen=True, kw_only=True)
class Window:
    """A window of maintenance, as the registry has it."""

    announced: Span
    services: Sequence[int]
    notice: int | None = None  # given, working days; None: never announced
    security: bool = False
    withdrawn: bool = False
    closed: int | None = None

    def excuses(self, versions: Sequence[Terms]) -> list[Span]:
        """Return what it excuses: to its announced end or its early close, if it is valid.

        One of *versions* judges it as a whole: the first one that it meets.
        """
        first, last = self.announced
        met = [terms for terms in versions if terms.valid[0] < last and first < terms.valid[1]]
        if self.withdrawn or not met:
            return []
        judge = min(met, key=lambda terms: terms.valid)
        given = -1 if self.notice is None else self.notice
        if not self.security and given < (judge.notice or 0):
            return []
        return [(first, min(last, last if self.closed is None else self.closed))]


@dataclass(frozen=True, kw_only=True)
class Told:
    """Everything that is known: what was watched, measured, announced and promised."""

    services: Sequence[Service]
    endpoints: Sequence[Endpoint]
    windows: Sequence[Window]
    terms: Sequence[Terms]
    as_of: int


@dataclass(frozen=True, slots=True)
class Second:
    """What one second of a scope is: its class, and whether it could have been otherwise."""

    name: str
    terms: Terms | None = None
    exposed: bool = False
    certain: bool = False
    possible: bool = False
    due: int = 0
    covered: int = 0
    hit: tuple[int, ...] = ()  # the services that were down without an excuse


def timeline(told: Told, period: Span, scope: int | None = None) -> list[Second]:
    """Return what each second of the period is, for one service or all essential ones."""
    classed = [
        _classed(
            told, terms, scope, (max(terms.valid[0], period[0]), min(terms.valid[1], period[1]))
        )
        for terms in told.terms
    ]
    found = [Second("outside")] * (period[1] - period[0])
    for first, seconds in classed:
        found[first - period[0] : first - period[0] + len(seconds)] = seconds
    return found


def in_force(told: Told, period: Span, scope: int | None = None) -> list[Terms]:
    """Return the versions of the contract that touch the period and cover the scope."""
    return [
        terms
        for terms in told.terms
        if terms.valid[0] < period[1]
        and terms.valid[1] > period[0]
        and (any(terms.covers.values()) if scope is None else scope in terms.covers)
    ]


def figures(
    seconds: Sequence[Second], versions: Sequence[Terms], *, complete: bool
) -> dict[str, object]:
    """Return the figures of a period from its seconds and the versions in force."""
    count = Counter(second.name for second in seconds)
    sums = [_Sums([s for s in seconds if s.terms is terms], terms) for terms in versions]
    total = {
        name: sum(getattr(piece, name) for piece in sums)
        for name in _Sums.__slots__
        if name != "target"
    }
    promised = [piece for piece in sums if piece.target is not None]
    used = sum(piece.bad for piece in promised or sums)
    budget = sum(
        ((1 - (p.target or 0)) * (p.good + p.bad + p.future) for p in promised), Fraction()
    )
    return {
        "outside_s": count["outside"],
        "excluded_s": count["excluded"],
        "planned_s": count["planned"],
        "unplanned_s": count["unplanned"],
        "unknown_s": count[UNKNOWN] + count["future"],
        "up_s": count[UP],
        "committed_s": total["good"] + total["bad"],
        "percent": cut(total["good"], total["good"] + total["bad"]),
        "low": cut(total["kept"], total["kept"] + total["lost"]),
        "high": cut(total["best"], total["best"] + total["certain"]),
        "coverage": cut(total["covered"], total["due"]),
        "budget_s": budget if promised else None,
        "budget_used_s": used,
        "verdict": _verdict(promised, complete=complete),
        "confidence": _confidence(promised),
    }


def cut(part: int, whole: int) -> str | None:
    """Return the percentage, cut to four decimals."""
    if whole == 0:
        return None
    if part == whole:
        return "100"
    units = part * 1_000_000 // whole
    return f"{units // 10_000}.{units % 10_000:04}"


class _Sums:
    """The counted seconds under one version."""

    __slots__ = (
        "bad",
        "best",
        "certain",
        "covered",
        "due",
        "future",
        "good",
        "kept",
        "lost",
        "target",
        "worst",
    )  # fmt: skip

    def __init__(self, seconds: Sequence[Second], terms: Terms) -> None:
        over = [s for s in seconds if s.name not in ("outside", "future")]
        up = {UP, "planned"} if terms.maintenance == "up" else {UP}
        good = up | {UNKNOWN} if terms.unknown == "up" else up
        self.target = terms.target
        self.good = sum(s.name in good for s in over)
        self.bad = sum(
            s.name == "unplanned" or (terms.unknown == "down" and s.name == UNKNOWN and s.exposed)
            for s in over
        )
        worst = sum(s.name == "unplanned" or s.exposed for s in over)
        self.worst = worst if terms.unknown == "neither" else self.bad
        lost = [s.name == "unplanned" or s.possible for s in over]
        self.lost = sum(lost)
        self.kept = sum(s.name in up and not gone for s, gone in zip(over, lost, strict=True))
        self.certain = sum(s.certain for s in over)
        self.best = sum(
            s.name in up | {UNKNOWN} or (s.name == "unplanned" and not s.certain) for s in over
        )
        self.future = sum(s.name == "future" for s in seconds)
        self.due = sum(s.due for s in over)
        self.covered = sum(s.covered for s in over)


_STRONGEST_FIRST = ("unplanned", "planned", "excluded", UNKNOWN, UP)


def _verdict(promised: Sequence[_Sums], *, complete: bool) -> str:
    committed = sum(piece.good + piece.bad for piece in promised)
    if not promised or committed + sum(piece.future for piece in promised) == 0:
        return "not_applicable"
    if not complete:
        return "running"
    if committed == 0:
        return "not_applicable"
    if _missed(promised, "good", "bad"):
        return "missed"
    return "not_provable" if _missed(promised, "good", "worst") else "met"


def _confidence(promised: Sequence[_Sums]) -> str | None:
    if sum(piece.good + piece.bad for piece in promised) == 0:
        return None
    doubt = _missed(promised, "kept", "lost") and not _missed(promised, "best", "certain")
    return "within_uncertainty" if doubt else "clear"


def _missed(promised: Sequence[_Sums], up: str, down: str) -> bool:
    """Whether more is down than the targets allow, each in its version's own time."""
    spent, allowed = 0, Fraction()
    for piece in promised:
        assert piece.target is not None
        spent += getattr(piece, down)
        allowed += (1 - piece.target) * (getattr(piece, up) + getattr(piece, down))
    return spent > allowed


def _classed(told: Told, terms: Terms, scope: int | None, period: Span) -> tuple[int, list[Second]]:
    """Return the first second of the period under these terms, and what each one is."""
    if period[0] >= period[1]:
        return period[0], []
    covered = [
        number
        for number, essential in terms.covers.items()
        if (essential if scope is None else number == scope)
    ]
    tracks = [_service(told, terms, number, period) for number in covered]
    agreed = inside(period, [period] if terms.hours is None else terms.hours)
    if not covered:
        return period[0], [Second("outside")] * len(agreed)
    return period[0], [
        _second(terms, second, told.as_of, dict(zip(covered, parts, strict=True)))
        if open_
        else Second("outside")
        for second, open_, *parts in zip(range(*period), agreed, *tracks, strict=True)
    ]


def _second(terms: Terms, second: int, as_of: int, parts: Mapping[int, Second]) -> Second:
    if second >= as_of:
        return Second("future", terms)
    names = [part.name for part in parts.values()]
    return Second(
        next(name for name in _STRONGEST_FIRST if name in names),
        terms,
        any(part.exposed for part in parts.values()),
        any(part.certain for part in parts.values()),
        any(part.possible for part in parts.values()),
        sum(part.due for part in parts.values()),
        sum(part.covered for part in parts.values()),
        tuple(number for number, part in parts.items() if part.name == "unplanned"),
    )


def _service(told: Told, terms: Terms, number: int, period: Span) -> list[Second]:
    service = told.services[number]
    windows = [span for w in told.windows if number in w.services for span in w.excuses(told.terms)]
    excluded = [span for span, effect in service.corrections if effect == "exclude"]
    return [
        _excused(moment, terms, planned=planned, excluded=out)
        for moment, planned, out in zip(
            moments(number, service, told.endpoints, period),
            inside(period, windows),
            inside(period, excluded),
            strict=True,
        )
    ]


def _excused(moment: Moment, terms: Terms, *, planned: bool, excluded: bool) -> Second:
    outcome, certain, possible = moment.state
    name = outcome
    excluded = excluded or moment.left_out
    if excluded:
        name = "excluded"
    elif planned:
        name = "planned" if outcome == DOWN or terms.maintenance == "window" else outcome
    if excluded or planned:
        return Second(name, due=moment.due, covered=moment.covered)
    name = "unplanned" if outcome == DOWN else outcome
    return Second(
        name,
        exposed=outcome == UNKNOWN,
        certain=certain,
        possible=possible,
        due=moment.due,
        covered=moment.covered,
    )
