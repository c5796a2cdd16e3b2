"""The numbers of an incident report, computed again: how long it lasted, and what is left."""

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from vigie.reporting import Budget, IncidentReport
from vigie.verifying.numbers import seconds

UNITS = {"h": 3600, "min": 60, "s": 1}
PART = re.compile(r"(\d+(?:\.\d+)?)\s(h|min|s)")


def lasted(crisis: IncidentReport) -> Iterator[str]:
    """Yield every duration of an incident report that its instants and the others do not give."""
    duration, downtime = _length(crisis.duration), _length(crisis.downtime)
    if crisis.ended is not None and duration is not None:
        # Instants are printed in whole seconds, and the duration is not.
        if abs(duration - seconds(crisis.ended - crisis.started)) >= 1:
            yield f"incident.duration: says {crisis.duration}, its start and end do not"
        if downtime is not None and downtime > duration:
            yield f"incident.downtime: says {crisis.downtime} of {crisis.duration}"
    elif crisis.duration is not None:
        yield "incident.duration: cannot be read, or it is said of what has not ended"
    if any(after.at < before.at for before, after in pairwise(crisis.timeline)):
        yield "incident.timeline: is out of order"
    for number, budget in enumerate(crisis.budgets):
        yield from _budget(budget, f"incident.budgets[{number}]")


def _budget(budget: Budget, place: str) -> Iterator[str]:
    used, allowed, left = map(_length, (budget.used, budget.allowed, budget.left))
    over = _length(budget.over) if budget.over is not None else Fraction(0)
    if None in (used, allowed, left, over):
        yield f"{place}: has what is no duration"
    elif used is not None and allowed is not None:
        if left != max(allowed - used, Fraction(0)):
            yield f"{place}.left: says {budget.left}, the others do not"
        if over != max(used - allowed, Fraction(0)):
            yield f"{place}.over: says {budget.over}, the others do not"


def _length(text: str | None) -> Fraction | None:
    """Return the seconds of `1 h 45 min 7.2 s`; None where it is no duration."""
    parts = PART.findall(text or "")
    if not parts or " ".join(f"{number} {unit}" for number, unit in parts) != _spaced(text):
        return None
    return sum((Fraction(Decimal(number)) * UNITS[unit] for number, unit in parts), Fraction(0))


def _spaced(text: str | None) -> str:
    return " ".join((text or "").split())
