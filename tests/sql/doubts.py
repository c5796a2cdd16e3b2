"""What `vigie verify` says of figures that SQL gives: nothing, when they are as they should be."""

from __future__ import annotations

from datetime import UTC, datetime

from vigie.reporting import Figures
from vigie.verifying.attributed import attributed
from vigie.verifying.budgets import budgets
from vigie.verifying.complete import complete
from vigie.verifying.enforced import ruled
from vigie.verifying.further import further
from vigie.verifying.lists import origins, rows
from vigie.verifying.numbers import recomputed, totals
from vigie.verifying.outlooks import outlooks
from vigie.verifying.periods import placed, zoned
from vigie.verifying.probed import probed
from vigie.verifying.windows import windows
from vigie.verifying.worked import worked

LATER = datetime(2100, 1, 1, tzinfo=UTC)
CHECKS = (
    *(recomputed, totals, rows, origins, further, budgets, outlooks, worked, ruled, complete),
    *(attributed, windows, probed, zoned, lambda of: placed(of.period, LATER, of.zones)),
)


def doubts(found: Figures) -> list[str]:
    """Return every problem that is found in the figures of a report."""
    return [problem for check in CHECKS for problem in check(found)]
