"""The budgets of month, quarter and year, and where they lead, from their own seconds."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from vigie.reporting import Figures, Outlook, Risk
from vigie.verifying.numbers import A_MOMENT, over, seconds, spare
from vigie.verifying.percentages import cut, raised

LARGEST = 10**9  # seconds: longer than any year
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def outlooks(figures: Figures) -> Iterator[str]:
    """Yield what the seconds of an outlook do not give."""
    contract = figures.contract
    goes_on = contract.version_until is None and contract.hours is None
    for number, one in enumerate(figures.contents.outlooks):
        place = f"figures.contents.outlooks[{number}]"
        yield from outlook(one, place, ZoneInfo(figures.period.timezone))
        span = one.begun and seconds(one.known_until - one.begun)
        if one.versions == 1 and goes_on and span not in {None, one.past_s}:
            yield f"{place}.past_s: says {one.past_s}, {span} s are over"


def outlook(one: Outlook | Risk, place: str, zone: ZoneInfo) -> Iterator[str]:
    """Yield what the seconds of one budget do not give, on the clocks of *zone*."""
    for name, said, found in _outlook(one):
        if said != found:
            yield f"{place}.{name}: says {said}, its seconds give {found}"
    if not one.starts <= one.known_until <= one.ends:
        yield f"{place}.known_until: does not lie in it"
    if not is_whole(one.kind, one.starts, one.ends, zone):
        yield f"{place}: is no {one.kind}"


def is_whole(kind: str, starts: datetime, ends: datetime, zone: ZoneInfo) -> bool:
    """Whether it lasts from the first day of a month, quarter or year to the last one."""
    first, after = (at.astimezone(zone) for at in (starts, ends))
    before = [(at - A_MOMENT).astimezone(zone).date() for at in (starts, ends)]
    if before[0] == first.date() or before[1] == after.date() or first.day != 1 or after.day != 1:
        return False
    length = (after.year - first.year) * 12 + after.month - first.month
    return length == MONTHS.get(kind) and (first.month - 1) % length == 0


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


def _exact(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def _share(used: Fraction | None, budget: Fraction | None) -> str | None:
    return None if used is None or budget is None else raised(used, budget)


def _projected(one: Outlook | Risk) -> Fraction | None:
    """Return what is used at the end at this pace: whole seconds more, raised."""
    if not one.past_s or one.used_s is None:
        return None
    used, past = Fraction(one.used_s), Fraction(one.past_s)
    return used - (-used * Fraction(one.to_come_s) // past)


def _used_up(one: Outlook | Risk, projected: Fraction | None) -> object:
    if projected is None or one.used_s is None or one.budget_s is None or one.begun is None:
        return None
    used, budget = Fraction(one.used_s), Fraction(one.budget_s)
    if not (0 < used <= budget < projected):
        return None
    length = seconds(one.known_until - one.begun) * budget // used
    return one.begun + timedelta(seconds=length) if 0 <= length < LARGEST else None
