"""The changes that a revision lists, against its own figures."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from vigie.reporting import Change, Figures, frozen_text

# What a row of a list is known by, as in `fact.figure_parts`.
LABELS = ("key", "scope", "day", "endpoint", "starts")


def listed(changes: Sequence[Change], figures: Figures) -> Iterator[str]:
    """Yield each change whose value after it is not the figure that the report has."""
    if not changes:
        return
    if len({one.figure for one in changes}) < len(changes):
        yield "report.revision.changes: a figure is listed twice"
    found = dict(_parts(json.loads(frozen_text(figures)), ""))
    for one in changes:
        place = f"report.revision.changes: {one.figure[:90]}"
        if one.before == one.after:
            yield f"{place}: is the same before and after"
        if not _says(one.after, found.get(one.figure)):
            yield f"{place}: says {_short(one.after)}, the report {_short(found.get(one.figure))}"


def _parts(told: object, path: str) -> Iterator[tuple[str, object]]:
    """Yield every figure with its place, as `fact.figure_changes` names it."""
    for place, part in _members(told, path):
        yield place, part
        yield from _parts(part, place)


def _members(told: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(told, dict):
        for name, part in told.items():
            yield f"{path}.{name}" if path else name, part
    elif isinstance(told, list) and told and isinstance(told[0], dict):
        times: dict[str, int] = {}
        for number, row in enumerate(told, 1):
            label = _label(row, number)
            times[label] = time = times.get(label, 0) + 1
            yield f"{path}[{label}{f'#{time}' if time > 1 else ''}]", row


def _label(row: dict[str, Any], number: int) -> str:
    return next((str(row[name]) for name in LABELS if row.get(name) is not None), str(number))


def _says(text: str | None, value: object) -> bool:
    """Whether *text*, as PostgreSQL prints a figure, is *value*."""
    if value is None or text is None or isinstance(value, str):
        return text == value
    try:
        return _within(json.loads(text), value)
    except (ValueError, RecursionError):
        return False


def _within(said: Any, value: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether *said* is *value*; rows may have had fewer columns when it was written."""
    if isinstance(said, dict) and isinstance(value, dict):
        return all(name in value and _within(part, value[name]) for name, part in said.items())
    if isinstance(said, list) and isinstance(value, list):
        return len(said) == len(value) and all(map(_within, said, value))
    return type(said) is type(value) and bool(said == value)


def _short(value: object) -> str:
    text = "nothing" if value is None else value if isinstance(value, str) else json.dumps(value)
    return text[:60]
