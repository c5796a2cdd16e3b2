"""Measure the replay of a spool that waited for its database: seconds, CPU, and memory at its peak.

Run it as `python -m tests.bench.replay [RESULTS]`; it uses `VIGIE_DATABASE_URL`, or an embedded
PostgreSQL in a temporary directory. The spool is what 100,000 endpoints a minute leave: a file
every half second, and one result in a hundred is down with three attempts.
"""

# ruff: noqa: T201 - a program that prints

import asyncio
import multiprocessing
import resource
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import uvloop
from tests.bench.cpu import Used
from tests.bench.place import bench_pool
from tests.storing.made import NOON, catalogue, down, service, up

from vigie.probing import Result
from vigie.storing import Shipper, apply_catalogue, spoolfile, spoolline

ENDPOINTS = 100_000
RESULTS_PER_FILE = ENDPOINTS // 120  # a file every half second
FAILING = 100  # one in so many


def _result(number: int) -> Result:
    minute, endpoint = divmod(number, ENDPOINTS)
    at = NOON + timedelta(minutes=minute, microseconds=endpoint * 600)
    make = up if number % FAILING else down
    return make(f"endpoint-{endpoint}", at)


def _lay_spool(directory: Path, results: int) -> None:
    for start in range(0, results, RESULTS_PER_FILE):
        numbers = range(start, min(start + RESULTS_PER_FILE, results))
        lines = [spoolline.encode(_result(number)) for number in numbers]
        spoolfile.write(directory / f"{start:012d}{spoolfile.SUFFIX}", lines)


async def _know(folder: Path) -> None:
    wanted = catalogue(service("api", *(f"endpoint-{number}" for number in range(ENDPOINTS))))
    async with bench_pool(folder) as pool, pool.acquire() as connection:
        await apply_catalogue(connection, wanted, NOON)


def _prepare(folder: Path, results: int) -> None:
    """Fill the spool and the catalogue; in a process of its own, whose memory does not count."""
    uvloop.run(_know(folder))
    _lay_spool(folder / "spool", results)


async def _ship(folder: Path, results: int) -> None:
    async with bench_pool(folder) as pool:
        preparing = multiprocessing.get_context("spawn").Process(
            target=_prepare, args=(folder, results)
        )
        preparing.start()
        await asyncio.to_thread(preparing.join)
        async with pool.acquire() as connection:
            backend = connection.get_server_pid()  # the pool gives out the one used last
        started = Used.now(backend)
        stored = await Shipper(folder / "spool", pool).ship()
        used = Used.now(backend) - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{stored:,} results stored, {used.told(stored)}, peak {peak} MiB here")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)  # PostgreSQL may run as another user
        uvloop.run(_ship(Path(made), int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
