"""Names what contracts leave open, contradict, or promise without a way to measure it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from vigie.catalogue import lintbudget, lintcalendars, lintmeasure, lintreadings, lintterms
from vigie.catalogue.finding import Finding, Looking
from vigie.catalogue.model import Catalogue, Contract
from vigie.catalogue.words import nearest

Rule = Callable[[Looking], Iterator[Finding]]
# Of what the text says, whatever is probed; those of the probes look at every contract.
OF_THE_TEXT: tuple[Rule, ...] = (*lintterms.RULES, *lintreadings.RULES, *lintcalendars.RULES)
RULES: tuple[Rule, ...] = (*OF_THE_TEXT, *lintbudget.RULES, *lintmeasure.RULES)


def lint(
    contracts: Iterable[Contract], catalogue: Catalogue, *, rules: tuple[Rule, ...] = RULES
) -> list[Finding]:
    """Return the findings in *contracts* of *catalogue*, in order of place, each once.

    A term that is written down is settled, even where it says what the default would be.
    A finding that its contract accepts is among them, with the reason; so is an acceptance
    that accepts nothing.
    """
    looks = [Looking(contract=contract, catalogue=catalogue) for contract in contracts]
    return sorted({finding for look in looks for finding in _findings(look, rules)})


def _findings(it: Looking, rules: tuple[Rule, ...]) -> Iterator[Finding]:
    found = [finding for rule in rules for finding in rule(it)]
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
