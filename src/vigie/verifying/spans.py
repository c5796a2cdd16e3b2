"""Spans of time, together."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime

Span = tuple[datetime, datetime]
Spans = list[Span]


def merged(spans: Iterable[Span]) -> Spans:
    """Return *spans* in order, those that touch or overlap as one."""
    found: Spans = []
    for starts, ends in sorted(spans):
        if found and starts <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((starts, ends))
    return found


def lies_in(span: Span, held: Spans) -> bool:
    """Whether one of *held*, which `merged` gave, holds the whole *span*."""
    place = bisect_right(held, span[0], key=lambda one: one[0])
    return place > 0 and span[1] <= held[place - 1][1]
