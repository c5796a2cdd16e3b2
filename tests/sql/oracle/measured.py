"""What the results of an endpoint say of each second: slow, plain, and only for tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TypeVar

UP, DOWN, UNKNOWN = "up", "down", "unknown"
REACH = 90 * 60
EVER = 10**9
Span = tuple[int, int]
State = tuple[str, bool, bool]  # the outcome; certainly down; possibly down
Effects = Sequence[tuple[Span, str]]
Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class Probing:
    """How an endpoint is probed from a second on."""

    begins: int
    every: int
    quorum: str


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An endpoint: results by location as (second, outcome), in order of time."""

    results: Mapping[str, Sequence[tuple[int, str]]]
    probing: Sequence[Probing]
    homes: Sequence[tuple[Span, int]]  # the services it belonged to, by number
    since: int | None
    until: int | None
    corrections: Effects = ()


def painted(period: Span, ground: Value, strokes: Sequence[tuple[Span, Value]]) -> list[Value]:
    """Return one value for each second of the period; a later stroke covers an earlier one."""
    first, last = period
    canvas = [ground] * (last - first)
    for (starts, ends), value in strokes:
        left, right = max(starts, first) - first, min(ends, last) - first
        if left < right:
            canvas[left:right] = [value] * (right - left)
    return canvas


def inside(period: Span, spans: Sequence[Span]) -> list[bool]:
    """Return for each second whether one of the spans holds it."""
    return painted(period, False, [(span, True) for span in spans])  # noqa: FBT003 # a colour


LEFT_OUT: State = ("left out", False, False)  # by a correction


def corrected(
    corrections: Effects, states: Sequence[State | None], period: Span
) -> list[State | None]:
    """Return the states with what corrections say instead."""
    said = _said(corrections, period)
    return [state and (new or state) for state, new in zip(states, said, strict=True)]


def _said(corrections: Effects, period: Span) -> list[State | None]:
    # Where they contradict each other, down counts before unknown, and unknown before up.
    strokes = [
        (span, state)
        for effect, state in _CORRECTED.items()
        for span, said in corrections
        if said == effect
    ]
    return painted(period, None, strokes)


def states(endpoint: Endpoint, period: Span, of_service: Effects = ()) -> list[State | None]:
    """Return the state at each second of the period; None where the endpoint does not count."""
    voted = _undoubted(endpoint, period, of_service)
    left_out = [span for span, effect in endpoint.corrections if effect == "exclude"]
    counted = corrected(endpoint.corrections, voted, period)
    for number, out in enumerate(inside(period, left_out)):
        if out:
            counted[number] = LEFT_OUT
    for number, out in enumerate(inside(period, _uncounted(endpoint))):
        if out:
            counted[number] = None
    return counted


def _undoubted(endpoint: Endpoint, period: Span, of_service: Effects) -> list[State]:
    """Return the votes without the doubt about edges of what corrections say was up."""
    if UP not in [effect for _, effect in (*endpoint.corrections, *of_service)]:
        return _voted(endpoint, period)
    wide = (period[0] - REACH - 1, period[1] + REACH + 1)
    states = _voted(endpoint, wide)
    is_up = [
        _CORRECTED[UP] in said
        for said in zip(_said(endpoint.corrections, wide), _said(of_service, wide), strict=True)
    ]
    is_edge = [maybe and outcome != DOWN for outcome, _, maybe in states]
    for first, last in _runs(is_edge):
        beside = [at for at in (first - 1, last) if 0 <= at < len(states) and states[at][0] == DOWN]
        if beside and all(is_up[at] for at in beside):
            states[first:last] = [(outcome, sure, False) for outcome, sure, _ in states[first:last]]
    return states[REACH + 1 : len(states) - REACH - 1]


def _runs(flags: Sequence[bool]) -> list[Span]:
    edges = [n for n, (a, b) in enumerate(pairwise((False, *flags, False))) if a != b]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _voted(endpoint: Endpoint, period: Span) -> list[State]:
    seen = [_seen(endpoint, results, period) for results in endpoint.results.values()]
    quorums = painted(
        period, "", [((version.begins, EVER), version.quorum) for version in endpoint.probing]
    )
    return [
        _vote(quorum, votes) for quorum, votes in zip(quorums, zip(*seen, strict=True), strict=True)
    ]


_CORRECTED: Mapping[str, State] = {
    UP: (UP, False, False),
    UNKNOWN: (UNKNOWN, False, True),
    DOWN: (DOWN, True, True),
}


def _uncounted(endpoint: Endpoint) -> list[Span]:
    measured = [at for results in endpoint.results.values() for at, _ in results]
    first = endpoint.since if endpoint.since is not None else min(measured, default=EVER)
    return [(-EVER, first), (EVER if endpoint.until is None else endpoint.until, EVER)]


def _seen(endpoint: Endpoint, results: Sequence[tuple[int, str]], period: Span) -> list[State]:
    covered = _covered(endpoint, results, period)
    certain, possible = [], []
    for (left, before), (right, after) in pairwise(row for row in results if row[1] != UNKNOWN):
        if before == after == DOWN and 2 * (right - left) <= 3 * _every(endpoint, left):
            certain.append((left, right))
        if DOWN in (before, after) and right - left <= REACH:
            possible.append((left, right))
    return [
        (outcome, sure, maybe or outcome == DOWN)
        for outcome, sure, maybe in zip(
            covered, inside(period, certain), inside(period, possible), strict=True
        )
    ]


def _covered(endpoint: Endpoint, results: Sequence[tuple[int, str]], period: Span) -> list[str]:
    strokes = []
    for number, (at, outcome) in enumerate(results):
        following = results[number + 1][0] if number + 1 < len(results) else EVER
        every = _every(endpoint, at)
        until = following if 2 * (following - at) <= 3 * every else at + every
        strokes.append(((at, until), outcome))
    return painted(period, "", strokes)


def _every(endpoint: Endpoint, second: int) -> int:
    return [version.every for version in endpoint.probing if version.begins <= second][-1]


@cache
def _vote(quorum: str, seen: tuple[State, ...]) -> State:
    covering = sum(outcome in (UP, DOWN) for outcome, _, _ in seen)
    down = _agreed(quorum, sum(outcome == DOWN for outcome, _, _ in seen), covering)
    certain = _agreed(quorum, sum(sure for _, sure, _ in seen), covering)
    possible = _agreed(quorum, sum(maybe for _, _, maybe in seen), covering)
    return DOWN if down else UP if covering else UNKNOWN, certain, possible


def _agreed(quorum: str, votes: int, covering: int) -> bool:
    if votes == 0:
        return False
    if quorum == "any":
        return True
    return votes >= covering if quorum == "all" else 2 * votes > covering
