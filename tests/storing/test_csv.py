import asyncio
import gzip
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.storing.made import MINUTE, NOON, written

from vigie.errors import DatabaseError
from vigie.storing.csv import import_results
from vigie.storing.csvfile import Imported
from vigie.storing.rollup import roll_up

HEADER = "endpoint,location,at,outcome,duration_ms,status,reason"
GOOD = "api-health,paris,2026-03-02T12:00:00Z,up,12.5,200,"
NOW = NOON + timedelta(days=1)


def write(directory: Path, *lines: str) -> Path:
    return written(directory, HEADER, *lines)


async def stored(pool: asyncpg.Pool, columns: str = "r.at") -> list[Any]:
    records = await pool.fetch(
        f"select e.key, {columns} from fact.result r join fact.endpoint e using (endpoint_id)"
        " order by r.at"
    )
    return [tuple(record) for record in records]


def minutes(count: int) -> list[str]:
    start = NOON - count * MINUTE
    return [
        f"api-health,paris,{(start + n * MINUTE).isoformat()},up,{n % 400},200,"
        for n in range(count)
    ]


async def test_rows_are_stored_with_what_they_say(known: asyncpg.Pool, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        GOOD,
        "api-health,paris,2026-03-02T13:01:00+01:00,down,,503,status",
        '"api-health","paris",2026-03-02T12:02:00.000001Z,"unknown",,,missed',
        "",
        "api-health,paris,2026-03-02T12:03:00Z,down,0,,",
    )
    imported = await import_results(known, path, NOW)
    columns = "r.at, outcome, attempts, duration_us, status, reason"

    assert imported == Imported(rows=4, new=4, refused=0, problems=())
    assert await stored(known, columns) == [
        ("api-health", NOON, "up", 1, 12_500, 200, None),
        ("api-health", NOON + MINUTE, "down", 1, None, 503, "status"),
        ("api-health", NOON + 2 * MINUTE + timedelta(microseconds=1), "unknown", 0, None, None,
         "missed"),
        ("api-health", NOON + 3 * MINUTE, "down", 1, 0, None, None),
    ]  # fmt: skip


BAD = {
    "api-healht,paris,2026-03-02T12:00:00Z,up,1,200,": (
        'endpoint: "api-healht" is not in the database (write api-health)'
    ),
    "api-health,pari,2026-03-02T12:00:00Z,up,1,200,": (
        'location: "pari" is not in the database (write paris)'
    ),
    "api-health,paris,2026-03-02T12:00:00,up,1,200,": (
        'at: "2026-03-02T12:00:00" has no offset from UTC'
        " (write 2026-03-02T12:00:00Z or 2026-03-02T12:00:00+02:00)"
    ),
    "api-health,paris,yesterday,up,1,200,": (
        'at: "yesterday" is not a time (write 2026-05-01T00:00:00Z)'
    ),
    "api-health,paris,2026-02-30T12:00:00Z,up,1,200,": (
        'at: "2026-02-30T12:00:00Z" is not a time (write 2026-05-01T00:00:00Z)'
    ),
    "api-health,paris,2026-03-03T12:00:01Z,up,1,200,": (
        'at: "2026-03-03T12:00:01Z" lies in the future (write when the probe ran)'
    ),
    "api-health,paris,1970-01-01T00:00:00Z,up,1,200,": (
        'at: "1970-01-01T00:00:00Z" is before 2000 (write when the probe ran)'
    ),
    "api-health,paris,0001-01-01T00:00:00+05:00,up,1,200,": (
        'at: "0001-01-01T00:00:00+05:00" is before 2000 (write when the probe ran)'
    ),
    "api-health,paris,9999-12-31T23:59:59-05:00,up,1,200,": (
        'at: "9999-12-31T23:59:59-05:00" lies in the future (write when the probe ran)'
    ),
    "api-health,paris,2026-03-02T12:00:00Z,upp,1,200,": (
        'outcome: "upp" is not an outcome (write up)'
    ),
    "api-health,paris,2026-03-02T12:00:00Z,,1,200,": (
        'outcome: "" is not an outcome (write one of down, unknown, up)'
    ),
    "api-health,paris,2026-03-02T12:00:00Z,down,1,200,timeoutt": (
        'reason: "timeoutt" is not a known reason (write timeout)'
    ),
    "api-health,paris,2026-03-02T12:00:00Z,up,1,200,slow": (
        'reason: "slow" beside the outcome up (leave it empty)'
    ),
    "api-health,paris,2026-03-02T12:00:00Z,up,-1,200,": (
        'duration_ms: "-1" is not a duration of at most an hour'
        " (write milliseconds: 123.4, or nothing)"
    ),
    "api-health,paris,2026-03-02T12:00:00Z,up,nan,200,": (
        'duration_ms: "nan" is not a duration of at most an hour'
        " (write milliseconds: 123.4, or nothing)"
    ),
    "api-health,paris,2026-03-02T12:00:00Z,up,1e99,200,": (
        'duration_ms: "1e99" is not a duration of at most an hour'
        " (write milliseconds: 123.4, or nothing)"
    ),
    "api-health,paris,2026-03-02T12:00:00Z,up,1,OK,": (
        'status: "OK" is not a status (write 200, or nothing)'
    ),
    "api-health,paris,2026-03-02T12:00:00Z,up,1,99999,": (
        'status: "99999" is not a status (write 200, or nothing)'
    ),
    "api-health,paris,2026-03-02T12:00:00Z,up,1,200": (
        f"has 6 columns (write 7: {HEADER})"
    ),
    "api-health,paris,2026-03-02T12:00:00Z,up,1,200,,": (
        f"has 8 columns (write 7: {HEADER})"
    ),
    '"api-health,paris,2026-03-02T12:00:00Z,up,1,200,': "leaves a quote open (close it)",
    f"api-health,paris,2026-03-02T12:00:00Z,down,1,503,{'x' * 300_000}": (
        "is longer than 10,000 characters (leave the row out)"
    ),
    "api-health,paris,2026-03-02T12:00:00+14:01,up,1,200,": (
        'at: "2026-03-02T12:00:00+14:01" has an offset that no clock has'
        " (write one between -12:00 and +14:00)"
    ),
}  # fmt: skip


async def test_bad_rows_are_named_and_stop_nothing_else(
    known: asyncpg.Pool, tmp_path: Path
) -> None:
    path = write(tmp_path, minutes(2)[0], *BAD, minutes(2)[1])
    imported = await import_results(known, path, NOW)
    expected = [f"{path}:{line}: {problem}" for line, problem in enumerate(BAD.values(), start=3)]

    assert list(imported.problems) == expected
    assert (imported.rows, imported.new, imported.refused) == (2, 2, len(BAD))


async def test_first_fifty_problems_are_told_and_the_rest_counted(
    known: asyncpg.Pool, tmp_path: Path
) -> None:
    rows = [f"e{n},paris,2026-03-02T12:00:00Z,up,,," for n in range(70)]
    imported = await import_results(known, write(tmp_path, *rows, GOOD), NOW)

    assert (1, 70, 50, 20) == (
        imported.rows,
        imported.refused,
        len(imported.problems),
        imported.untold,
    )


async def test_a_problem_of_many_rows_is_told_once_with_every_word_that_is_right(
    known: asyncpg.Pool, tmp_path: Path
) -> None:
    rows = [
        f"api-health,paris,2026-03-02T12:{n:02}:00Z,{how}"
        for n in range(60)
        for how in ("down,,,xyz", "DWN,,,")
    ]
    path = write(tmp_path, *rows, "x")
    imported = await import_results(known, path, NOW)
    reason, outcome, other = imported.problems

    assert (121, 0) == (imported.refused, imported.untold)
    assert reason.startswith(
        f'{path}:2: reason: "xyz" is not a known reason (write one of address_'
    )
    assert reason.endswith("unreachable); 59 more rows like it")
    assert "…" not in reason
    assert (
        f'{path}:3: outcome: "DWN" is not an outcome (write one of down, unknown, up); 59 more'
        in (outcome)
    )
    assert f"{path}:122: has 1 columns (write 7: {HEADER})" == other


async def test_gzip_and_a_byte_order_mark_and_line_ends_of_windows_are_read(
    known: asyncpg.Pool, tmp_path: Path
) -> None:
    path = tmp_path / "history.csv.gz"
    path.write_bytes(gzip.compress(f"\ufeff{HEADER}\r\n{GOOD}\r\n".encode()))

    assert await import_results(known, path, NOW) == Imported(rows=1, new=1, refused=0, problems=())


async def test_a_missed_slot_gives_way_to_what_was_measured(
    known: asyncpg.Pool, tmp_path: Path
) -> None:
    missed, measured = "unknown,,,missed", "up,1,200,"
    new = []
    for told in (missed, measured, missed, "down,1,503,status"):
        path = write(tmp_path, f"api-health,paris,2026-03-02T12:00:00Z,{told}")
        new.append((await import_results(known, path, NOW)).new)

    assert new == [1, 1, 0, 0]
    assert await stored(known, "outcome, attempts") == [("api-health", "up", 1)]


async def test_importing_again_changes_nothing_and_more_adds_the_rest(
    known: asyncpg.Pool, tmp_path: Path
) -> None:
    lines = minutes(300)
    first = await import_results(known, write(tmp_path, *lines[:200], *lines[:10]), NOW)
    await roll_up(known, NOW)
    again = await import_results(known, write(tmp_path, *lines[:200]), NOW)
    marks = await known.fetchval("select count(*) from fact.dirty_day")
    more = await import_results(known, write(tmp_path, *lines), NOW)

    assert [(i.rows, i.new) for i in (first, again, more)] == [(210, 200), (200, 0), (300, 100)]
    assert marks == 0
    assert len(await stored(known)) == 300


async def test_chunks_keep_line_numbers_and_progress(
    known: asyncpg.Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vigie.storing.csvfile.CHUNK", 100)
    path = write(tmp_path, *minutes(350), "broken")
    seen: list[tuple[int, int]] = []
    imported = await import_results(known, path, NOW, lambda *moved: seen.append(moved))

    assert (imported.new, imported.refused) == (350, 1)
    assert imported.problems[0].startswith(f"{path}:352: has 1 columns")
    assert len(seen) == 4
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


async def test_an_import_is_rolled_up_like_any_result(known: asyncpg.Pool, tmp_path: Path) -> None:
    await import_results(known, write(tmp_path, *minutes(60)), NOW)
    rebuilt = await roll_up(known, NOW)
    day = await known.fetchrow("select results, up from fact.endpoint_day")
    watermark = await known.fetchval("select rolled_up_to from fact.watermark")

    assert rebuilt == 1
    assert day["results"] == 60
    assert [(span.lower, span.upper) for span in day["up"]] == [(NOON - 60 * MINUTE, NOON)]
    assert watermark == NOW - timedelta(seconds=30)


async def test_lost_database_ends_with_advice_and_the_next_import_adds_the_rest(
    known: asyncpg.Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vigie.storing.csvfile.CHUNK", 100)
    path = write(tmp_path, *minutes(1_000))
    async with known.acquire() as other:
        await other.execute("begin; lock table fact.attempt in access exclusive mode")
        importing = asyncio.create_task(import_results(known, path, NOW))
        await _terminate_who_waits(other)
        await other.execute("rollback")

    with pytest.raises(DatabaseError, match="import the same file again"):
        await importing
    assert (await import_results(known, path, NOW)).rows == 1_000
    assert len(await stored(known)) == 1_000


async def _terminate_who_waits(connection: asyncpg.Connection) -> None:
    waiting = "select pg_terminate_backend(pid) from pg_locks where not granted"
    for _ in range(500):
        if await connection.fetchval(waiting):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody waits")
