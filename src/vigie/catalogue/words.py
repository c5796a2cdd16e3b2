"""How problems are worded: what was written, and the nearest thing that would be right."""

from collections.abc import Iterable
from difflib import get_close_matches

from vigie.legible import one_line

_LONGEST = 60
_MOST = 8


def shown(value: object) -> str:
    """Return *value* as people recognise it from their YAML, shortened."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int | float):
        return str(value)
    text = one_line(str(value).replace("\n", " "))
    return f'"{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"}"'


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the one of *known* that *word* was probably meant to be."""
    return next(iter(get_close_matches(word, list(known), 1, 0.6)), None)


def advice(word: str, known: Iterable[str], most: int = _MOST) -> str:
    """Return what to write for *word*: its nearest match, or *most* of what there is."""
    options = sorted(known)
    match = nearest(word, options)
    if match:
        return f"write {match}"
    if not options:
        return "there is none yet"
    more = ", …" if len(options) > most else ""
    return f"write one of {', '.join(options[:most])}{more}"
