"""A folder of YAML becomes a frozen Catalogue, or every problem at once."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from vigie import clock, paths
from vigie.catalogue.brand import Branded, read_brand
from vigie.catalogue.calendars import check_others, check_variants, make_calendar
from vigie.catalogue.contracts import Promises, Version, read_contracts
from vigie.catalogue.extending import check_extends
from vigie.catalogue.files import read_folder
from vigie.catalogue.grammar import CalendarFile, PlanFile
from vigie.catalogue.layers import Calendars
from vigie.catalogue.model import Calendar, Catalogue, Origin
from vigie.catalogue.plans import calendars_in, check_plans
from vigie.catalogue.problems import Problem
from vigie.catalogue.rota import Rostered, read_rota
from vigie.catalogue.services import Kinds, Watched, read_services
from vigie.catalogue.shelf import Shelf, read_shelf
from vigie.catalogue.yearly import years_needed
from vigie.errors import CatalogueError


def load(directory: Path, kinds: Kinds, *, now: datetime | None = None) -> Catalogue:
    """Return the catalogue in *directory*, whose endpoints are of one of the *kinds*.

    Plans and calendars that it does not hold are taken from the shipped ones.
    Holidays are spelled out from the year before the first contract to two years after *now*.
    No target is contacted and no placeholder is resolved.

    Raises:
        CatalogueError: with every problem, each `file:line:column: path: what (what to write)`.
    """
    if not (directory / "probes").is_dir():
        what = f"{directory / 'probes'}: no such folder (write one; `vigie init DIR` starts it)"
        raise CatalogueError([what])
    problems: list[Problem] = []
    catalogue = _load(directory, kinds, now or clock.now(), problems)
    if problems:
        raise CatalogueError([str(problem) for problem in sorted(set(problems))])
    return catalogue


def _load(directory: Path, kinds: Kinds, now: datetime, problems: list[Problem]) -> Catalogue:
    watched = read_services(read_folder(directory / "probes", problems), kinds, problems)
    reports, shipped = directory / "reports", paths.REPORTS
    calendars = read_shelf(
        CalendarFile, "calendar", reports / "calendars", shipped / "calendars", problems
    )
    plans = read_shelf(PlanFile, "plan", reports / "plans", shipped / "plans", problems)
    named = Calendars(calendars)
    check_extends(calendars, named.parent, problems)
    check_variants(named, problems)
    check_others(named, problems)
    check_plans(plans, calendars.names, problems)
    promises = Promises(plans=plans, calendars=calendars.names, services=watched.names)
    versions = read_contracts(read_folder(reports / "contracts", problems), promises, problems)
    rostered = read_rota(directory, calendars.names, problems)
    branded = read_brand(directory, problems)
    used = {key for version in versions for key in _used(version)} | rostered.calendars
    made = _calendars(named, used, _first_year(versions, now), now, problems)
    return Catalogue(
        locations=watched.locations,
        services=watched.services,
        calendars=made,
        contracts=tuple(version.contract for version in versions if version.contract),
        origins=(
            *_origins(watched, versions, plans, named, made),
            *_origins_alone(rostered, branded),
        ),
        references=watched.references,
        rota=rostered.rota,
    )


def _calendars(
    calendars: Calendars,
    used: set[str],
    first: int,
    now: datetime,
    problems: list[Problem],
) -> dict[str, Calendar]:
    """Return the user's own calendars, and those shipped ones and variants that are *used*.

    All of the user's own are read, so that a mistake is told before the variant is used.
    """
    years = years_needed(first, now)
    used = used | {other for key in used for other in calendars.others(key, "hours", "timezone")}
    books = calendars.shelf.books
    made = {}
    for key in calendars.names():
        if key in used or not books[calendars.base(key)].shipped:
            calendar = make_calendar(key, calendars, years, problems)
            if calendar and (key in used or key in books):
                made[key] = calendar
    return made


def _first_year(versions: list[Version], now: datetime) -> int:
    return min([version.shape.from_.year for version in versions], default=now.year)


def _used(version: Version) -> set[str]:
    words = version.contract.words if version.contract else {}
    return {key for _, key in calendars_in(words)}


def _origins(
    watched: Watched,
    versions: list[Version],
    plans: Shelf[PlanFile],
    calendars: Calendars,
    made: dict[str, Calendar],
) -> Iterator[Origin]:
    for key, file in watched.files.items():
        yield Origin(sort="service", key=key, file=file, shipped=False)
    for version in versions:
        file = version.document.file
        yield Origin(sort="contract", key=version.shape.key, file=file, shipped=False)
    for key in sorted({version.shape.plan for version in versions} & plans.books.keys()):
        book = plans.books[key]
        yield Origin(sort="plan", key=key, file=book.document.file, shipped=book.shipped)
    for key in made:
        calendar = calendars.shelf.books[calendars.base(key)]
        file = calendar.document.file
        yield Origin(sort="calendar", key=key, file=file, shipped=calendar.shipped)


def _origins_alone(rostered: Rostered, branded: Branded) -> Iterator[Origin]:
    if rostered.rota and rostered.file:
        yield Origin(sort="rota", key="rota", file=rostered.file, shipped=False)
    if branded.brand and branded.file:
        yield Origin(sort="brand", key="brand", file=branded.file, shipped=False)
