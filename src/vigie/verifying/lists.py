"""The lists of a report, row by row: outages, days, steps of the budget, windows."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from vigie.reporting import Figures, Longest, Outage, results_text
from vigie.reporting import digest as digest_of
from vigie.verifying.clocks import A_DAY, clocks_of
from vigie.verifying.numbers import CLASSES, seconds

MEASURED = ("up", "unplanned", "planned", "excluded")


def rows(figures: Figures) -> Iterator[str]:
    """Yield every row that contradicts itself, its neighbours or the sums."""
    yield from _outages(figures)
    yield from _longest(figures)
    yield from _days(figures)
    yield from _to_come(figures)
    yield from _steps(figures)
    for number, window in enumerate(figures.maintenance):
        if window.ends < window.starts or (not window.valid and window.excused_s):
            yield f"figures.maintenance[{number}]: {window.key} contradicts itself"


def _outages(figures: Figures) -> Iterator[str]:
    for number, outage in enumerate(figures.outages):
        yield from _outage(figures, outage, f"figures.outages[{number}]")
    if any(after.starts < before.ends for before, after in pairwise(figures.outages)):
        yield "figures.outages: two of them overlap, or are out of order"
    inside = sum(outage.clipped_s for outage in figures.outages)
    unplanned = figures.availability.seconds.unplanned
    # Joined outages hold the good time between them.
    if inside < unplanned or (not figures.contract.join_within_s and inside != unplanned):
        yield f"figures.outages: {inside} s in the period, {unplanned} s unplanned said"


def _outage(figures: Figures, outage: Outage, place: str) -> Iterator[str]:
    elapsed = seconds(outage.ends - outage.starts)
    starts = max(outage.starts, figures.period.starts)
    ends = min(outage.ends, figures.period.ends)
    if outage.elapsed_s != elapsed:
        yield f"{place}.elapsed_s: says {outage.elapsed_s}, start and end give {elapsed}"
    inside = seconds(ends - starts)
    if outage.clipped_s != inside:
        yield f"{place}.clipped_s: says {outage.clipped_s}, the period leaves {inside}"
    if not outage.certain_s <= elapsed <= outage.possible_s:
        yield f"{place}: its length does not lie between its bounds"
    by_hours = figures.contract.interruption_calendar is not None
    if not 0 <= outage.working_s <= elapsed or not (by_hours or outage.working_s == elapsed):
        yield f"{place}.working_s: says {outage.working_s} of {elapsed}"
    yield from _flags(figures, outage, place)


def _flags(figures: Figures, outage: Outage, place: str) -> Iterator[str]:
    """Compare what is said of an outage in a word with its instants, and with the terms."""
    as_of = figures.period.as_of
    is_open = as_of is not None and outage.ends >= as_of
    if outage.open != is_open:
        yield f"{place}.open: {outage.open} said, it ends {outage.ends}, known is up to {as_of}"
    longer, customers = figures.contract.crisis_longer_than_s, figures.contract.crisis_customers
    may_be = longer is not None and customers is not None and outage.elapsed_s > longer
    # How many customers others had is not carried; its own one is hit.
    must_be = may_be and customers == 1
    if (outage.crisis and not may_be) or (must_be and not outage.crisis):
        yield f"{place}.crisis: {outage.crisis} said of {outage.elapsed_s} s, the terms {longer}"


def _longest(figures: Figures) -> Iterator[str]:
    said, found = figures.longest, [(one.working_s, one.elapsed_s) for one in figures.outages]
    working, elapsed = max(found, default=(Fraction(0), Fraction(0)))
    greatest = max((one.elapsed_s for one in figures.outages), default=Fraction(0))
    if (said.working_s, said.elapsed_s, said.greatest_elapsed_s) != (working, elapsed, greatest):
        yield "figures.longest: is not the longest of figures.outages"
    if not _is_judged(figures, said):
        yield f"figures.longest.verdict: {said.verdict} said of {said.working_s} s"


def _is_judged(figures: Figures, longest: Longest) -> bool:
    """Whether the verdict can be: what unknown time could have made of it is not carried."""
    if longest.limit_s is None or figures.availability.seconds.committed == 0:
        return longest.verdict == "not_applicable"
    if not figures.period.complete:
        return longest.verdict == "running"
    if longest.working_s > longest.limit_s:
        return longest.verdict == "missed"
    return longest.verdict in {"met", "not_provable"}


def _days(figures: Figures) -> Iterator[str]:
    clocks = clocks_of(figures)
    for number, day in enumerate(figures.days):
        place = f"figures.days[{number}]"
        if sum(getattr(day.seconds, name) for name in CLASSES) != day.seconds.period:
            yield f"{place}: its classes do not add up"
        if day.starts != clocks.begins(day.day):
            yield f"{place}: does not begin on {day.day}"
        if day.ends != clocks.begins(day.day + A_DAY):
            yield f"{place}: does not end on {day.day}"
        inside = min(day.ends, figures.period.ends) - max(day.starts, figures.period.starts)
        if day.seconds.period != seconds(inside):
            yield f"{place}.seconds.period: is not the part of the day in the period"
    if any(before.ends != after.starts for before, after in pairwise(figures.days)):
        yield "figures.days: there is a hole between two of them"
    if not _tile(figures):
        yield "figures.days: do not reach from the start of the period to its end"


def _to_come(figures: Figures) -> Iterator[str]:
    as_of = figures.period.as_of
    for number, day in enumerate(figures.days):
        is_to_come = as_of is None or day.starts >= as_of
        if is_to_come and any(getattr(day.seconds, name) for name in MEASURED):
            yield f"figures.days[{number}]: was measured, and known is up to {as_of}"


def _tile(figures: Figures) -> bool:
    period, days = figures.period, figures.days
    return bool(days) and (
        days[0].starts <= period.starts < days[0].ends
        and days[-1].starts < period.ends <= days[-1].ends
    )


def _steps(figures: Figures) -> Iterator[str]:
    used = Fraction(0)
    for number, step in enumerate(figures.steps):
        grown = Fraction(step.before_s) + seconds(step.ends - step.starts)
        if step.before_s != used or step.after_s != grown:
            yield f"figures.steps[{number}]: does not add up"
        used = Fraction(step.after_s)
    said = figures.availability.used_s
    if said is not None and used != said:
        yield f"figures.steps: end at {used} s, {said} s used said"


def origins(figures: Figures) -> Iterator[str]:
    """Yield what is wrong with the digests of the raw results."""
    evidence = figures.evidence
    if evidence and digest_of(results_text(evidence.results)) != evidence.sha256:
        yield "figures.evidence.sha256: is not that of results.sha256"
