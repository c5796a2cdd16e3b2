"""From a calendar as written to one whose hours, holidays and closed days are spelled out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from vigie.catalogue.holidays import known_holidays, named_days, region_problem
from vigie.catalogue.hours import Range, is_named
from vigie.catalogue.layers import Calendars, Layer
from vigie.catalogue.model import Calendar, Hours, Yearly
from vigie.catalogue.overlaps import Stretch, overlaps
from vigie.catalogue.problems import Problem
from vigie.catalogue.words import shown
from vigie.catalogue.yaml import Trail
from vigie.catalogue.yearly import expanded

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """The layers of one calendar, the years asked for, and the problems so far."""

    layers: list[Layer]
    years: range
    problems: list[Problem]

    def last(self, *names: str) -> int:
        """Return the index of the last layer that gives any of *names*; 0 when none does."""
        giving = (index for index, layer in enumerate(self.layers) if layer.gives(*names))
        return max(giving, default=0)

    def layer(self, *names: str) -> Layer:
        return self.layers[self.last(*names)]

    def misses(self, *names: str) -> bool:
        """Whether what gives one of *names* may be among what was refused, or not to be had."""
        return any(layer.lacks("extends", *names) for layer in self.layers) or not self._whole

    @property
    def _whole(self) -> bool:
        return getattr(self.layers[0].text, "extends", None) is None

    def tell(self, layer: Layer, trail: Trail, what: str, *, key: bool = False) -> None:
        self.problems.append(layer.document.problem(layer.at(*trail), what, key=key))


def make_calendar(
    key: str, calendars: Calendars, years: range, problems: list[Problem]
) -> Calendar | None:
    """Return calendar *key*, its yearly days spelled out for *years*; None when it is refused.

    Of a calendar that is refused in part, the problems of the rest are told.
    Hours and spans together are the week: a layer that gives either replaces the week below.
    """
    layers = calendars.layers(key)
    if not layers:
        return None
    reading = _Reading(layers=layers, years=years, problems=problems)
    timezone = reading.layer("timezone").text.timezone
    if timezone is None and not reading.misses("timezone"):
        what = '"timezone" is missing (write timezone: Europe/Paris)'
        reading.tell(layers[0], (), what)
    stretches = _week(reading)
    text = reading.layer("timezone", "timezone_text").text
    calendar = Calendar(
        key=key,
        timezone=timezone or "UTC",
        hours=tuple(_hours(stretches)),
        yearly=_yearly(reading),
        timezone_text=text.timezone_text,
        holidays_said=any(layer.gives("holidays") for layer in layers),
        other_hours=calendars.others(key, "hours"),
        other_zones=calendars.others(key, "timezone"),
    )
    return expanded(calendar, years)


def check_variants(calendars: Calendars, problems: list[Problem]) -> None:
    """Add to *problems* the variants for regions that do not exist."""
    for book in calendars.shelf.books.values():
        for region in book.shape.variants if book.shape else ():
            what = region_problem(region)
            if what:
                problems.append(book.document.problem(("variants", region), what, key=True))


def check_others(calendars: Calendars, problems: list[Problem]) -> None:
    """Add to *problems* the calendars that a text may mean and that do not exist."""
    names = calendars.shelf.names
    for book in calendars.shelf.books.values():
        for sort in ("hours", "timezone"):
            keys = getattr(book.shape.readings, sort) if book.shape else ()
            for index, key in enumerate(keys):
                problem = names.refer(key, book.document, ("readings", sort, index))
                problems.extend([problem] if problem else ())


def _week(reading: _Reading) -> list[Stretch]:
    """Return the opening hours of a week, counted from Monday 00:00."""
    first = reading.last("hours", "spans")
    stretches = [*_given(reading, first)]
    for index in range(first, len(reading.layers)):
        stretches.extend(_added(reading, index))
    if not stretches and not reading.misses("hours", "spans", "add"):
        what = 'is never open (write hours: {mon-fri: ["09:00-17:00"]})'
        reading.tell(reading.layers[first], ("hours",), what)
    again = [it.later(_WEEK) for it in stretches]
    reading.problems.extend(overlaps([*stretches, *again]))
    return stretches


def _given(reading: _Reading, rank: int) -> Iterator[Stretch]:
    layer = reading.layers[rank]
    for name, (weekdays, ranges) in zip(
        layer.names("hours"), layer.text.hours.items(), strict=True
    ):
        yield from _on(layer, rank, weekdays, ranges, ("hours", name))
    for index, span in enumerate(layer.text.spans):
        if span.from_ == span.to:
            what = 'is empty (write hours: {mon-sun: ["00:00-24:00"]} for the whole week)'
            reading.tell(layer, ("spans", index), what)
        to = span.to if span.to > span.from_ else span.to + _WEEK
        yield Stretch(span.from_, to, rank, layer, layer.at("spans", index))


def _added(reading: _Reading, rank: int) -> Iterator[Stretch]:
    layer = reading.layers[rank]
    for name, (weekdays, ranges) in zip(layer.names("add"), layer.text.add.items(), strict=True):
        yield from _on(layer, rank, weekdays, ranges, ("add", name))


def _on(
    layer: Layer, rank: int, weekdays: tuple[int, ...], ranges: tuple[Range, ...], trail: Trail
) -> Iterator[Stretch]:
    for weekday in weekdays:
        monday = (weekday - 1) * _DAY
        for index, (opens, closes) in enumerate(ranges):
            yield Stretch(monday + opens, monday + closes, rank, layer, layer.at(*trail, index))


def _hours(stretches: list[Stretch]) -> Iterator[Hours]:
    for opens, closes in sorted((it.opens, it.closes) for it in stretches):
        midnight = opens.days * _DAY
        yield Hours(weekday=opens.days + 1, opens=opens - midnight, closes=closes - midnight)


def _yearly(reading: _Reading) -> Yearly:
    """Return the days on which the weekly hours do not apply, without those refused."""
    _check_days(reading)
    closed, special = reading.layer("closed"), reading.layer("special")
    return Yearly(
        holidays=known_holidays(reading.layer("holidays"), reading.problems),
        hours=_holiday_hours(reading),
        closed=tuple(
            text
            for index, text in enumerate(closed.text.closed)
            if _is_known(reading, closed, ("closed", index), text)
        ),
        special=tuple(
            (text, tuple(sorted(ranges)))
            for text, ranges in special.text.special.items()
            if _is_known(reading, special, ("special", text), text)
        ),
    )


def _is_known(reading: _Reading, layer: Layer, trail: Trail, text: str) -> bool:
    """Return whether *text*, written at *trail*, is a date or the name of a holiday."""
    found = named_days(text, reading.years) if is_named(text) else {}
    if isinstance(found, str):
        reading.tell(layer, trail, found, key=trail[0] == "special")
    return not isinstance(found, str)


def _holiday_hours(reading: _Reading) -> tuple[Range, ...]:
    first = reading.last("holidays")
    stretches = []
    shape = reading.layers[first].text.holidays
    for index, (opens, closes) in enumerate(shape.hours if shape else ()):
        layer = reading.layers[first]
        trail = layer.at("holidays", "hours", index)
        stretches.append(Stretch(opens, closes, first, layer, trail))
    for rank in range(first, len(reading.layers)):
        layer = reading.layers[rank]
        for index, (opens, closes) in enumerate(layer.text.add.get((), ())):
            trail = layer.at("add", "holiday", index)
            stretches.append(Stretch(opens, closes, rank, layer, trail))
    reading.problems.extend(overlaps(stretches))
    return tuple(sorted((it.opens, it.closes) for it in stretches))


def _check_days(reading: _Reading) -> None:
    rank = reading.last("special")
    layer = reading.layers[rank]
    closed = reading.layer("closed").text.closed
    for index, text in enumerate(closed):
        if text in closed[:index]:
            what = f"{shown(text)} is listed twice (write it once)"
            reading.tell(reading.layer("closed"), ("closed", index), what)
    for name, ranges in layer.text.special.items():
        if name in closed:
            what = f"{shown(name)} is also listed as closed (write it once)"
            reading.tell(layer, ("special", name), what, key=True)
        if not ranges:
            what = f"is empty (write {shown(name)} under closed)"
            reading.tell(layer, ("special", name), what)
        stretches = []
        for index, (opens, closes) in enumerate(ranges):
            trail = layer.at("special", name, index)
            stretches.append(Stretch(opens, closes, rank, layer, trail))
        reading.problems.extend(overlaps(stretches))
