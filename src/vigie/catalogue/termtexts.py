"""Terms as they are written: laid on each other, and taken apart into single values."""

from collections.abc import Iterator, Mapping

from vigie.catalogue.grammar import TermsText

Words = dict[str, object]
Path = tuple[str, ...]


def terms_only(data: object) -> Words:
    """Return what *data* says of terms; the clauses that they come from are none."""
    terms = (set(TermsText.model_fields) | {"document"}) - {"clauses"}
    return {k: v for k, v in data.items() if k in terms} if isinstance(data, dict) else {}


def merge(base: Words, over: Mapping[str, object]) -> Words:
    """Return *base* with *over* laid on it: mappings merge, all else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = merge(below, value)
        else:
            merged[key] = value
    return merged


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Yield every single value, or list, with the names that lead to it."""
    if not isinstance(value, dict) or (path and not value):
        yield path, value
        return
    for name, part in value.items():
        yield from leaves(part, (*path, name))
