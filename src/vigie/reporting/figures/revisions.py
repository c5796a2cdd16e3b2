"""A revision of a report that is kept: what it is, what it replaces, and what changed."""

import re
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

PLACE = re.compile(r"(?:contents\.)?(\w+)(?:\[([^\]]*)\])?(?:\.(.+))?", re.ASCII)
UNITS = {"verdict": "verdict", "confidence": "confidence", "ends": "instant", "valid": "valid"}
PERCENTS = ("percent", "low", "high", "coverage", "target", "used_share", "clean_percent")
HEADLINES = 8  # changes on the first page; the appendix has more
LISTED = 60  # changes in the appendix; report.json has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure that differs from the revision before; None: it has no such figure."""

    figure: str  # availability.percent, outages[2026-05-12T01:00:00Z]
    before: str | None
    after: str | None

    @property
    def part(self) -> str:
        """The part of the figures that it belongs to: `outages`."""
        return self.figure.replace("[", ".").partition(".")[0]

    @property
    def section(self) -> str:
        """The same, of the further pages the list: `kept`."""
        return self._place[0]

    @property
    def label(self) -> str:
        """What the row of a list that it belongs to is known by; empty: none."""
        return self._place[1].partition("#")[0]

    @property
    def name(self) -> str:
        """The figure of the part or the row: `seconds.unplanned`."""
        return self._place[2]

    @property
    def at(self) -> datetime | None:
        """The instant that the row is known by."""
        with suppress(ValueError):
            return datetime.fromisoformat(self.label) if "T" in self.label else None
        return None

    @property
    def day(self) -> date | None:
        """The day that the row is known by."""
        with suppress(ValueError):
            return date.fromisoformat(self.label)
        return None

    @property
    def unit(self) -> str:
        """How it is printed: percent, seconds, instant, a closed word, or text as it is.

        A reason is that of a window, which SQL gives in English.
        """
        name = self.figure.rpartition(".")[2]
        if ".seconds." in self.figure or name.endswith("_s"):
            return "seconds"
        if name in PERCENTS:
            return "percent"
        if name == "why" and self.section == "maintenance":
            return "reason"
        return UNITS.get(name, "text")

    @property
    def _place(self) -> tuple[str, str, str]:
        found = PLACE.fullmatch(self.figure)
        return (found[1], found[2] or "", found[3] or "") if found else (self.figure, "", "")

    def instant(self, text: str) -> datetime:
        """Return one of its two values as the instant that it is."""
        return datetime.fromisoformat(text)

    def number(self, text: str) -> Decimal:
        """Return one of its two values as the exact number that it is."""
        return Decimal(text)

    @property
    def row(self) -> str | None:
        """What the row of a list is known by; None: it is no row as a whole."""
        _, bracket, rest = self.figure.partition("[")
        return rest[:-1] if bracket and rest.endswith("]") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A revision that was kept before."""

    number: int
    made_at: datetime
    made_by: str
    reason: str | None
    issued_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a kept report says of itself."""

    key: str  # acme/2026-05/r2
    number: int
    made_at: datetime
    made_by: str
    reason: str | None  # None: it is the first one
    objections_until: datetime
    changes: tuple[Change, ...]  # from the revision before
    past: tuple[Past, ...]  # the revisions before, the first one first
    before: str | None  # key of the report before it in the contract's chain
    before_digest: str | None  # its SHA-256, which this one carries

    @property
    def named(self) -> tuple[Change, ...]:
        """What changed and has words of its own: the main figures first, then rows of lists."""
        known = {one.figure: one for one in self.changes}
        main = [known[figure] for figure in FIRST if figure in known]
        rows = [one for one in self.changes if one.row and one.section in LISTS]
        inner = [one for one in self.changes if one.name in NAMED.get(one.section, ())]
        return (*main, *rows, *inner)

    @property
    def headlines(self) -> tuple[Change, ...]:
        """What changed, as far as the first page has room for it."""
        main = (one for one in self.named if one.figure in FIRST or one.row)
        return tuple(main)[:HEADLINES]

    @property
    def listed(self) -> tuple[Change, ...]:
        """What changed, as far as the appendix has room for it."""
        return self.named[:LISTED]

    @property
    def further(self) -> Mapping[str, int]:
        """How many other figures changed, by section: most of them follow from what is listed."""
        listed = {one.figure for one in self.listed}
        return Counter(one.section for one in self.changes if one.figure not in listed)


LISTS = ("outages", "maintenance", "corrections")
FIRST = (
    "availability.percent",
    "availability.verdict",
    "availability.confidence",
    "availability.target",
    "availability.low",
    "availability.high",
    "availability.coverage",
    "availability.used_s",
    "availability.seconds.unplanned",
    "availability.seconds.planned",
    "availability.seconds.excluded",
    "availability.seconds.unknown",
    "longest.working_s",
    "longest.elapsed_s",
    "longest.verdict",
    "sla_version",
)
CLASSES = tuple(f"seconds.{name}" for name in ("unplanned", "planned", "excluded", "unknown", "up"))
# Figures of a row that have words of their own.
NAMED = {
    "services": ("percent", "verdict", "low", "high", "coverage", "used_s", *CLASSES[:4]),
    "outages": ("ends", "elapsed_s", "working_s"),
    "maintenance": ("ends", "valid", "why", "down_s", "excused_s"),
    "days": CLASSES,
}
