"""The figures of a report, computed again from what it carries.

This is the one place outside SQL that computes a percentage, and it does so on purpose: whoever
checks the SQL must not ask it. Everything is exact: integers and fractions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from vigie.reporting import Availability, Figures, Part
from vigie.verifying.percentages import cut, raised

CLASSES = ("outside", "excluded", "planned", "unplanned", "unknown", "up")
A_MOMENT = timedelta(microseconds=1)
SOLUTION = "solution"


def seconds(span: timedelta) -> Fraction:
    """Return the exact length of *span* in seconds."""
    return Fraction(span // timedelta(microseconds=1), 10**6)


def has_one_version(figures: Figures) -> bool:
    """Whether one version of the contract was in force in the period."""
    return sum(part.scope == SOLUTION for part in _parts(figures)) == 1


def has_last_version(figures: Figures, scope: str) -> bool:
    """Whether every version in the period has the scope, and so the last one, which is told."""
    scopes = [part.scope for part in _parts(figures)]
    return scopes.count(scope) == scopes.count(SOLUTION)


def recomputed(figures: Figures) -> Iterator[str]:
    """Yield every figure of *figures* that the others do not give."""
    whole = seconds(figures.period.ends - figures.period.starts)
    if whole != figures.availability.seconds.period:
        yield f"figures.period: lasts {whole} s, {figures.availability.seconds.period} s said"
    if figures.basis != (figures.period.kind == figures.contract.basis):
        yield f"figures.basis: {figures.basis} said of a {figures.period.kind}"
    yield from _scope(figures, figures.availability, "figures.availability")
    for number, service in enumerate(figures.services):
        yield from _scope(figures, service, f"figures.services[{number}]")


def _scope(figures: Figures, of: Availability, place: str) -> Iterator[str]:
    held = of.seconds
    if held.period != figures.availability.seconds.period:
        yield f"{place}.seconds.period: is not that of the period"
    if sum(getattr(held, name) for name in CLASSES) != held.period:
        yield f"{place}.seconds: its classes do not add up to {held.period} s"
    if not 0 <= held.unmeasured <= held.unknown:
        yield f"{place}.seconds.unmeasured: is more than is unknown"
    parts = [part for part in _parts(figures) if part.scope == of.scope]
    if parts:
        for name, said, found in _compared(figures, of, parts):
            if said != found:
                yield f"{place}.{name}: says {said}, its parts give {found}"
        yield from _plain_terms(figures, of, parts, place)


def _parts(figures: Figures) -> Sequence[Part]:
    return figures.evidence.parts if figures.evidence else ()


def _compared(
    figures: Figures, of: Availability, parts: Sequence[Part]
) -> Iterator[tuple[str, object, object]]:
    """Yield name, value said and value found of every figure that the parts give."""
    up, down = _sum(parts, "up_s"), _sum(parts, "down_s")
    promised = [part for part in parts if part.target is not None]
    used = _sum(promised or parts, "down_s")
    budget = _allowed(promised, "up_s", "down_s", "future_s") if promised else None
    low, high = _sum(parts, "low_down_s"), _sum(parts, "high_down_s")
    yield "seconds.committed", of.seconds.committed, up + down
    yield "seconds.unknown", of.seconds.unknown - of.seconds.unmeasured, _sum(parts, "future_s")
    yield "percent", of.percent, cut(up, up + down)
    yield "low", of.low, cut(_sum(parts, "low_up_s"), _sum(parts, "low_up_s") + low)
    yield "high", of.high, cut(_sum(parts, "high_up_s"), _sum(parts, "high_up_s") + high)
    yield "coverage", of.coverage, cut(_sum(parts, "covered_s"), _sum(parts, "due_s"))
    yield "used_s", of.used_s, used
    yield "budget_s", of.budget_s, budget
    yield "left_s", of.left_s, over(budget, used)
    yield "over_s", of.over_s, over(used, budget)
    yield "used_share", of.used_share, None if budget is None else raised(used, budget)
    yield "verdict", of.verdict, _verdict(figures, promised)
    yield "confidence", of.confidence, _confidence(promised)
    if of.target is not None:
        yield "target", of.target in {part.target for part in parts}, True


def _sum(parts: Sequence[Part], *names: str) -> Fraction:
    return Fraction(sum(getattr(part, name) for part in parts for name in names))


def _allowed(parts: Sequence[Part], *names: str) -> Fraction:
    """Return what each part's target allows of its own seconds, together."""
    return sum((spare(part.target) * _sum([part], *names) for part in parts), Fraction(0))


def spare(target: str | None) -> Fraction:
    """Return the share that a target in per cent leaves; nothing without one."""
    return 1 - Fraction(Decimal(target or "100")) / 100


def over(part: Fraction | None, whole: Fraction | None) -> Fraction | None:
    """Return by how much *part* is more than *whole*; PostgreSQL's greatest() skips nulls."""
    if part is None or whole is None:
        return Fraction(0)
    return max(part - whole, Fraction(0))


def _verdict(figures: Figures, promised: Sequence[Part]) -> str:
    committed = _sum(promised, "up_s", "down_s")
    if committed + _sum(promised, "future_s") == 0:
        return "not_applicable"
    if not figures.period.complete:
        return "running"
    if committed == 0:
        return "not_applicable"
    if _sum(promised, "down_s") > _allowed(promised, "up_s", "down_s"):
        return "missed"
    worst = _sum(promised, "worst_down_s")
    return "not_provable" if worst > _allowed(promised, "up_s", "worst_down_s") else "met"


def _confidence(promised: Sequence[Part]) -> str | None:
    if _sum(promised, "up_s", "down_s") == 0:
        return None
    misses = _sum(promised, "low_down_s") > _allowed(promised, "low_up_s", "low_down_s")
    meets = _sum(promised, "high_down_s") <= _allowed(promised, "high_up_s", "high_down_s")
    return "within_uncertainty" if misses and meets else "clear"


def _plain_terms(
    figures: Figures, of: Availability, parts: Sequence[Part], place: str
) -> Iterator[str]:
    """Compare the parts with the classes, as the terms count planned and unknown time."""
    # The terms that are carried are the last ones; a service may be of earlier ones only.
    if len(parts) > 1 or not has_one_version(figures):
        return
    held, terms, [part] = of.seconds, figures.contract, parts
    planned = held.planned if terms.maintenance == "up" else 0
    up = held.up + planned + (held.unmeasured if terms.unknown == "up" else 0)
    # What is unknown in a window is not down.
    most = held.unmeasured if terms.unknown == "down" else 0
    if part.up_s != up or not held.unplanned <= part.down_s <= held.unplanned + most:
        yield f"{place}.seconds: up and unplanned are not what its parts count"


def totals(figures: Figures) -> Iterator[str]:
    """Yield the classes whose days do not add up to the period."""
    if not figures.days:
        return
    for field in fields(figures.days[0].seconds):
        found = sum(getattr(day.seconds, field.name) for day in figures.days)
        said = getattr(figures.availability.seconds, field.name)
        if found != said:
            yield f"figures.days: {field.name} of all days is {found} s, of the period {said} s"
