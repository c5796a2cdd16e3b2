"""Measure `vigie report run`: figures read, files drawn and reports kept, for many contracts.

Run it as `python -m tests.bench.report_batch [CONTRACTS]` (default 100); it uses
`VIGIE_DATABASE_URL` (a database of its own: what is there is in the way), or an embedded PostgreSQL
in a temporary directory. The contracts are those of `figure_time`. The processor's time is that of
the command with its workers, and that of PostgreSQL (where /proc tells), apart.
"""

# ruff: noqa: T201 - a program that prints

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from tests.bench.figure_time import DAYS, ENDPOINTS, MONTH, SERVICES, build

from vigie.settings import Settings
from vigie.storing.pool import open_database

PROCESSES = 2
TICK = os.sysconf("SC_CLK_TCK")


class Watched:
    """What a command and its children hold at most, looked at again and again."""

    def __init__(self, pid: int) -> None:
        self.peak: dict[int, int] = {}  # MiB by process
        self._pid, self._ended = pid, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(0.5):
            for pid in (self._pid, *children(self._pid)):
                with suppress(OSError, IndexError):
                    held = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 // 2**20
                    self.peak[pid] = max(held, self.peak.get(pid, 0))

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()


def children(pid: int) -> list[int]:
    """Return the processes that *pid* has started, and those that they have."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    own = [int(one) for one in found.read_text().split()] if found.exists() else []
    return [one for child in own for one in (child, *children(child))]


def backends() -> float:
    """Return the seconds of the processor that every PostgreSQL of this computer has used."""
    used = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = stat.read_text().rpartition(")")
            if name.endswith("(postgres"):
                used += sum(int(one) for one in rest.split()[11:15])  # also of those that ended
    return used / TICK


async def kept(settings: Settings) -> dict[str, int]:
    """Return what is kept."""
    async with open_database(settings) as pool, pool.acquire() as connection:
        [row] = await connection.fetch(
            "select count(*) as reports, count(distinct r.contract_id) as contracts,"
            " avg(length(f.bytes))::integer as size from fact.report as r"
            " inner join fact.report_file as f on f.report_id = r.report_id"
        )
        return dict(row)


def run(folder: Path, processes: int) -> None:
    """Run the command once and tell what it took."""
    command = [
        sys.executable,
        "-c",
        "from vigie.cli import main; main()",
        "report",
        "run",
        "--month",
        f"{MONTH:%Y-%m}",
    ]
    before, sql, begun = (
        resource.getrusage(resource.RUSAGE_CHILDREN),
        backends(),
        time.perf_counter(),
    )
    process = subprocess.Popen(
        [*command, "--processes", str(processes)], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    watched = Watched(process.pid)
    said, _ = process.communicate()
    wall, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    watched.end()
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    first, *others = sorted(watched.peak.items())
    print(said.splitlines()[0])
    print(
        f"{processes} processes: {wall:.1f} s; processor: {cpu:.1f} s of Python,"
        f" {backends() - sql:.1f} s of PostgreSQL; at most {first[1]} MiB, and its children"
        f" {', '.join(str(held) for _, held in others)} MiB"
    )


async def main(contracts: int, folder: Path) -> None:
    """Keep the reports of so many contracts, and tell how long 1,000 take at that rate."""
    os.environ.setdefault("VIGIE_HOME", str(folder / "home"))
    settings = Settings(
        database_url=os.environ.get("VIGIE_DATABASE_URL"), home=Path(os.environ["VIGIE_HOME"])
    )
    print(f"{contracts:,} contracts of {SERVICES} services of {ENDPOINTS} endpoints, {DAYS} days")
    async with open_database(settings) as pool:  # the server stays up meanwhile
        async with pool.acquire() as connection:
            await build(connection, contracts)
        begun = time.perf_counter()
        await asyncio.to_thread(run, folder, PROCESSES)
        taken = time.perf_counter() - begun
        found = await kept(settings)
    print(
        f"kept: {found['reports']} reports of {found['contracts']} contracts, {found['size']:,}"
        f" bytes each; 1,000 take {taken / contracts * 1000 / 60:.1f} min (goal 15)"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)  # PostgreSQL may run as another user
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100, Path(made)))
