"""Measure what figures cost: a month, a year and many contracts, with and without a long history.

Run it as `python -m tests.bench.figure_time [CONTRACTS]`; it uses `VIGIE_DATABASE_URL` (a database
of its own: what is there is in the way), or an embedded PostgreSQL in a temporary directory. Each
contract has five services of two endpoints, 20 windows a year and an outage a week; its endpoint
days are written as the roll-up would. pandas and DuckDB (where it is installed) compute the same
month of one contract from its raw rows in memory; their figures must be equal to Vigie's.
"""

# ruff: noqa: T201 - a program that prints

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import asyncpg
import numpy as np
import pandas as pd
from tests.bench.place import bench_pool

with suppress(ImportError):
    import duckdb

MONTH = date(2026, 5, 1)
DAYS = 31
SERVICES, ENDPOINTS = 5, 2  # of a contract, of a service
FIRST = date(2024, 6, 1)  # of the long history, of two years
_FACTS = (
    """insert into fact.customer (key, name, language, recipients)
    select 'c' || n, 'Customer ' || n, 'en', '{}' from generate_series(1, $1::integer) as n""",
    """insert into fact.service (key, name)
    select 's' || n, 'Service ' || n from generate_series(1, $1::integer * 5) as n""",
    """insert into fact.service_version (service_id, valid, every_endpoint)
    select service_id, '(,)', false from fact.service where $1::integer > 0""",
    """insert into fact.endpoint (key)
    select 'e' || n from generate_series(1, $1::integer * 10) as n""",
    """insert into fact.endpoint_version (endpoint_id, valid, every, quorum, spec)
    select endpoint_id, '(,)', '60 s', 'majority', '{}' from fact.endpoint where $1::integer > 0""",
    """insert into fact.service_endpoint (service_id, endpoint_id, during)
    select (endpoint_id + 1) / 2, endpoint_id, '(,)' from fact.endpoint where $1::integer > 0""",
    """insert into fact.contract (key, customer_id)
    select key, customer_id from fact.customer where $1::integer > 0""",
    """insert into fact.contract_version (
        contract_id, valid, recorded_at, plan, timezone, target, basis, maintenance, unknown,
        join_within, interruption_max, crisis_longer_than, crisis_customers, terms
    )
    select
        contract_id, tstzrange('2024-01-01', null), now(), 'test', 'UTC', 0.9998, 'year',
        'downtime', 'neither', '0', '2 h', '10 min', 2, '{}'
    from fact.contract where $1::integer > 0""",
    """insert into fact.contract_service (version_id, service_id, essential, position)
    select v.version_id, s.service_id, true, s.service_id % 5
    from fact.contract_version as v inner join fact.service as s
        on (s.service_id - 1) / 5 + 1 = v.contract_id where $1::integer > 0""",
    """insert into fact.maintenance (
        key, kind, starts, ends, announced_at, channel, reason, recorded_by, recorded_at
    )
    select
        'm' || n, 'security', timestamptz '2024-01-02 03:00Z' + n * interval '18 days',
        timestamptz '2024-01-02 04:00Z' + n * interval '18 days', null, null, 'patch', 'ann', now()
    from generate_series(1, 45) as n where $1::integer > 0""",
    """insert into fact.maintenance_service (maintenance_id, service_id)
    select maintenance_id, service_id from fact.maintenance cross join fact.service
    where $1::integer > 0""",
)
# Down from 12:00 for so many minutes as the endpoint's number by 7, on one day of the week each.
_DAYS = """
insert into fact.endpoint_day (
    endpoint_id, day, up, down, certain_down, possible_down, results, results_up, results_down,
    first_at, latency_bucket, latency_count
)
select
    e.endpoint_id,
    d.day::date,
    tstzmultirange(whole.span) - spans.down,
    spans.down,
    spans.down,
    spans.down,
    1440,
    1440 - spans.minutes,
    spans.minutes,
    lower(whole.span),
    '{}',
    '{}'
from fact.endpoint as e
cross join generate_series($1::date::timestamp, $2::date - 1, interval '1 day') as d (day)
cross join lateral (select fact.day_span(d.day::date) as span) as whole
cross join
    lateral (
        select case
            when e.endpoint_id % 7 = extract(isodow from d.day) - 1 then 1 + e.endpoint_id % 7
            else 0
        end as minutes
    ) as fault
cross join
    lateral (
        select
            fault.minutes,
            tstzmultirange(
                tstzrange(
                    lower(whole.span) + interval '12 h',
                    lower(whole.span) + interval '12 h' + fault.minutes * interval '1 min'
                )
            ) as down
    ) as spans
where e.endpoint_id <= $3
"""
_ALL = """
select count(*) from fact.contract as c
cross join lateral sla.availability(c.key, 'solution', $1) as a where a.verdict is not null
"""
_SCOPES = """
select a.* from unnest(array['solution', 's1', 's2', 's3', 's4', 's5']) as s (scope)
cross join lateral sla.availability('c1', s.scope, $1) as a
"""


def period(first: date, last: date) -> "asyncpg.Range[datetime]":
    """Return the UTC days from *first* to before *last*."""
    return asyncpg.Range(*(datetime(d.year, d.month, d.day, tzinfo=UTC) for d in (first, last)))


async def build(connection: asyncpg.Connection, contracts: int) -> None:
    """Write the catalogue, and the endpoint days of the month and the day on either side."""
    for fact in _FACTS:
        await connection.execute(fact, contracts)
    first, last = MONTH - timedelta(days=1), MONTH + timedelta(days=DAYS + 1)
    await connection.execute(_DAYS, first, last, contracts * SERVICES * ENDPOINTS)
    await connection.execute("select fact.advance_watermark('2026-07-01Z')")
    await connection.execute("vacuum analyze")


async def add_history(connection: asyncpg.Connection) -> None:
    """Write two years before the month for the first contracts."""
    await connection.execute(_DAYS, FIRST, MONTH - timedelta(days=1), 1_000)
    await connection.execute("vacuum analyze")


async def best(what: str, call: Callable[[], Awaitable[object]], times: int = 7) -> float:
    """Print and return the milliseconds of the fastest of some calls: others use the machine."""
    took = []
    for _ in range(times):
        started = time.perf_counter()
        await call()
        took.append(1000 * (time.perf_counter() - started))
    print(f"  {what:58} {min(took):>9,.1f} ms")
    return min(took)


def raw_rows() -> pd.DataFrame:
    """Return the results of the first contract in the month: service, endpoint, minute, down."""
    minutes = np.arange(DAYS * 1440)
    weekday = (MONTH.weekday() + minutes // 1440) % 7
    parts = []
    for endpoint in range(1, SERVICES * ENDPOINTS + 1):
        into = minutes % 1440 - 720
        down = (weekday == endpoint % 7) & (into >= 0) & (into < 1 + endpoint % 7)
        parts.append(
            pd.DataFrame(
                {"service": (endpoint + 1) // 2, "endpoint": endpoint, "minute": minutes}
            ).assign(down=down)
        )
    return pd.concat(parts, ignore_index=True)


def with_pandas(rows: pd.DataFrame) -> int:
    """Return the seconds that the solution was down: any endpoint of any service."""
    return int(rows.groupby("minute")["down"].any().sum()) * 60


def with_duckdb(rows: pd.DataFrame) -> int:
    """Return the seconds that the solution was down: any endpoint of any service."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("raw", rows)
        found = connection.execute(
            "select 60 * count(*)"
            " from (select minute from raw group by minute having bool_or(down))"
        ).fetchall()
    return int(found[0][0])


async def compare(connection: asyncpg.Connection) -> None:
    """Compute the same month from raw rows; the unplanned and planned seconds must agree."""
    row = await connection.fetchrow(
        "select unplanned_s, planned_s from sla.availability('c1', 'solution', $1)",
        period(MONTH, MONTH + timedelta(days=DAYS)),
    )
    rows = raw_rows()
    peers = {"pandas": with_pandas} | ({"DuckDB": with_duckdb} if "duckdb" in sys.modules else {})
    for name, find in peers.items():
        if find(rows) != row["unplanned_s"] + row["planned_s"]:
            raise SystemExit(f"{name}: {find(rows)} s, but Vigie: {row}")
        what = f"{name}, the same downtime from {len(rows):,} raw rows"
        await best(what, partial(asyncio.to_thread, find, rows), 3)


async def main(contracts: int, folder: Path) -> None:
    """Print what each kind of question costs."""
    month = period(MONTH, MONTH + timedelta(days=DAYS))
    year = period(date(2025, 6, 1), date(2026, 6, 1))
    async with bench_pool(folder) as pool, pool.acquire() as connection:
        await build(connection, contracts)
        ask = connection.fetch
        print(f"{contracts:,} contracts of {SERVICES} services of {ENDPOINTS} endpoints, one month")
        single = "select * from sla.availability('c1', 'solution', $1)"
        await best("one contract's month", lambda: ask(single, month))
        await best("the same, and each of its services", lambda: ask(_SCOPES, month))
        outages = "select * from sla.outage('c1', 'solution', $1)"
        await best("its outages", lambda: ask(outages, month))
        await best("all contracts", lambda: ask(_ALL, month), 2)
        await compare(connection)
        await add_history(connection)
        print("with two years before it")
        await best("one contract's month", lambda: ask(single, month))
        await best("its outages", lambda: ask(outages, month))
        await best("one contract's year", lambda: ask(single, year))
        await best("the outages of its year", lambda: ask(outages, year))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)  # PostgreSQL may run as another user
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000, Path(made)))
