"""A small path into JSON: `data.items[0].id`, `checks["db.main"].ok`, `[0]`."""

import re
from functools import lru_cache

STEP = re.compile(
    r"""(?:^|\.)(?P<name>[^.\[\]"\s]+) | \[(?P<index>-?\d{1,9})\] | \["(?P<quoted>[^"]+)"\]""",
    re.VERBOSE,
)


class Missing(Exception):  # noqa: N818 - an answer, not an error
    """There is nothing at that path."""


@lru_cache(maxsize=4096)
def steps(path: str) -> tuple[str | int, ...]:
    """Return the names and indexes of *path*; raise ValueError when it is none."""
    found: list[str | int] = []
    at = 0
    while at < len(path):
        match = STEP.match(path, at)
        if not match:
            raise ValueError(path)
        found.append(int(match["index"]) if match["index"] else match["name"] or match["quoted"])
        at = match.end()
    if not found:
        raise ValueError(path)
    return tuple(found)


def at(document: object, path: str) -> object:
    """Return what *document* has at *path*; raise Missing where it has nothing."""
    for step in steps(path):
        document = _inside(document, step)
    return document


def _inside(document: object, step: str | int) -> object:
    try:
        if isinstance(step, int):
            return document[step] if isinstance(document, list) else _missing()
        return document[step] if isinstance(document, dict) else _missing()
    except LookupError as error:
        raise Missing from error


def _missing() -> object:
    raise Missing
