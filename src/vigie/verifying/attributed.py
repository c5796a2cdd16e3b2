"""Whose downtime it is, and what excuses it: services, outages, windows and corrections."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from vigie.reporting import Availability, Figures, Outage
from vigie.verifying.complete import SOLUTION


def attributed(figures: Figures) -> Iterator[str]:
    """Yield where outages and services, or what is excused and what excuses it, do not match."""
    own = _own(figures)
    for number, outage in enumerate(figures.outages):
        yield from _named(figures, outage, own, f"figures.outages[{number}].services")
    if _has_one_version(figures):
        yield from _downtime(figures, own)
    yield from _excuses(figures, own)
    windows = [one.services for one in figures.maintenance]
    windows += [one.services for one in figures.contents.ahead]
    if not all(windows):
        yield "figures.maintenance, figures.contents.ahead: a window is of no service"


def _own(figures: Figures) -> dict[str, Availability]:
    """Return the services that make the scope, by key."""
    of = figures.availability
    if of.scope != SOLUTION:
        return {of.scope: of}
    any_of = not _has_one_version(figures)  # essential is what the last version says
    return {one.scope: one for one in figures.services if one.essential or any_of}


def _has_one_version(figures: Figures) -> bool:
    parts = figures.evidence.parts if figures.evidence else ()
    return sum(part.scope == SOLUTION for part in parts) == 1


def _named(
    figures: Figures, outage: Outage, own: dict[str, Availability], place: str
) -> Iterator[str]:
    if not outage.services:
        yield f"{place}: names none"
    # Beyond an edge of the period a contract may cover other services.
    if outage.starts < figures.period.starts or outage.ends > figures.period.ends:
        return
    for service in outage.services:
        if service not in own:
            yield f"{place}: {service} is none of {figures.availability.scope}"
        elif not own[service].seconds.unplanned:
            yield f"{place}: {service} was not down in the period"


def _downtime(figures: Figures, own: dict[str, Availability]) -> Iterator[str]:
    """Compare the downtime of each service with its outages, and of all with the scope's."""
    listed: dict[str, Decimal] = defaultdict(Decimal)
    for outage in figures.outages:
        for key in {*outage.services}:
            listed[key] += outage.clipped_s
    for key, service in own.items():
        down = service.seconds.unplanned
        if down > listed[key]:
            yield f"figures.outages: those of {key} last {listed[key]} s, {down} s unplanned said"
    downs = [one.seconds.unplanned for one in own.values()]
    if not max(downs, default=0) <= figures.availability.seconds.unplanned <= sum(downs):
        yield "figures.services: the essential ones were down otherwise than the solution"


def _excuses(figures: Figures, own: dict[str, Availability]) -> Iterator[str]:
    scopes = (figures.availability, *own.values())
    if any(one.seconds.planned for one in scopes) and not any(
        one.valid for one in figures.maintenance
    ):
        yield "figures.maintenance: no window is valid, and time is planned"
    if any(one.seconds.excluded for one in scopes) and not any(
        one.effect == "exclude" and one.state == "applied" for one in figures.contents.corrections
    ):
        yield "figures.contents.corrections: none excludes anything, and time is excluded"
