"""What is left of a refused document, so that the mistakes in the rest are told at once."""

from collections.abc import Iterator
from dataclasses import replace

from pydantic import ValidationError

from vigie.catalogue.validate import AnyModel
from vigie.catalogue.yaml import Document, Trail

_TRIES = 3  # what is left may lack something that is required there, once or twice


def salvage(model: type[AnyModel], document: Document) -> tuple[Document, AnyModel | None]:
    """Return *document* without what *model* refuses, and the model of that; None: nothing is left.

    What was left out is known to the document, for those who would miss it.
    """
    left = document
    for _ in range(_TRIES):
        try:
            return left, model.model_validate(left.data)
        except ValidationError as error:
            refused = {_trail(left, details["loc"]) for details in error.errors()}
        if () in refused:
            break
        left = replace(
            document,
            data=_without(left.data, refused, ()),
            refused=left.refused | frozenset(map(left.original, refused)),
        )
    return document, None


def _trail(document: Document, where: Trail) -> Trail:
    """Return the part of *where* that is in the document: pydantic adds words of its own."""
    trail: Trail = ()
    for part in where:
        if document.at((*trail, part)) is not None:
            trail = (*trail, part)
    return trail


def _without(value: object, refused: set[Trail], trail: Trail) -> object:
    if isinstance(value, dict):
        return dict(_kept(value, refused, trail))
    if isinstance(value, list):
        kept = (index for index in range(len(value)) if (*trail, index) not in refused)
        return [_without(value[index], refused, (*trail, index)) for index in kept]
    return value


def _kept(
    value: dict[str, object], refused: set[Trail], trail: Trail
) -> Iterator[tuple[str, object]]:
    for name, part in value.items():
        left = _without(part, refused, (*trail, name))
        # A day whose only hours were refused is none of a day without hours.
        emptied = trail and part != left and left == []
        if (*trail, name) not in refused and not emptied:
            yield name, left
