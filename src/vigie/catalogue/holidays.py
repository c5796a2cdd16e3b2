"""Public holidays, spelled out by the `holidays` library, so that they can be frozen."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from vigie.catalogue.grammar import Holidays
from vigie.catalogue.model import Holiday
from vigie.catalogue.problems import Problem
from vigie.catalogue.words import advice, nearest, shown
from vigie.catalogue.yaml import Document

if TYPE_CHECKING:
    from holidays import HolidayBase


def public_holidays(
    shape: Holidays | None, years: range, document: Document, problems: list[Problem]
) -> tuple[dict[date, Holiday], str | None]:
    """Return the holidays that *shape* asks for in *years*, and what they were taken from.

    None when the library does not know the country, or something of it: see *problems*.
    """
    if shape is None:
        return {}, None
    found = list(_problems(shape, document))
    problems.extend(found)
    if found:
        return {}, None
    hours = tuple(sorted(shape.hours))
    days = _expand(shape, years)
    return {day: Holiday(day=day, name=days[day], hours=hours) for day in days}, _source(shape)


@lru_cache(maxsize=64)
def _expand(shape: Holidays, years: range) -> dict[date, str]:
    import holidays

    days = holidays.country_holidays(
        shape.country,
        subdiv=shape.subdivision,
        years=years,
        categories=shape.categories,
        language=_language(shape),
    )
    return {day: days[day] for day in sorted(days) if day.year in years}


def _source(shape: Holidays) -> str:
    name = "-".join(filter(None, (shape.country, shape.subdivision)))
    more = "" if shape.categories == ("public",) else f" {'+'.join(shape.categories)}"
    return f"holidays {version('holidays')} {name}{more}"


def _language(shape: Holidays) -> str | None:
    """Return the language asked for, or the country's own where that one is not known.

    Without any, the library asks the process's locale, and two machines would differ.
    """
    country = _country(shape.country)
    known = shape.language in country.supported_languages
    return shape.language if known else country.default_language


def _country(code: str) -> "type[HolidayBase]":
    import holidays

    country: type[HolidayBase] = getattr(holidays, code)
    return country


def _likely(country: str) -> str:
    from holidays.registry import COUNTRIES

    codes = {word.lower(): names[1] for names in COUNTRIES.values() for word in names}
    close = nearest(country.lower(), codes)
    return codes[close] if close else "a two-letter code such as FR"


def _problems(shape: Holidays, document: Document) -> Iterator[Problem]:
    from holidays.registry import COUNTRIES

    if shape.country not in {names[1] for names in COUNTRIES.values()}:
        what = f"no holidays are known for {shown(shape.country)} (write {_likely(shape.country)})"
        yield document.problem(("holidays", "country"), what)
        return
    country = _country(shape.country)
    # Old names such as GES are accepted by the library, which then leaves days out.
    regions = {*country.subdivisions, *country.subdivisions_aliases}
    if shape.subdivision is not None and shape.subdivision not in regions:
        what = f"{shown(shape.subdivision)} is not a subdivision of {shape.country}"
        what += f" ({advice(shape.subdivision, regions)})"
        yield document.problem(("holidays", "subdivision"), what)
    for index, name in enumerate(shape.categories):
        if name not in country.supported_categories:
            what = f"{shown(name)} is not a category of {shape.country}"
            what += f" ({advice(name, country.supported_categories)})"
            yield document.problem(("holidays", "categories", index), what)
