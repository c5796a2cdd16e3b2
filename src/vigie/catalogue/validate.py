"""Checks a part of a document against a model; every refusal becomes a Problem with its place."""

import re
from collections.abc import Iterator, Mapping
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from vigie.catalogue.problems import Problem
from vigie.catalogue.scalars import KEY_PATTERN
from vigie.catalogue.words import advice, shown
from vigie.catalogue.yaml import Document, Trail
from vigie.errors import CatalogueError

AnyModel = TypeVar("AnyModel", bound=BaseModel)

_PLAIN = {
    "string_type": "is not a text (write it in quotes)",
    "int_type": "is not a whole number (write 2)",
    "int_parsing": "is not a whole number (write 2)",
    "int_from_float": "is not a whole number (write 2)",
    "bool_type": "is neither true nor false (write true)",
    "bool_parsing": "is neither true nor false (write true)",
    "model_type": "is not a mapping (write name: value)",
    "dict_type": "is not a mapping (write name: value)",
    "string_too_short": "is empty (write a text)",
    "too_short": "without items is empty (write at least one)",
}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
    "greater_than": ("more than", "gt"),
    "less_than": ("less than", "lt"),
}


def validate(
    model: type[AnyModel],
    document: Document,
    trail: Trail,
    problems: list[Problem],
    *,
    data: object = None,
) -> AnyModel | None:
    """Return the *model* made from the part of *document* at *trail*; None when it was refused.

    *data* stands in for that part where only some of its keys belong to the model.
    """
    try:
        return model.model_validate(document.at(trail) if data is None else data)
    except ValidationError as error:
        problems.extend(_problems(error, model, document, trail))
        return None


def as_model(model: type[AnyModel], told: Mapping[str, object]) -> AnyModel:
    """Return the *model* made from what stands in no file.

    Raises:
        CatalogueError: what was refused, one line each.
    """
    try:
        return model.model_validate(told)
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, one['loc']))}: {_what(one, model)}"
            for one in error.errors(include_url=False)
        ]
        raise CatalogueError(lines) from error


def _problems(
    error: ValidationError, model: type[BaseModel], document: Document, trail: Trail
) -> Iterator[Problem]:
    told = set()  # a union complains once per member: the first is enough
    for details in error.errors(include_url=False):
        if _counts_refused(details):
            continue
        where = (*trail, *details["loc"])
        problem = document.problem(
            where,
            _what(details, model),
            key=details["type"] == "extra_forbidden" or details["loc"][-1:] == ("[key]",),
        )
        place = (problem.path, details["type"] == "missing" and details["loc"])
        if place not in told:
            told.add(place)
            yield problem


def _counts_refused(details: ErrorDetails) -> bool:
    """Whether a list is said to be too short only because items of it were refused."""
    if details["type"] != "too_short" or not isinstance(details["input"], list):
        return False
    needed: int = details["ctx"]["min_length"]
    return len(details["input"]) >= needed


def _what(details: ErrorDetails, model: type[BaseModel]) -> str:
    """Return what is wrong, and what to write instead."""
    kind, value = details["type"], details["input"]
    if kind in ("tuple_type", "list_type"):
        write = f"[{shown(value)}]" if isinstance(value, str | int) else "items that start with -"
        return f"{shown(value)} is not a list (write {write})"
    if kind in _PLAIN:
        return f"{shown(value)} {_PLAIN[kind]}"
    if kind == "missing":
        return _missing(str(details["loc"][-1]), model_at(model, details["loc"][:-1]))
    if kind == "extra_forbidden":
        name = str(details["loc"][-1])
        return f"{shown(name)} is not a known key ({advice(name, keys(model, details['loc']))})"
    return _by_context(details) or _other(details)


def _by_context(details: ErrorDetails) -> str | None:
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    if kind == "literal_error":
        known = re.findall(r"'([^']*)'", context["expected"])
        return f"{shown(value)} is not a known word ({advice(str(value), known)})"
    if kind == "string_pattern_mismatch" and context["pattern"] == KEY_PATTERN:
        return f"{shown(value)} is not a key (write {_slug(str(value))})"
    if kind in _BOUNDS:
        word, name = _BOUNDS[kind]
        return f"{shown(value)} is out of range (write {word} {context[name]})"
    return None


def _missing(name: str, model: type[BaseModel]) -> str:
    field = next(f for n, f in model.model_fields.items() if (f.alias or n) == name)
    example = f" {field.examples[0]}" if field.examples else " …"
    return f'"{name}" is missing (write {name}:{example})'


def _other(details: ErrorDetails) -> str:
    """Return the words of a kind's own validator, or pydantic's, in our grammar."""
    text = details["msg"].removeprefix("Value error, ")
    if details["type"] == "vigie" or "(write" in text:
        return text
    return f"{shown(details['input'])}: {text[:1].lower()}{text[1:]} (write another value)"


def _slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].strip("-")
    return slug or "lower-case letters, digits and hyphens"


def keys(model: type[BaseModel], trail: tuple[str | int, ...]) -> list[str]:
    """Return the keys that may stand where the last part of *trail* stands."""
    fields = model_at(model, trail[:-1]).model_fields
    return [field.alias or name for name, field in fields.items()]


def model_at(model: type[BaseModel], trail: tuple[str | int, ...]) -> type[BaseModel]:
    """Return the model of the mapping that *trail* leads to."""
    for part in trail:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        field = fields.get(str(part))
        if field is not None:
            model = next(_models(field.annotation), model)
    return model


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the models that *annotation* mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
