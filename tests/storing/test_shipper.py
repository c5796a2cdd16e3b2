import asyncio
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs
from tests.storing.made import (
    MINUTE,
    NOON,
    catalogue,
    down,
    eventually,
    lines_in,
    missed,
    service,
    up,
)

from vigie.probing import Result
from vigie.storing import spoolfile, spoolline
from vigie.storing.catalogue import apply_catalogue
from vigie.storing.embedded import Embedded
from vigie.storing.migrating import migrate
from vigie.storing.shipper import Shipper

LOST = "shipper: results cannot be shipped, they wait in the spool"
BACK = "shipper: the spool is shipped again"


def spool(directory: Path, *results: Result) -> Path:
    name = f"{secrets.token_hex(8)}.jsonl"
    return spool_lines(directory / name, [spoolline.encode(result) for result in results])


def spool_lines(path: Path, lines: list[bytes]) -> Path:
    spoolfile.write(path, lines)
    return path


async def know(pool: asyncpg.Pool, *endpoints: str) -> None:
    async with pool.acquire() as connection:
        await apply_catalogue(connection, catalogue(service("api", *endpoints)), NOON)


async def stored(pool: asyncpg.Pool) -> list[tuple[Any, ...]]:
    records = await pool.fetch(
        "select e.key, r.at, r.outcome from fact.result r"
        " join fact.endpoint e using (endpoint_id) order by r.at, e.key"
    )
    return [tuple(record) for record in records]


@asynccontextmanager
async def shipping(directory: Path, pool: asyncpg.Pool) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(Shipper(directory, pool).run(stop))
    yield
    stop.set()
    await running


async def test_results_arrive_whole_and_their_file_is_gone(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    await know(pool, "api-health")
    spool(tmp_path, up(), down(at=NOON + MINUTE, detail="status 503"))
    spool(tmp_path, missed(at=NOON + 2 * MINUTE))

    assert await Shipper(tmp_path, pool).ship() == 3
    assert await stored(pool) == [
        ("api-health", NOON, "up"),
        ("api-health", NOON + MINUTE, "down"),
        ("api-health", NOON + 2 * MINUTE, "unknown"),
    ]
    assert spoolfile.pending(tmp_path) == []
    first = await pool.fetchrow(
        "select attempts, status, lag_us, duration_us, dns_us, reason from fact.result order by at"
    )
    attempts = await pool.fetch("select attempt, started, detail from fact.attempt order by 1")
    assert tuple(first) == (1, 200, 250, 120_000, 900, None)
    assert [tuple(record) for record in attempts] == [
        (number, NOON + MINUTE + timedelta(seconds=delay), "status 503")
        for number, delay in ((1, 0), (2, 2), (3, 10))
    ]


async def test_replay_stores_nothing_twice_and_marks_nothing(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    await know(pool, "api-health")
    first = spool(tmp_path, up(), down(at=NOON + MINUTE))
    shutil.copy(first, first.with_stem("copy"))
    shipper = Shipper(tmp_path, pool)

    assert await shipper.ship() == 2  # both files in one transaction
    spool(tmp_path, up(), down(at=NOON + MINUTE))
    marks = await pool.fetchval("select count(*) from fact.dirty_day")
    assert await shipper.ship() == 0
    spool(tmp_path, down(at=NOON + MINUTE), up(at=NOON + 2 * MINUTE))
    assert await shipper.ship() == 1

    assert marks == 1
    assert len(await stored(pool)) == 3
    assert await pool.fetchval("select count(*) from fact.attempt") == 3


@pytest.mark.parametrize(
    ("hour", "minute", "days"),
    [
        (12, 0, [2]),
        (0, 0, [1, 2]),
        (1, 29, [1, 2]),
        (22, 31, [2, 3]),
        (23, 59, [2, 3]),
    ],
)
async def test_results_near_midnight_mark_both_days(
    pool: asyncpg.Pool, tmp_path: Path, hour: int, minute: int, days: list[int]
) -> None:
    await know(pool, "api-health")
    first = datetime(2026, 3, 2, hour, minute, tzinfo=UTC)
    spool(tmp_path, up(at=first + MINUTE / 6), up(at=first))
    await Shipper(tmp_path, pool).ship()
    marked = await pool.fetch("select day, since from fact.dirty_day order by day")

    assert [record["day"].day for record in marked] == days
    assert {record["since"] for record in marked} == {first}


async def test_a_mark_tells_the_first_result_of_its_endpoints_by_the_hour(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    """An endpoint whose results come late moves nobody else's roll-up back."""
    await know(pool, "one", "other")
    late = NOON - timedelta(hours=6)
    spool(tmp_path, up("other", late), up("other", NOON), up("one", NOON + MINUTE))
    await Shipper(tmp_path, pool).ship()
    marks = await pool.fetch(
        "select since, array_agg(key order by key) as endpoints from fact.dirty_day as d"
        " join fact.endpoint as e on e.endpoint_id = any(d.endpoint_ids) group by since order by 1"
    )

    assert [tuple(mark) for mark in marks] == [(late, ["other"]), (NOON, ["one", "other"])]


async def test_results_far_apart_mark_every_day_near_them(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    await know(pool, "api-health")
    spool(tmp_path, *(up(at=NOON + timedelta(days=number)) for number in (0, 3)))
    await Shipper(tmp_path, pool).ship()
    days = await pool.fetch("select distinct day from fact.dirty_day order by 1")

    assert {NOON.date(), (NOON + timedelta(days=3)).date()} <= {record["day"] for record in days}


async def test_old_and_new_days_get_their_partitions(pool: asyncpg.Pool, tmp_path: Path) -> None:
    await know(pool, "api-health")
    instants = [NOON - timedelta(days=400), NOON, NOON + timedelta(days=400)]
    spool(tmp_path, *(up(at=at) for at in instants))
    await Shipper(tmp_path, pool).ship()
    tables = await pool.fetch("select distinct tableoid::regclass::text from fact.result")

    assert sorted(record[0] for record in tables) == [
        "fact.result_20250126",
        "fact.result_20260302",
        "fact.result_20270406",
    ]


async def test_partitions_may_be_made_by_many_at_once(pool: asyncpg.Pool) -> None:
    wanted = "select fact.ensure_partitions('2026-03-01', '2026-03-10')"
    made = await asyncio.gather(*(pool.fetchval(wanted) for _ in range(4)))

    assert sum(made) == 10 * 2


async def test_unknown_keys_wait_aside_are_said_once_and_stored_when_known(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    await know(pool, "api-health")
    spool(tmp_path, up(), up("new"))
    spool(tmp_path, up("new", NOON + MINUTE), up(location="mars"))
    with capture_logs() as logs:
        assert await Shipper(tmp_path, pool).ship() == 1
    aside = [line["endpoint"] for line in lines_in(tmp_path / "aside")]
    await know(pool, "api-health", "new")
    async with shipping(tmp_path, pool):
        await eventually(lambda: len(spoolfile.pending(tmp_path / "aside")) == 1)

    assert sorted(aside) == ["api-health", "new", "new"]
    assert [(log["endpoint"], log["location"]) for log in logs] == [
        ("api-health", "mars"),
        ("new", "paris"),
    ]
    assert [key for key, *_ in await stored(pool)] == ["api-health", "new", "new"]


@pytest.mark.parametrize("broken", ["", "torn", "poison"])
async def test_a_bad_file_is_set_aside_said_and_stops_nothing(
    pool: asyncpg.Pool, tmp_path: Path, broken: str
) -> None:
    await know(pool, "api-health")
    line = json.loads(spoolline.encode(up(at=NOON - MINUTE)))
    line["attempts"][0]["status"] = 99_999  # no smallint
    content = {
        "": b"",
        "torn": b'{"vigie":"spool","version":1,"results":2}\n{"endpoint":"api-health"',
        "poison": b'{"vigie":"spool","version":1,"results":1}\n' + json.dumps(line).encode(),
    }
    file = tmp_path / "0.jsonl"
    file.write_bytes(content[broken])
    spool(tmp_path, up())
    with capture_logs() as logs:
        assert await Shipper(tmp_path, pool).ship() == 1

    assert [log["event"] for log in logs] == [
        "shipper: a spool file cannot be stored, it is set aside"
    ]
    assert file.with_name("0.jsonl.bad").read_bytes() == content[broken]


@pytest.mark.parametrize("wrong", [{"status": 99_999}, {"started_us": "soon"}])
async def test_one_bad_result_takes_no_other_with_it(
    pool: asyncpg.Pool, tmp_path: Path, wrong: dict[str, object]
) -> None:
    await know(pool, "api-health")
    lines = [json.loads(spoolline.encode(down(at=NOON + n * MINUTE))) for n in range(5)]
    lines[3]["attempts"][0] |= wrong
    spoolfile.write(tmp_path / "0.jsonl", [json.dumps(line).encode() + b"\n" for line in lines])
    with capture_logs() as logs:
        assert 4 == await Shipper(tmp_path, pool).ship()

    assert ["shipper: a spool file cannot be stored, it is set aside"] == [
        log["event"] for log in logs
    ]
    assert [[lines[3]]] == [list(map(json.loads, spoolfile.read(file))) for file in bad(tmp_path)]
    assert [] == spoolfile.pending(tmp_path)


def bad(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.bad"))


async def test_hostile_words_of_a_target_are_stored(pool: asyncpg.Pool, tmp_path: Path) -> None:
    await know(pool, "api-health")
    spool(tmp_path, down(detail="nul \0, half a pair \ud800, rest"))
    await Shipper(tmp_path, pool).ship()

    assert await pool.fetchval("select detail from fact.attempt where attempt = 1") == (
        "nul \ufffd, half a pair ?, rest"
    )


async def test_body_of_a_failed_attempt_is_stored(pool: asyncpg.Pool, tmp_path: Path) -> None:
    await know(pool, "api-health")
    spool(tmp_path, down(body="<h1>out of orders</h1>\nNUL: \0"))
    await Shipper(tmp_path, pool).ship()

    assert {"<h1>out of orders</h1>\nNUL: \ufffd"} == {
        record["body"] for record in await pool.fetch("select body from sla.attempt")
    }


async def test_only_one_shipper_works_in_a_directory(pool: asyncpg.Pool, tmp_path: Path) -> None:
    await know(pool, "api-health")
    async with shipping(tmp_path, pool):
        await eventually((tmp_path / "shipper.lock").exists)
        stop = asyncio.Event()
        with capture_logs() as logs:
            second = asyncio.create_task(Shipper(tmp_path, pool).run(stop))
            await eventually(lambda: logs)
            stop.set()
            await second

    assert [log["error"] for log in logs] == ["another process ships from this directory"]


@asynccontextmanager
async def server_of_its_own(home: Path) -> AsyncIterator[tuple[Embedded, asyncpg.Pool]]:
    embedded = Embedded(home)
    url = await asyncio.to_thread(embedded.join)
    try:
        async with asyncpg.create_pool(url, min_size=0) as pool:
            async with pool.acquire() as connection:
                await migrate(connection)
            await know(pool, "api-health")
            yield embedded, pool
    finally:
        await asyncio.to_thread(embedded.leave)


def kill_server(home: Path) -> None:
    [pid_file] = home.glob("**/postmaster.pid")
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)


async def test_nothing_is_lost_while_the_database_is_gone(home: Path, tmp_path: Path) -> None:
    """The server is killed in the middle of shipping, stays away, and comes back."""
    results = [up(at=NOON + number * MINUTE) for number in range(300)]
    with capture_logs() as logs:
        async with server_of_its_own(home) as (embedded, pool), shipping(tmp_path, pool):
            for result in results[:100]:
                spool(tmp_path, result)
            await eventually(lambda: len(spoolfile.pending(tmp_path)) < 100)
            kill_server(home)
            for result in results[100:]:
                spool(tmp_path, result)
            await eventually(lambda: any(log["event"] == LOST for log in logs))
            await asyncio.to_thread(embedded.revive)
            await eventually(lambda: not spoolfile.pending(tmp_path), seconds=60)
            arrived = await stored(pool)

    assert arrived == [("api-health", result.at, "up") for result in results]
    assert [log["event"] for log in logs] == [LOST, BACK]


MEASURING = """
import asyncio, sys
from pathlib import Path
import asyncpg
from tests.storing.made import MINUTE, NOON, up
from vigie.storing import Shipper, Spool

async def main(url, directory):
    async with asyncpg.create_pool(url, min_size=0) as pool:
        spool, shipper = Spool(directory, rows_per_file=20), Shipper(directory, pool)
        asyncio.create_task(shipper.run(asyncio.Event()))
        for start in range(0, 1_000_000, 100):
            for number in range(start, start + 100):
                spool.put(up(at=NOON + number * MINUTE))
            await spool.flush()
            print(start + 100, flush=True)

asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
"""


async def test_kill_9_in_the_middle_loses_nothing_that_was_spooled(
    database: str, pool: asyncpg.Pool, tmp_path: Path
) -> None:
    await know(pool, "api-health")
    acknowledged = await asyncio.to_thread(_measure_until_killed, database, tmp_path)
    await Shipper(tmp_path, pool).ship()
    arrived = [at for _, at, _ in await stored(pool)]

    assert arrived[:acknowledged] == [NOON + number * MINUTE for number in range(acknowledged)]
    assert len(set(arrived)) == len(arrived)


def _measure_until_killed(database: str, directory: Path) -> int:
    """Let a process measure until it has also shipped, kill it, return what it had spooled."""
    program = [sys.executable, "-c", MEASURING, database, str(directory)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = None
        for line in process.stdout:
            names = [file.name for file in spoolfile.pending(directory)]
            first = first or (names[0] if names else None)
            if first and first not in names and int(line) >= 2_000:
                break
        process.send_signal(signal.SIGKILL)
    return int(line)


async def test_results_of_final_days_are_kept_apart(pool: asyncpg.Pool, tmp_path: Path) -> None:
    await know(pool, "api-health")
    await pool.execute(
        "insert into fact.dropped_day values ($1, 0, 0, now(), 'ann')",
        (NOON - timedelta(days=1)).date(),
    )
    tomorrow = NOON + timedelta(days=1)
    spool(tmp_path, up(at=NOON), down(at=NOON + MINUTE), up(at=tomorrow))
    with capture_logs() as logs:
        shipped = await Shipper(tmp_path, pool).ship()

    assert shipped == 1
    assert await stored(pool) == [("api-health", tomorrow, "up")]
    assert [line["outcome"] for line in lines_in(tmp_path / "late")] == ["up", "down"]
    assert [entry["results"] for entry in logs] == [2]
    assert await pool.fetchval("select count(*) from fact.attempt") == 0
