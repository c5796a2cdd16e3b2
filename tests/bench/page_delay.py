"""Measure how long after its minute a page arrives, with real processes and real time.

Run it as `python -m tests.bench.page_delay [RUNS [LIMIT_S]]`: so many outages (20) of a crisis
that begins after so many seconds (6), probed every second; `1 600` is the true ten minutes, probed
every minute as usual. It uses
`VIGIE_DATABASE_URL`, or an embedded PostgreSQL in a temporary directory.
The delay counts from the end of the allowed time to the page's arrival at a web server.
"""

# ruff: noqa: T201 - a program that prints

import asyncio
import statistics
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
from tests.bench.place import served
from tests.cli.called import QUICK, Called, a_receiver, lay_out_crisis
from tests.cli.processes import Target, a_target, vigie

LISTEN = ("--listen", "127.0.0.1:0")
PATIENCE_S = 150.0  # the first failure is an interval away
MINUTE = timedelta(minutes=1)
CANCEL = (
    "select fact.cancel_crisis(crisis_id, $1, 'measured', clock_timestamp()) from sla.crisis"
    " inner join fact.crisis as c on c.key = crisis where state = 'open'"
)
USUAL = "every: 60s, timeout: 10s"  # attempts after 2 s and 10 s more


async def _outage(
    pool: asyncpg.Pool, target: Target, called: Called, limit: timedelta
) -> timedelta:
    """Let the target fail until the page comes; return how late that was."""
    before, began = len(_first(called)), datetime.now(UTC)
    target.status = 500
    async with asyncio.timeout(limit.total_seconds() + PATIENCE_S):
        while len(_first(called)) == before:
            await called.comes(len(called.of("page")) + 1)
    paged = _first(called)[before]
    target.status = 200
    first: datetime = await pool.fetchval(
        "select min(at) from fact.result where outcome = 'down' and at > $1", began
    )
    async with asyncio.timeout(PATIENCE_S):
        while (  # noqa: ASYNC110 - a view has no event
            await pool.fetchval("select count(*) from sla.incident where state = 'open'")
        ):
            await asyncio.sleep(0.5)
    for who in ("alice", "bob"):  # a crisis that goes on would keep the next outage
        await pool.execute(CANCEL, who)
    await asyncio.sleep(3)  # longer than relapse_within: the next one is another incident
    return paged - first - limit


def _first(called: Called) -> list[datetime]:
    """Return when each crisis paged first."""
    return [
        at
        for at, body in called.of("page")
        if (body["data"]["round"], body["data"]["level"]) == (1, 1)
    ]


async def main(database: str, folder: Path, runs: int, limit: timedelta) -> None:
    """Print the delays of *runs* outages."""
    async with (
        asyncpg.create_pool(database, min_size=0) as pool,
        a_target() as target,
        a_receiver() as called,
    ):
        lay_out_crisis(
            folder,
            target,
            called,
            limit_s=limit.total_seconds(),
            relapse_within="1s",
            how=QUICK if limit < MINUTE else USUAL,
        )
        async with vigie("run", *LISTEN, folder=folder, database=database) as running:
            async with asyncio.timeout(150):
                while target.answered < 2:  # noqa: ASYNC110 - the target has no event
                    await asyncio.sleep(0.1)
            delays = [await _outage(pool, target, called, limit) for _ in range(runs)]
            await running.end()
    seconds = sorted(delay.total_seconds() for delay in delays)
    print(
        f"{runs} outages, crisis after {limit.total_seconds():g} s: the page came"
        f" {statistics.median(seconds):.2f} s after that in the middle, {seconds[-1]:.2f} s at most"
    )


if __name__ == "__main__":
    given = [float(word) for word in sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="vigie-page-") as name, served(Path(name)) as url:
        asyncio.run(
            main(
                url,
                Path(name),
                int(given[0]) if given else 20,
                timedelta(seconds=given[1] if len(given) > 1 else 6),
            )
        )
