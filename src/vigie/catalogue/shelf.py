"""Plans and calendars: the user's own first, then the shipped ones."""

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from vigie.catalogue.files import Folder, read_folder
from vigie.catalogue.grammar import CalendarFile, PlanFile
from vigie.catalogue.names import Names
from vigie.catalogue.problems import Problem
from vigie.catalogue.salvage import salvage
from vigie.catalogue.validate import validate
from vigie.catalogue.yaml import Document, Trail

Shape = TypeVar("Shape", CalendarFile, PlanFile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book(Generic[Shape]):
    """One plan or calendar as it was written."""

    document: Document
    shape: Shape | None  # of a refused calendar: of what is left; None: of nothing
    shipped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf(Generic[Shape]):
    """All plans, or all calendars, by key."""

    books: dict[str, Book[Shape]]
    names: Names


def read_shelf(
    model: type[Shape], sort: str, own: Path, shipped: Path, problems: list[Problem]
) -> Shelf[Shape]:
    """Return what the two folders hold; a key of the user's *own* hides the *shipped* one."""
    shelf: Shelf[Shape] = Shelf(books={}, names=Names(sort=sort))
    for book in _books(model, read_folder(own, problems), shelf, problems, shipped=False):
        problem = shelf.names.claim(book.document.at(("key",)), book.document, ("key",))
        if problem:
            problems.append(problem)
        _put(book, shelf)
    if own.resolve() != shipped.resolve():
        for book in _books(model, read_folder(shipped, problems), shelf, problems, shipped=True):
            if book.document.at(("key",)) not in shelf.names.places:
                _put(book, shelf)
        shelf.names.places.update(dict.fromkeys(shelf.books, ""))
    return shelf


def _books(
    model: type[Shape],
    folder: Folder,
    shelf: Shelf[Shape],
    problems: list[Problem],
    *,
    shipped: bool,
) -> list[Book[Shape]]:
    shelf.names.complete &= folder.complete
    return [_book(model, it, shelf, problems, shipped=shipped) for it in folder.documents]


def _book(
    model: type[Shape],
    document: Document,
    shelf: Shelf[Shape],
    problems: list[Problem],
    *,
    shipped: bool,
) -> Book[Shape]:
    shape = validate(model, document, (), problems)
    if shape is None and model is CalendarFile:
        document, shape = salvage(model, document)
        shelf.names.complete &= not any(map(_gives_names, document.refused))
    return Book(document=document, shape=shape, shipped=shipped)


def _gives_names(trail: Trail) -> bool:
    """Whether calendars get names from what stands at *trail*: a region, or what is extended."""
    return trail == ("extends",) or (
        trail[0] == "variants" and len(trail) <= len(("variants", "AE"))
    )


def _put(book: Book[Shape], shelf: Shelf[Shape]) -> None:
    key = book.document.at(("key",))
    if isinstance(key, str):
        shelf.books.setdefault(key, book)
    else:
        shelf.names.complete = False
