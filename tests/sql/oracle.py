"""The arithmetic once more, second by second and without SQL: slow, plain, and only for tests."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

UP, DOWN, UNKNOWN = "up", "down", "unknown"
REACH = 90 * 60
Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An endpoint: results by location as (second, outcome), in order of time."""

    results: Mapping[str, Sequence[tuple[int, str]]]
    every: int
    quorum: str
    since: int | None
    until: int | None
    corrections: Sequence[tuple[Span, str]] = ()


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service: its endpoints, its rule, what excuses it."""

    endpoints: Sequence[Endpoint]
    rule: str | int  # any, all, or at least so many
    windows: Sequence[Span]  # those that are valid
    corrections: Sequence[tuple[Span, str]]  # exclude, up, down, unknown


@dataclass(frozen=True, kw_only=True)
class Promise:
    """The contract's terms."""

    target: Fraction
    valid: Span
    hours: Sequence[Span] | None
    maintenance: str
    unknown: str


@dataclass(frozen=True, slots=True)
class Second:
    """What one second of a scope is: its class, and whether it could have been otherwise."""

    name: str
    exposed: bool = False
    certain: bool = False
    possible: bool = False


def timeline(
    services: Sequence[Service], promise: Promise, period: Span, as_of: int
) -> list[Second]:
    """Return what each second of the period is."""
    states = [list(_states(service, period)) for service in services]
    return [
        _second(services, [state[number] for state in states], promise, second, as_of)
        for number, second in enumerate(range(*period))
    ]


def figures(seconds: Sequence[Second], promise: Promise, *, complete: bool) -> dict[str, object]:
    """Return the figures of a period from its seconds."""
    count = {name: sum(s.name == name for s in seconds) for name in _CLASSES}
    elapsed = [s for s in seconds if s.name not in ("outside", "future")]
    up = {UP}
    up |= {"planned"} if promise.maintenance == "up" else set()
    good = sum(s.name in up or (s.name == UNKNOWN and promise.unknown == "up") for s in elapsed)
    bad = sum(
        s.name == "unplanned" or (s.name == UNKNOWN and s.exposed and promise.unknown == "down")
        for s in elapsed
    )
    worst = sum(s.name == "unplanned" or s.exposed for s in elapsed)
    lost = [s.name == "unplanned" or s.possible for s in elapsed]
    kept = sum(s.name in up and not gone for s, gone in zip(elapsed, lost, strict=True))
    certain = sum(s.certain for s in elapsed)
    best = sum(
        s.name in up | {UNKNOWN} or (s.name == "unplanned" and not s.certain) for s in elapsed
    )
    return {
        "outside_s": count["outside"],
        "excluded_s": count["excluded"],
        "planned_s": count["planned"],
        "unplanned_s": count["unplanned"],
        "unknown_s": count[UNKNOWN] + count["future"],
        "up_s": count[UP],
        "committed_s": good + bad,
        "percent": cut(good, good + bad),
        "low": cut(kept, kept + sum(lost)),
        "high": cut(best, best + certain),
        "verdict": _verdict(
            promise,
            complete=complete,
            good=good,
            bad=bad,
            future=count["future"],
            worst=worst if promise.unknown == "neither" else bad,
        ),
    }


def runs(seconds: Sequence[Second], start: int) -> list[Span]:
    """Return the maximal runs of unplanned seconds."""
    found: list[Span] = []
    for number, second in enumerate(seconds, start):
        if second.name != "unplanned":
            continue
        if found and found[-1][1] == number:
            found[-1] = (found[-1][0], number + 1)
        else:
            found.append((number, number + 1))
    return found


def cut(part: int, whole: int) -> str | None:
    """Return the percentage, cut to four decimals."""
    if whole == 0:
        return None
    if part == whole:
        return "100"
    units = part * 1_000_000 // whole
    return f"{units // 10_000}.{units % 10_000:04}"


_CLASSES = ("outside", "excluded", "planned", "unplanned", UNKNOWN, UP, "future")
_EFFECTS = (DOWN, UNKNOWN, UP)  # where they contradict each other, the first one counts
_CORRECTED: Mapping[str | None, tuple[str, bool, bool]] = {
    DOWN: (DOWN, True, True),
    UNKNOWN: (UNKNOWN, False, True),
    UP: (UP, False, False),
}
_STRONGEST_FIRST = ("unplanned", "planned", "excluded", UNKNOWN, UP)


def _verdict(
    promise: Promise, *, complete: bool, good: int, bad: int, future: int, worst: int
) -> str:
    if good + bad + future == 0:
        return "not_applicable"
    if not complete:
        return "running"
    if good + bad == 0:
        return "not_applicable"
    if Fraction(good, good + bad) < promise.target:
        return "missed"
    return "not_provable" if Fraction(good, good + worst) < promise.target else "met"


def _inside(second: int, spans: Sequence[Span]) -> bool:
    return any(first <= second < last for first, last in spans)


def _second(
    services: Sequence[Service],
    states: Sequence[tuple[str, bool, bool]],
    promise: Promise,
    second: int,
    as_of: int,
) -> Second:
    agreed = promise.hours is None or _inside(second, promise.hours)
    if not (agreed and _inside(second, [promise.valid])):
        return Second("outside")
    if second >= as_of:
        return Second("future")
    parts = [
        _classed(service, state, promise, second)
        for service, state in zip(services, states, strict=True)
    ]
    names = [part.name for part in parts]
    return Second(
        next(name for name in _STRONGEST_FIRST if name in names),
        any(part.exposed for part in parts),
        any(part.certain for part in parts),
        any(part.possible for part in parts),
    )


def _classed(
    service: Service, state: tuple[str, bool, bool], promise: Promise, second: int
) -> Second:
    outcome, certain, possible = state
    if _corrected(service.corrections, second, ["exclude"]):
        return Second("excluded")
    if _inside(second, service.windows):
        planned = outcome == DOWN or promise.maintenance == "window"
        return Second("planned" if planned else outcome)
    name = "unplanned" if outcome == DOWN else outcome
    return Second(name, outcome == UNKNOWN, certain, possible)


def _states(service: Service, period: Span) -> Iterator[tuple[str, bool, bool]]:
    tracks = [_track(endpoint, period) for endpoint in service.endpoints]
    for second, moment in zip(range(*period), zip(*tracks, strict=True), strict=True):
        state = _decide([state for state in moment if state is not None], service.rule)
        yield _CORRECTED.get(_corrected(service.corrections, second, _EFFECTS), state)


def _decide(states: Sequence[tuple[str, bool, bool]], rule: str | int) -> tuple[str, bool, bool]:
    if not states:
        return UNKNOWN, False, True
    needed = len(states) if rule == "all" else 1 if rule == "any" else int(rule)
    down = sum(outcome == DOWN for outcome, _, _ in states)
    unknown = sum(outcome == UNKNOWN for outcome, _, _ in states)
    certain = sum(sure for _, sure, _ in states) >= needed
    possible = sum(maybe or outcome == UNKNOWN for outcome, _, maybe in states) >= needed
    if down >= needed:
        return DOWN, certain, possible
    return (UNKNOWN if down + unknown >= needed else UP), certain, possible


def _track(endpoint: Endpoint, period: Span) -> Iterator[tuple[str, bool, bool] | None]:
    measured = [at for results in endpoint.results.values() for at, _ in results]
    first = endpoint.since if endpoint.since is not None else min(measured, default=None)
    for second in range(*period):
        over = endpoint.until is not None and second >= endpoint.until
        left_out = _corrected(endpoint.corrections, second, ["exclude"])
        if first is None or second < first or over or left_out:
            yield None
        else:
            effect = _corrected(endpoint.corrections, second, _EFFECTS)
            yield _CORRECTED.get(effect, _vote(endpoint, second))


def _corrected(
    corrections: Sequence[tuple[Span, str]], second: int, effects: Sequence[str]
) -> str | None:
    """Return the first of *effects* that a correction has at *second*."""
    here = {effect for span, effect in corrections if _inside(second, [span])}
    return next((effect for effect in effects if effect in here), None)


def _vote(endpoint: Endpoint, second: int) -> tuple[str, bool, bool]:
    seen = [_seen(results, second, endpoint.every) for results in endpoint.results.values()]
    covering = sum(outcome in (UP, DOWN) for outcome, _, _ in seen)
    down = _agreed(endpoint.quorum, sum(outcome == DOWN for outcome, _, _ in seen), covering)
    certain = _agreed(endpoint.quorum, sum(sure for _, sure, _ in seen), covering)
    possible = _agreed(endpoint.quorum, sum(maybe for _, _, maybe in seen), covering)
    outcome = DOWN if down else UP if covering else UNKNOWN
    return outcome, certain, possible


def _agreed(quorum: str, votes: int, covering: int) -> bool:
    if votes == 0:
        return False
    if quorum == "any":
        return True
    return votes >= covering if quorum == "all" else 2 * votes > covering


def _seen(
    results: Sequence[tuple[int, str]], second: int, every: int
) -> tuple[str | None, bool, bool]:
    outcome = _covering(results, second, every)
    known = [(at, what) for at, what in results if what != UNKNOWN]
    certain = possible = False
    for (left, before), (right, after) in pairwise(known):
        if left <= second < right:
            certain = before == after == DOWN and 2 * (right - left) <= 3 * every
            possible = DOWN in (before, after) and right - left <= REACH
    return outcome, certain, possible or outcome == DOWN


def _covering(results: Sequence[tuple[int, str]], second: int, every: int) -> str | None:
    for number, (at, outcome) in enumerate(results):
        following = results[number + 1][0] if number + 1 < len(results) else None
        near = following is not None and 2 * (following - at) <= 3 * every
        until = following if following is not None and near else at + every
        if at <= second < until:
            return outcome
    return None
