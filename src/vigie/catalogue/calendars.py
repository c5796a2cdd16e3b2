"""From a calendar as written to one whose hours, holidays and closed days are spelled out."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from vigie.catalogue.grammar import CalendarFile
from vigie.catalogue.holidays import public_holidays
from vigie.catalogue.hours import days_of
from vigie.catalogue.model import Calendar, Holiday, Hours
from vigie.catalogue.problems import Problem
from vigie.catalogue.shelf import Book
from vigie.catalogue.words import shown
from vigie.catalogue.yaml import Document, Trail

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_Span = tuple[timedelta, timedelta, Trail]  # since Monday, or since midnight; where it is written


def make_calendar(
    book: Book[CalendarFile], years: range, problems: list[Problem]
) -> Calendar | None:
    """Return the calendar of *book*, its yearly days spelled out for *years*."""
    shape, document = book.shape, book.document
    if shape is None:
        return None
    spans = list(_week(shape, document))
    problems.extend(_week_problems(shape, spans, document))
    problems.extend(_day_problems(shape, document))
    days, source = public_holidays(shape.holidays, years, document, problems)
    days |= {
        day: Holiday(day=day, name="Closed") for day in _closed(shape, years) if day not in days
    }
    days |= {day.day: day for day in _special(shape, years)}
    return Calendar(
        key=shape.key,
        timezone=shape.timezone,
        hours=tuple(_hours(spans)),
        holidays=tuple(days[day] for day in sorted(days)),
        holidays_source=source,
    )


def _week(shape: CalendarFile, document: Document) -> Iterator[_Span]:
    """Yield the opening hours as spans since Monday 00:00, with the place of each."""
    written = document.at(("hours",))
    names = written if isinstance(written, dict) else {}
    for name, (weekdays, ranges) in zip(names, shape.hours.items(), strict=True):
        for weekday in weekdays:
            monday = (weekday - 1) * _DAY
            for index, (opens, closes) in enumerate(ranges):
                yield monday + opens, monday + closes, ("hours", name, index)
    for index, span in enumerate(shape.spans):
        to = span.to if span.to > span.from_ else span.to + _WEEK
        yield span.from_, to, ("spans", index)


def _hours(spans: Iterable[_Span]) -> Iterator[Hours]:
    for opens, closes, _ in sorted(spans):
        midnight = opens.days * _DAY
        yield Hours(weekday=opens.days + 1, opens=opens - midnight, closes=closes - midnight)


def _week_problems(
    shape: CalendarFile, spans: list[_Span], document: Document
) -> Iterator[Problem]:
    if not spans:
        what = 'is never open (write hours: {mon-fri: ["09:00-17:00"]})'
        yield document.problem(("hours",), what)
    for index, span in enumerate(shape.spans):
        if span.from_ == span.to:
            what = 'is empty (write hours: {mon-sun: ["00:00-24:00"]} for the whole week)'
            yield document.problem(("spans", index), what)
    again = [(opens + _WEEK, closes, trail) for opens, closes, trail in spans]
    yield from _overlaps([*spans, *again], document)


def _day_problems(shape: CalendarFile, document: Document) -> Iterator[Problem]:
    for name, ranges in shape.special.items():
        trail: Trail = ("special", name)
        if name in shape.closed:
            what = f"{shown(name)} is also listed as closed (write it once)"
            yield document.problem(trail, what, key=True)
        if not ranges:
            what = f"is empty (write {shown(name)} under closed)"
            yield document.problem(trail, what)
        spans: list[_Span] = []
        for index, (opens, closes) in enumerate(ranges):
            spans.append((opens, closes, (*trail, index)))
        yield from _overlaps(spans, document)


def _overlaps(spans: list[_Span], document: Document) -> Iterator[Problem]:
    """Yield a problem for each place whose hours another place has taken already."""
    told = set()
    latest = timedelta(0)
    holder: Trail = ()
    for opens, closes, trail in sorted(spans):
        if opens < latest and trail not in told:
            told.add(trail)
            line = document.problem(holder, "").line
            what = f"overlaps the hours on line {line} (write hours that do not overlap)"
            yield document.problem(trail, what)
        if closes > latest:
            latest, holder = closes, trail


def _closed(shape: CalendarFile, years: range) -> Iterator[date]:
    for name in shape.closed:
        yield from days_of(name, years)


def _special(shape: CalendarFile, years: range) -> Iterator[Holiday]:
    for name, ranges in shape.special.items():
        for day in days_of(name, years):
            yield Holiday(day=day, name="Special hours", hours=tuple(sorted(ranges)))
