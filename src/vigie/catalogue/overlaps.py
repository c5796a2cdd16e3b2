"""Hours that were written twice, and where."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from vigie.catalogue.layers import Layer
from vigie.catalogue.problems import Problem
from vigie.catalogue.yaml import Trail


@dataclass(frozen=True, slots=True)
class Stretch:
    """Opening hours since Monday, or since midnight, and where they are written."""

    opens: timedelta
    closes: timedelta
    rank: int  # of the layer
    layer: Layer
    trail: Trail

    def later(self, by: timedelta) -> "Stretch":
        """Return the same hours, moved."""
        return replace(self, opens=self.opens + by, closes=self.closes + by)

    def problem(self, what: str) -> Problem:
        """Return the problem at the place of these hours."""
        return self.layer.document.problem(self.trail, what)


def overlaps(stretches: list[Stretch]) -> Iterator[Problem]:
    """Yield a problem for each place whose hours another place has taken already."""
    told = set()
    holder: Stretch | None = None
    for it in sorted(stretches, key=lambda it: (it.opens, it.closes, it.rank)):
        if holder and it.opens < holder.closes:
            # Whoever changes a calendar reads of the change, not of what was there before.
            wrong, other = (holder, it) if holder.rank > it.rank else (it, holder)
            if (wrong.rank, wrong.trail) not in told:
                told.add((wrong.rank, wrong.trail))
                yield _problem(wrong, other)
        if holder is None or it.closes > holder.closes:
            holder = it


def _problem(wrong: Stretch, other: Stretch) -> Problem:
    place = other.problem("")
    same = place.file == wrong.layer.document.file
    where = f"on line {place.line}" if same else f"at {place.file}:{place.line}"
    return wrong.problem(f"overlaps the hours {where} (write hours that do not overlap)")
