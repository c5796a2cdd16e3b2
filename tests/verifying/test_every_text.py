"""Every flag and text of a report, forged by itself: caught by the others, or named here."""

from collections import defaultdict
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
CONFIDENCES = ("clear", "within_uncertainty")
# The words of a place; other places take any text.
WORDS = {
    "availability.confidence": CONFIDENCES,
    "availability.verdict": VERDICTS,
    "contents.ahead[].kind": WINDOWS,
    "contents.corrections[].effect": ("exclude", "up", "down", "unknown"),
    "contents.corrections[].state": ("applied", "not_approved", "withdrawn"),
    "contents.crises[].state": ("open", "resolved", "reviewed"),
    "contents.crises[].told[].kind": ("customer_opened", "customer_resolved"),
    "contents.crises[].told[].state": ("sent", "delivered"),
    "contents.crises[].trigger": ("outage", "anomaly", "hand"),
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
    "services[].confidence": CONFIDENCES,
    "services[].verdict": VERDICTS,
}
ZONE = "Europe/Berlin"  # the same clocks: a zone of others is seen by its days
# What nothing else of the file contradicts, or not each forgery: only the database can tell.
DATABASE_ONLY = {
    # the terms, whose they are, and how it was probed
    "contract.basis",
    "contract.cap_per",  # where no window says it
    "contract.customer",
    "contract.demonstration",
    "contract.document",
    "contract.interruption_calendar",
    "contract.key",
    "contract.language",
    "contract.maintenance",  # where it comes to the same
    "contract.night_closes",
    "contract.night_opens",
    "contract.notice_calendar",
    "contract.outside",
    "contract.outside_hours[].hours",
    "contract.outside_timezone",
    "contract.plan",
    "contract.plan_name",
    "contract.unknown",  # where nothing was unknown
    "evidence.notice_timezone",  # where it decides no notice
    "probes[].locations[]",
    "probes[].quorum",
    "probes[].retries[]",
    "probes[].service",  # an endpoint may move
    "probes[].target",
    "services[].name",
    # measured
    "contents.failures[].reason",  # that no outage has
    "longest.verdict",  # met, or not provable
    "outages[].cause",  # another endpoint, another status, another reason that was counted
    # what people wrote and did
    "contents.ahead[].key",
    "contents.ahead[].kind",
    "contents.ahead[].reason",
    "contents.corrections[].approved_by",
    "contents.corrections[].effect",
    "contents.corrections[].evidence",
    "contents.corrections[].key",
    "contents.corrections[].reason",
    "contents.corrections[].state",
    "contents.corrections[].target",
    "contents.crises[].key",
    "contents.crises[].late",
    "contents.crises[].services[]",
    "contents.crises[].state",
    "contents.crises[].summary",
    "contents.crises[].told[].kind",
    "contents.crises[].told[].state",
    "contents.crises[].trigger",
    "contents.measures[].crisis",
    "contents.measures[].what",
    "maintenance[].channel",
    "maintenance[].evidence",
    "maintenance[].key",
    "maintenance[].reason",
    "maintenance[].recipient",
    "maintenance[].recorded_by",
    "maintenance[].services[]",  # of a window that excused nothing
}


def texts_of(value: Any, place: str) -> Iterator[tuple[str, Steps, Any, bool]]:
    """Yield place, steps to it, and value of each flag and text, and whether there may be none."""
    if is_dataclass(value):
        for name, kind in get_type_hints(type(value)).items():
            for at, steps, found, lacks in texts_of(getattr(value, name), f"{place}.{name}"):
                yield at, (name, *steps), found, lacks or kind == str | None
    elif isinstance(value, tuple):
        # Those of results are as many as endpoints and days: one digest is over all of them.
        few = value[:2] if place.endswith("evidence.results") else value
        for number, one in enumerate(few):
            for at, steps, found, lacks in texts_of(one, f"{place}[{number}]"):
                yield at, (number, *steps), found, lacks
    elif isinstance(value, bool) or (isinstance(value, str) and not NUMBER.fullmatch(value)):
        yield place, (), value, False


def forgeries(kind: str, value: bool | str, others: set[str]) -> set[Any]:
    """Return what a forger may write in the place of *value*; *others* are its like."""
    if isinstance(value, bool):
        return {not value}
    if kind.endswith("timezone"):
        return {ZONE}
    if kind in WORDS:
        return {*WORDS[kind]} - {value}
    return (others | {value[:-1] + ("8" if value.endswith("9") else "9")}) - {value}


def unseen(figures: Figures) -> Iterator[str]:
    """Yield the kind of each place with a forgery that contradicts nothing."""
    found = [*texts_of(figures, "figures")]
    others = defaultdict[str, set[str]](set)
    for place, _, value, _ in found:
        others[kind_of(place)].add(value)
    for place, steps, value, lacks in found:
        kind = kind_of(place)
        for forged in (*forgeries(kind, value, others[kind]), *((None,) if lacks else ())):
            if not doubts(with_another(figures, steps, forged)):
                yield kind


def test_every_forged_text_is_caught_but_those_that_only_the_database_knows() -> None:
    assert sorted(DATABASE_ONLY) == sorted({*unseen(month())})
