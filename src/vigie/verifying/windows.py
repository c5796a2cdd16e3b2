"""Maintenance windows: whom they excuse, and whether their words are those of their rules."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from vigie.reporting import Figures, Planned, Window, reason
from vigie.verifying.attributed import own_services
from vigie.verifying.budgets import READINGS
from vigie.verifying.numbers import SOLUTION, has_one_version
from vigie.verifying.spans import lies_in, merged

KINDS = ("planned", "security")
SECONDS = r"(\d{1,10}(?:\.\d{1,6})?) s"
CAPPED = re.compile(
    rf"{SECONDS} of its (?:month|quarter|year) allowed, used up at \S{{1,40}}, {SECONDS} used",
    re.ASCII,
)


def windows(figures: Figures) -> Iterator[str]:
    """Yield every window that contradicts itself, or the services that it excuses."""
    known = {one.scope for one in figures.services}
    # Terms to come may cover other services.
    later = known if figures.contract.version_until is None else None
    for number, window in enumerate(figures.maintenance):
        place = f"figures.maintenance[{number}]"
        yield from _window(figures, window, place, known)
        yield from _capped(window, place)
    for number, planned in enumerate(figures.contents.ahead):
        yield from _window(figures, planned, f"figures.contents.ahead[{number}]", later)
    if has_one_version(figures):
        yield from _excused(figures)
        yield from _planned(figures)
    elif figures.availability.seconds.planned and not _may_excuse(figures):
        yield "figures.maintenance: no window is valid, and time is planned"
    yield from _without(figures)


def _without(figures: Figures) -> Iterator[str]:
    """Compare the figure with what was taken out with that without it, where nothing was."""
    contents = figures.contents
    if tuple(one.reading for one in contents.without) != READINGS:
        return
    agreed, corrected, excluded = (replace(one, reading="") for one in contents.without)
    if agreed != corrected and not any(one.state == "applied" for one in contents.corrections):
        yield "figures.contents.corrections: none is applied, and without them it is another figure"
    if corrected != excluded and not _may_excuse(figures):
        yield "figures.maintenance: no window is valid, and without them it is another figure"


def _may_excuse(figures: Figures) -> bool:
    # Of one service those are left out that its first terms do not have, and later ones do.
    is_listed = figures.availability.scope == SOLUTION or has_one_version(figures)
    return not is_listed or any(one.valid for one in figures.maintenance)


def _window(
    figures: Figures, window: Window | Planned, place: str, known: set[str] | None
) -> Iterator[str]:
    scope = figures.availability.scope
    if not window.services or (scope != SOLUTION and scope not in window.services):
        yield f"{place}.services: a window is of no service, or of others than the report"
    if known is not None and not known.issuperset(window.services):
        yield f"{place}.services: has one that the contract does not cover"
    if window.kind not in KINDS:
        yield f"{place}.kind: is {window.kind}"
    if window.valid != (window.why is None):
        yield f"{place}.valid: {window.valid} said, and why not: {window.why}"
    elif not _may_be(window):
        yield f"{place}.why: says {window.why}, the others do not"


def _may_be(window: Window | Planned) -> bool:
    """Whether the rule that it breaks can be the first one that it does."""
    rule = None if window.why is None else reason(window.why).rule
    at = window.announced_at
    if rule == "withdrawn" or window.kind == "security":
        return rule in {None, "withdrawn"}
    if at is None or rule == "not_announced":
        return at is None and rule == "not_announced"
    said = _proof(window)
    if rule == "no_proof":
        return not any(map(str.isalnum, said or ""))
    if said == "" or at > window.starts or rule == "late":
        return said != "" and at > window.starts and rule == "late"
    return window.why is None or _gives_seconds(window, window.why)


def _proof(window: Window | Planned) -> str | None:
    """Return the words that prove its announcement; None where they are not carried."""
    if isinstance(window, Planned):
        return None
    return "".join(filter(None, (window.channel, window.recipient, window.evidence)))


def _gives_seconds(window: Window | Planned, why: str) -> bool:
    """Whether the numbers in *why* are those beside it."""
    told = reason(why)
    if told.rule == "notice":
        return told.given == window.notice_days and told.given < told.asked
    if isinstance(window, Planned):
        return told.rule in {"forbidden", "used_up"}
    return (told.rule == "forbidden" and told.forbidden_s == window.forbidden_s) or (
        told.rule == "used_up" and told.cap_s == window.cap_s
    )


def _capped(window: Window, place: str) -> Iterator[str]:
    """Compare what a window is told to have broken of hours and cap with the seconds beside it."""
    beside = (window.remark, window.forbidden_s, window.cap_s, window.cap_used_s or None)
    if window.kind == "security" and beside != (None,) * 4:
        yield f"{place}.kind: security uses no cap and has no hours, and some are said"
    said = (window.remark or "").split("; ") if window.remark else []
    broken = [told for one in said if (told := reason(one)).rule == "forbidden"]
    capped = [found.groups() for one in said if (found := CAPPED.fullmatch(one))]
    expected = [window.forbidden_s] if window.forbidden_s else []
    is_same = [one.forbidden_s for one in broken] == expected
    is_same &= len(said) == len(broken) + len(capped)
    for cap, used in capped:
        is_same &= (Decimal(cap), Decimal(used)) == (window.cap_s, window.cap_used_s)
    if not is_same:
        yield f"{place}.remark: says {window.remark}, its seconds do not"


def _excused(figures: Figures) -> Iterator[str]:
    """Compare what each window excuses with what was planned of its services."""
    planned = {one.scope: one.seconds.planned for one in figures.services}
    for number, window in enumerate(figures.maintenance):
        most = sum(planned.get(key, Decimal(0)) for key in {*window.services})
        if window.excused_s > most:
            place = f"figures.maintenance[{number}].excused_s"
            yield f"{place}: says {window.excused_s}, its services were planned for {most} s"


def _planned(figures: Figures) -> Iterator[str]:
    """Compare what was planned of each service, and when, with the windows that excuse it."""
    own = own_services(figures)
    valid = [one for one in figures.maintenance if one.valid]
    excused: dict[str, Decimal] = defaultdict(Decimal)
    for window in valid:
        for key in {*window.services}:
            excused[key] += window.excused_s
    is_measured = figures.contract.maintenance != "window"
    of_all = figures.availability.scope == SOLUTION
    for of in figures.services if of_all else own.values():
        said, key = of.seconds.planned, of.scope
        if said and (key not in excused or (is_measured and said > excused[key])):
            yield f"figures.maintenance: excuses {excused[key]} s of {key}, {said} said"
    if figures.availability.seconds.planned > sum(one.seconds.planned for one in own.values()):
        yield "figures.services: less was planned of them than of the solution"
    held = merged(
        (one.starts, one.ends) for one in valid if not own.keys().isdisjoint(one.services)
    )
    for number, spell in enumerate(figures.contents.spells):
        if spell.kind == "planned" and not lies_in((spell.starts, spell.ends), held):
            yield f"figures.contents.spells[{number}]: planned, and in no window that is valid"
