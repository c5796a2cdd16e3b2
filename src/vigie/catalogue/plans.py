"""From plans, what they extend and what a contract overrides to the terms of a contract."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from vigie.catalogue.extending import chain, check_extends
from vigie.catalogue.grammar import (
    Availability,
    Cap,
    Crisis,
    Interruption,
    Maintenance,
    Notice,
    PlanFile,
    TermsText,
)
from vigie.catalogue.model import Reports, Terms
from vigie.catalogue.names import Names
from vigie.catalogue.problems import Problem
from vigie.catalogue.provenance import check_clauses
from vigie.catalogue.shelf import Book, Shelf
from vigie.catalogue.termtexts import Words, merge, terms_only
from vigie.catalogue.yaml import Document, Trail

ALWAYS = "always"  # the calendar that needs no file
_CALENDARS: tuple[Trail, ...] = (
    ("availability", "hours"),
    ("interruption", "calendar"),
    ("maintenance", "notice", "calendar"),
    ("maintenance", "outside"),
    ("reports", "send", "calendar"),
)
_COMPLETE: Mapping[Trail, tuple[str, ...]] = {
    ("availability",): ("target", "basis"),
    ("interruption",): ("max",),
    ("maintenance", "notice"): ("working_days", "calendar"),
    ("maintenance", "cap"): ("time", "per"),
    ("crisis",): ("longer_than", "customers"),
}


def check_plans(plans: Shelf[PlanFile], calendars: Names, problems: list[Problem]) -> None:
    """Add to *problems* references to what does not exist, and plans that extend themselves."""
    check_extends(plans, lambda key: _extends(key, plans), problems)
    for book in plans.books.values():
        problems.extend(check_calendars(book.document, (), calendars))
        problems.extend(check_clauses(book.document, ()))


def _extends(key: str, plans: Shelf[PlanFile]) -> str | None:
    book = plans.books.get(key)
    return book.shape.extends if book and book.shape else None


def check_calendars(document: Document, trail: Trail, calendars: Names) -> Iterator[Problem]:
    """Yield the calendars that the terms at *trail* name and that do not exist."""
    for place, key in calendars_in(document.at(trail)):
        problem = calendars.refer(key, document, (*trail, *place))
        if problem:
            yield problem


def calendars_in(words: object) -> Iterator[tuple[Trail, str]]:
    """Yield the calendars that terms name, each with its place; `always` needs none."""
    places = [(place, _at(words, place)) for place in _CALENDARS]
    places += _support_calendars(_at(words, ("support",)), ("support",))
    for place, key in places:
        if isinstance(key, str) and key != ALWAYS:
            yield place, key


def _support_calendars(part: object, trail: Trail) -> Iterator[tuple[Trail, object]]:
    """Yield what stands under `calendar`, and under `calendar_by_region` and the like."""
    for name, value in part.items() if isinstance(part, dict) else ():
        place = (*trail, name)
        if name == "calendar":
            yield place, value
        elif name.startswith("calendar_by_") and isinstance(value, dict):
            yield from (((*place, each), key) for each, key in value.items())
        else:
            yield from _support_calendars(value, place)


def _at(words: object, trail: Trail) -> object:
    for name in trail:
        words = words.get(name) if isinstance(words, dict) else None
    return words


def plan_chain(key: str, plans: Shelf[PlanFile]) -> list[Book[PlanFile]] | None:
    """Return the plans that make up *key*, the most general first; None when one is broken."""
    names = chain(key, lambda name: _extends(name, plans))
    books = [plans.books.get(name) for name in names or ()]
    whole = [book for book in books if book and book.shape]
    return whole if names and len(whole) == len(names) else None


def plan_words(books: Iterable[Book[PlanFile]]) -> Words:
    """Return the terms of *books*, each laid on the one before it."""
    merged: Words = {}
    for book in books:
        merged = merge(merged, terms_only(book.document.data))
    return merged


def incomplete(words: Words) -> Iterator[str]:
    """Yield what merged terms lack, each said in full."""
    for place, names in _COMPLETE.items():
        part = _at(words, place)
        if not isinstance(part, dict):
            continue
        lacking = [name for name in names if part.get(name) is None]
        if lacking:
            where = ".".join(map(str, place))
            what = f"the terms have {where} without {' and '.join(lacking)}"
            yield f"{what} (write {where}: {{{lacking[0]}: …}})"


def contradictory(words: Words) -> Iterator[str]:
    """Yield what merged terms of maintenance cannot mean, each said in full."""
    rules = _at(words, ("maintenance",))
    if not isinstance(rules, dict):
        return
    written = {name for name, value in rules.items() if value is not None}
    if "or" in written and "outside" not in written:
        yield "the terms have maintenance.or without outside (write maintenance: {outside: always})"
    if rules.get("outside") == ALWAYS and "or" not in written:
        yield "the terms leave no hour for maintenance (write maintenance: {or: night})"
    enforced = rules.get("enforce")
    for name in enforced if isinstance(enforced, list) else ():
        if name in ("outside", "cap") and name not in written:
            yield (
                f"the terms enforce maintenance.{name} and have none"
                f" (write maintenance: {{{name}: …}})"
            )


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
        outside=_calendar(maintenance.outside),
        night=maintenance.or_,
        enforced=maintenance.enforce or (),
        cap_time=cap.time,
        cap_per=cap.per,
        crisis_longer_than=crisis.longer_than,
        crisis_customers=crisis.customers,
        reports=text.reports or Reports(),
    )


def _calendar(key: str | None) -> str | None:
    return None if key == ALWAYS else key
