"""Why a maintenance window excuses nothing: what SQL says in English, told apart for each language.

A reason that is not known here is printed as it is, in English: tests/reporting/test_reasons.py
reads those that SQL can give.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

PLAIN = {
    "withdrawn": "withdrawn",
    "not announced": "not_announced",
    "no proof of the announcement": "no_proof",
    "announced after its start": "late",
}
NOTICE = re.compile(r"announced (\d{1,9}) whole working days? ahead, (\d{1,9}) asked", re.ASCII)
FORBIDDEN = re.compile(r"(\d{1,10}(?:\.\d{1,6})?) s inside hours without maintenance", re.ASCII)
USED_UP = re.compile(r"the (\d{1,10}(?:\.\d{1,6})?) s of its (\w+) were used up", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """The rule that a window breaks, with its figures."""

    rule: str  # withdrawn, not_announced, no_proof, late, notice, forbidden, used_up, other
    given: int = 0  # whole working days, of notice
    asked: int = 0
    forbidden_s: Decimal = Decimal(0)
    cap_s: Decimal = Decimal(0)
    cap_per: str = ""  # month, quarter, year


def reason(text: str) -> Reason:
    """Return what *text*, the reason that SQL gives, says."""
    if text in PLAIN:
        return Reason(rule=PLAIN[text])
    if found := NOTICE.fullmatch(text):
        return Reason(rule="notice", given=int(found[1]), asked=int(found[2]))
    if found := FORBIDDEN.fullmatch(text):
        return Reason(rule="forbidden", forbidden_s=Decimal(found[1]))
    if found := USED_UP.fullmatch(text):
        return Reason(rule="used_up", cap_s=Decimal(found[1]), cap_per=found[2])
    return Reason(rule="other")
