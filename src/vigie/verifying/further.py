"""The lists of the further pages, row by row: spans, failures, holes, corrections, crises."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from vigie.reporting import Figures
from vigie.verifying.numbers import has_one_version, seconds
from vigie.verifying.percentages import cut
from vigie.verifying.spans import lies_in, merged

MOST_GAPS = 40  # the longest ones are listed
KINDS = ("unplanned", "planned", "excluded", "unknown")


def further(figures: Figures) -> Iterator[str]:
    """Yield every row of the further pages that contradicts itself or the figures."""
    yield from _spells(figures)
    yield from _failures(figures)
    yield from _gaps(figures)
    yield from _corrections(figures)
    yield from _crises(figures)
    yield from _ahead(figures)
    timeouts = [one.timeout_s for one in figures.probes if one.timeout_s is not None]
    if figures.contents.ceiling_s != max(timeouts, default=None):
        yield "figures.contents.ceiling_s: is not the longest timeout of figures.probes"


def _spells(figures: Figures) -> Iterator[str]:
    """Compare the strips with the days, the outages and the steps of the budget."""
    spells = figures.contents.spells
    if any(after.starts < before.ends for before, after in pairwise(spells)):
        yield "figures.contents.spells: two of them overlap, or are out of order"
    told: dict[tuple[date, str], Fraction] = defaultdict(Fraction)
    for spell in spells:
        told[spell.day, spell.kind] += seconds(spell.ends - spell.starts)
    as_of = figures.period.as_of
    for number, day in enumerate(figures.days):
        for kind in KINDS:
            is_known = kind != "unknown" or (as_of is not None and day.ends <= as_of)
            if is_known and told[day.day, kind] != getattr(day.seconds, kind):
                yield f"figures.days[{number}].seconds.{kind}: is not what the spans give"
    if spells or figures.outages:
        yield from _runs(figures)


def _runs(figures: Figures) -> Iterator[str]:
    """Compare the spans of unplanned time with outages and steps, where nothing is joined."""
    contract, period = figures.contract, figures.period
    told = merged(
        (one.starts, one.ends) for one in figures.contents.spells if one.kind == "unplanned"
    )
    inside = [
        (max(one.starts, period.starts), min(one.ends, period.ends)) for one in figures.outages
    ]
    if not contract.join_within_s and told != inside:
        yield "figures.outages: are not the spans of figures.contents.spells"
    parts = figures.evidence.parts if figures.evidence else ()
    own = [part for part in parts if part.scope == figures.availability.scope]
    if len(own) == 1 and has_one_version(figures) and contract.unknown != "down":
        steps = merged((one.starts, one.ends) for one in figures.steps)
        if told != steps:
            yield "figures.steps: are not the spans of figures.contents.spells"


def _failures(figures: Figures) -> Iterator[str]:
    failures = figures.contents.failures
    whole = Fraction(sum(one.probes for one in failures))
    for number, one in enumerate(failures):
        share = cut(Fraction(one.probes), whole)
        if one.share != share:
            place = f"figures.contents.failures[{number}].share"
            yield f"{place}: says {one.share}, {one.probes} of {whole} give {share}"


def _gaps(figures: Figures) -> Iterator[str]:
    gaps = figures.contents.gaps
    for number, gap in enumerate(gaps):
        place = f"figures.contents.gaps[{number}]"
        if gap.seconds != seconds(gap.ends - gap.starts):
            yield f"{place}.seconds: is not the time from its start to its end"
        if (gap.endpoint is None) == (gap.service is None):
            yield f"{place}: is of one endpoint, or of a service without one"
        if (gap.of_all, gap.seconds_of_all) != (gaps[0].of_all, gaps[0].seconds_of_all):
            yield f"{place}: tells of another number of holes"
    if not gaps:
        return
    listed, whole = sum(gap.seconds for gap in gaps), gaps[0].seconds_of_all
    if whole < listed or len(gaps) != min(gaps[0].of_all, MOST_GAPS):
        yield "figures.contents.gaps: more or fewer are listed than there are"
    if gaps[0].of_all == len(gaps) and whole != listed:
        yield f"figures.contents.gaps: {listed} s listed, {whole} s said"


def _corrections(figures: Figures) -> Iterator[str]:
    period = figures.period
    for number, one in enumerate(figures.contents.corrections):
        shared = min(one.ends, period.ends) - max(one.starts, period.starts)
        if one.in_period_s != seconds(shared):
            place = f"figures.contents.corrections[{number}].in_period_s"
            yield f"{place}: says {one.in_period_s}, its span gives {seconds(shared)}"
        if one.state == "applied" and one.approved_by is None:
            yield f"figures.contents.corrections[{number}]: is applied, and nobody approved it"
        if one.state == "not_approved" and one.approved_by is not None:
            yield f"figures.contents.corrections[{number}]: is not approved, and somebody did"
    applied = [one for one in figures.contents.corrections if one.state == "applied"]
    held = merged((one.starts, one.ends) for one in applied if one.effect == "exclude")
    for number, spell in enumerate(figures.contents.spells):
        if spell.kind == "excluded" and not lies_in((spell.starts, spell.ends), held):
            yield f"figures.contents.spells[{number}]: excluded, and no correction did it"


def _crises(figures: Figures) -> Iterator[str]:
    for number, one in enumerate(figures.contents.crises):
        place = f"figures.contents.crises[{number}]"
        if one.to_open_s != max(seconds(one.opened - one.started), Fraction(0)):
            yield f"{place}.to_open_s: is not the time from its start to its opening"
        if one.resolved is None:
            found = None
        else:
            found = max(seconds(one.resolved - one.opened), Fraction(0))
        if one.to_resolve_s != found:
            yield f"{place}.to_resolve_s: is not the time from its opening to its end"
    as_of = figures.period.as_of
    for number, measure in enumerate(figures.contents.measures):
        late = as_of is not None and measure.due < as_of.astimezone(UTC).date()
        if measure.past_due != (measure.done is None and late):
            yield f"figures.contents.measures[{number}].past_due: is not what its date says"


def _ahead(figures: Figures) -> Iterator[str]:
    contents = figures.contents
    if contents.ahead_from is not None and contents.ahead_from != figures.period.ends:
        yield "figures.contents.ahead_from: is not the end of the period"
    for number, window in enumerate(contents.ahead):
        if window.ends < window.starts or window.starts < figures.period.ends:
            yield f"figures.contents.ahead[{number}]: does not lie after the period"
    for number, held in enumerate(figures.maintenance):
        if not Decimal(0) <= held.excused_s <= held.down_s:
            yield f"figures.maintenance[{number}].excused_s: is more than was down"
