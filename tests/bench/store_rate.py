"""Measure the storing of results through COPY, repeatable as in production: rows a second, and CPU.

Run it as `python -m tests.bench.store_rate [ROWS]`; it uses `VIGIE_DATABASE_URL`, or an embedded
PostgreSQL in a temporary directory. Reading the spool is left out: it runs beside PostgreSQL.
"""

# ruff: noqa: T201 - a program that prints

import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import uvloop
from tests.bench.cpu import Used
from tests.bench.place import bench_pool
from tests.storing.made import NOON, catalogue, service

from vigie.storing import apply_catalogue, results
from vigie.storing.results import Row

ENDPOINTS = 10_000
BATCH = 50_000


def batches(rows: int) -> Iterator[list[Row]]:
    """Yield results of one a minute for each endpoint, in the order in which they come."""
    for start in range(0, rows, BATCH):
        yield [_row(number) for number in range(start, min(start + BATCH, rows))]


def _row(number: int) -> Row:
    minute, endpoint = divmod(number, ENDPOINTS)
    at = NOON + minute * timedelta(minutes=1)
    phases = (250, 90_000 + number % 5_000, 900, 20_000, 30_000, 40_000)
    return (f"e{endpoint}", "paris", at, "up", 1, 200, *phases, None)


async def store(connection: asyncpg.Connection, rows: int) -> tuple[int, Used]:
    """Store the batches and return how many rows were new, and what that used."""
    new, used, ids, writer = 0, Used(), results.Ids(), results.Writer()
    for batch in batches(rows):
        started = Used.now(connection.get_server_pid())
        await results.make_partitions(connection, {row[2].date() for row in batch})
        async with connection.transaction():
            await ids.learn(connection, batch)
            new += await writer.store(connection, ids.of(batch))
        used += Used.now(connection.get_server_pid()) - started
    return new, used


async def main(rows: int, folder: Path) -> None:
    """Store the same rows twice: new, then all there."""
    async with bench_pool(folder) as pool, pool.acquire() as connection:
        wanted = catalogue(service("api", *(f"e{number}" for number in range(ENDPOINTS))))
        await apply_catalogue(connection, wanted, NOON)
        for what in ("first", "again"):
            new, used = await store(connection, rows)
            print(f"{what}: {new:,} new rows, {used.told(rows)}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)  # PostgreSQL may run as another user
        uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000, Path(made)))
