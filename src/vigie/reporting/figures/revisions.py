"""A revision of a report that is kept: what it is, what it replaces, and what changed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

PERCENTS = ("percent", "low", "high", "coverage", "target", "used_share", "clean_percent")
HEADLINES = 8  # changes on the first page; the appendix has them all


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
    def unit(self) -> str:
        """How it is printed: percent, seconds, milliseconds, verdict, class, or text as it is."""
        name = self.figure.rpartition(".")[2]
        if ".seconds." in self.figure or name.endswith("_s"):
            return "seconds"
        if name in PERCENTS:
            return "percent"
        if name.endswith("_ms"):
            return "milliseconds"
        if name == "kind" and ".spells[" in self.figure:
            return "class"
        return "verdict" if name == "verdict" else "text"

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
        """What changed and has a name of its own: the main figures first, then rows of lists."""
        known = {one.figure: one for one in self.changes}
        rows = (one for one in self.changes if one.row and one.part in LISTS)
        return (*(known[figure] for figure in FIRST if figure in known), *rows)

    @property
    def headlines(self) -> tuple[Change, ...]:
        """What changed, as far as the first page has room for it."""
        return self.named[:HEADLINES]

    @property
    def further(self) -> tuple[Change, ...]:
        """What else changed, known by its place only: most of it follows from what has a name."""
        named = set(self.named)
        return tuple(one for one in self.changes if one not in named)


LISTS = ("outages", "maintenance")
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
