"""The numbers of the summary over all contracts, computed again row by row, and its order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from vigie.reporting import Broken, Called, Shared, Standing, Summary, reason
from vigie.verifying.carried import PERCENT
from vigie.verifying.clocks import clocks, out_of_order
from vigie.verifying.numbers import over, seconds, spare
from vigie.verifying.outlooks import outlook
from vigie.verifying.percentages import cut, raised

ORDER = ("missed", "not_provable", "running", "met", "not_applicable")


def added_up(found: Summary) -> Iterator[str]:
    """Yield every number of a summary that the seconds, instants and rows beside it do not give."""
    first = found.noon.astimezone(UTC).date()
    if found.noon != datetime.combine(first, time(12), UTC):
        yield f"summary.noon: {found.noon} is no noon"
    if found.name != _name(found.kind, first):
        yield f"summary.name: says {found.name} of the {found.kind} of {first}"
    if found.complete != all(one.complete for one in found.contracts):
        yield f"summary.complete: says {found.complete}, its contracts do not"
    customers = {one.contract: one.customer_key for one in found.contracts}
    for number, one in enumerate(found.contracts):
        place = f"summary.contracts[{number}]"
        yield from _told(_standing(found, one), place)
        yield from out_of_order(one.zones, f"{place}.zones")
    for number, shared in enumerate(found.shared):
        yield from _told(_shared(found, shared, customers), f"summary.shared[{number}]")
    for number, broken in enumerate(found.broken):
        yield from _told(_broken(broken), f"summary.broken[{number}]")
    for number, crisis in enumerate(found.crises):
        yield from _told(_resolved(crisis), f"summary.crises[{number}]")
    yield from _people(found)
    yield from _risks(found)


def _name(kind: str, first: date) -> str:
    quarter = (first.month + 2) // 3
    names = {"month": f"{first:%Y-%m}", "quarter": f"{first.year}-Q{quarter}"}
    return names.get(kind, str(first.year))


def _told(compared: Iterator[tuple[str, object, object]], place: str) -> Iterator[str]:
    for name, said, found in compared:
        if said != found:
            yield f"{place}.{name}: says {said}, the others give {found}"


def _standing(found: Summary, one: Standing) -> Iterator[tuple[str, object, object]]:
    """Yield name, value said and value found of what a contract's seconds give."""
    used, budget = Fraction(one.used_s or 0), _exact(one.budget_s)
    yield "contractual", one.contractual, one.basis == found.kind
    yield "complete", one.complete, found.as_of is not None and one.ends <= found.as_of
    yield "left_s", one.left_s, over(budget, used)
    yield "over_s", one.over_s, over(used, budget)
    yield "used_share", one.used_share, None if budget is None else raised(used, budget)
    allowed = _verdicts(one, used, budget)
    yield "verdict", one.verdict, one.verdict if one.verdict in allowed else " or ".join(allowed)
    yield "crises", one.crises in range(len(found.crises) + 1), True
    yield "longest_working_s", one.longest_working_s is None, one.outages == 0
    yield "longest_elapsed_s", (one.longest_elapsed_s or 0) >= (one.longest_working_s or 0), True
    # A version without a target may have been down too, and uses up no budget.
    most = cut(Fraction(one.committed_s) - used, Fraction(one.committed_s))
    yield "percent", _percent(one.percent) <= _percent(most), True
    on, first = clocks(one.timezone, one.zones), found.noon.astimezone(UTC).date()
    begins, is_it = on.day(one.starts), on.is_whole(found.kind, one.starts, one.ends)
    yield "starts", begins if is_it else f"no {found.kind}", first
    yield "timezone", one.timezone, on.zone(begins).key
    if one.versions == 1:
        yield from _of_one_version(one, used)


def _exact(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def _of_one_version(one: Standing, used: Fraction) -> Iterator[tuple[str, object, object]]:
    """Yield what one version of the contract leaves no doubt about."""
    committed, target = Fraction(one.committed_s), one.target
    whole = spare(target) * (committed + Fraction(one.future_s))
    yield "percent", one.percent, cut(committed - used, committed)
    yield "budget_s", one.budget_s, None if target is None else whole
    yield "unplanned_s", one.unplanned_s <= used, True


def _verdicts(one: Standing, used: Fraction, budget: Fraction | None) -> Sequence[str]:
    """Return the verdicts that the seconds allow; what was not measured is not among them."""
    if budget is None or one.committed_s + one.future_s == 0:
        return ("not_applicable",)
    # Of several versions the one that promises something may have been without time.
    else_ = ("not_applicable",) if one.versions > 1 or one.committed_s == 0 else ()
    if not one.complete:
        return ("running", *else_)
    if one.committed_s == 0:
        return else_
    return ("missed",) if used > budget else ("met", "not_provable", *else_)


def _shared(
    found: Summary, one: Shared, customers: Mapping[str, str]
) -> Iterator[tuple[str, object, object]]:
    """Yield name, value said and value found of an outage that hit the *customers* of contracts."""
    keys = set(one.contract_keys)
    yield "elapsed_s", one.elapsed_s, seconds(one.ends - one.starts)
    yield "contracts", one.contracts, len(keys)
    yield "customers", one.customers, len({customers.get(key) for key in keys})
    yield "contract_keys", keys <= customers.keys(), True
    yield "open", one.open, found.as_of is None or one.ends >= found.as_of


def _broken(one: Broken) -> Iterator[tuple[str, object, object]]:
    late = [why for why in one.contract_whys if "working days ahead" in why]
    told = [rule for why in late if (rule := reason(why)).rule == "notice"]
    yield "contract_whys", len(told), len(late)
    yield "contract_whys", len(one.contract_whys), len(one.contract_keys)
    yield "broken", one.broken, len(set(one.contract_keys))
    yield "contracts", one.contracts >= one.broken, True
    yield "down_s", 0 <= one.down_s <= seconds(one.ends - one.starts), True
    if len(told) == len(one.contract_whys):
        yield "notice_days", one.notice_days, min((rule.given for rule in told), default=None)
        yield "asked", one.asked, max((rule.asked for rule in told), default=None)


def _people(found: Summary) -> Iterator[str]:
    """Compare what people do with the contracts, and with when the results end."""
    keys = {one.contract for one in found.contracts}
    if len(keys) != len(found.contracts):
        yield "summary.contracts: has one of them twice"
    if sorted(keys) != sorted(one.contract for one in found.reports):
        yield "summary.reports: are not one for each contract"
    for number, kept in enumerate(found.reports):
        due, until = kept.due, found.as_of
        if kept.overdue != (due is not None and until is not None and due < until):
            yield f"summary.reports[{number}].overdue: says {kept.overdue}, due {due}"
    for number, log in enumerate(found.disputes):
        is_told = log.contract in keys and log.first_at <= log.last_at
        if not (is_told and 0 <= log.results_down <= log.results):
            yield f"summary.disputes[{number}]: contradicts itself"


def _resolved(one: Called) -> Iterator[tuple[str, object, object]]:
    end = one.resolved and max(one.opened, one.resolved)
    yield "to_resolve_s", one.to_resolve_s, end and seconds(end - one.opened)


def _risks(found: Summary) -> Iterator[str]:
    contracts = {one.contract: one for one in found.contracts}
    for number, one in enumerate(found.risks):
        place, of = f"summary.risks[{number}]", contracts.get(one.contract)
        if of is None or of.basis != one.kind:
            yield f"{place}: is of no contract that is judged by the {one.kind}"
            continue
        on = clocks(of.timezone, of.zones)
        yield from outlook(one, place, on)
        if not (one.over_s or one.projected_over_s):
            yield f"{place}: is at no risk"
        first = on.day(one.starts)
        if one.noon != datetime.combine(first, time(12), UTC):
            yield f"{place}.noon: is {one.noon}, it begins on {first}"
        for name, said, least in (
            ("up", one.pace_up_s, one.up_s),
            ("down", one.pace_down_s, one.down_s),
        ):
            if said < least or (one.kind == "year" and said != least):
                yield f"{place}.pace_{name}_s: is not that of its year"
        if found.as_of is None or one.known_until != min(of.ends, found.as_of):
            yield f"{place}.known_until: is neither the end of the period nor of the results"


def ranked(found: Summary) -> Iterator[str]:
    """Yield the lists that are out of order: the worst comes first, and pages show the first."""
    orders: dict[str, Callable[[Any], Any]] = {
        "contracts": lambda one: (_place(one.verdict), _share(one), _percent(one.percent)),
        "shared": lambda one: (-one.customers, -one.elapsed_s, one.starts),
        "broken": lambda one: (-one.down_s, one.starts),
        "risks": lambda one: (not one.over_s, _share(one)),
    }
    for name, rank in orders.items():
        if any(rank(after) < rank(before) for before, after in pairwise(getattr(found, name))):
            yield f"summary.{name}: are out of order"
    if any(after.starts > before.starts for before, after in pairwise(found.crises)):
        yield "summary.crises: are out of order"


def _place(verdict: str) -> int:
    return ORDER.index(verdict) if verdict in ORDER else len(ORDER)


def _share(one: Any) -> tuple[bool, Fraction]:  # noqa: ANN401 - a contract's or a risk
    """Return what sorts the greatest share of a budget first, and none last."""
    if one.used_s is None or not one.budget_s:
        return True, Fraction(0)
    return False, -Fraction(one.used_s) / Fraction(one.budget_s)


def _percent(text: str | None) -> tuple[bool, Fraction]:
    """Return what sorts the smallest percentage first, and none last."""
    told = text if text and PERCENT.fullmatch(text) else None
    return told is None, Fraction(told or 0)
