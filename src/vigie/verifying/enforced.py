"""Whether maintenance windows keep the rules that the terms of the report enforce."""

from collections.abc import Iterator
from datetime import datetime

from vigie.reporting import Contract, Figures, Planned, Reason, Window, reason
from vigie.verifying.clocks import clocks_of


def ruled(figures: Figures) -> Iterator[str]:
    """Yield each window that the contract's hours or its cap judge otherwise."""
    contract = figures.contract
    if (contract.cap_s is None) != (contract.cap_per is None):
        yield "figures.contract.cap_s: is of no period"
    for number, window in enumerate(figures.maintenance):
        if not judged_by_terms(figures, window.starts):
            continue
        place = f"figures.maintenance[{number}]"
        yield from _reason(contract, window, place)
        if window.kind == "planned":
            yield from _measured(contract, window, place)
    for number, planned in enumerate(figures.contents.ahead):
        if judged_by_terms(figures, planned.starts):
            yield from _reason(contract, planned, f"figures.contents.ahead[{number}]")


def judged_by_terms(figures: Figures, at: datetime) -> bool:
    """Whether the terms of the report, which are those at its end, are in force at an instant."""
    clocks, until = clocks_of(figures), figures.contract.version_until
    is_begun = at >= clocks.begins(figures.contract.version_from)
    return is_begun and (until is None or at < clocks.begins(until))


def _reason(contract: Contract, window: Window | Planned, place: str) -> Iterator[str]:
    """Compare the reason that a window is not valid with the rules that are enforced."""
    told = reason(window.why or "")
    if told.rule == "forbidden" and "outside" not in contract.enforced:
        yield f"{place}.why: the hours are a wish of the contract"
    if told.rule == "used_up" and not _is_cap(contract, told):
        yield f"{place}.why: says {window.why}, the contract has no such cap"


def _is_cap(contract: Contract, told: Reason) -> bool:
    cap = told.cap_s, told.cap_per
    return "cap" in contract.enforced and cap == (contract.cap_s, contract.cap_per)


def _measured(contract: Contract, window: Window, place: str) -> Iterator[str]:
    if window.cap_s != contract.cap_s:
        yield f"{place}.cap_s: says {window.cap_s}, the contract {contract.cap_s}"
    told = reason(window.why or "")
    if told.rule == "forbidden" and told.forbidden_s != window.forbidden_s:
        yield f"{place}.forbidden_s: says {window.forbidden_s}, the reason {told.forbidden_s}"
    if window.valid and window.forbidden_s and "outside" in contract.enforced:
        yield f"{place}.valid: said of {window.forbidden_s} s inside hours without maintenance"
    if window.forbidden_s and contract.outside is None and contract.night_opens is None:
        yield f"{place}.forbidden_s: the contract has no hours without maintenance"
