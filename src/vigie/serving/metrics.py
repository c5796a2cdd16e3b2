"""`/metrics`: what a running Vigie counts, as OpenMetrics or as Prometheus' older text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from vigie.probing import Counts, Histogram
from vigie.storing import Depth

US = 1_000_000  # a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One look at a running process; what is None is left out of the metrics."""

    now: datetime
    location: str
    counts: Counts
    depth: Depth
    in_memory: int = 0  # results that are not on disk yet
    lost: int = 0
    shipped: int = 0
    newest: datetime | None = None  # slot of the newest result
    as_of: datetime | None = None  # figures say nothing of what lies after
    latency_s: float | None = None  # of one small query; None: the database does not answer
    watching: bool | None = None  # whether this process watches; None: an agent
    queued: int | None = None  # messages that wait to be sent


class _Once(Collector):
    """Hands out what was measured already: a scrape must not wait inside the library."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def exposition(measured: Measured, accept: str) -> tuple[bytes, str]:
    """Return the metrics in the format that *accept* asks for, and its content type."""
    registry = CollectorRegistry()
    registry.register(_Once(families(measured)))
    ProcessCollector(registry=registry)
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


def families(measured: Measured) -> Iterator[Metric]:
    """Yield the metrics of *measured*."""
    yield from _slots(measured)
    yield from _results(measured)
    yield from _spool(measured)
    yield from _database(measured)
    yield from _watching(measured)


def _slots(it: Measured) -> Iterator[Metric]:
    where, counts = {"location": it.location}, it.counts
    yield _gauge("vigie_endpoints", "Endpoints probed now.", "endpoints", counts.endpoints, where)
    yield _gauge("vigie_flights", "Slots under way now.", "flights", counts.flights, where)
    due = "Slots whose time has come, run or missed."
    yield _counter("vigie_due_slots", due, "slots", counts.due, where)
    yield _counter("vigie_run_slots", "Slots that were probed.", "slots", counts.run, where)
    missed = "Slots that could not begin before the next one; they read unknown."
    yield _counter("vigie_missed_slots", missed, "slots", counts.missed, where)
    lag = HistogramMetricFamily(
        "vigie_start_lag", "From a slot to its first attempt.", labels=list(where), unit="seconds"
    )
    _add(lag, [it.location], counts.lag)
    yield lag


def _results(it: Measured) -> Iterator[Metric]:
    results = CounterMetricFamily(
        "vigie_results",
        "Results, by what they say; missed slots are unknown.",
        labels=["location", "kind", "outcome"],
        unit="results",
    )
    for (kind, outcome), number in sorted(it.counts.results.items()):
        results.add_metric([it.location, kind, outcome], number)
    yield results
    duration = HistogramMetricFamily(
        "vigie_probe_duration",
        "Of each attempt, from its start to its verdict.",
        labels=["location", "kind"],
        unit="seconds",
    )
    for kind, histogram in sorted(it.counts.duration.items()):
        _add(duration, [it.location, kind], histogram)
    yield duration
    if it.newest:
        age = (it.now - it.newest).total_seconds()
        words = "Since the slot of the newest result."
        yield _gauge("vigie_newest_result_age", words, "seconds", age, {"location": it.location})


def _spool(it: Measured) -> Iterator[Metric]:
    depth = it.depth
    yield _gauge("vigie_spool_files", "Files that wait to be shipped.", "files", depth.files)
    yield _gauge("vigie_spool_size", "Of the files that wait.", "bytes", depth.size)
    age = (it.now - depth.oldest).total_seconds() if depth.oldest else 0
    words = "Of the oldest file that waits; 0 when none does."
    yield _gauge("vigie_spool_oldest_age", words, "seconds", age)
    words = "Results in memory that are not on disk yet."
    yield _gauge("vigie_unwritten_results", words, "results", it.in_memory)
    words = "Results given up because the disk refused them and memory was full."
    yield _counter("vigie_lost_results", words, "results", it.lost)
    words = "Results shipped that were new to the database."
    yield _counter("vigie_shipped_results", words, "results", it.shipped)


def _database(it: Measured) -> Iterator[Metric]:
    if it.latency_s is not None:
        words = "Of one small query, now; left out while the database does not answer."
        yield _gauge("vigie_database_latency", words, "seconds", it.latency_s)
    if it.as_of:
        words = "Since the moment up to which figures hold."
        age = (it.now - it.as_of).total_seconds()
        yield _gauge("vigie_rollup_watermark_age", words, "seconds", age)


def _watching(it: Measured) -> Iterator[Metric]:
    if it.watching is not None:
        words = "1 while this process looks for incidents, 0 while it stands by or cannot."
        yield _gauge("vigie_watching", words, "watching", it.watching)
    if it.queued is not None:
        words = "Messages to people that wait to be sent, or to be tried again."
        yield _gauge("vigie_outbox_queued", words, "queued", it.queued)


def _gauge(
    name: str, words: str, unit: str, value: float, where: dict[str, str] | None = None
) -> Metric:
    metric = GaugeMetricFamily(name, words, labels=list(where or ()), unit=unit)
    metric.add_metric(list((where or {}).values()), value)
    return metric


def _counter(
    name: str, words: str, unit: str, value: float, where: dict[str, str] | None = None
) -> Metric:
    metric = CounterMetricFamily(name, words, labels=list(where or ()), unit=unit)
    metric.add_metric(list((where or {}).values()), value)
    return metric


def _add(family: HistogramMetricFamily, labels: list[str], histogram: Histogram) -> None:
    bounds = [*(str(bound / US) for bound in histogram.bounds), "+Inf"]
    buckets = list(zip(bounds, map(float, accumulate(histogram.counts)), strict=True))
    family.add_metric(labels, buckets, histogram.sum / US)
