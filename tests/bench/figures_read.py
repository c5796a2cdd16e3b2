"""Measure the SQL of reports: every query of a contract's report, and of the summary over them all.

Run it as `python -m tests.bench.figures_read [CONTRACTS]` (default 100); it uses
`VIGIE_DATABASE_URL` (a database of its own: what is there is in the way), or an embedded PostgreSQL
in a temporary directory. The contracts are those of `figure_time`. The time is that of the
processor in PostgreSQL's process (Linux, and only on the same computer): others use the machine.
"""

# ruff: noqa: T201 - a program that prints

import asyncio
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import asyncpg
from tests.bench.figure_time import MONTH, build
from tests.bench.place import bench_pool

from vigie.reporting.documents import summaryreading
from vigie.reporting.figures import evidencereading, further, reading
from vigie.reporting.figures.periods import Asked
from vigie.reporting.figures.rows import Row, rows

REPORTS = 20
ASKED = Asked(kind="month", day=MONTH)
NOW = datetime(2026, 7, 1, tzinfo=UTC)


def processor(connection: asyncpg.Connection) -> Callable[[], float]:
    """Return what tells the milliseconds of the processor that a connection's server has used."""
    told = Path(f"/proc/{connection.get_server_pid()}/schedstat")
    return lambda: int(told.read_text().split()[0]) / 1e6


def watch(used: Callable[[], float]) -> dict[str, list[float]]:
    """Return where the milliseconds of every named query are put from now on."""
    took: dict[str, list[float]] = defaultdict(list)

    async def timed(connection: asyncpg.Connection, name: str, *arguments: object) -> list[Row]:
        before = used()
        found = await rows(connection, name, *arguments)
        took[name].append(used() - before)
        return found

    for module in (reading, further, evidencereading, summaryreading):
        module.rows = timed  # type: ignore[attr-defined] # so that nothing else is measured
    return took


def tell(took: dict[str, list[float]], least: float) -> None:
    """Print the queries that take the most, and forget what they took."""
    for name, each in sorted(took.items(), key=lambda one: -sum(one[1])):
        if median(each) >= least:
            print(f"  {name:24} {median(each):>10,.1f} ms, the fastest {min(each):>10,.1f} ms")
    took.clear()


async def main(contracts: int, folder: Path) -> None:
    """Print what the queries of some reports cost, and those of one summary."""
    async with bench_pool(folder) as pool, pool.acquire() as connection:
        await build(connection, contracts)
        used = processor(connection)
        took, whole = watch(used), []
        for number in range(1, min(contracts, REPORTS) + 1):
            before = used()
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                await reading.figures(
                    connection, contract=f"c{number}", asked=ASKED, now=NOW, evidence=True
                )
            whole.append(used() - before)
        print(f"a report: {median(whole):,.0f} ms, the fastest {min(whole):,.0f} ms")
        tell(took, 1)
        before = used()
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await summaryreading.summary(connection, asked=ASKED, now=NOW)
        print(f"the summary over {contracts:,} contracts: {used() - before:,.0f} ms")
        tell(took, 10)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)  # PostgreSQL may run as another user
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100, Path(made)))
