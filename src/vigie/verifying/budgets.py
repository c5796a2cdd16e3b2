"""The marks of the months and the figures without exclusions, from the seconds beside them."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from vigie.reporting import Figures, Kept
from vigie.verifying.clocks import A_DAY, clocks_of
from vigie.verifying.numbers import has_one_version, spare
from vigie.verifying.percentages import cut

AVAILABILITY = "availability"
READINGS = ("agreed", "without_corrections", "without_exclusions")
JUDGED = {"met", "missed"}


def budgets(figures: Figures) -> Iterator[str]:
    """Yield every mark and further figure that the seconds beside it do not give."""
    contents = figures.contents
    for number, kept in enumerate(contents.kept):
        yield from _kept(kept, f"figures.contents.kept[{number}]")
    counted = {
        (one.scope, one.month, one.up_s, one.down_s, one.unmeasured_s) for one in contents.kept
    }
    if len(counted) != len({(one.scope, one.month) for one in contents.kept}):
        yield "figures.contents.kept: two marks of one month are made of other seconds"
    yield from _compared(contents.kept)
    yield from _this_month(figures)
    yield from _over(figures)
    yield from _without(figures)


def _kept(kept: Kept, place: str) -> Iterator[str]:
    mark, up, both = _mark(kept), Fraction(kept.up_s), Fraction(kept.up_s + kept.down_s)
    if kept.mark != mark:
        yield f"{place}.mark: says {kept.mark}, its seconds give {mark}"
    percent = cut(up, both) if kept.indicator == AVAILABILITY else None
    if kept.percent != percent:
        yield f"{place}.percent: says {kept.percent}, its seconds give {percent}"
    if kept.month.day != 1:
        yield f"{place}.month: is not the first day of a month"
    if not 0 <= kept.committed_s <= both or kept.used_s > kept.worst_s:
        yield f"{place}: its seconds contradict each other"


def _mark(kept: Kept) -> str:
    if kept.complete and kept.committed_s == 0:
        return "not_measurable"
    if kept.used_s > kept.limit_s:
        return "missed"
    if kept.complete and kept.worst_s > kept.worst_limit_s:
        return "not_measurable"
    if kept.used_s > 0 and kept.used_s * 4 >= kept.limit_s * 3:
        return "at_risk"
    return "met" if kept.complete else "running"


def _compared(kept: Sequence[Kept]) -> Iterator[str]:
    """Compare each month's availability again with the one before it."""
    for before, one in zip((None, *kept), kept, strict=False):
        is_next = before and (before.scope, before.indicator) == (one.scope, one.indicator)
        found = _than(before, one) if before and is_next else None
        if one.than_before != found:
            place = f"figures.contents.kept: {one.scope} in {one.month}: than_before"
            yield f"{place} says {one.than_before}, the seconds give {found}"


def _than(before: Kept, one: Kept) -> str | None:
    if one.indicator != AVAILABILITY:
        return None
    if before.percent is None or one.percent is None:
        return "not_measured"
    if before.percent == one.percent:
        return "open" if before.unmeasured_s or one.unmeasured_s else "same"
    (was_least, was_most), (least, most) = _bounds(before), _bounds(one)
    return "higher" if least > was_most else "lower" if most < was_least else "open"


def _bounds(one: Kept) -> tuple[Fraction, Fraction]:
    """Return the availability of a month with its unknown time as down, and as up."""
    up, unknown = Fraction(one.up_s), Fraction(one.unmeasured_s)
    whole = up + Fraction(one.down_s) + unknown
    return (up / whole, (up + unknown) / whole) if whole > 0 else (Fraction(0), Fraction(1))


def _this_month(figures: Figures) -> Iterator[str]:
    """Compare the month of a monthly report with its figures."""
    if figures.period.kind != "month" or not figures.days:
        return
    month = figures.days[0].day
    scopes = {one.scope: one for one in (*figures.services, figures.availability)}
    for kept in figures.contents.kept:
        of = scopes.get(kept.scope)
        if of is None or kept.month != month:
            continue
        if kept.indicator != AVAILABILITY:
            is_same = kept.limit_s == figures.longest.limit_s == kept.worst_limit_s
        else:
            said = (kept.percent, kept.used_s, kept.limit_s)
            is_same = said == (of.percent, of.used_s, of.budget_s) and _has_parts(figures, kept)
            # Of several versions each counts unknown time in its own way; the last one is told.
            if figures.contract.unknown == "neither" and has_one_version(figures):
                is_same = is_same and kept.unmeasured_s == of.seconds.unmeasured
            is_same = is_same and kept.unmeasured_s <= of.seconds.unmeasured
        if not is_same:
            yield f"figures.contents.kept: {kept.scope} in {month} is not as in the figures"


def _over(figures: Figures) -> Iterator[str]:
    """Compare which months are said to be over with the instant up to which all is known."""
    period, clocks = figures.period, clocks_of(figures)
    for number, kept in enumerate(figures.contents.kept):
        ends = clocks.begins((kept.month.replace(day=1) + 32 * A_DAY).replace(day=1))
        is_over = period.as_of is not None and ends <= period.as_of
        if kept.complete != is_over:
            yield f"figures.contents.kept[{number}].complete: {kept.complete} said of {kept.month}"


def _has_parts(figures: Figures, kept: Kept) -> bool:
    """Whether a month that is over is made of the seconds of its one version of the contract."""
    parts = figures.evidence.parts if figures.evidence else ()
    own = [part for part in parts if part.scope == kept.scope]
    if len(own) != 1 or own[0].target is None or not kept.complete:
        return True
    [part] = own
    worst = spare(part.target) * Fraction(part.up_s + part.worst_down_s)
    said = (kept.up_s, kept.down_s, kept.worst_s)
    return said == (part.up_s, part.down_s, part.worst_down_s) and kept.worst_limit_s == worst


def _without(figures: Figures) -> Iterator[str]:
    of = figures.availability
    parts = figures.evidence.parts if figures.evidence else ()
    has_one = sum(part.scope == of.scope for part in parts) == 1
    for number, one in enumerate(figures.contents.without):
        place = f"figures.contents.without[{number}]"
        said = (one.percent, one.used_s, one.verdict, one.committed_s)
        if one.reading == "agreed" and said != (
            of.percent,
            of.used_s,
            of.verdict,
            of.seconds.committed,
        ):
            yield f"{place}: is not the figure as agreed"
        if one.used_s is None or one.committed_s is None or not has_one:
            continue
        committed, used = Fraction(one.committed_s), Fraction(one.used_s)
        percent = cut(committed - used, committed)
        if one.percent != percent:
            yield f"{place}.percent: says {one.percent}, its seconds give {percent}"
        missed = None if of.target is None else used > spare(of.target) * committed
        if missed is not None and missed != (one.verdict == "missed") and one.verdict in JUDGED:
            yield f"{place}.verdict: says {one.verdict} of {used} s unplanned"
        if missed and figures.period.complete and one.verdict != "missed":
            yield f"{place}.verdict: says {one.verdict}, and {used} s are missed"
