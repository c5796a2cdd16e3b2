"""The parts of a period in which the terms changed, from the seconds and days beside them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from vigie.reporting import Contract, Figures, Part, Split, Version
from vigie.verifying.numbers import A_MOMENT, SOLUTION, spare

PLACE = "figures.split"


def splits(figures: Figures) -> Iterator[str]:
    """Yield where the parts are missing, or are not those of the figures."""
    parts = figures.evidence.parts if figures.evidence else ()
    own = [part for part in parts if part.scope == figures.availability.scope]
    split = figures.split
    if split is None:
        if len(own) > 1:
            yield f"{PLACE}: is missing, and the terms changed in the period"
        return
    if not own or len(split.versions) != len(own):
        yield f"{PLACE}.versions: {len(split.versions)} are told, {len(own)} were counted"
        return
    if len(own) == 1 and sum(part.scope == SOLUTION for part in parts) == 1:
        yield f"{PLACE}: is there, and the terms did not change"
    yield from _sums(split)
    yield from _in_order(figures, split)
    for number, (one, part) in enumerate(zip(split.versions, own, strict=True)):
        place = f"{PLACE}.versions[{number}]"
        for name, said, found in (*_counted(one, part), *_dated(figures, one)):
            if said != found:
                yield f"{place}.{name}: says {said}, the report gives {found}"


def _sums(split: Split) -> Iterator[str]:
    unpromised = [one for one in split.versions if one.target is None]
    if split.down_s != _down(split.versions):
        yield f"{PLACE}.down_s: is not that of its parts"
    if split.unjudged_s != _down(unpromised):
        yield f"{PLACE}.unjudged_s: is not that of its parts without a target"


def _down(versions: Sequence[Version]) -> Fraction:
    return sum((Fraction(one.down_s) for one in versions), Fraction(0))


def _in_order(figures: Figures, split: Split) -> Iterator[str]:
    """Compare the parts with each other, and the last one with the terms of the report."""
    if any(after.starts < before.ends for before, after in pairwise(split.versions)):
        yield f"{PLACE}.versions: two of them overlap, or are out of order"
    last, terms = split.versions[-1], figures.contract
    # The scope may have left the contract before its latest terms.
    if last.contract != terms and terms.version_from <= last.last_day:
        yield f"{PLACE}.versions: the last one has other terms than the report"
    known = {one.scope for one in figures.services}
    for number, one in enumerate(split.versions):
        if _whose(one.contract) != _whose(terms):
            yield f"{PLACE}.versions[{number}].contract: is of another contract"
        if not set(one.services) <= known:
            yield f"{PLACE}.versions[{number}].services: are not of figures.services"


def _whose(terms: Contract) -> tuple[object, ...]:
    return terms.key, terms.customer, terms.language, terms.demonstration


def _counted(one: Version, part: Part) -> Iterator[tuple[str, object, object]]:
    """Yield name, value said and value found of what the seconds of a part give."""
    committed, future = Fraction(part.up_s + part.down_s), Fraction(part.future_s)
    allowed = None if part.target is None else spare(part.target) * (committed + future)
    yield "target", one.target, part.target
    yield "committed_s", one.committed_s, committed
    yield "down_s", one.down_s, part.down_s
    yield "future_s", one.future_s, part.future_s
    yield "budget_s", one.budget_s, allowed


def _dated(figures: Figures, one: Version) -> Iterator[tuple[str, object, object]]:
    """Yield the same of the days between which its terms hold, on their own clocks."""
    zone, terms, period = ZoneInfo(one.contract.timezone), one.contract, figures.period
    since = datetime.combine(terms.version_from, time(), zone)
    yield "starts", one.starts, max(period.starts, since)
    yield "first_day", one.first_day, one.starts.astimezone(zone).date()
    yield "last_day", one.last_day, (one.ends - A_MOMENT).astimezone(zone).date()
    if one.ends != period.ends:
        yield "ends", one.ends.astimezone(zone).date(), terms.version_until
    elif terms.version_until is not None:
        yield "ends", one.last_day < terms.version_until, True
