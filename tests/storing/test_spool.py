import asyncio
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.storing.full import largest_file
from tests.storing.made import MINUTE, NOON, down, eventually, lines_in, missed, up

from vigie.errors import SpoolError
from vigie.probing import Result
from vigie.storing import spoolfile
from vigie.storing.spool import Spool
from vigie.storing.unspool import read_load


def spooled(directory: Path) -> list[str]:
    """The endpoints on disk, in the order in which they will be shipped."""
    return [line["endpoint"] for line in lines_in(directory)]


def listing(directory: Path) -> list[Path]:
    return list(directory.iterdir())


async def spool_all(directory: Path, results: list[Result], rows_per_file: int = 5_000) -> None:
    spool = Spool(directory, rows_per_file=rows_per_file)
    for result in results:
        spool.put(result)
    assert await spool.flush()


async def test_a_result_is_one_readable_line(tmp_path: Path) -> None:
    await spool_all(tmp_path, [up()])
    [file] = spoolfile.pending(tmp_path)
    header, line = file.read_text().splitlines()

    assert header == '{"vigie":"spool","version":2,"results":1}'
    assert line == (
        '{"endpoint":"api-health","location":"paris","at_us":1772452800000000,"outcome":"up",'
        '"lag_us":250,"attempts":[{"number":1,"started_us":1772452800000000,"outcome":"up",'
        '"duration_us":120000,"dns_us":900,"status":200}]}'
    )


async def test_rows_keep_every_field_of_a_result(tmp_path: Path) -> None:
    expires = NOON + timedelta(days=9, microseconds=1)
    failed = down(
        detail="status 503", address="192.0.2.1", certificate_expires=expires, body="oops"
    )
    await spool_all(tmp_path, [failed, missed()])
    load = read_load(spoolfile.pending(tmp_path)[0])
    first = load.attempts[0]

    assert load.results == [
        ("api-health", "paris", NOON, "down", 3, 503, 250, 5_000, *4 * (None,), "status"),
        ("api-health", "paris", NOON, "unknown", 0, *7 * (None,), "missed"),
    ]
    assert [row[3] for row in load.attempts] == [1, 2, 3]
    assert load.attempts[2][4] == NOON + timedelta(seconds=10)
    assert first[5:10] == ("down", "status", "status 503", "192.0.2.1", 503)
    assert first[-2:] == (expires, "oops")


async def test_files_are_read_in_the_order_of_the_results(tmp_path: Path) -> None:
    endpoints = [f"e{number}" for number in range(25)]
    await spool_all(tmp_path, [up(endpoint) for endpoint in endpoints], rows_per_file=10)

    assert len(spoolfile.pending(tmp_path)) == 3
    assert spooled(tmp_path) == endpoints


async def test_running_spool_writes_within_a_second_and_the_rest_at_the_stop(
    tmp_path: Path,
) -> None:
    stop = asyncio.Event()
    spool = Spool(tmp_path)
    running = asyncio.create_task(spool.run(stop))
    spool.put(up("first"))
    await eventually(lambda: spooled(tmp_path), seconds=1)
    spool.put(up("last"))
    stop.set()
    await running

    assert spooled(tmp_path) == ["first", "last"]


async def test_full_disk_keeps_results_in_memory_says_so_once_and_recovers(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    with capture_logs() as logs, largest_file(100):
        spool.put(up("first"))
        refused = [await spool.flush(), await spool.flush()]
        spool.put(up("second"))
    left, wrong = listing(tmp_path), spool.wrong
    with capture_logs() as later:
        assert await spool.flush()

    assert refused == [False, False]
    assert left == []  # no half-written file
    [told] = wrong
    assert told == (
        "the disk refuses results, 2 wait in memory: [Errno 27] File too large"
        " (free the disk or make it writable; a restart would lose them)"
    )
    assert spool.wrong == ()
    assert [(log["log_level"], log["event"]) for log in logs] == [
        ("error", "spool: the disk refuses results, they wait in memory")
    ]
    assert [log["event"] for log in later] == ["spool: the disk takes results again"]
    assert spooled(tmp_path) == ["first", "second"]


async def test_full_memory_refuses_the_newest_and_tells_how_many(tmp_path: Path) -> None:
    spool = Spool(tmp_path, limit=2)
    with capture_logs() as logs:
        for endpoint in ("first", "second", "third", "fourth"):
            spool.put(up(endpoint))
        await spool.flush()
        for endpoint in ("fifth", "sixth", "seventh"):  # full again: told again
            spool.put(up(endpoint))
        await spool.flush()

    full, room = (
        "spool: memory is full, newest results are refused",
        "spool: memory has room again, results were refused meanwhile",
    )
    assert [(log["event"], log.get("refused")) for log in logs] == [
        (full, None),
        (room, 2),
        (full, None),
        (room, 1),
    ]
    assert spooled(tmp_path) == ["first", "second", "fifth", "sixth"]
    assert spool.lost == 2 + 1
    assert spool.wrong == (
        "3 results were refused since the start because memory was full (their slots read unknown)",
    )


async def test_many_results_wait_without_their_bodies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vigie.storing.spool.LEAN_FROM", 1)
    await spool_all(tmp_path, [down("first", body="oops"), down("second", body="oops"), up()])
    load = read_load(spoolfile.pending(tmp_path)[0])

    assert [("first", "oops")] * 3 + [("second", None)] * 3 == [
        (row[0], row[-1]) for row in load.attempts
    ]


async def test_stopping_on_a_disk_that_stays_full_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file where the directory should be")
    spool = Spool(tmp_path / "spool")
    spool.put(up())
    stop = asyncio.Event()
    stop.set()

    with pytest.raises(SpoolError, match=r"spool: 1 results could not be written and are lost"):
        await spool.run(stop)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not enough values"),
        ('{"vigie":"spool","version":1,"results":2}\n{}\n', "1 results where the header says 2"),
        ('{"vigie":"spool","version":1,"results":1}\n{"endp', "Unterminated"),
        ('{"vigie":"spool","version":3,"results":0}\n', "was written by a newer Vigie"),
        ('{"hello":"world"}\n', "vigie"),
        ('{"vigie":"spool","version":1,"results":1}\n{"endpoint":"a"}\n', "makes no sense"),
    ],
)
def test_what_is_no_whole_spool_file_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text(content)

    with pytest.raises(SpoolError, match=message):
        read_load(path)


SPOOLING = """
import asyncio, sys
from pathlib import Path
from tests.storing.made import NOON, MINUTE, up
from vigie.storing.spool import Spool

async def main():
    spool = Spool(Path(sys.argv[1]), rows_per_file=50)
    number = 0
    while True:
        for number in range(number, number + 100):
            spool.put(up(f"e{number}", NOON + number * MINUTE))
        number += 1
        await spool.flush()
        print(number, flush=True)

asyncio.run(main())
"""


def test_kill_9_tears_no_file_and_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    program = [sys.executable, "-c", SPOOLING, str(tmp_path)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(20)][-1]
        process.send_signal(signal.SIGKILL)

    expected = [f"e{number}" for number in range(acknowledged)]
    assert spooled(tmp_path)[:acknowledged] == expected


def test_two_writers_never_meet_in_one_name(tmp_path: Path) -> None:
    async def both() -> None:
        await asyncio.gather(*(spool_all(tmp_path, [up(f"e{n}")]) for n in range(20)))

    asyncio.run(both())
    assert sorted(spooled(tmp_path)) == sorted(f"e{n}" for n in range(20))


async def test_instants_keep_their_microseconds(tmp_path: Path) -> None:
    at = NOON + MINUTE + timedelta(microseconds=1)
    await spool_all(tmp_path, [up(at=at)])

    assert read_load(spoolfile.pending(tmp_path)[0]).results[0][2] == at
