"""The lists that every report of its period has: one that is gone contradicts nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import product

from vigie.reporting import Evidence, Figures
from vigie.verifying.budgets import AVAILABILITY, READINGS
from vigie.verifying.clocks import A_DAY, clocks_of
from vigie.verifying.numbers import A_MOMENT, SOLUTION

LONGEST = "longest interruption"
CHART = 13  # months
CALENDAR = ("month", "quarter", "year")


def complete(figures: Figures) -> Iterator[str]:
    """Yield every list that is missing, or lacks a row that a report of its period has."""
    evidence = figures.evidence
    if evidence is None:
        yield "figures.evidence: is missing, and without it nothing can be computed again"
        return
    yield from _scopes(figures, evidence)
    yield from _results(figures, evidence)
    yield from _without(figures)
    yield from _notice(figures, evidence)
    yield from _terms(figures, evidence)
    yield from _promises(figures, evidence)
    yield from _budgets(figures)


def _scopes(figures: Figures, evidence: Evidence) -> Iterator[str]:
    """Compare the parts with the services: one each at least."""
    listed = [SOLUTION, *(one.scope for one in figures.services)]
    parts = [part.scope for part in evidence.parts]
    for scope in sorted({*listed} - {*parts}):
        yield f"figures.evidence.parts: none is of {scope}, which nothing else gives"
    for scope in sorted({*parts} - {*listed}):
        yield f"figures.services: {scope} is missing, which figures.evidence.parts has"
    if len(listed) != len({*listed}):
        yield "figures.services: one is there twice"
    of = figures.availability
    if of.scope != SOLUTION and of not in figures.services:
        yield "figures.availability: is that of no service of figures.services"


def _results(figures: Figures, evidence: Evidence) -> Iterator[str]:
    """Compare the digests with the days that are over, and with the endpoints."""
    found = {(one.endpoint, one.day) for one in evidence.results}
    endpoints = {endpoint for endpoint, _ in found}
    days = _days_over(figures)
    # Counted first: somebody's thousand endpoints and two hundred years are more than memory holds.
    is_each_once = len(evidence.results) == len(found) == len(endpoints) * len(days)
    if not is_each_once or found != set(product(endpoints, days)):
        yield "figures.evidence.results: are not one for each endpoint and day that is over"
    for endpoint in sorted(endpoints - {one.endpoint for one in figures.probes}):
        yield f"figures.probes: {endpoint} is missing, of which there are results"
    if not endpoints and any(part.covered_s for part in evidence.parts):
        yield "figures.evidence.results: are missing, and something was measured"


def _days_over(figures: Figures) -> list[date]:
    """Return the UTC days of the period of which results were counted."""
    starts, ends = figures.period.starts, _over(figures)
    first, last = starts.astimezone(UTC).date(), (ends - A_MOMENT).astimezone(UTC).date()
    return [first + number * A_DAY for number in range((last - first) // A_DAY + 1)]


def _over(figures: Figures) -> datetime:
    """Return the instant up to which the period is counted."""
    period = figures.period
    return max(period.starts, min(period.ends, period.as_of or period.starts))


def _without(figures: Figures) -> Iterator[str]:
    found = figures.contents.without
    taken = figures.contents.corrections or figures.maintenance
    if (taken or found) and tuple(one.reading for one in found) != READINGS:
        yield f"figures.contents.without: is not {', '.join(READINGS)}"
    for number, one in enumerate(found):
        if one.used_s is None or one.committed_s is None:
            yield f"figures.contents.without[{number}]: has no seconds to compute it from"


def _notice(figures: Figures, evidence: Evidence) -> Iterator[str]:
    announced = [one.announced_at for one in figures.maintenance]
    announced += [one.announced_at for one in figures.contents.ahead]
    is_asked = figures.contract.notice_calendar is not None
    if is_asked and evidence.notice_timezone is None and any(announced):
        yield "figures.evidence.working_days: are missing, of which notice is counted"
    if figures.contents.ahead_from is None:
        yield "figures.contents.ahead_from: is missing"


def _terms(figures: Figures, evidence: Evidence) -> Iterator[str]:
    """Compare a period in which the terms do not change with these terms."""
    contract, period = figures.contract, figures.period
    first, last = clocks_of(figures).day(period.starts), _last_day(figures)
    until = contract.version_until
    if contract.version_from >= first or (until is not None and last >= until):
        return
    parts = [part.scope for part in evidence.parts]
    if len(parts) != len({*parts}):
        yield "figures.evidence.parts: a scope has two, and the terms do not change"


def _promises(figures: Figures, evidence: Evidence) -> Iterator[str]:
    found = [(one.scope, one.indicator, one.month) for one in figures.contents.kept]
    if len(found) != len({*found}):
        yield "figures.contents.kept: a month is there twice"
    for scope, indicator, month in sorted({*_promised(figures, evidence)} - {*found}):
        yield f"figures.contents.kept: {indicator} of {scope} in {month:%Y-%m} is missing"


def _promised(figures: Figures, evidence: Evidence) -> Iterator[tuple[str, str, date]]:
    """Yield scope, indicator and month of each promise that the report itself tells of."""
    of, months = figures.availability, _chart(figures)
    if of.scope == SOLUTION:
        for month in months:
            if of.target is not None:
                yield SOLUTION, AVAILABILITY, month
            if figures.longest.limit_s is not None:
                yield SOLUTION, LONGEST, month
    if figures.period.kind == "month":
        for part in evidence.parts:
            if part.target is not None and of.scope in {SOLUTION, part.scope}:
                yield part.scope, AVAILABILITY, _last_day(figures).replace(day=1)


def _chart(figures: Figures) -> list[date]:
    """Return the months of the chart in which the terms of the report are in force."""
    last, contract = _last_month(figures), figures.contract
    numbers = [last.year * 12 + last.month - 1 - ago for ago in range(CHART)]
    months = [date(number // 12, number % 12 + 1, 1) for number in numbers]
    until = contract.version_until
    since = contract.version_from.replace(day=1)
    # After another span the terms may change in the month in which it ends.
    months = months if figures.period.kind in CALENDAR else months[1:]
    return [month for month in months if since <= month and (until is None or month < until)]


def _last_month(figures: Figures) -> date:
    """Return a day of the last month that has begun; the first one of a period that has not."""
    return clocks_of(figures).day(max(_over(figures) - A_MOMENT, figures.period.starts))


def _last_day(figures: Figures) -> date:
    return clocks_of(figures).day(figures.period.ends - A_MOMENT)


def _budgets(figures: Figures) -> Iterator[str]:
    """Compare the outlooks with the months, quarters and years that hold the period."""
    found, period = figures.contents.outlooks, figures.period
    first, last = clocks_of(figures).day(period.starts), _last_day(figures)
    holding = {
        "month": (first.year, first.month) == (last.year, last.month),
        "quarter": (first.year, (first.month - 1) // 3) == (last.year, (last.month - 1) // 3),
        "year": first.year == last.year,
    }
    kinds = [kind for kind, holds in holding.items() if holds]
    if [one.kind for one in found] != kinds:
        yield f"figures.contents.outlooks: are not those of {', '.join(kinds) or 'nothing'}"
    for number, one in enumerate(found):
        place = f"figures.contents.outlooks[{number}]"
        if not (one.starts <= period.starts and period.ends <= one.ends):
            yield f"{place}: does not hold the period"
        if None in (one.up_s, one.down_s, one.pace_up_s, one.pace_down_s):
            yield f"{place}: has no seconds to compute it from"
