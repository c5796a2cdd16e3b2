"""Public holidays, spelled out by the `holidays` library, so that they can be frozen."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from vigie.catalogue.hours import FEASTS
from vigie.catalogue.layers import Layer
from vigie.catalogue.model import PublicHolidays
from vigie.catalogue.problems import Problem
from vigie.catalogue.words import advice, nearest, shown

if TYPE_CHECKING:
    from holidays import HolidayBase

_OF_FEASTS = "DE"  # a country in which each of the feasts is a holiday everywhere


def known_holidays(layer: Layer, problems: list[Problem]) -> PublicHolidays | None:
    """Return the holidays that *layer* asks for.

    None when it asks for none, or when the library does not know them: see *problems*.
    """
    shape = layer.text.holidays
    if shape is None:
        return None
    found = list(_problems(shape, layer))
    problems.extend(found)
    return None if found else PublicHolidays(**shape.model_dump(exclude={"hours"}))


def public_days(shape: PublicHolidays | None, years: range) -> dict[date, str]:
    """Return the names of the holidays in *years* by day, as the installed library knows them."""
    return _expand(shape, years) if shape else {}


def named_days(text: str, years: range) -> dict[date, str] | str:
    """Return the days in *years* that *text* names, `US Labor Day` or `Good Friday`.

    A text instead when there is no such holiday: what is wrong, and what to write.
    """
    code, _, name = (f"{_OF_FEASTS} {text}" if text in FEASTS else text).partition(" ")
    wrong = region_problem(code)
    if wrong:
        return wrong
    days = _every_holiday(code, years)
    found = {day: names for day, names in days.items() if name in names.split("; ")}
    if found:
        return dict.fromkeys(found, name)
    known = {one for names in days.values() for one in names.split("; ")}
    what = f"{shown(name)} is no holiday of {code}"
    close = nearest(name, sorted(known))
    return f"{what} (write {code} {close})" if close else f"{what} ({advice(name, known)})"


def differs_by_region(shape: PublicHolidays, year: int) -> bool:
    """Return whether a region of the country has other holidays in *year* than all of it."""
    years = range(year, year + 1)
    whole = set(_expand(shape, years))
    return any(
        set(_expand(shape.model_copy(update={"subdivision": region}), years)) != whole
        for region in _country(shape.country).subdivisions
    )


def region_problem(code: str) -> str | None:
    """Return what is wrong with a region such as `AE` or `DE-BY`; None when it exists."""
    country, _, subdivision = code.partition("-")
    if country not in _codes():
        return f"{shown(code)} is not a region ({_advice(country)})"
    regions = _regions(country)
    if subdivision and subdivision not in regions:
        known = [f"{country}-{region}" for region in regions]
        return f"{shown(code)} is not a region ({advice(code, known)})"
    return None


def source(shape: PublicHolidays | None, named: tuple[str, ...]) -> str | None:
    """Return what holidays were taken from; None when there are none."""
    parts = [_source(shape)] if shape else []
    return (
        ", ".join((*parts, *named) if shape else (_version(), *named)) if parts or named else None
    )


@lru_cache(maxsize=64)
def _every_holiday(code: str, years: range) -> dict[date, str]:
    """Return the holidays of every category: a closed day need not be a public holiday."""
    country, _, subdivision = code.partition("-")
    categories = tuple(sorted(_country(country).supported_categories))
    shape = PublicHolidays(country=country, subdivision=subdivision or None, categories=categories)
    return _expand(shape, years)


def _advice(country: str) -> str:
    close = nearest(country, sorted(_codes()))
    return f"write {close}" if close else "write a code such as AE, or DE-BY"


def _codes() -> frozenset[str]:
    from holidays.registry import COUNTRIES

    return frozenset(names[1] for names in COUNTRIES.values())


def _regions(country: str) -> set[str]:
    """Return the regions of *country*; old names are accepted by the library and lose days."""
    known = _country(country)
    return {*known.subdivisions, *known.subdivisions_aliases}


@lru_cache(maxsize=64)
def _expand(shape: PublicHolidays, years: range) -> dict[date, str]:
    import holidays

    days = holidays.country_holidays(
        shape.country,
        subdiv=shape.subdivision,
        years=years,
        categories=shape.categories,
        language=_language(shape),
    )
    return {day: days[day] for day in sorted(days) if day.year in years}


def _source(shape: PublicHolidays) -> str:
    name = "-".join(filter(None, (shape.country, shape.subdivision)))
    more = "" if shape.categories == ("public",) else f" {'+'.join(shape.categories)}"
    return f"{_version()} {name}{more}"


def _version() -> str:
    return f"holidays {version('holidays')}"


def _language(shape: PublicHolidays) -> str | None:
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


def _problems(shape: PublicHolidays, layer: Layer) -> Iterator[Problem]:
    if shape.country not in _codes():
        what = f"no holidays are known for {shown(shape.country)} (write {_likely(shape.country)})"
        yield layer.document.problem(layer.at("holidays", "country"), what)
        return
    country, regions = _country(shape.country), _regions(shape.country)
    if shape.subdivision is not None and shape.subdivision not in regions:
        what = f"{shown(shape.subdivision)} is not a subdivision of {shape.country}"
        what += f" ({advice(shape.subdivision, regions)})"
        yield layer.document.problem(layer.at("holidays", "subdivision"), what)
    for index, name in enumerate(shape.categories):
        if name not in country.supported_categories:
            what = f"{shown(name)} is not a category of {shape.country}"
            what += f" ({advice(name, country.supported_categories)})"
            yield layer.document.problem(layer.at("holidays", "categories", index), what)
