"""Every flag and text of a report, forged by itself: caught by the others, or named here."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any, get_type_hints

from tests.verifying.reports import month
from tests.verifying.test_every_number import NUMBER, doubts, kind_of, with_another

from vigie.reporting import Figures

Steps = tuple[Any, ...]
VERDICTS = ("met", "missed", "not_provable", "not_applicable", "running")
PERIODS = ("month", "quarter", "year")
WINDOWS = ("planned", "security")
# What else a report could say in a place, besides what others of its kind say.
WORDS = {
    "availability.confidence": ("clear", "within_uncertainty"),
    "availability.verdict": VERDICTS,
    "contents.ahead[].kind": WINDOWS,
    "contents.corrections[].effect": ("exclude", "up", "down", "unknown"),
    "contents.corrections[].state": ("applied", "not_approved", "withdrawn"),
    "contents.kept[].mark": ("met", "at_risk", "missed", "not_measurable", "running"),
    "contents.outlooks[].kind": PERIODS,
    "contents.spells[].kind": ("unplanned", "planned", "excluded", "unknown"),
    "contents.without[].verdict": VERDICTS,
    "contract.basis": PERIODS,
    "contract.maintenance": ("downtime", "window", "up"),
    "contract.unknown": ("neither", "up", "down"),
    "longest.verdict": VERDICTS,
    "maintenance[].kind": WINDOWS,
    "period.kind": PERIODS,
    "services[].confidence": ("clear", "within_uncertainty"),
    "services[].verdict": VERDICTS,
}
ZONE = "Europe/Berlin"  # others are refused, or have other clocks
# What nothing else of the file contradicts: only the database can tell.
DATABASE_ONLY: set[str] = set()


def texts_of(value: Any, place: str) -> Iterator[tuple[str, Steps, Any]]:
    """Yield place, steps that lead to it, and value of each flag and text in a record."""
    if is_dataclass(value):
        for name in get_type_hints(type(value)):
            for at, steps, found in texts_of(getattr(value, name), f"{place}.{name}"):
                yield at, (name, *steps), found
    elif isinstance(value, tuple):
        # Digests of results are the same for each day: two days do.
        few = value[:2] if place.endswith("evidence.results") else value
        for number, one in enumerate(few):
            for at, steps, found in texts_of(one, f"{place}[{number}]"):
                yield at, (number, *steps), found
    elif isinstance(value, bool) or (isinstance(value, str) and not NUMBER.fullmatch(value)):
        yield place, (), value


def forgeries(place: str, value: bool | str, others: set[str]) -> set[Any]:
    """Return what a forger would write in the place of *value*."""
    if isinstance(value, bool):
        return {not value}
    if place.endswith("timezone"):
        return {ZONE}
    words = others | {*WORDS.get(place, ())} or {value}
    digit = "0" if value.endswith("9") else "9"
    return (words | {value[:-1] + digit, None}) - {value}


def unseen(figures: Figures) -> Iterator[tuple[str, object]]:
    """Yield each place with a forgery of it that contradicts nothing."""
    found = [*texts_of(figures, "figures")]
    others: dict[str, set[Any]] = {}
    for place, _, value in found:
        others.setdefault(kind_of(place), set()).add(value)
    for place, steps, value in found:
        kind = kind_of(place)
        for forged in forgeries(kind, value, others[kind]):
            try:
                if not doubts(with_another(figures, steps, forged)):
                    yield kind, (place,value, forged)
            except Exception as e:
                print("ERR", place, forged, repr(e))


if __name__ == "__main__":
    import collections
    d = collections.defaultdict(list)
    n=0
    for k, v in unseen(month()):
        d[k].append(v[1:])
    for k, v in sorted(d.items()): print(k, v[:6])
