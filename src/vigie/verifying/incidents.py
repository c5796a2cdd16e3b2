"""The numbers of an incident report, computed again: how long it lasted, and what is left."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from vigie.reporting import Budget, IncidentReport
from vigie.verifying.numbers import seconds

UNITS = {"h": 3600, "min": 60, "s": 1}
PART = re.compile(r"(\d+(?:\.\d+)?)\s(h|min|s)")


def lasted(crisis: IncidentReport, made_at: datetime) -> Iterator[str]:
    """Yield every duration of an incident report that its instants and the others do not give.

    One that goes on lasted, so far, until the report was made.
    """
    duration, downtime = _length(crisis.duration), _length(crisis.downtime)
    if crisis.duration is not None and duration is None:
        yield "incident.duration: cannot be read"
    elif duration is not None:
        until = made_at if crisis.ended is None else crisis.ended
        # Instants are cut to whole seconds each, and the duration is not, or by itself.
        if abs(duration - max(seconds(until - crisis.started), Fraction(0))) > 1:
            yield f"incident.duration: says {crisis.duration}, its start and {_end(crisis)} do not"
        if downtime is not None and downtime > duration:
            yield f"incident.downtime: says {crisis.downtime} of {crisis.duration}"
    if any(after.at < before.at for before, after in pairwise(crisis.timeline)):
        yield "incident.timeline: is out of order"
    for number, budget in enumerate(crisis.budgets):
        yield from _budget(budget, f"incident.budgets[{number}]")


def _end(crisis: IncidentReport) -> str:
    return "when the report was made" if crisis.ended is None else "end"


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
