"""The names in use: each key once, and every reference to something that exists."""

from dataclasses import dataclass, field

from vigie.catalogue.problems import Problem
from vigie.catalogue.words import advice, shown
from vigie.catalogue.yaml import Document, Trail


@dataclass(slots=True, kw_only=True)
class Names:
    """The keys of one sort, with the place of each."""

    sort: str  # "service"
    places: dict[str, str] = field(default_factory=dict)
    complete: bool = True  # False: a file could not be read, so a name may be missing from here

    def claim(self, key: object, document: Document, trail: Trail) -> Problem | None:
        """Take *key*, written at *trail*; return the problem when it is taken already."""
        if not isinstance(key, str):
            return None  # refused by the model
        here = document.problem(trail, "")
        place = f"{here.file}:{here.line}"
        if key not in self.places:
            self.places[key] = place
            return None
        what = f"{self.sort} {shown(key)} is already at {self.places[key]} (write another key)"
        return document.problem(trail, what)

    def refer(self, key: str, document: Document, trail: Trail) -> Problem | None:
        """Return the problem when *key*, written at *trail*, names nothing."""
        if key in self.places or not self.complete:
            return None
        what = f"{self.sort} {shown(key)} does not exist ({advice(key, self.places)})"
        return document.problem(trail, what)
