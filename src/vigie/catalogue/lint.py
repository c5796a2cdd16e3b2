"""Names what contracts leave open, contradict, or promise without a way to measure it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from vigie.catalogue import lintbudget, lintcalendars, lintmeasure, lintreadings, lintterms
from vigie.catalogue.finding import Finding, Looking
from vigie.catalogue.model import Catalogue, Contract
from vigie.catalogue.words import nearest

RULES = (
    *lintterms.RULES,
    *lintbudget.RULES,
    *lintreadings.RULES,
    *lintmeasure.RULES,
    *lintcalendars.RULES,
)


def lint(contracts: Iterable[Contract], catalogue: Catalogue) -> list[Finding]:
    """Return the findings in *contracts* of *catalogue*, in order of place, each once.

    A term that is written down is settled, even where it says what the default would be.
    A finding that its contract accepts is among them, with the reason; so is an acceptance
    that accepts nothing.
    """
    looks = [Looking(contract=contract, catalogue=catalogue) for contract in contracts]
    return sorted({finding for look in looks for finding in _findings(look)})


def _findings(it: Looking) -> Iterator[Finding]:
    found = [finding for rule in RULES for finding in rule(it)]
    reasons = it.contract.accepted
    for finding in found:
        known = [reasons[name] for name in finding.names if name in reasons]
        yield replace(finding, accepted=known[0]) if known else finding
    yield from _needless(it, [name for finding in found for name in finding.names])


def _needless(it: Looking, names: list[str]) -> Iterator[Finding]:
    for name in it.contract.accepted:
        if name not in names:
            close = nearest(name, names)
            yield it.finding(
                f"accepted.{name}",
                "nothing of this name is open",
                "it accepts nothing",
                f"{close}, or take it away" if close else "the name of a finding, or take it away",
            )
