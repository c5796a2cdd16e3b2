"""What stands behind the figures of a sample: how it was probed, and the digests of its results."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from vigie.reporting.figures.evidencerecords import Evidence, Part, ResultsDay
from vigie.reporting.figures.records import Probe
from vigie.reporting.figures.results import digest, results_text

PROBES = (
    Probe(
        service="api",
        endpoint="api-health",
        target="https://api.shop.example/health",
        every_s=Decimal(60),
        timeout="10s",
        retries=("2s", "10s"),
        quorum="majority",
        locations=("paris",),
    ),
    Probe(
        service="orders",
        endpoint="orders-status",
        target="https://orders.shop.example/status",
        every_s=Decimal(60),
        timeout="10s",
        retries=("2s", "10s"),
        quorum="majority",
        locations=("paris", "frankfurt"),
    ),
)


def results_day(endpoint: str, day: date, *, covers: str = "all") -> ResultsDay:
    """Return the digest of a day of minutes."""
    return ResultsDay(endpoint=endpoint, day=day, results=1440, covers=covers, sha256="a" * 64)


def evidence(days: Sequence[ResultsDay], parts: Sequence[Part] = ()) -> Evidence:
    """Return evidence that holds *days*."""
    text = results_text(days)
    return Evidence(parts=tuple(parts), results=tuple(days), sha256=digest(text))
