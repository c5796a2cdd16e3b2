"""References: hosts that others run, which tell an outage of our own network from a target's."""

from collections.abc import Iterator, Sequence

from vigie.catalogue.files import Folder
from vigie.catalogue.model import Catalogue, Reference
from vigie.catalogue.names import Names
from vigie.catalogue.problems import Problem
from vigie.catalogue.validate import validate
from vigie.catalogue.yaml import Document, Trail

UNRELATED = 2  # references that must fail together before it is our network


def read_references(
    folder: Folder, locations: Names, problems: list[Problem]
) -> tuple[Reference, ...]:
    """Return the references of all documents; what they do wrong is added to *problems*."""
    names = Names(sort="reference", complete=folder.complete)
    found = []
    for document in folder.documents:
        listed = document.at(("references",))
        for index in range(len(listed) if isinstance(listed, list) else 0):
            trail = ("references", index)
            problems.extend(_names(document, trail, names, locations))
            found.append(validate(Reference, document, trail, problems))
    return tuple(filter(None, found))


def _names(document: Document, trail: Trail, names: Names, locations: Names) -> Iterator[Problem]:
    taken = names.claim(document.at((*trail, "key")), document, (*trail, "key"))
    if taken:
        yield taken
    listed = document.at((*trail, "locations"))
    for index, location in enumerate(listed if isinstance(listed, list) else ()):
        problem = locations.refer(str(location), document, (*trail, "locations", index))
        if problem:
            yield problem


def references_at(catalogue: Catalogue, location: str) -> tuple[Reference, ...]:
    """Return the references that are asked from *location*."""
    return tuple(it for it in catalogue.references if not it.locations or location in it.locations)


def are_enough(references: Sequence[Reference]) -> bool:
    """Whether so many different hosts are among *references* that two of them can fail."""
    return len({it.host for it in references}) >= UNRELATED


def reference_note(catalogue: Catalogue) -> str | None:
    """Return what to tell when a location has no own-network check; None when each has one."""
    without = [it for it in catalogue.locations if not are_enough(references_at(catalogue, it))]
    if not without:
        return None
    return (
        f"note: no own-network check at {', '.join(without)}, for want of two references of"
        " different hosts: an outage of our own network counts as one of the targets"
        " (write references: in a file of probes/)"
    )
