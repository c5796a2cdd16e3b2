"""The numbers of a dispute's annex, computed again from the spans that it carries."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise

from vigie.reporting import Compared, Comparison, Effect, Line
from vigie.verifying.enforced import judged_by_terms
from vigie.verifying.lists import rows
from vigie.verifying.numbers import recomputed, seconds, spare, totals
from vigie.verifying.percentages import cut

OURS = {"up": "up", "unplanned": "down"}
MEASURED = {"up", "down", "unknown"}
UNCOUNTED = {"outside", "excluded"}
JUDGED = {"met", "missed", "not_provable"}


def compared(found: Comparison) -> Iterator[str]:
    """Yield every number of an annex that its spans and figures do not give."""
    figures = found.figures
    for problem in (*recomputed(figures), *totals(figures), *rows(figures)):
        yield f"comparison.{problem}"
    yield from _lines(found)
    by_service = {key: list(own) for key, own in groupby(found.lines, lambda one: one.service)}
    if {one.service for one in found.services} != set(by_service):
        yield "comparison.services: are not those of comparison.lines"
    for number, service in enumerate(found.services):
        own = by_service.get(str(service.service), [])
        yield from _sums(service, own, f"comparison.services[{number}]")
    yield from _sums(found.total, found.lines, "comparison.total")
    yield from _effects(found)


def _lines(found: Comparison) -> Iterator[str]:
    period = found.figures.period
    for number, line in enumerate(found.lines):
        place = f"comparison.lines[{number}]"
        if line.seconds != seconds(line.ends - line.starts):
            yield f"{place}.seconds: is not the time from its start to its end"
        if not period.starts <= line.starts < line.ends <= period.ends:
            yield f"{place}: does not lie in the period"
        if not _is_told(line):
            yield f"{place}.measured: {line.measured} said of {line.ours}, by {line.corrections}"
        if not _is_compared(line):
            yield f"{place}.agrees: {line.agrees} said of {line.ours} and {line.theirs}"
    for before, after in pairwise(found.lines):
        if before.service == after.service and before.ends != after.starts:
            yield f"comparison.lines: a hole or an overlap at {after.starts} of {after.service}"


def _is_compared(line: Line) -> bool:
    """Whether it is right whether both agree; planned time may be up or down."""
    if line.theirs == "unknown" or line.ours in UNCOUNTED | {"unknown"}:
        return line.agrees is None
    ours = OURS.get(line.ours)
    return ours is None or line.agrees is (ours == line.theirs)


def _is_told(line: Line) -> bool:
    """Whether what we measured is told just where corrections say otherwise."""
    if line.measured is None or not line.corrections:
        return line.measured is None and line.corrections is None
    return line.measured in MEASURED and OURS.get(line.ours, line.ours) != line.measured


def _is_taken(line: Line) -> bool:
    return line.agrees is False and line.theirs == line.measured == "down"


def _kind(line: Line) -> str:
    if line.ours in UNCOUNTED:
        return "uncounted_s"
    if line.agrees is not None:
        differs = "ours_down_s" if line.theirs == "up" else "theirs_down_s"
        return "agree_s" if line.agrees else differs
    return "theirs_unknown_s" if line.theirs == "unknown" else "ours_unknown_s"


def _sums(said: Compared, lines: Sequence[Line], place: str) -> Iterator[str]:
    of = dict.fromkeys(("agree_s", "ours_down_s", "theirs_down_s"), Decimal(0))
    of |= dict.fromkeys(("ours_unknown_s", "theirs_unknown_s", "uncounted_s"), Decimal(0))
    for line in lines:
        of[_kind(line)] += line.seconds
    both = of["agree_s"] + of["ours_down_s"] + of["theirs_down_s"]
    expected: dict[str, object] = {
        **of,
        "told_s": sum(of.values()),
        "compared_s": both,
        "agree_percent": cut(Fraction(of["agree_s"]), Fraction(both)),
        "spans": sum(line.agrees is False for line in lines),
        "measured_down_s": sum(line.seconds for line in lines if _is_taken(line)),
    }
    for name, value in expected.items():
        if getattr(said, name) != value:
            yield f"{place}.{name}: says {getattr(said, name)}, the spans give {value}"


def _effects(found: Comparison) -> Iterator[str]:
    as_it_is, of = found.reported, found.figures.availability
    said = (as_it_is.percent, as_it_is.unplanned_s, as_it_is.committed_s, as_it_is.verdict)
    if said != (of.percent, of.seconds.unplanned, of.seconds.committed, of.verdict):
        yield "comparison.effects[0]: is not the figure of the annex itself"
    for number, effect in enumerate(found.effects):
        place = f"comparison.effects[{number}]"
        if effect.target != of.target:
            yield f"{place}.target: says {effect.target}, the contract {of.target}"
        if effect.unplanned_more_s != effect.unplanned_s - as_it_is.unplanned_s:
            yield f"{place}.unplanned_more_s: is not the difference to the first row"
        yield from _figure(found, effect, place)


def _figure(found: Comparison, effect: Effect, place: str) -> Iterator[str]:
    """Compare percent and verdict, where committed time is what was up or unplanned."""
    contract, of = found.figures.contract, found.figures.availability
    if contract.unknown != "neither" or contract.maintenance == "up":
        return
    # Earlier terms may count unknown and planned time in another way.
    if not judged_by_terms(found.figures, found.figures.period.starts):
        return
    committed, down = Fraction(effect.committed_s), Fraction(effect.unplanned_s)
    percent = cut(committed - down, committed)
    if effect.percent != percent:
        yield f"{place}.percent: says {effect.percent}, its seconds give {percent}"
    # Of several versions of the contract each would allow its own share.
    if of.target is None or of.budget_s != spare(of.target) * Fraction(of.seconds.committed):
        return
    is_missed = down > spare(of.target) * committed
    if effect.verdict in JUDGED and is_missed != (effect.verdict == "missed"):
        yield f"{place}.verdict: says {effect.verdict}, its seconds do not"
