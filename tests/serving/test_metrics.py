"""What `/metrics` says, read back by the library's own parsers."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import parser as plain
from prometheus_client.openmetrics import parser as openmetrics

from vigie import paths
from vigie.probing import Attempt, Counts, Outcome, Reason, Result
from vigie.serving import Measured
from vigie.serving.metrics import exposition, families
from vigie.storing import Depth

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
OPENMETRICS = "application/openmetrics-text; version=1.0.0"
Values = dict[tuple[str, frozenset[tuple[str, str]]], float]


def result(outcome: Outcome, lag_us: int | None, *durations_us: int) -> Result:
    reason = None if outcome is Outcome.UP else Reason.TIMEOUT
    attempts = tuple(
        Attempt(number=n, started=NOON, outcome=outcome, reason=reason, duration_us=took)
        for n, took in enumerate(durations_us, start=1)
    )
    return Result(
        endpoint="home",
        location="paris",
        at=NOON,
        outcome=outcome,
        reason=reason,
        lag_us=lag_us,
        attempts=attempts,
    )


def counted() -> Counts:
    counts = Counts()
    counts.endpoints, counts.flights = 3, 1
    counts.note("http", result(Outcome.UP, 1_000, 10_000))
    counts.note("http", result(Outcome.UP, 1_001, 10_001))
    counts.note("http", result(Outcome.DOWN, 20_000_000, 10_000_000, 70_000_000))
    counts.note("dns", result(Outcome.UP, 900, 400))
    counts.note("dns", result(Outcome.UNKNOWN, None))
    return counts


def measured() -> Measured:
    return Measured(
        now=NOON,
        location="paris",
        counts=counted(),
        depth=Depth(files=2, size=640, oldest=NOON - timedelta(seconds=5)),
        in_memory=4,
        lost=1,
        shipped=99,
        newest=NOON - timedelta(seconds=2),
        as_of=NOON - timedelta(seconds=90),
        latency_s=0.25,
        watching=True,
        queued=3,
    )


def values(text: bytes) -> Values:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in openmetrics.text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


@pytest.fixture
def told() -> Values:
    return values(exposition(measured(), OPENMETRICS)[0])


def labelled(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


def at_paris(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return labelled(name, location="paris", **labels)


def test_slots_and_results_are_those_that_were_counted(told: Values) -> None:
    expected = {
        at_paris("vigie_endpoints"): 3,
        at_paris("vigie_flights"): 1,
        at_paris("vigie_due_slots_total"): 5,
        at_paris("vigie_run_slots_total"): 4,
        at_paris("vigie_missed_slots_total"): 1,
        at_paris("vigie_results_total", kind="http", outcome="up"): 2,
        at_paris("vigie_results_total", kind="http", outcome="down"): 1,
        at_paris("vigie_results_total", kind="dns", outcome="up"): 1,
        at_paris("vigie_results_total", kind="dns", outcome="unknown"): 1,
        at_paris("vigie_newest_result_age_seconds"): 2,
    }

    assert expected == {key: told.get(key) for key in expected}


def test_buckets_are_cumulative_and_include_their_bound(told: Values) -> None:
    """Lags of 0.9 ms, 1 ms, 1.001 ms and 20 s; durations of 10 ms, 10.001 ms, 10 s and 70 s."""
    lag, took = "vigie_start_lag_seconds", "vigie_probe_duration_seconds"
    expected = {
        at_paris(f"{lag}_bucket", le="0.001"): 2,
        at_paris(f"{lag}_bucket", le="0.005"): 3,
        at_paris(f"{lag}_bucket", le="15.0"): 3,
        at_paris(f"{lag}_bucket", le="+Inf"): 4,
        at_paris(f"{lag}_count"): 4,
        at_paris(f"{lag}_sum"): 20 + 0.001 + 0.001001 + 0.0009,
        at_paris(f"{took}_bucket", kind="http", le="0.01"): 1,
        at_paris(f"{took}_bucket", kind="http", le="0.025"): 2,
        at_paris(f"{took}_bucket", kind="http", le="10.0"): 3,
        at_paris(f"{took}_bucket", kind="http", le="60.0"): 3,
        at_paris(f"{took}_count", kind="http"): 4,
        at_paris(f"{took}_count", kind="dns"): 1,
    }

    assert expected == pytest.approx({key: told.get(key, -1) for key in expected})


def test_spool_and_database_are_told(told: Values) -> None:
    expected = {
        labelled("vigie_spool_files"): 2,
        labelled("vigie_spool_size_bytes"): 640,
        labelled("vigie_spool_oldest_age_seconds"): 5,
        labelled("vigie_unwritten_results"): 4,
        labelled("vigie_lost_results_total"): 1,
        labelled("vigie_shipped_results_total"): 99,
        labelled("vigie_database_latency_seconds"): 0.25,
        labelled("vigie_rollup_watermark_age_seconds"): 90,
        labelled("vigie_watching"): 1,
        labelled("vigie_outbox_queued"): 3,
    }

    assert expected == {key: told.get(key) for key in expected}


def test_the_process_tells_its_time_and_memory(told: Values) -> None:
    assert told[labelled("process_cpu_seconds_total")] > 0
    assert told[labelled("process_resident_memory_bytes")] > 1_000_000


def test_what_is_not_known_is_left_out() -> None:
    young = Measured(now=NOON, location="paris", counts=Counts(), depth=Depth())
    names = {name for name, _ in values(exposition(young, OPENMETRICS)[0])}

    assert "vigie_spool_oldest_age_seconds" in names
    assert not names & {
        "vigie_database_latency_seconds",
        "vigie_rollup_watermark_age_seconds",
        "vigie_newest_result_age_seconds",
        "vigie_watching",
        "vigie_outbox_queued",
    }


def test_every_metric_has_help_and_a_unit_and_no_label_of_an_endpoint() -> None:
    text = exposition(measured(), OPENMETRICS)[0].decode()
    ours = [
        family
        for family in openmetrics.text_string_to_metric_families(text)
        if family.name.startswith("vigie_")
    ]

    assert len(ours) == len(list(families(measured()))) == 19
    assert [it.name for it in ours if not it.documentation.endswith(".")] == []
    assert [it.name for it in ours if not it.unit or not it.name.endswith(f"_{it.unit}")] == []
    assert set(labels(text)) <= {"location", "kind", "outcome", "le"}


def test_the_readme_explains_every_metric() -> None:
    readme = (paths.PROBES / "README.md").read_text(encoding="utf-8")
    text = exposition(measured(), "")[0].decode()
    names = set(re.findall(r"^# HELP (vigie_\w+)", text, re.MULTILINE))

    assert len(names) == 19
    assert [name for name in names if f"`{name}`" not in readme] == []


def labels(text: str) -> Iterator[str]:
    for family in openmetrics.text_string_to_metric_families(text):
        for sample in family.samples:
            yield from sample.labels


def test_who_asks_for_no_format_gets_the_older_text() -> None:
    body, content_type = exposition(measured(), "")
    found = {
        sample.name: sample.value
        for family in plain.text_string_to_metric_families(body.decode())
        for sample in family.samples
    }

    assert content_type.startswith("text/plain")
    assert b"# EOF" not in body
    assert found["vigie_due_slots_total"] == 5
