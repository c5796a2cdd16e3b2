"""`/metrics` and `/readyz` of a real `vigie run`, against what was really probed."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from tests.cli.processes import (
    DEADLINE_S,
    Vigie,
    Wire,
    a_target,
    get,
    lay_out,
    until,
    vigie,
)

from vigie import clock
from vigie.cli.engine import Pulse
from vigie.cli.following import Following
from vigie.cli.vitals import LAG, SLACK, Vitals

LISTEN = ("--listen", "127.0.0.1:0")


async def scraped(running: Vigie) -> dict[str, float]:
    """Each sample's value under its name; of those of results, the sum."""
    _, text = await get(running, "/metrics")
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0) + sample.value
    return found


async def test_the_counters_are_those_of_the_probes(database: str, tmp_path: Path) -> None:
    async with a_target() as target:
        lay_out(tmp_path, target)
        async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
            await until(lambda: target.answered >= 6)
            before = target.answered
            told = await scraped(running)
            async with asyncio.timeout(DEADLINE_S):
                while told["vigie_shipped_results_total"] < before:
                    await asyncio.sleep(0.1)
                    told = await scraped(running)

    # An answer is counted a moment after it was given.
    assert before - 2 <= told["vigie_run_slots_total"] <= target.answered
    assert told["vigie_results_total"] == told["vigie_due_slots_total"]
    assert (
        told["vigie_due_slots_total"]
        == told["vigie_run_slots_total"] + told["vigie_missed_slots_total"]
    )
    assert told["vigie_start_lag_seconds_count"] == told["vigie_run_slots_total"]
    assert told["vigie_probe_duration_seconds_count"] == told["vigie_run_slots_total"]
    assert told["vigie_endpoints"] == 2
    assert 0 <= told["vigie_newest_result_age_seconds"] < 30
    assert 0 < told["vigie_database_latency_seconds"] < 2
    assert (1, 0) == (told["vigie_watching"], told["vigie_outbox_queued"])
    assert told["process_cpu_seconds_total"] > 0


async def test_readiness_follows_the_database(database: str, tmp_path: Path) -> None:
    wire = Wire(database)
    await wire.join()
    async with a_target() as target:
        lay_out(tmp_path, target)
        async with vigie("run", *LISTEN, folder=tmp_path, database=wire.url) as running:
            await until(lambda: any('"catalogue"' in line for line in running.said))
            ready = await get(running, "/readyz")
            await wire.cut()
            unready = await get(running, "/readyz")
            told = await scraped(running)
            await running.end()
    await wire.cut()

    assert (200, {"status": "ready", "wrong": []}) == (ready[0], json.loads(ready[1]))
    (why,) = json.loads(unready[1])["wrong"]
    assert unready[0] == 503
    assert why.startswith("the database does not answer: ")
    assert "vigie_database_latency_seconds" not in told


async def unready(pulse: Pulse, began: datetime, found: Following) -> Sequence[str]:
    vitals = Vitals(home=Path(), location="main", pulse=pulse, following=found, began=began)
    return await vitals.unready()


async def test_a_database_that_was_not_reached_yet_is_not_ready(found: Following) -> None:
    assert await unready(Pulse(), clock.now(), found) == ["the database was not reached yet"]


async def test_another_schema_is_not_ready(pool: asyncpg.Pool, found: Following) -> None:
    pulse, now = Pulse(pool=pool), clock.now()
    ready = await unready(pulse, now, found)
    await pool.execute("update vigie_meta.definitions set digest = 'of another program'")
    older = await unready(pulse, now, found)
    await pool.execute("insert into vigie_meta.migration values (9999, '9999_later.sql', '')")
    newer = await unready(pulse, now, found)

    assert ready == []
    assert older == ["the database's schema is an older one (run vigie db migrate)"]
    assert newer == [
        "this database is newer than this program: it has 9999_later.sql (upgrade vigie)"
    ]


async def test_figures_that_stay_behind_are_not_ready(pool: asyncpg.Pool, found: Following) -> None:
    began = clock.now() - LAG - SLACK - timedelta(seconds=10)

    assert await unready(Pulse(pool=pool), began, found) == ["the roll-up stopped"]
    assert await unready(Pulse(pool=pool), clock.now(), found) == []
