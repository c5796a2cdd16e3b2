"""Probe many endpoints once a minute, and store what came: slots run, start lag, memory.

Agents, PostgreSQL, roll-up and the target share one machine. Each agent probes its share of the
endpoints with fresh connections, spools and ships as `vigie run` does; the figures are read from
the database afterwards.

    python -m tests.bench.minute --endpoints 100000 --minutes 10
    python -m tests.bench.minute --endpoints 20000 --https
    python -m tests.bench.minute --endpoints 1000 --stalled 0.1

It uses `VIGIE_DATABASE_URL`, or an embedded PostgreSQL in a temporary directory.
"""

# ruff: noqa: T201 - a program that prints

import argparse
import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import uvloop
from tests.bench.cpu import cpu_of, cpu_of_ended_children, stat_of
from tests.bench.place import bench_pool
from tests.bench.probe_cpu import Shop, free_ports, serve, wait_for, write_files
from tests.storing.made import catalogue

from vigie import clock
from vigie.catalogue import Service
from vigie.probing import Counts, HttpEndpoint, Target, offset_ms, run_agent
from vigie.storing import Shipper, Spool, apply_catalogue, run_rollup

MODULE = "tests.bench.minute"
HOSTS = 20  # addresses of the target: one alone has too few free ports
WARM_UP_S = 75  # arming, and the first slot of each
SAMPLE_S = 0.25
FIGURES = """
select
    count(*) as results,
    count(*) filter (where r.attempts > 0) as run,
    count(*) filter (where r.outcome = 'down') as down,
    count(*) filter (where r.outcome = 'unknown') as unknown,
    count(*) filter (where r.outcome <> 'up' and not e.key like 'stalled%') as others_not_up,
    percentile_cont(array[0.5, 0.99, 0.999]) within group (order by r.lag_us) as lag_us,
    max(r.lag_us) as lag_max_us
from fact.result as r
inner join fact.endpoint as e on e.endpoint_id = r.endpoint_id
where
    r.at >= $1
    and r.at < $2
    -- A stalled one is on its edge, with slots of its own in between.
    and (extract(epoch from r.at) * 1000)::bigint % 60000 = any ($3::bigint[])
"""


def services(options: argparse.Namespace, ports: Sequence[int]) -> list[Service]:
    """Return the endpoints, a hundred to a service."""
    endpoints = list(_endpoints(options, ports))
    return [
        Service(
            key=f"s{start}",
            name=f"s{start}",
            allow=("loopback",),
            endpoints=tuple(endpoints[start : start + 100]),
        )
        for start in range(0, len(endpoints), 100)
    ]


def _endpoints(options: argparse.Namespace, ports: Sequence[int]) -> Iterator[HttpEndpoint]:
    http, https, silent = ports
    stalled = int(options.endpoints * options.stalled)
    for number in range(options.endpoints):
        host = f"127.0.0.{1 + number % HOSTS}"
        url = f"https://127.0.0.1:{https}/" if options.https else f"http://{host}:{http}/"
        key = f"e{number}"
        if number < stalled:
            key, url = f"stalled{number}", f"http://127.0.0.1:{silent}/"
        yield HttpEndpoint.model_validate(
            {"key": key, "http": url, "expect": {"status": "200-299", "body_contains": '"ok"'}}
        )


async def target(directory: Path, ports: Sequence[int]) -> None:
    """Answer at *ports*, and at the last of them never."""
    loop = asyncio.get_running_loop()
    hosts = [f"127.0.0.{1 + number}" for number in range(1, HOSTS)]
    await loop.create_server(Shop, hosts, ports[0], backlog=4096)
    await loop.create_server(asyncio.Protocol, "127.0.0.1", ports[2], backlog=4096)
    await serve(directory, list(ports[:2]))


async def agent(options: argparse.Namespace, ports: Sequence[int], home: Path) -> None:
    """Probe, spool and ship one share until the process is told to end, then say what it cost."""
    share, of = options.share
    began = time.monotonic()
    mine = [
        Target(service=service.key, endpoint=endpoint, allow=service.allow)
        for number, service in enumerate(services(options, ports))
        for endpoint in service.endpoints
        if number % of == share
    ]
    read = time.monotonic() - began
    stop, probed, written = asyncio.Event(), asyncio.Event(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(15, stop.set)
    async with asyncpg.create_pool(options.database, min_size=0, max_size=2) as pool:
        spool = Spool(home / "spool")
        writing = asyncio.create_task(spool.run(probed))
        shipping = asyncio.create_task(Shipper(home / "spool", pool).run(written))
        gc.collect()
        gc.freeze()
        counts, began = Counts(), time.monotonic()
        arming = asyncio.create_task(_armed(counts, len(mine), began))
        await run_agent(mine, location="paris", record=spool.put, stop=stop, counts=counts)
        probed.set()
        await writing
        written.set()
        await shipping
    armed = await arming
    print(json.dumps({"read_s": round(read, 1), "armed_s": armed, "cpu_s": time.process_time()}))


async def _armed(counts: Counts, endpoints: int, began: float) -> float:
    """Return the seconds from *began* until each endpoint waits for its slot."""
    while counts.endpoints < endpoints:  # noqa: ASYNC110 - it is counted, and nobody says when
        await asyncio.sleep(0.05)
    return round(time.monotonic() - began, 1)


async def measure(options: argparse.Namespace, folder: Path) -> None:
    """Run everything, and print what came of it."""
    ports = free_ports(3)
    write_files(folder)
    async with bench_pool(folder) as pool:
        async with pool.acquire() as connection:
            found = catalogue(*services(options, ports))
            await apply_catalogue(connection, found, clock.now())
            at = connection.get_server_version()
            where = await connection.fetchval("select inet_server_port()")
            server = _parent(await connection.fetchval("select pg_backend_pid()"))
        url = os.environ.get("VIGIE_DATABASE_URL") or _url(folder, where)
        shop = _start("--ports", json.dumps(ports), "--serve", str(folder))
        wait_for(ports[0])
        agents = [
            _start_agent(number, options, ports, folder, url) for number in range(options.agents)
        ]
        stop = asyncio.Event()
        rollup = asyncio.create_task(run_rollup(pool, stop))
        print(f"PostgreSQL {at.major}, {options.endpoints:,} endpoints, {options.agents} agents")
        try:
            await asyncio.sleep(WARM_UP_S)
            first = datetime.now(UTC)
            parties = {
                "target": [shop.pid],
                "agents": [p.pid for p in agents],
                "roll-up": [os.getpid()],
            }
            before = _costs(parties, server)
            seen = await _watch(folder, [*parties["agents"], os.getpid()], server, options)
            last = first + timedelta(minutes=options.minutes)
            cost = {name: after - before[name] for name, after in _costs(parties, server).items()}
        finally:
            for process in agents:
                process.terminate()
            told = [await asyncio.to_thread(process.communicate) for process in agents]
            shop.terminate()
            stop.set()
            await rollup
        await _tell(pool, options, (first, last), seen)
        print("CPU s meanwhile:", ", ".join(f"{name} {cpu:.1f}" for name, cpu in cost.items()))
        print("agents in all:", *(text.decode().strip() for text, _ in told))


def _start(*more: str, **settings: str) -> subprocess.Popen[bytes]:
    me = [sys.executable, "-m", MODULE, *sys.argv[1:], *more]
    # Services of their own: in one session they would share the CPU of one among the rest.
    return subprocess.Popen(
        me, env=os.environ | settings, stdout=subprocess.PIPE, start_new_session=True
    )


def _start_agent(
    number: int, options: argparse.Namespace, ports: Sequence[int], folder: Path, url: str
) -> subprocess.Popen[bytes]:
    share = ["--share", str(number), str(options.agents), "--ports", json.dumps(ports)]
    home = ["--home", str(folder / f"agent{number}"), "--database", url]
    return _start(*share, *home, SSL_CERT_FILE=str(folder / "ca.pem"))


def _url(folder: Path, port: int) -> str:
    password = (folder / "home" / "postgres.password").read_text(encoding="ascii")
    return f"postgresql://vigie:{password}@127.0.0.1:{port}/vigie"


async def _watch(
    folder: Path, processes: Sequence[int], server: int, options: argparse.Namespace
) -> dict[str, float]:
    """Return the greatest memory and the greatest age of a spool file seen meanwhile."""
    ends = time.monotonic() + options.minutes * 60
    memory, oldest = 0.0, 0.0
    turn = 0
    while time.monotonic() < ends:
        await asyncio.sleep(SAMPLE_S)
        oldest = max(oldest, _oldest(folder))
        if turn % 40 == 0:
            memory = max(memory, sum(map(_pss, [*processes, *_family(server)])))
        turn += 1
    return {"memory_mib": memory / 1024, "stored_lag_s": oldest}


def _oldest(folder: Path) -> float:
    """Return the age in seconds of the oldest file that waits, plus what memory holds before."""
    ages = [0.0]
    for path in folder.glob("agent*/spool/*.jsonl"):
        try:
            ages.append(time.time() - path.stat().st_mtime)
        except FileNotFoundError:  # shipped meanwhile
            continue
    return max(ages)


def _family(process: int) -> list[int]:
    """Return *process* and its children."""
    found = [process]
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if _parent(int(path.name)) == process:
                found.append(int(path.name))
    return found


def _parent(process: int) -> int:
    return int(stat_of(process)[1])


def _pss(process: int) -> float:
    """Return the KiB of memory of *process*, its part of what is shared."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0.0


def _costs(parties: dict[str, list[int]], server: int) -> dict[str, float]:
    """Return the seconds of CPU of each party, and of PostgreSQL with its ended backends."""
    costs = {name: sum(map(cpu_of, processes)) for name, processes in parties.items()}
    servers = cpu_of_ended_children(server) + sum(map(cpu_of, _family(server)))
    return costs | {"PostgreSQL": servers}


async def _tell(
    pool: asyncpg.Pool,
    options: argparse.Namespace,
    window: tuple[datetime, datetime],
    seen: dict[str, float],
) -> None:
    stalled = int(options.endpoints * options.stalled)
    keys = [f"stalled{n}" if n < stalled else f"e{n}" for n in range(options.endpoints)]
    offsets = list({offset_ms(key, 60_000) for key in keys})
    found = await pool.fetchrow(FIGURES, *window, offsets)
    due = options.endpoints * options.minutes
    lags = ", ".join(f"{lag / 1000:.1f}" for lag in found["lag_us"])
    print(
        f"slots: {due:,} due, {found['run']:,} run ({100 * found['run'] / due:.4f} %),"
        f" {found['results'] - found['run']:,} missed; {found['down']:,} down,"
        f" {found['unknown']:,} unknown, {found['others_not_up']:,} of targets that answer"
    )
    print(f"start lag p50, p99, p99.9: {lags} ms; greatest {found['lag_max_us'] / 1000:.0f} ms")
    print(f"memory {seen['memory_mib']:,.0f} MiB; stored lag {seen['stored_lag_s']:.1f} s at most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--endpoints", type=int, default=100_000)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--agents", type=int, default=2)
    parser.add_argument("--https", action="store_true")
    parser.add_argument("--stalled", type=float, default=0.0, help="share that never answers")
    for name in ("--ports", "--serve", "--home", "--database"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--share", type=int, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    ports = json.loads(options.ports or "[]")
    if options.serve:
        uvloop.run(target(Path(options.serve), ports))
    elif options.share:
        uvloop.run(agent(options, ports, Path(options.home)))
    else:
        with tempfile.TemporaryDirectory() as made:
            Path(made).chmod(0o755)  # PostgreSQL may run as another user
            uvloop.run(measure(options, Path(made)))


if __name__ == "__main__":
    main()
