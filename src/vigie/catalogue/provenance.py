"""Which file, line and clause each term of a contract comes from."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from vigie.catalogue.grammar import PlanFile
from vigie.catalogue.model import Written
from vigie.catalogue.problems import Problem
from vigie.catalogue.shelf import Book
from vigie.catalogue.termtexts import Path, leaves, terms_only
from vigie.catalogue.words import advice, shown
from vigie.catalogue.yaml import Document, Trail


def trace(
    books: Iterable[Book[PlanFile]], contract: Document, words: Mapping[str, object]
) -> dict[str, Written]:
    """Return the place of every single term in *words*, and of what else *contract* says."""
    places: dict[str, Written] = {}
    for book in books:
        places |= _places(book.document, (), "plan", shipped=book.shipped)
    places |= _places(contract, ("terms",), "contract", shipped=False)
    kept = {".".join(path) for path, _ in leaves(dict(words))}
    terms = {path: place for path, place in places.items() if path in kept}
    return _head(contract) | terms


def _places(
    document: Document, trail: Trail, sort: Literal["plan", "contract"], *, shipped: bool
) -> dict[str, Written]:
    clauses = document.at((*trail, "clauses"))
    known = clauses if isinstance(clauses, dict) else {}
    return {
        ".".join(path): _written(
            document, (*trail, *path), sort, shipped=shipped, clause=_clause(path, known)
        )
        for path, _ in leaves(terms_only(document.at(trail)))
        if path
    }


def _head(contract: Document) -> dict[str, Written]:
    """Return the places of what a contract says besides its terms."""
    data = contract.data if isinstance(contract.data, dict) else {}
    return {
        name: _written(contract, (name,), "contract", shipped=False, clause=None)
        for name in data
        if name != "terms"
    }


def _written(
    document: Document,
    trail: Trail,
    sort: Literal["plan", "contract"],
    *,
    shipped: bool,
    clause: str | None,
) -> Written:
    at = document.problem(trail, "", key=True)
    return Written(
        sort=sort, file=at.file, line=at.line, column=at.column, shipped=shipped, clause=clause
    )


def _clause(path: Path, clauses: Mapping[str, str]) -> str | None:
    """Return the clause of the longest name that leads to *path*."""
    names = (".".join(path[:length]) for length in range(len(path), 0, -1))
    return next((clauses[name] for name in names if name in clauses), None)


def check_clauses(document: Document, trail: Trail) -> Iterator[Problem]:
    """Yield the clauses for terms that are not written in the same file."""
    clauses = document.at((*trail, "clauses"))
    known = _names(document, trail)
    for name in clauses if isinstance(clauses, dict) else ():
        if name not in known:
            what = f"{shown(name)} is not a term of this file ({advice(name, known)})"
            yield document.problem((*trail, "clauses", name), what, key=True)


def _names(document: Document, trail: Trail) -> set[str]:
    paths = [path for path, _ in leaves(terms_only(document.at(trail)))]
    return {".".join(path[:length]) for path in paths for length in range(1, len(path) + 1)}
