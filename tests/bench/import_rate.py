"""Measure `import_results`: rows a second and the greatest memory, for a file of 5 million rows.

Run it as `python -m tests.bench.import_rate [ROWS]`; it uses `VIGIE_DATABASE_URL`, or an embedded
PostgreSQL in a temporary directory.
"""

# ruff: noqa: T201 - a program that prints

import asyncio
import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from tests.bench.place import bench_pool
from tests.storing.made import NOON, catalogue, service

from vigie.storing.catalogue import apply_catalogue
from vigie.storing.csv import import_results
from vigie.storing.rollup import roll_up

ENDPOINTS = 1_000
START = NOON - timedelta(days=30)
NOW = NOON + timedelta(days=365)


def write_history(path: Path, rows: int) -> None:
    """Write *rows* results, one a minute for each endpoint, one in 500 down."""
    with path.open("w", encoding="utf-8") as file:
        file.write("endpoint,location,at,outcome,duration_ms,status,reason\n")
        for number in range(rows):
            minute, endpoint = divmod(number, ENDPOINTS)
            at = (START + minute * timedelta(minutes=1)).isoformat()
            told = "down,12.5,503,status" if number % 500 == 7 else f"up,{number % 400}.25,200,"
            file.write(f"e{endpoint},paris,{at},{told}\n")


async def main(rows: int, folder: Path) -> None:
    """Import the same file twice: new rows, then rows that are all there."""
    path = folder / "history.csv"
    write_history(path, rows)
    print(f"{rows:,} rows, {path.stat().st_size / 2**20:.0f} MiB of CSV, {ENDPOINTS:,} endpoints")
    async with bench_pool(folder) as pool:
        async with pool.acquire() as connection:
            wanted = catalogue(service("api", *(f"e{n}" for n in range(ENDPOINTS))))
            await apply_catalogue(connection, wanted, START)
        before = _memory_mib()
        for what in ("first", "again"):
            started = time.perf_counter()
            imported = await import_results(pool, path, NOW)
            took = time.perf_counter() - started
            print(f"{what}: {imported.new:,} new rows, {took:.1f} s, {rows / took:,.0f} rows/s")
        print(f"memory: {before:.0f} MiB before, {_memory_mib():.0f} MiB at most")
        started = time.perf_counter()
        days = await roll_up(pool, NOW)
        took = time.perf_counter() - started
        print(f"roll-up: {days:,} endpoint days, {took:.1f} s, {rows / took:,.0f} rows/s")


def _memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)  # PostgreSQL may run as another user
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000, Path(made)))
