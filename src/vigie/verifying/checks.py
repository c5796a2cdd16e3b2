"""What was looked at, and whether it holds."""

from collections.abc import Iterable
from dataclasses import dataclass

MOST = 5  # problems that are told of one check; the rest is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that a report must be."""

    name: str
    holds: bool | None  # None: could not be checked
    says: str
    is_due: bool = True  # False: there is nothing to check, and nothing is missing
    is_later: bool = False  # True: it was so when it was kept, and is not any more


def judged(name: str, problems: Iterable[str], *, well: str, why: str = "") -> Check:
    """Return a check that holds when there are no *problems*; *why* says what may explain them."""
    found = list(problems)
    if not found:
        return Check(name=name, holds=True, says=well)
    more = f"; and {len(found) - MOST} more" if len(found) > MOST else ""
    return Check(name=name, holds=False, says="; ".join(found[:MOST]) + more + why)


def later(name: str, problems: Iterable[str], *, well: str, why: str = "") -> Check:
    """Return a check of what is known to be genuine: *problems* came after it, so none fails it."""
    found = list(problems)
    if not found:
        return Check(name=name, holds=True, says=well)
    says = f"today gives other values: {len(found)} differ, for instance {found[0]}{why}"
    return Check(name=name, holds=None, says=says, is_later=True)
