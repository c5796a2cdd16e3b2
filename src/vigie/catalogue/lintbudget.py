"""Promises of one contract that do not fit each other: limits against what may be lost."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from vigie.catalogue.finding import Finding, Looking
from vigie.catalogue.scalars import duration_text

_MINUTE, _MS = timedelta(minutes=1), timedelta(milliseconds=1)
# The longest that each can be: with 31 days, or in a leap year, and an hour more in October.
_LONGEST = {
    "month": timedelta(hours=31 * 24 + 1),
    "quarter": timedelta(hours=92 * 24 + 1),
    "year": timedelta(days=366),
}


def _two_promises(it: Looking) -> Iterator[Finding]:
    terms = it.contract.terms
    if terms.target is None or terms.interruption_max is None:
        return
    most = _budget(terms.target, terms.basis)
    if terms.interruption_max > most:
        limit = duration_text(terms.interruption_max)
        yield it.finding(
            "interruption.max",
            f"one interruption of {limit} is allowed, and the whole budget of a {terms.basis} is"
            f" at most {_said(most)}",
            "both promises are judged, each on its own",
            "which one wins into the contract's text, or a shorter max",
        )


def _late_crisis(it: Looking) -> Iterator[Finding]:
    """The month is what the report shows, whatever the contract is judged by."""
    terms = it.contract.terms
    if terms.target is None or terms.crisis_longer_than is None:
        return
    most = _budget(terms.target, "month")
    if terms.crisis_longer_than > most:
        longer = duration_text(terms.crisis_longer_than)
        yield it.finding(
            "crisis.longer_than",
            f"an outage of {longer} is no crisis yet, and the whole budget of a month is at most"
            f" {_said(most)}",
            "the target of the month is missed before a crisis begins",
            "a shorter longer_than",
        )


def _budget(target: Decimal, basis: str) -> timedelta:
    """Return the most that may be lost in any such period, cut to milliseconds, exactly.

    What is left of a real period's budget is for SQL: its committed time is shorter or the same.
    """
    return int((1 - Fraction(target)) * (_LONGEST[basis] // _MS)) * _MS


def _said(length: timedelta) -> str:
    minutes, rest = divmod(length, _MINUTE)
    return f"{minutes}m {rest.total_seconds():g}s"


RULES = (_two_promises, _late_crisis)
