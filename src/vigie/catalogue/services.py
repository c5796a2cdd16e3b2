"""From the files in probes/ to services and endpoints."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from vigie.catalogue.files import Folder
from vigie.catalogue.grammar import ProbesFile
from vigie.catalogue.model import Endpoint, Lifetime, Reference, Service, ServiceHead, Timing
from vigie.catalogue.names import Names
from vigie.catalogue.problems import Problem
from vigie.catalogue.references import read_references
from vigie.catalogue.timing import check_lifetime, check_timing, check_within
from vigie.catalogue.validate import validate
from vigie.catalogue.words import advice, nearest, shown
from vigie.catalogue.yaml import Document, Trail

Kinds = Mapping[str, type[Endpoint]]
Part = TypeVar("Part", Timing, Lifetime)

DEFAULT_LOCATION = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What the files in probes/ say."""

    locations: tuple[str, ...]
    references: tuple[Reference, ...]
    services: tuple[Service, ...]
    names: Names  # of all services, also of those that were refused
    files: Mapping[str, str]  # service key to file


@dataclass(slots=True, kw_only=True)
class _Reading:
    """The state of reading: the names so far, and the problems."""

    kinds: Kinds
    services: Names
    endpoints: Names
    locations: Names
    problems: list[Problem]

    def add(self, problem: Problem | None) -> None:
        if problem:
            self.problems.append(problem)


def read_services(folder: Folder, kinds: Kinds, problems: list[Problem]) -> Watched:
    """Return what the documents in *folder* watch; what they do wrong is added to *problems*."""
    reading = _Reading(
        kinds=kinds,
        services=Names(sort="service", complete=folder.complete),
        endpoints=Names(sort="endpoint"),
        locations=_locations(folder),
        problems=problems,
    )
    services: dict[str, Service] = {}
    files: dict[str, str] = {}
    for document in folder.documents:
        for service in _services(document, reading):
            services.setdefault(service.key, service)
            files.setdefault(service.key, document.file)
    return Watched(
        locations=tuple(reading.locations.places),
        references=read_references(folder, reading.locations, problems),
        services=tuple(services.values()),
        names=reading.services,
        files=files,
    )


def _locations(folder: Folder) -> Names:
    """Return the locations that any document names; several may name the same."""
    names = Names(sort="location", complete=folder.complete)
    for document in folder.documents:
        listed = document.at(("locations",))
        for index, key in enumerate(listed if isinstance(listed, list) else ()):
            names.claim(key, document, ("locations", index))
    if not names.places:
        names.places[DEFAULT_LOCATION] = ""
    return names


def _services(document: Document, reading: _Reading) -> Iterator[Service]:
    if validate(ProbesFile, document, (), reading.problems) is None:
        reading.services.complete &= isinstance(document.at(("services",)), list)
    listed = document.at(("services",))
    for index in range(len(listed) if isinstance(listed, list) else 0):
        service = _service(document, ("services", index), reading)
        if service:
            yield service


def _service(document: Document, trail: Trail, reading: _Reading) -> Service | None:
    data = document.at(trail)
    if not isinstance(data, dict):
        validate(ServiceHead, document, trail, reading.problems, data=data or "")
        reading.services.complete = False
        return None
    reading.add(reading.services.claim(data.get("key"), document, (*trail, "key")))
    rest = {name: value for name, value in data.items() if name != "endpoints"}
    head = validate(ServiceHead, document, trail, reading.problems, data=rest)
    endpoints = _endpoints(document, trail, reading)
    reading.add(_at_least(document, trail))
    if head is None or not endpoints:
        return None
    for index, endpoint in enumerate(endpoints):
        if refused := endpoint.refused(head.allow):
            where, what = refused
            reading.add(document.problem((*trail, "endpoints", index, *where), what))
    fields = {name: getattr(head, name) for name in ServiceHead.model_fields}
    return Service(**fields, endpoints=endpoints)


def _at_least(document: Document, trail: Trail) -> Problem | None:
    """Return the problem when more endpoints must be down than there are."""
    needed = document.at((*trail, "down_when", "at_least"))
    listed = document.at((*trail, "endpoints"))
    if not isinstance(needed, int) or not isinstance(listed, list) or needed <= len(listed):
        return None
    what = f"{needed} endpoints of {len(listed)} can never be down"
    write = f"(write {len(listed)} or less)"
    return document.problem((*trail, "down_when", "at_least"), f"{what} {write}")


def _endpoints(document: Document, trail: Trail, reading: _Reading) -> tuple[Endpoint, ...]:
    """Return the endpoints of the service at *trail*; none when any was refused."""
    listed = document.at((*trail, "endpoints"))
    if not isinstance(listed, list) or not listed:
        what = "a service needs endpoints (write endpoints: and a list with key and target)"
        reading.add(document.problem((*trail, "endpoints"), what))
        return ()
    places = [(*trail, "endpoints", index) for index in range(len(listed))]
    endpoints = [_endpoint(document, place, reading) for place in places]
    return tuple(filter(None, endpoints)) if all(endpoints) else ()


def _endpoint(document: Document, trail: Trail, reading: _Reading) -> Endpoint | None:
    data = document.at(trail)
    if not isinstance(data, dict):
        validate(Endpoint, document, trail, reading.problems, data=data or "")
        return None
    reading.add(reading.endpoints.claim(data.get("key"), document, (*trail, "key")))
    kind = _kind(data, document, trail, reading)
    if kind:
        model = reading.kinds[kind]
        endpoint = validate(model, document, trail, reading.problems)
    else:  # what every kind shares can still be checked
        shared = {name: data[name] for name in data if name in Endpoint.model_fields}
        endpoint = validate(Endpoint, document, trail, reading.problems, data=shared)
    timed = _with_own_timing(data, reading.kinds.get(kind or ""))
    reading.problems.extend(_rules(timed, document, trail, reading.locations))
    if endpoint and (what := check_within(endpoint)):
        reading.add(document.problem((*trail, "expect", "within"), what))
    return endpoint if kind else None


def _with_own_timing(
    data: Mapping[str, object], model: type[Endpoint] | None
) -> Mapping[str, object]:
    """Return *data* with what a kind has other defaults for than the rest."""
    usual = {name: field.default for name, field in Timing.model_fields.items()}
    own = {name: model.model_fields[name].default for name in usual} if model else usual
    return {name: own[name] for name in usual if own[name] != usual[name]} | dict(data)


def _kind(
    data: Mapping[str, object], document: Document, trail: Trail, reading: _Reading
) -> str | None:
    """Return the one kind whose key is in *data*; a kind's name may be an option of another."""
    named = {name for name in data if name in reading.kinds}
    found = [name for name in data if name in named and _takes(reading.kinds[name], named)]
    found = found or [name for name in data if name in named]
    if len(found) == 1:
        return found[0]
    if found:
        what = f"has several targets, {', '.join(found)} (write one; make an endpoint of each)"
        reading.add(document.problem(trail, what))
        return None
    strange = _strange(data, reading.kinds)
    if strange:
        what = f"{shown(strange)} is not a kind of endpoint ({advice(strange, reading.kinds)})"
        reading.add(document.problem((*trail, strange), what, key=True))
    else:
        known = " or ".join(sorted(reading.kinds))
        reading.add(document.problem(trail, f"has no target (write {known}: and its address)"))
    return None


def _takes(model: type[Endpoint], names: set[str]) -> bool:
    return names <= model.model_fields.keys()


def _strange(data: Mapping[str, object], kinds: Kinds) -> str | None:
    """Return the key in *data* that was probably meant to be a kind."""
    options = {name for model in kinds.values() for name in model.model_fields}
    strange = [name for name in data if name not in options]
    close = (name for name in strange if nearest(name, kinds))
    return next(close, next(iter(strange), None))


def _rules(
    data: Mapping[str, object], document: Document, trail: Trail, locations: Names
) -> Iterator[Problem]:
    """Yield what fields that are right each on its own do wrong together, or name in vain."""
    listed = data.get("locations")
    for index, location in enumerate(listed if isinstance(listed, list) else ()):
        problem = locations.refer(str(location), document, (*trail, "locations", index))
        if problem:
            yield problem
    timing, lifetime = _if_right(Timing, data), _if_right(Lifetime, data)
    timing_rules = check_timing(timing) if timing else ()
    lifetime_rules = check_lifetime(lifetime) if lifetime else ()
    for name, what in (*timing_rules, *lifetime_rules):
        yield document.problem((*trail, name), what)


def _if_right(model: type[Part], data: Mapping[str, object]) -> Part | None:
    try:
        return model(**{name: data[name] for name in model.model_fields if name in data})
    except ValidationError:  # told already, each field on its own
        return None
