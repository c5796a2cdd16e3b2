"""The days of a calendar that differ from year to year, spelled out."""

from dataclasses import replace
from datetime import date, datetime

from vigie.catalogue.holidays import named_days, public_days, source
from vigie.catalogue.hours import days_of, is_named, is_of_one_year
from vigie.catalogue.model import Calendar, Catalogue, Holiday, Yearly

_AHEAD = 2  # years after now; contracts run on, and maintenance is announced ahead

_SPECIAL = "Special hours"


def years_needed(first: int, now: datetime) -> range:
    """Return the years to spell out for contracts that begin in year *first*.

    One more before: hours of its last evening may reach into the first.
    """
    return range(min(first, now.year) - 1, now.year + _AHEAD + 1)


def is_short(catalogue: Catalogue, now: datetime) -> bool:
    """Return whether a year has begun since *catalogue* was spelled out."""
    last = now.year + _AHEAD
    return any(it.years and it.years[-1] < last for it in catalogue.calendars.values())


def renewed(catalogue: Catalogue, now: datetime) -> Catalogue:
    """Return *catalogue* with every calendar spelled out to the years that *now* asks for."""
    return replace(
        catalogue,
        calendars={
            key: expanded(calendar, range(calendar.years[0], now.year + _AHEAD + 1))
            if calendar.years
            else calendar
            for key, calendar in catalogue.calendars.items()
        },
    )


def expanded(calendar: Calendar, years: range) -> Calendar:
    """Return *calendar* with its days spelled out for *years*.

    Special days win over closed ones, and dates with their year over what holds every year.
    """
    rule = calendar.yearly
    names = public_days(rule.holidays, years)
    days = {day: Holiday(day=day, name=name, hours=rule.hours) for day, name in names.items()}
    for dated in (False, True):
        _close(days, [text for text in rule.closed if is_of_one_year(text) is dated], years)
        for text, ranges in rule.special:
            if is_of_one_year(text) is dated:
                for day, name in _dates(text, years).items():
                    days[day] = Holiday(day=day, name=name or _SPECIAL, hours=ranges)
    return calendar.model_copy(
        update={
            "holidays": tuple(days[day] for day in sorted(days)),
            "holidays_source": source(rule.holidays, _named(rule)),
            "years": tuple(years) if _differs_by_year(rule) else (),
        }
    )


def _close(days: dict[date, Holiday], closed: list[str], years: range) -> None:
    for text in closed:
        for day, name in _dates(text, years).items():
            known = days[day].name if day in days else _SPECIAL
            days[day] = Holiday(day=day, name=name or "Closed" if known == _SPECIAL else known)


def _dates(text: str, years: range) -> dict[date, str | None]:
    """Return the dates that *text* means, with the name of each holiday."""
    if not is_named(text):
        return dict.fromkeys(days_of(text, years))
    found = named_days(text, years)
    return {} if isinstance(found, str) else {**found}


def _differs_by_year(rule: Yearly) -> bool:
    return rule.holidays is not None or not all(is_of_one_year(text) for text in _texts(rule))


def _named(rule: Yearly) -> tuple[str, ...]:
    return tuple(text for text in _texts(rule) if is_named(text))


def _texts(rule: Yearly) -> tuple[str, ...]:
    return (*rule.closed, *(text for text, _ in rule.special))
