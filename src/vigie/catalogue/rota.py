"""From reports/rota.yaml to the rota: who is called, in which order and how."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

from vigie.catalogue.addresses import forbidden, literal_address
from vigie.catalogue.files import read_files, rota_files
from vigie.catalogue.names import Names
from vigie.catalogue.plans import ALWAYS
from vigie.catalogue.problems import Problem
from vigie.catalogue.rotagrammar import ROLES, Rota
from vigie.catalogue.validate import validate
from vigie.catalogue.words import shown
from vigie.catalogue.yaml import Document, Trail
from vigie.legible import steers


@dataclass(frozen=True, slots=True, kw_only=True)
class Rostered:
    """The rota that was read, and its file; none of them: nobody is called."""

    rota: Rota | None = None
    file: str | None = None

    @property
    def calendars(self) -> set[str]:
        """Return the calendars that say when people are on duty."""
        people = self.rota.people if self.rota else ()
        return {it.hours for it in people if it.hours and it.hours != ALWAYS}


def read_rota(directory: Path, calendars: Names, problems: list[Problem]) -> Rostered:
    """Return the rota of *directory*; what it does wrong is added to *problems*."""
    documents = read_files(rota_files(directory), problems).documents
    if not documents:
        return Rostered()
    document, *others = documents
    problems.extend(_second(other, document) for other in others)
    rota = validate(Rota, document, (), problems)
    problems.extend(_unseen(document, (), document.data))
    problems.extend(_people_problems(document, calendars))
    problems.extend(_level_problems(document))
    problems.extend(_role_problems(document, several=rota is not None and rota.several_roles))
    problems.extend(_mail_problems(document))
    problems.extend(_address_problems(document))
    return Rostered(rota=rota, file=document.file)


def _second(document: Document, first: Document) -> Problem:
    at = first.problem((), "")
    return document.problem((), f"is a second rota, the first is at {at.file}:{at.line} (keep one)")


def _unseen(document: Document, trail: Trail, value: object) -> Iterator[Problem]:
    """Yield the texts below *trail* that break a line: in the head of a mail they would forge."""
    parts = value.items() if isinstance(value, dict) else ()
    for name, part in enumerate(value) if isinstance(value, list) else parts:
        yield from _unseen(document, (*trail, name), part)
    if isinstance(value, str) and steers(value):
        what = "holds a line break or a control character (write it on one line)"
        yield document.problem(trail, what)


def _items(document: Document, trail: Trail) -> list[tuple[Trail, object]]:
    """Return what is listed at *trail*, each with its place; nothing where there is no list."""
    listed = document.at(trail)
    items = listed if isinstance(listed, list) else []
    return [((*trail, index), item) for index, item in enumerate(items)]


def _people_problems(document: Document, calendars: Names) -> Iterator[Problem]:
    names = Names(sort="person")
    for trail, _ in _items(document, ("people",)):
        taken = names.claim(document.at((*trail, "key")), document, (*trail, "key"))
        hours = document.at((*trail, "hours"))
        named = isinstance(hours, str) and hours != ALWAYS
        unknown = calendars.refer(str(hours), document, (*trail, "hours")) if named else None
        yield from filter(None, (taken, unknown))
        yield from _doubled(document, (*trail, "roles"))


def _doubled(document: Document, trail: Trail) -> Iterator[Problem]:
    """Yield what is listed twice at *trail*."""
    seen: list[object] = []
    for place, item in _items(document, trail):
        if isinstance(item, str) and item in seen:
            yield document.problem(place, f"{shown(item)} is listed twice (write it once)")
        seen.append(item)


def _level_problems(document: Document) -> Iterator[Problem]:
    names = _people(document)
    for trail, _ in _items(document, ("levels",)):
        for place, key in _items(document, trail):
            unknown = names.refer(key, document, place) if isinstance(key, str) else None
            yield from [unknown] if unknown else ()
        yield from _doubled(document, trail)


def _people(document: Document) -> Names:
    keys = [document.at((*trail, "key")) for trail, _ in _items(document, ("people",))]
    places = {key: "" for key in keys if isinstance(key, str)}
    # Whom a person without a key was meant to be is not known.
    complete = bool(keys) and all(isinstance(key, str) for key in keys)
    return Names(sort="person", places=places, complete=complete)


def _role_problems(document: Document, *, several: bool) -> Iterator[Problem]:
    """Yield the mandatory roles of a cell that nobody can take, or too few people.

    *several*: one person may hold two of them.
    """
    holders = _holders(document)
    if holders is None:
        return
    for role in ROLES:
        if not holders[role]:
            what = f"nobody may be {role}, which every crisis cell needs"
            yield document.problem(("people",), f"{what} (write {role} among somebody's roles)")
    scarce = _scarce({role: people for role, people in holders.items() if people})
    if scarce and not (several or document.at(("several_roles",)) is True):
        roles, people = (_and(sorted(it)) for it in scarce)
        what = f"{roles} are left to {people}, and one person may hold one role"
        write = "write one of these roles for somebody else too, or several_roles: true"
        yield document.problem(("people",), f"{what} ({write})")


def _holders(document: Document) -> dict[str, set[str]] | None:
    """Return who may hold each role; None where it cannot be told, which is told already."""
    holders: dict[str, set[str]] = {role: set() for role in ROLES}
    for trail, _ in _items(document, ("people",)):
        key, roles = document.at((*trail, "key")), document.at((*trail, "roles"))
        for role in roles if isinstance(roles, list) else (roles,):
            if not isinstance(key, str) or (role is not None and role not in ROLES):
                return None
            holders.get(str(role), set()).add(key)
    return holders if _items(document, ("people",)) else None


def _scarce(holders: Mapping[str, set[str]]) -> tuple[tuple[str, ...], set[str]] | None:
    """Return the fewest roles with fewer people than roles, and these people.

    By Hall's theorem there are some exactly when no choice of different people fills every role.
    """
    for size in range(2, len(holders) + 1):
        for roles in combinations(holders, size):
            people = set().union(*(holders[role] for role in roles))
            if len(people) < size:
                return roles, people
    return None


def _and(words: list[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else f"{last} alone"


def _mail_problems(document: Document) -> Iterator[Problem]:
    """Yield the first e-mail address of a person, where no server takes e-mail."""
    reach = [place for place, it in _reach(document) if isinstance(it, dict) and it.get("email")]
    if reach and document.at(("mail",)) is None and not document.lacks(("mail",)):
        write = '{host: mail.vendor.example, sender: "Vigie <vigie@vendor.example>"}'
        what = f"no server is given that takes e-mail (write mail: {write})"
        yield document.problem((*reach[0], "email"), what)


def _reach(document: Document) -> Iterator[tuple[Trail, object]]:
    for trail, _ in _items(document, ("people",)):
        yield from _items(document, (*trail, "reach"))


def _address_problems(document: Document) -> Iterator[Problem]:
    """Yield the addresses that nothing is sent to; a name is judged when it is resolved."""
    listed = document.at(("allow",))
    allow = [str(word) for word in listed] if isinstance(listed, list) else []
    for trail, host in _hosts(document):
        address = literal_address(host)
        found = forbidden(address, allow) if address else None
        if found:
            kind, need = found
            write = f"write allow: [{need}] in the rota" if need else "write the name of a host"
            never = "" if need else ", which nothing is sent to"
            yield document.problem(trail, f"{address} is {kind}{never} ({write})")


def _hosts(document: Document) -> Iterator[tuple[Trail, str]]:
    urls = [(*trail, "webhook") for trail, _ in _reach(document)] + [("alive",)]
    for trail in urls:
        url = document.at(trail)
        if isinstance(url, str):
            yield trail, _host(url)
    mail = document.at(("mail", "host"))
    if isinstance(mail, str):
        yield ("mail", "host"), mail


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # told already
        return ""
