"""What a calendar is laid on: the one it extends, and its variants by region."""

from dataclasses import dataclass

from vigie.catalogue.extending import chain
from vigie.catalogue.grammar import CalendarFile, CalendarText
from vigie.catalogue.shelf import Shelf
from vigie.catalogue.yaml import Document, Part, Trail


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One text about a calendar, and where it stands."""

    document: Document
    trail: Trail
    text: CalendarText

    def gives(self, *names: str) -> bool:
        """Whether any of *names* is written here; `null` is, and takes away."""
        return not self.text.model_fields_set.isdisjoint(names)

    def lacks(self, *names: str) -> bool:
        """Whether something at any of *names* was refused, and so is not in *text*."""
        return any(self.document.lacks(self.at(name)) for name in names)

    def names(self, part: str) -> list[str]:
        """Return the keys of the mapping *part* as they are written."""
        written = self.document.at((*self.trail, part))
        return list(written) if isinstance(written, dict) else []

    def at(self, *trail: Part) -> Trail:
        """Return the trail in the document of a *trail* in this text."""
        return (*self.trail, *trail)


class Calendars:
    """The calendars of a catalogue, their variants by region among them."""

    def __init__(self, shelf: Shelf[CalendarFile]) -> None:
        """Name the variants of all calendars on *shelf*: `office` in region AE is `office-ae`."""
        self.shelf = shelf
        self._variants: dict[str, tuple[str, str]] = {}
        for key in shelf.books:
            for region in self._regions(key):
                name = f"{key}-{region.lower()}"
                if name not in shelf.books:
                    self._variants[name] = (key, region)
        shelf.names.places.update(dict.fromkeys(self._variants, ""))

    def names(self) -> list[str]:
        """Return the keys of all calendars, those that are refused too."""
        return sorted({*self.shelf.books, *self._variants})

    def base(self, key: str) -> str:
        """Return the key of the file that calendar *key* is written in."""
        return self._variants.get(key, (key, ""))[0]

    def parent(self, key: str) -> str | None:
        """Return the calendar that the file of *key* extends, without its region."""
        book = self.shelf.books.get(self.base(key))
        above = book.shape.extends if book and book.shape else None
        return self.base(above) if above in self._variants else above

    def others(self, key: str, *sorts: str) -> tuple[str, ...]:
        """Return the calendars that *key* may mean; a variant, or what extends it, has none."""
        book = self.shelf.books.get(key)
        readings = book.shape.readings if book and book.shape else None
        return tuple(other for sort in sorts for other in getattr(readings, sort, ()))

    def layers(self, key: str) -> list[Layer]:
        """Return what is said of calendar *key*, the most general first; nothing: it is refused.

        When what it extends is not to be had, only what is said from there on.
        """
        base, region = self._variants.get(key, (key, None))
        if chain(base, self.parent) is None:
            return self._own(base, region)
        return self._layers(base, region)

    def _layers(self, key: str, region: str | None) -> list[Layer]:
        book = self.shelf.books.get(key)
        above = book.shape.extends if book and book.shape else None
        if above is None:
            return self._own(key, region)
        extended, chosen = self._variants.get(above, (above, None))
        return self._layers(extended, chosen or region) + self._own(key, region)

    def _own(self, key: str, region: str | None) -> list[Layer]:
        book = self.shelf.books.get(key)
        if book is None or book.shape is None:
            return []
        own = [Layer(document=book.document, trail=(), text=book.shape)]
        if region in book.shape.variants:
            trail, text = ("variants", region), book.shape.variants[region]
            own.append(Layer(document=book.document, trail=trail, text=text))
        return own

    def _regions(self, key: str) -> list[str]:
        """Return the regions of which *key*, or what it extends, has a variant."""
        books = (self.shelf.books.get(name) for name in chain(key, self._plain_parent) or ())
        return sorted({region for it in books if it and it.shape for region in it.shape.variants})

    def _plain_parent(self, key: str) -> str | None:
        book = self.shelf.books.get(key)
        return book.shape.extends if book and book.shape else None
