"""What Hypothesis may think of: small worlds full of edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from hypothesis import strategies as st
from tests.sql.oracle.contract import Terms, Told, Window
from tests.sql.oracle.measured import DOWN, EVER, UNKNOWN, UP, Effects, Endpoint, Probing, Span
from tests.sql.oracle.service import Rule, Service
from tests.sql.scenario import HORIZON, Scenario

OFFICE = ((0, 300), (420, 1000))
DESK = ((200, 500), (500, 560), (900, 1300))
LETTERS = "UUUUDD?.."
OUTCOMES = {"U": UP, "D": DOWN, "?": UNKNOWN}


def spans(longest: int = HORIZON) -> st.SearchStrategy[Span]:
    """Return non-empty spans of seconds, also some that reach over the horizon."""
    first = st.integers(-300, HORIZON + 100)
    return st.tuples(first, st.integers(1, longest)).map(lambda pair: (pair[0], sum(pair)))


def changes(most: int = 2) -> st.SearchStrategy[list[int]]:
    """Return the seconds at which something changes, in order; usually none."""
    some = st.lists(st.integers(1, HORIZON), min_size=1, max_size=most, unique=True).map(sorted)
    return st.just([]) | st.just([]) | some


@st.composite
def results(draw: st.DrawFn, every: int) -> Sequence[tuple[int, str]]:
    """Return the results of one location: a grid with faults, holes and a few extra slots."""
    offset = draw(st.integers(0, every - 1))
    # One draw of bytes is many times faster than one of as many letters.
    drawn = draw(st.binary(min_size=2, max_size=HORIZON // every))
    letters = [LETTERS[byte % len(LETTERS)] for byte in drawn]
    grid = {offset + n * every: OUTCOMES[c] for n, c in enumerate(letters) if c != "."}
    edges = draw(st.dictionaries(st.integers(0, HORIZON), st.sampled_from([UP, DOWN]), max_size=3))
    return sorted((edges | grid).items())


@st.composite
def endpoints(draw: st.DrawFn, services: int) -> Endpoint:
    since = draw(st.none() | st.integers(-100, HORIZON))
    every = draw(st.sampled_from([60, 60, 45, 120]))
    return Endpoint(
        results={f"l{n}": draw(results(every)) for n in range(draw(st.integers(1, 3)))},
        probing=[
            Probing(
                begins=begins,
                every=draw(st.sampled_from([every, every, 60, 30, 120])),
                quorum=draw(st.sampled_from(["majority", "any", "all"])),
            )
            for begins in [-EVER, *draw(changes(1))]
        ],
        homes=draw(homes(services)),
        since=since,
        until=draw(st.none() | st.integers((since or 0) + 1, HORIZON + 100)),
        corrections=draw(corrections()),
    )


@st.composite
def homes(draw: st.DrawFn, services: int) -> Sequence[tuple[Span, int]]:
    """Return the services that an endpoint belongs to, one after the other, some time to none."""
    edges = [-EVER, *draw(changes()), EVER]
    number = st.integers(0, services - 1)
    found = [((a, b), draw(number | st.none())) for a, b in pairwise(edges)]
    if len(found) == 1:
        return [((-EVER, EVER), draw(number))]
    return [(span, home) for span, home in found if home is not None]


def corrections() -> st.SearchStrategy[Effects]:
    effects = st.sampled_from(["exclude", UP, DOWN, UNKNOWN])
    return st.lists(st.tuples(spans(300), effects), max_size=2)


@st.composite
def services(draw: st.DrawFn) -> Service:
    rule: st.SearchStrategy[Rule] = st.sampled_from(["any", "all", 2])
    return Service(
        rules=[(begins, draw(rule)) for begins in [-EVER, *draw(changes(1))]],
        corrections=draw(corrections()),
    )


@st.composite
def windows(draw: st.DrawFn, services: int) -> Window:
    announced = draw(spans(400))
    touched = draw(st.sets(st.integers(0, services - 1), min_size=1))
    return Window(
        announced=announced,
        services=sorted(touched),
        notice=draw(st.none() | st.integers(0, 3)),
        security=draw(st.sampled_from([False, False, True])),
        withdrawn=draw(st.sampled_from([False, False, False, True])),
        closed=draw(st.none() | st.integers(announced[0], announced[1] + 100)),
    )


@st.composite
def promises(draw: st.DrawFn, services: int, targets: Sequence[Fraction | None]) -> list[Terms]:
    """Return the versions of a contract, one after the other, perhaps with a gap between."""
    edges = [draw(st.integers(-300, HORIZON)), *draw(changes())]
    begins = sorted(set(edges))
    ends = [*begins[1:], begins[-1] + draw(st.integers(1, 4 * HORIZON))]
    gap = draw(st.sampled_from([0, 0, 30]))
    return [
        draw(terms((a, max(b - gap, a + 1)), services, targets))
        for a, b in zip(begins, ends, strict=True)
    ]


@st.composite
def terms(draw: st.DrawFn, valid: Span, services: int, targets: Sequence[Fraction | None]) -> Terms:
    return Terms(
        valid=valid,
        target=draw(st.sampled_from(targets)),
        hours=draw(st.none() | st.just(OFFICE)),
        maintenance=draw(st.sampled_from(["downtime", "window", "up"])),
        unknown=draw(st.sampled_from(["neither", "neither", "up", "down"])),
        covers=draw(covers(services)),
        notice=draw(st.none() | st.integers(0, 3)),
        join_within=draw(st.sampled_from([0, 0, 30, 60, 120])),
    )


def covers(services: int) -> st.SearchStrategy[Mapping[int, bool]]:
    """Return the covered services, essential or not; at least one is essential."""
    every = st.just(dict.fromkeys(range(services), True))
    some = st.dictionaries(st.integers(0, services - 1), st.booleans(), min_size=1)
    return every | some.filter(lambda found: any(found.values()))


TARGETS = (Fraction(9, 10), Fraction(9998, 10000), Fraction(1, 2))


@st.composite
def tellings(draw: st.DrawFn, targets: Sequence[Fraction | None] = TARGETS) -> Told:
    count = draw(st.integers(1, 2))
    return Told(
        services=[draw(services()) for _ in range(count)],
        endpoints=draw(st.lists(endpoints(count), min_size=1, max_size=4)),
        windows=draw(st.lists(windows(count), max_size=3)),
        terms=draw(promises(count, targets)),
        as_of=draw(st.integers(0, HORIZON + 300) | st.just(10 * HORIZON)),
    )


@st.composite
def scenarios(draw: st.DrawFn, targets: Sequence[Fraction | None] = (*TARGETS, None)) -> Scenario:
    told = draw(tellings(targets))
    known = sorted({number for version in told.terms for number in version.covers})
    return Scenario(
        told=told,
        period=draw(spans(HORIZON)),
        scope=draw(st.none() | st.none() | st.sampled_from(known)),
        working=draw(st.none() | st.just(DESK)),
        limit=draw(st.none() | st.sampled_from([30, 60, 120, 300])),
    )
