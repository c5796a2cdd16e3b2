"""Measure a storm: so many services fail in the same second, with real processes and real time.

Run it as `python -m tests.bench.storm [SERVICES]` (1,000). Every five services have two customers,
and a crisis begins after 30 s. It uses `VIGIE_DATABASE_URL`, or an embedded PostgreSQL in a
temporary directory. Printed: incidents and crises, their services and customers, the messages and
how often each came, how late the page was, and the CPU of Vigie and of PostgreSQL in the minute
before and in the minute after, cores.
"""

# ruff: noqa: T201 - a program that prints

import asyncio
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
from tests.bench.cpu import cpu_of, cpu_of_ended_children, stat_of
from tests.bench.place import served
from tests.cli.called import CONTRACT, Called, a_receiver, lay_out_crisis
from tests.cli.processes import Target, a_target, until, vigie

LIMIT = timedelta(seconds=30)
HOW = "every: 5s, timeout: 4s, retries: []"
FIVE = 5  # services of a contract
LISTEN = ("--listen", "127.0.0.1:0")


def _lay_out(folder: Path, target: Target, called: Called, services: int) -> None:
    lay_out_crisis(folder, target, called, limit_s=LIMIT.total_seconds())
    lines = ["services:"]
    for number in range(services):
        url = f"http://127.0.0.1:{target.port}/{number}"
        lines += [
            f"  - key: s{number}",
            f"    name: Service {number}",
            "    allow: [loopback]",
            f"    endpoints: [{{key: e{number}, http: '{url}', {HOW}}}]",
        ]
    (folder / "probes" / "shop.yaml").write_text("\n".join(lines), encoding="utf-8")
    for file in (folder / "reports" / "contracts").glob("*.yaml"):
        file.unlink()
    for first in range(0, services, FIVE):
        keys = ", ".join(f"s{number}" for number in range(first, first + FIVE))
        for side in ("a", "b"):
            key = f"c{first}{side}"
            text = CONTRACT.format(key=key).replace("[shop]", f"[{keys}]")
            (folder / "reports" / "contracts" / f"{key}.yaml").write_text(text, encoding="utf-8")


def _cpu_s(process: int, server: int) -> tuple[float, float]:
    """Return what Vigie and PostgreSQL used until now."""
    family = [
        int(path.name)
        for path in Path("/proc").iterdir()
        if path.name.isdigit() and int(stat_of(int(path.name))[1]) == server
    ]
    used = cpu_of_ended_children(server) + sum(map(cpu_of, [server, *family]))
    return cpu_of(process), used


async def _minute(process: int, server: int) -> tuple[float, float]:
    """Wait a minute, and return how many cores Vigie and PostgreSQL used in it."""
    began, before = time.perf_counter(), _cpu_s(process, server)
    await asyncio.sleep(60)
    after, wall = _cpu_s(process, server), time.perf_counter() - began
    return (after[0] - before[0]) / wall, (after[1] - before[1]) / wall


async def main(database: str, folder: Path, services: int) -> None:
    """Print what a storm of *services* did."""
    async with (
        asyncpg.create_pool(database, min_size=0) as pool,
        a_target() as target,
        a_receiver() as called,
    ):
        _lay_out(folder, target, called, services)
        async with vigie("run", *LISTEN, folder=folder, database=database) as running:
            await until(lambda: target.answered >= 2 * services)
            server = int(await pool.fetchval("select pg_backend_pid()"))
            postmaster = int(stat_of(server)[1])
            calm = await _minute(running.process.pid, postmaster)
            began = datetime.now(UTC)
            target.status = 500
            storm = await _minute(running.process.pid, postmaster)
            paged, _ = await called.come("page")
            await _tell(pool, called)
            await running.end()
    print(f"page {(paged - began - LIMIT).total_seconds():.1f} s after 30 s of the first failure")
    for name, cores in (("before", calm), ("in the storm", storm)):
        print(f"cores {name}: Vigie {cores[0]:.2f}, PostgreSQL {cores[1]:.2f}")


async def _tell(pool: asyncpg.Pool, called: Called) -> None:
    crises = await pool.fetch(
        "select crisis, cardinality(services) as services, cardinality(customers) as customers"
        " from sla.crisis"
    )
    states = await pool.fetch(
        "select kind, state, count(*) as messages from sla.notification group by 1, 2 order by 1, 2"
    )
    print("incidents:", await pool.fetchval("select count(*) from sla.incident"))
    print("crises:", *(dict(row) for row in crises))
    print("messages:", *(dict(row) for row in states))
    came = Counter(body["key"] for _, _, body in called.calls if "key" in body)
    print("came:", len(came), "different,", sum(came.values()) - len(came), "twice")


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory(prefix="vigie-storm-") as name, served(Path(name)) as url:
        asyncio.run(main(url, Path(name), asked))
