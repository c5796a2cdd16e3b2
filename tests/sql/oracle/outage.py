"""Outages, second by second."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.sql.oracle.contract import Second
from tests.sql.oracle.measured import EVER, UNKNOWN, Span, inside


@dataclass(frozen=True, kw_only=True)
class Outage:
    """One outage, whole."""

    services: Sequence[int]
    started: int
    ended: int
    clipped_s: int
    working_s: int
    certain_s: int
    possible_s: int
    open: bool


def outages(
    seconds: Sequence[Second],
    start: int,
    period: Span,
    *,
    join_within: int,
    working: Sequence[Span] | None,
    as_of: int,
) -> list[Outage]:
    """Return the outages that touch the period; the seconds begin at *start* and reach far."""
    whole = (start, start + len(seconds))
    unplanned = _runs([s.name == "unplanned" for s in seconds], start)
    planned = [s.name == "planned" for s in seconds]
    joined = _joined(unplanned, planned, start, join_within)
    never_good = [s.name in ("unplanned", UNKNOWN) for s in seconds]
    possible = [s.possible for s in seconds]
    open_hours = inside(whole, [whole] if working is None else working)
    found = []
    for before, (first, last), after in _between(joined):
        part = slice(first - start, last - start)
        left, right = first - start, last - start
        while left > before - start and possible[left - 1] and not _was_good(never_good, left):
            left -= 1
        while right < after - start and possible[right] and not _was_good(never_good, right):
            right += 1
        outage = Outage(
            services=sorted({number for s in seconds[part] for number in s.hit}),
            started=first,
            ended=last,
            clipped_s=min(last, period[1]) - max(first, period[0]),
            working_s=sum(open_hours[part]),
            certain_s=sum(s.certain for s in seconds[part]),
            possible_s=right - left,
            open=last >= as_of,
        )
        if outage.clipped_s > 0:
            found.append(outage)
    return found


def worst_s(
    seconds: Sequence[Second],
    start: int,
    period: Span,
    *,
    join_within: int,
    working: Sequence[Span] | None,
) -> int:
    """Return the working time of what could be one interruption, had all unknown been down."""
    whole = (start, start + len(seconds))
    open_hours = inside(whole, [whole] if working is None else working)
    doubtful = [s.name == "unplanned" or s.exposed for s in seconds]
    planned = [s.name == "planned" and not s.exposed for s in seconds]
    return max(
        (
            sum(open_hours[first - start : last - start])
            for first, last in _joined(_runs(doubtful, start), planned, start, join_within)
            if first < period[1] and last > period[0]
        ),
        default=0,
    )


def _was_good(never_good: Sequence[bool], number: int) -> bool:
    """Whether unknown or failed time ends here: something good was seen."""
    return never_good[number - 1] and not never_good[number]


def _runs(marks: Sequence[bool], start: int) -> list[Span]:
    edges = [
        number
        for number, (before, here) in enumerate(pairwise([False, *marks, False]), start)
        if before != here
    ]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _joined(runs: Sequence[Span], planned: Sequence[bool], start: int, gap: int) -> list[Span]:
    found: list[Span] = []
    for first, last in runs:
        ended = found[-1][1] if found else -EVER
        if first - ended <= gap and not any(planned[ended - start : first - start]):
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _between(spans: Sequence[Span]) -> list[tuple[int, Span, int]]:
    """Return each span with the end of the one before it and the start of the one after it."""
    ends = [-EVER, *(last for _, last in spans)]
    starts = [*(first for first, _ in spans[1:]), EVER]
    return list(zip(ends, spans, starts, strict=False))
