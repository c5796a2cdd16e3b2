"""Whose downtime it is, and what excuses it: services, outages, windows and corrections."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from vigie.reporting import Availability, Figures, Outage
from vigie.verifying.numbers import SOLUTION, has_one_version


def attributed(figures: Figures) -> Iterator[str]:
    """Yield where outages and services, or what is excused and what excuses it, do not match."""
    own = own_services(figures)
    for number, outage in enumerate(figures.outages):
        yield from _named(figures, outage, own, f"figures.outages[{number}].services")
    if has_one_version(figures):
        yield from _downtime(figures, own)
        yield from _alone(figures, own)
    yield from _essential(figures)
    if any(one.seconds.excluded for one in (figures.availability, *own.values())) and not any(
        one.effect == "exclude" and one.state == "applied" for one in figures.contents.corrections
    ):
        yield "figures.contents.corrections: none excludes anything, and time is excluded"


def own_services(figures: Figures) -> dict[str, Availability]:
    """Return the services that make the scope, by key."""
    of = figures.availability
    if of.scope != SOLUTION:
        return {of.scope: of}
    any_of = not has_one_version(figures)  # essential is what the last version says
    return {one.scope: one for one in figures.services if one.essential or any_of}


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


def _alone(figures: Figures, own: dict[str, Availability]) -> Iterator[str]:
    """Compare the outages that hit one service only with the downtime of this service."""
    if figures.contract.join_within_s:
        return  # joined outages hold the good time between them
    alone: dict[str, Decimal] = defaultdict(Decimal)
    for outage in figures.outages:
        if len(outage.services) == 1:
            alone[outage.services[0]] += outage.clipped_s
    for key, lasting in alone.items():
        down = own[key].seconds.unplanned if key in own else Decimal(0)
        if lasting > down:
            yield f"figures.outages: those of {key} alone last {lasting} s, {down} s unplanned said"


def _essential(figures: Figures) -> Iterator[str]:
    """Compare what should have been measured of the essential services with the solution's."""
    of = figures.availability
    if of.scope == SOLUTION and not (of.essential and of.name == SOLUTION):
        yield "figures.availability: is not named as the solution"
    if figures.evidence is None or not has_one_version(figures):
        return
    due = {part.scope: part.due_s for part in figures.evidence.parts}
    essential = sum(due.get(one.scope, 0) for one in figures.services if one.essential)
    if essential != due[SOLUTION]:
        yield f"figures.services: {essential} s due of the essential ones, {due[SOLUTION]} s said"
