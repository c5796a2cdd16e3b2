"""Plans and calendars that change another one: what they lead back to."""

from collections.abc import Callable

from vigie.catalogue.problems import Problem
from vigie.catalogue.shelf import Shape, Shelf

Parent = Callable[[str], str | None]  # of a key: the key that it extends


def chain(key: str, parent: Parent) -> list[str] | None:
    """Return what makes up *key*, the most general first; None when it leads in a circle."""
    way = [key]
    while (above := parent(way[0])) is not None:
        if above in way:
            return None
        way.insert(0, above)
    return way


def check_extends(shelf: Shelf[Shape], parent: Parent, problems: list[Problem]) -> None:
    """Add to *problems* what is extended and does not exist, and what extends itself."""
    for key, book in shelf.books.items():
        written = book.document.at(("extends",))
        problem = None
        if isinstance(written, str):
            problem = shelf.names.refer(written, book.document, ("extends",))
        if problem:
            problems.append(problem)
        circle: list[str] = _circle(key, parent)
        if circle and key == min(circle):  # told once, not by each one in it
            what = f"{' extends '.join((*circle, key))}"
            write = f"(write a {shelf.names.sort} that stands on its own)"
            problems.append(book.document.problem(("extends",), f"{what} {write}"))


def _circle(key: str, parent: Parent) -> list[str]:
    """Return the way from *key* back to itself; empty when there is none."""
    way = [key]
    while True:
        above = parent(way[-1])
        if above == key:
            return way
        if above is None or above in way:
            return []
        way.append(above)
