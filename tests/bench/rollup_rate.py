"""Measure the roll-up: rows a second, beside pandas and DuckDB finding the same spans.

Run it as `python -m tests.bench.rollup_rate [DAYS] [ENDPOINTS]`; it uses `VIGIE_DATABASE_URL`, or
an embedded PostgreSQL in a temporary directory, and one core each. Each day is rolled up once it is
stored, as in operation: days that nobody has read for long come from the disk, which is measured
with them then. The peers get the rows of each day, with what lies near it, in memory and say when
each endpoint was up and down; Vigie reads them from its table, also bounds the downtime, votes,
counts, and stores the endpoint days. DuckDB is measured where it is installed
(`pip install duckdb`).
"""

# ruff: noqa: T201 - a program that prints

import asyncio
import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import pandas as pd
from tests.bench.cpu import cpu_of
from tests.bench.place import bench_pool

with suppress(ImportError):
    import duckdb

Cost = tuple[float, float]  # seconds of wall time and of CPU

FIRST = date(2026, 3, 1)
# One in 480 fails, in threes; one in 720 is missing, in twos: each endpoint, each day.
WRONG = {
    "fault-free": ("'up'", "true"),
    "faulty": (
        "case when (minute + 37 * n) % 1440 in (101, 102, 103) then 'down' else 'up' end",
        "(minute + 11 * n) % 1440 not in (701, 702)",
    ),
}
_PREPARE = """
truncate fact.result, fact.endpoint_day, fact.dirty_day;
insert into fact.location (key) values ('main') on conflict do nothing;
insert into fact.endpoint (key) select 'e' || n from generate_series(1, {endpoints}) as n
on conflict do nothing;
insert into fact.endpoint_version (endpoint_id, valid, every, quorum, spec)
select endpoint_id, '(,)', '60 s', 'majority', '{{}}' from fact.endpoint on conflict do nothing;
select fact.ensure_partitions('{first}', '{last}');
"""
_FILL = """
insert into fact.result (
    endpoint_id, location_id, at, outcome, attempts, status, lag_us, duration_us
)
select
    e.endpoint_id,
    l.location_id,
    $1::date::timestamp at time zone 'UTC'
    + minute * interval '1 minute' + (n * 7919 % 60000) * interval '1 ms',
    ({outcome})::fact.outcome,
    1,
    200,
    250,
    (50000 * exp(1.2 * random()))::integer
from generate_series(0, 1439) as minute
cross join fact.endpoint as e
cross join fact.location as l
cross join lateral (select e.endpoint_id as n)
where {there}
"""
_NEAR = """
select endpoint_id, at, outcome = 'down'
from fact.result
where
    at >= '{day}'::timestamptz - interval '90 min'
    and at < '{day}'::timestamptz + interval '1 day 90 min'
"""
_SPANS = """
with cover as (
    select *, lead(slot) over track as next_slot
    from near
    window track as (partition by endpoint order by slot)
),
until as (
    select
        *,
        case when next_slot <= slot + 90000000 then next_slot else slot + 60000000 end as ends
    from cover
),
turn as (
    select
        *,
        slot is distinct from lag(ends) over track or down is distinct from lag(down) over track
            as turns
    from until
    window track as (partition by endpoint order by slot)
),
run as (
    select *, sum(turns::integer) over (partition by endpoint order by slot) as number from turn
)
select endpoint, down, number, min(slot), max(ends), count(*)
from run
group by endpoint, down, number
"""


async def fill(connection: asyncpg.Connection, kind: str, day: date) -> int:
    """Store the results of *day*, in the order in which probes give them; return how many."""
    outcome, there = WRONG[kind]
    told = await connection.execute(_FILL.format(outcome=outcome, there=there), day)
    await connection.execute("vacuum analyze")  # as autovacuum does within the day
    await connection.execute("checkpoint")  # else the roll-up writes what filling left behind
    return int(told.rpartition(" ")[2])


async def measure_vigie(connection: asyncpg.Connection, day: date) -> Cost:
    """Return the seconds of wall time and of the backend's CPU that the roll-up takes."""
    await connection.execute(
        "insert into fact.dirty_day (endpoint_ids, day)"
        " select array_agg(e.endpoint_id), $1::date from fact.endpoint as e",
        day,
    )
    backend = await connection.fetchval("select pg_backend_pid()")
    started, cpu = time.perf_counter(), cpu_of(backend)
    await connection.execute("select fact.roll_up($1)", day)
    return time.perf_counter() - started, cpu_of(backend) - cpu


def measure_peers(near: pd.DataFrame) -> dict[str, Cost]:
    """Return the seconds of wall time and of CPU that each peer takes, without reading."""
    took = {}
    for name, find in _peers().items():
        started, cpu = time.perf_counter(), time.process_time()
        find(near)
        took[name] = (time.perf_counter() - started, time.process_time() - cpu)
    return took


async def _near(connection: asyncpg.Connection, day: date) -> pd.DataFrame:
    text = io.BytesIO()
    await connection.copy_from_query(_NEAR.format(day=day), output=text, format="csv")
    text.seek(0)
    near = pd.read_csv(
        text, names=["endpoint", "slot", "down"], true_values=["t"], false_values=["f"]
    )
    near["slot"] = pd.to_datetime(near["slot"], format="ISO8601", utc=True).astype("int64") // 1000
    return near


def _peers() -> dict[str, Callable[[pd.DataFrame], object]]:
    return {"pandas": with_pandas} | ({"DuckDB": with_duckdb} if "duckdb" in sys.modules else {})


def with_pandas(near: pd.DataFrame) -> pd.DataFrame:
    """Return one row per endpoint and span of one outcome: first, last, count."""
    near = near.sort_values(["endpoint", "slot"], kind="stable")
    next_slot = near["slot"].shift(-1).where(near["endpoint"] == near["endpoint"].shift(-1))
    near["ends"] = next_slot.where(
        next_slot <= near["slot"] + 90_000_000, near["slot"] + 60_000_000
    )
    goes_on = (
        (near["endpoint"] == near["endpoint"].shift())
        & (near["down"] == near["down"].shift())
        & (near["slot"] == near["ends"].shift())
    )
    spans = near.groupby((~goes_on).cumsum(), sort=False)
    return spans.agg(
        endpoint=("endpoint", "first"),
        down=("down", "first"),
        starts=("slot", "min"),
        ends=("ends", "max"),
        results=("slot", "size"),
    )


def with_duckdb(near: pd.DataFrame) -> object:
    """Return one row per endpoint and span of one outcome: first, last, count."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("near", near)
        return connection.execute(_SPANS).fetchall()


async def measure(
    connection: asyncpg.Connection, kind: str, days: int, endpoints: int
) -> tuple[int, dict[str, Cost]]:
    """Return how many rows there were, and what they cost each party."""
    wanted = [FIRST + number * timedelta(days=1) for number in range(days)]
    await connection.execute(_PREPARE.format(endpoints=endpoints, first=FIRST, last=wanted[-1]))
    rows, costs = 0, list[dict[str, Cost]]()
    for day in wanted:
        rows += await fill(connection, kind, day)
        took = {"Vigie": await measure_vigie(connection, day)}
        costs.append(took | measure_peers(await _near(connection, day)))
    return rows, {name: _sum(cost[name] for cost in costs) for name in costs[0]}


def _sum(costs: Iterable[Cost]) -> Cost:
    wall, cpu = zip(*costs, strict=True)
    return sum(wall), sum(cpu)


async def main(days: int, endpoints: int, folder: Path) -> None:
    """Measure a fault-free and a faulty stretch of days."""
    async with bench_pool(folder) as pool, pool.acquire() as connection:
        await connection.execute("set max_parallel_workers_per_gather = 0")
        for kind in WRONG:
            rows, took = await measure(connection, kind, days, endpoints)
            print(f"{kind}: {rows:,} rows, {endpoints:,} endpoints, {days} days")
            for name, (wall, cpu) in took.items():
                print(
                    f"  {name:7} {rows / wall:>12,.0f} rows/s of wall time,"
                    f" {rows / cpu:>12,.0f} of CPU; CPU {cpu / took['Vigie'][1]:.2f} of Vigie's",
                    flush=True,
                )


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)  # PostgreSQL may run as another user
        days, endpoints = (*given, *(30, 1_000)[len(given) :])
        asyncio.run(main(days, endpoints, Path(made)))
