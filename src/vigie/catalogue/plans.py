"""From plans, what they extend and what a contract overrides to the terms of a contract."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from vigie.catalogue.grammar import (
    Availability,
    CalendarFile,
    Cap,
    Crisis,
    Interruption,
    Maintenance,
    Notice,
    PlanFile,
    TermsText,
)
from vigie.catalogue.model import Terms
from vigie.catalogue.names import Names
from vigie.catalogue.problems import Problem
from vigie.catalogue.shelf import Shelf
from vigie.catalogue.yaml import Document, Trail

Words = dict[str, object]

ALWAYS = "always"  # the calendar that needs no file
_CALENDARS: tuple[Trail, ...] = (
    ("availability", "hours"),
    ("interruption", "calendar"),
    ("maintenance", "notice", "calendar"),
    ("maintenance", "outside"),
)
_COMPLETE: Mapping[Trail, tuple[str, ...]] = {
    ("availability",): ("target", "basis"),
    ("interruption",): ("max",),
    ("maintenance", "notice"): ("working_days", "calendar"),
    ("maintenance", "cap"): ("time", "per"),
    ("crisis",): ("longer_than", "customers"),
}


def check_plans(
    plans: Shelf[PlanFile], calendars: Shelf[CalendarFile], problems: list[Problem]
) -> None:
    """Add to *problems* references to what does not exist, and plans that extend themselves."""
    for key, book in plans.books.items():
        problems.extend(check_calendars(book.document, (), calendars.names))
        parent = book.document.at(("extends",))
        problem = None
        if isinstance(parent, str):
            problem = plans.names.refer(parent, book.document, ("extends",))
        if problem:
            problems.append(problem)
        circle = _circle(key, plans)
        if circle and key == min(circle):  # told once, not by each plan in it
            what = f"{' extends '.join((*circle, key))} (write a plan that stands on its own)"
            problems.append(book.document.problem(("extends",), what))


def _circle(key: str, plans: Shelf[PlanFile]) -> list[str]:
    """Return the plans from *key* back to itself; empty when there is no such way."""
    way = [key]
    while True:
        parent = _extends(way[-1], plans)
        if parent == key:
            return way
        if parent is None or parent in way:
            return []
        way.append(parent)


def _extends(key: str, plans: Shelf[PlanFile]) -> str | None:
    book = plans.books.get(key)
    return book.shape.extends if book and book.shape else None


def check_calendars(document: Document, trail: Trail, calendars: Names) -> Iterator[Problem]:
    """Yield the calendars that the terms at *trail* name and that do not exist."""
    for place in _CALENDARS:
        key = document.at((*trail, *place))
        if isinstance(key, str) and key != ALWAYS:
            problem = calendars.refer(key, document, (*trail, *place))
            if problem:
                yield problem


def plan_words(key: str, plans: Shelf[PlanFile]) -> Words | None:
    """Return the terms of plan *key* over those it extends; None when one of them is broken."""
    merged: Words = {}
    chain = _chain(key, plans)
    if chain is None:
        return None
    for name in chain:
        book = plans.books.get(name)
        if book is None or book.shape is None:
            return None
        merged = merge(merged, _terms_only(book.document.data))
    return merged


def _chain(key: str, plans: Shelf[PlanFile]) -> list[str] | None:
    """Return the plans that make up *key*, the most general first."""
    way = [key]
    while (parent := _extends(way[0], plans)) is not None:
        if parent in way:
            return None
        way.insert(0, parent)
    return way


def _terms_only(data: object) -> Words:
    assert isinstance(data, dict)
    return {k: v for k, v in data.items() if k in TermsText.model_fields or k == "document"}


def merge(base: Words, over: Mapping[str, object]) -> Words:
    """Return *base* with *over* laid on it: mappings merge, all else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = merge(below, value)
        else:
            merged[key] = value
    return merged


def incomplete(words: Words) -> Iterator[str]:
    """Yield what merged terms lack, each said in full."""
    for place, names in _COMPLETE.items():
        part: object = words
        for name in place:
            part = part.get(name) if isinstance(part, dict) else None
        if not isinstance(part, dict):
            continue
        lacking = [name for name in names if part.get(name) is None]
        if lacking:
            where = ".".join(map(str, place))
            what = f"the terms have {where} without {' and '.join(lacking)}"
            yield f"{what} (write {where}: {{{lacking[0]}: …}})"


def make_terms(words: Words) -> Terms:
    """Return the terms that complete, checked *words* mean, with the defaults filled in."""
    text = TermsText.model_validate({k: v for k, v in words.items() if k != "document"})
    availability = text.availability or Availability()
    interruption = text.interruption or Interruption()
    maintenance = text.maintenance or Maintenance()
    notice, cap = maintenance.notice or Notice(), maintenance.cap or Cap()
    crisis = text.crisis or Crisis()
    return Terms(
        target=availability.target,
        basis=availability.basis or "year",
        hours=_calendar(availability.hours),
        maintenance=availability.maintenance or "downtime",
        unknown=availability.unknown or "neither",
        interruption_max=interruption.max,
        interruption_calendar=_calendar(interruption.calendar),
        join_within=interruption.join_within or timedelta(0),
        notice_working_days=notice.working_days,
        notice_calendar=notice.calendar,
        outside=maintenance.outside,
        cap_time=cap.time,
        cap_per=cap.per,
        crisis_longer_than=crisis.longer_than,
        crisis_customers=crisis.customers,
    )


def _calendar(key: str | None) -> str | None:
    return None if key == ALWAYS else key
