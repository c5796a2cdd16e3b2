"""Names what contracts leave open, contradict, or promise without a way to measure it."""

from collections.abc import Iterable
from itertools import chain

from vigie.catalogue import lintcalendars, lintmeasure, lintterms
from vigie.catalogue.finding import Finding, Looking
from vigie.catalogue.model import Catalogue, Contract

RULES = (*lintterms.RULES, *lintmeasure.RULES, *lintcalendars.RULES)


def lint(contracts: Iterable[Contract], catalogue: Catalogue) -> list[Finding]:
    """Return the findings in *contracts* of *catalogue*, in order of place, each once.

    A term that is written down is settled, even where it says what the default would be.
    """
    looks = [Looking(contract=contract, catalogue=catalogue) for contract in contracts]
    return sorted(set(chain.from_iterable(rule(look) for look in looks for rule in RULES)))
