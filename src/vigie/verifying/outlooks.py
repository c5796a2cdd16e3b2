"""The budgets of month, quarter and year, and where they lead, from their own seconds."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil

from vigie.reporting import Figures, Outlook, Risk
from vigie.verifying.clocks import Clocks, clocks_of
from vigie.verifying.numbers import has_last_version, over, seconds, spare
from vigie.verifying.percentages import cut, raised

LARGEST = 10**9  # seconds: longer than any year


def outlooks(figures: Figures) -> Iterator[str]:
    """Yield what the seconds of an outlook do not give."""
    clocks = clocks_of(figures)
    for number, one in enumerate(figures.contents.outlooks):
        place = f"figures.contents.outlooks[{number}]"
        yield from outlook(one, place, clocks)
        for name, said, other in _in_report(figures, one):
            if said != other:
                yield f"{place}.{name}: says {said}, the report gives {other}"


def _in_report(figures: Figures, one: Outlook) -> Iterator[tuple[str, object, object]]:
    """Yield name, value said and value found of what the rest of the report gives."""
    contract, period, of = figures.contract, figures.period, figures.availability
    year = figures.contents.outlooks[-1]  # it holds whatever the others hold
    yield "pace_up_s", one.pace_up_s, year.up_s
    yield "pace_down_s", one.pace_down_s, year.down_s
    if one.versions != 1 or not has_last_version(figures, of.scope):
        return
    if contract.version_until is None and contract.hours is None:
        yield "to_come_s", one.to_come_s, seconds(one.ends - one.known_until)
        if one.to_come_s and one.target is not None:
            yield "comes_until", one.comes_until, one.ends
    is_it = (one.starts, one.ends) == (period.starts, period.ends)
    if is_it and contract.unknown == "neither" and one.unmeasured_s is not None:
        yield "unmeasured_s", one.unmeasured_s, of.seconds.unmeasured


def outlook(one: Outlook | Risk, place: str, clocks: Clocks) -> Iterator[str]:
    """Yield what the seconds of one budget do not give, on the *clocks* of its contract."""
    for name, said, found in _outlook(one):
        if said != found:
            yield f"{place}.{name}: says {said}, its seconds give {found}"
    if not one.starts <= one.known_until <= one.ends:
        yield f"{place}.known_until: does not lie in it"
    if not clocks.is_whole(one.kind, one.starts, one.ends):
        yield f"{place}: is no {one.kind}"


def _outlook(one: Outlook | Risk) -> Iterator[tuple[str, object, object]]:
    """Yield name, value said and value found of what an outlook's seconds give."""
    up, down, used, budget = map(_exact, (one.up_s, one.down_s, one.used_s, one.budget_s))
    to_come = Fraction(one.to_come_s)
    if up is None or down is None:
        return
    projected = _projected(one)
    yield "percent", one.percent, cut(up, up + down)
    yield "clean_percent", one.clean_percent, cut(up + to_come, up + down + to_come)
    yield "left_s", one.left_s, over(budget, used)
    yield "over_s", one.over_s, over(used, budget)
    yield "used_share", one.used_share, _share(used, budget)
    yield "projected_s", one.projected_s, projected
    yield "projected_over_s", one.projected_over_s, over(projected, budget)
    yield "used_up_at", one.used_up_at, _used_up(one, projected)
    if one.versions == 1 and one.target is not None:
        yield "used_s", used, down
        yield "budget_s", budget, spare(one.target) * (up + down + to_come)
        yield "promised_to_come_s", _exact(one.promised_to_come_s), to_come


def _exact(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def _share(used: Fraction | None, budget: Fraction | None) -> str | None:
    return None if used is None or budget is None else raised(used, budget)


def _coming(one: Outlook | Risk) -> Fraction | None:
    """Return the downtime to come at the year's pace, exactly."""
    up, down, promised = map(_exact, (one.pace_up_s, one.pace_down_s, one.promised_to_come_s))
    if up is None or down is None or promised is None or up + down <= 0:
        return None
    return down * promised / (up + down)


def _projected(one: Outlook | Risk) -> Fraction | None:
    """Return what is used at the end at this pace: whole seconds more, raised."""
    coming = _coming(one)
    return None if coming is None or one.used_s is None else Fraction(one.used_s) + ceil(coming)


def _used_up(one: Outlook | Risk, projected: Fraction | None) -> datetime | None:
    """Return when the budget is used up if the time to come is spread evenly by the clock."""
    coming, until = _coming(one), one.comes_until
    if not coming or projected is None or until is None:
        return None
    used, budget = _exact(one.used_s), _exact(one.budget_s)
    if used is None or budget is None or not used <= budget < projected:
        return None
    length = seconds(until - one.known_until) * (budget - used) // coming
    is_sane = 0 <= length < LARGEST
    return min(until, one.known_until + timedelta(seconds=length)) if is_sane else None
