"""The values in which a record that was printed differs from the one that SQL gives today."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

# The raw results are compared by themselves: older ones than the retention are told apart there.
MOVING = {
    "figures.evidence.results",
    "figures.evidence.sha256",
    "maintenance.as_of",
    # What people do after it was made.
    "summary.as_of",
    "summary.crises",
    "summary.disputes",
    "summary.reports",
    "summary.risks",
}
# Results are rolled up ever further: today as far as then, or beyond.
GROWING = {"figures.period.as_of"}


def unequal(printed: Any, today: Any, place: str) -> Iterator[str]:  # noqa: ANN401 - any record
    """Yield every value that is not the same in both, by its place."""
    kind = place.removeprefix("comparison.")
    if printed == today or kind in MOVING or (kind in GROWING and _grew(printed, today)):
        return
    if is_dataclass(printed) and is_dataclass(today):
        for field in fields(printed):
            mine, other = getattr(printed, field.name), getattr(today, field.name)
            yield from unequal(mine, other, f"{place}.{field.name}")
    elif isinstance(printed, tuple) and isinstance(today, tuple) and len(printed) == len(today):
        for number, (mine, other) in enumerate(zip(printed, today, strict=True)):
            yield from unequal(mine, other, f"{place}[{number}]")
    elif isinstance(printed, tuple) and isinstance(today, tuple):
        yield f"{place}: {len(printed)} rows printed, {len(today)} today"
    else:
        yield f"{place}: {printed} printed, {today} today"


def _grew(then: datetime | None, today: datetime | None) -> bool:
    return then is None or (today is not None and then < today)
