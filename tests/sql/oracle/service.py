"""The state of a service at each second, from those of its endpoints."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tests.sql.oracle.measured import (
    DOWN,
    EVER,
    LEFT_OUT,
    UNKNOWN,
    UP,
    Effects,
    Endpoint,
    Span,
    State,
    corrected,
    inside,
    painted,
    states,
)

Rule = str | int  # any, all, or at least so many


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service: when it counts as down, from a second on, and what was measured wrongly."""

    rules: Sequence[tuple[int, Rule]]
    corrections: Effects  # exclude, up, down, unknown


@dataclass(frozen=True, slots=True)
class Moment:
    """A service at one second."""

    state: State
    due: int  # so many endpoints should have been measured; 1 where there was none
    covered: int  # so many were
    left_out: bool  # corrections left no endpoint, and nothing else is said of the service


def moments(
    number: int, service: Service, endpoints: Sequence[Endpoint], period: Span
) -> list[Moment]:
    """Return what service *number* was at each second."""
    rules = painted(period, "", [((begins, EVER), rule) for begins, rule in service.rules])
    said = service.corrections
    tracks = [_at_home(number, endpoint, period, said) for endpoint in endpoints]
    together = zip(*tracks, strict=True) if tracks else [()] * len(rules)
    wanted = [tuple(s for s in moment if s is not None) for moment in together]
    present = [tuple(s for s in moment if s != LEFT_OUT) for moment in wanted]
    decided = [_decide(rule, moment) for rule, moment in zip(rules, present, strict=True)]
    stated = corrected(service.corrections, decided, period)
    named = inside(period, [span for span, effect in service.corrections if effect != "exclude"])
    left_out = [
        bool(before) and not after and not told
        for before, after, told in zip(wanted, present, named, strict=True)
    ]
    return [
        Moment(
            state or decide,
            0 if out else max(len(moment), 1),
            sum(s[0] != UNKNOWN for s in moment),
            out,
        )
        for state, decide, moment, out in zip(stated, decided, present, left_out, strict=True)
    ]


def _at_home(
    number: int, endpoint: Endpoint, period: Span, of_service: Effects
) -> list[State | None]:
    home = inside(period, [span for span, service in endpoint.homes if service == number])
    if not any(home):
        return [None] * len(home)
    found = states(endpoint, period, of_service)
    return [state if here else None for here, state in zip(home, found, strict=True)]


@cache
def _decide(rule: Rule, present: tuple[State, ...]) -> State:
    if not present:
        return UNKNOWN, False, True
    needed = len(present) if rule == "all" else 1 if rule == "any" else int(rule)
    down = sum(outcome == DOWN for outcome, _, _ in present)
    unknown = sum(outcome == UNKNOWN for outcome, _, _ in present)
    certain = sum(sure for _, sure, _ in present) >= needed
    possible = sum(maybe or outcome == UNKNOWN for outcome, _, maybe in present) >= needed
    if down >= needed:
        return DOWN, certain, possible
    return (UNKNOWN if down + unknown >= needed else UP), certain, possible
