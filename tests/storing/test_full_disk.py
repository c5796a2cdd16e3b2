"""A full disk stops neither probing nor shipping, and nothing that waits is overwritten."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from structlog.testing import capture_logs
from tests.storing.full import largest_file
from tests.storing.made import MINUTE, NOON, catalogue, eventually, lines_in, service, up

from vigie import clock
from vigie.storing import spoolfile, spoolline
from vigie.storing.catalogue import apply_catalogue
from vigie.storing.shipper import Shipper
from vigie.storing.spool import Spool


async def stored(pool: asyncpg.Pool) -> list[str]:
    return [row[0] for row in await pool.fetch("select endpoint from sla.result order by at")]


@pytest.fixture
async def shipper(pool: asyncpg.Pool, tmp_path: Path) -> Shipper:
    async with pool.acquire() as connection:
        wanted = catalogue(service("api", "one", "two", "three"))
        await apply_catalogue(connection, wanted, NOON)
    return Shipper(tmp_path, pool)


async def test_what_waits_on_a_full_disk_is_shipped_then_what_waits_in_memory(
    pool: asyncpg.Pool, shipper: Shipper
) -> None:
    spool = Spool(shipper.directory)
    spool.put(up("one"))
    await spool.flush()
    with capture_logs(), largest_file(100):
        spool.put(up("two", NOON + MINUTE))
        assert not await spool.flush()
        assert await shipper.ship() == 1
        assert await stored(pool) == ["one"]
    assert await spool.flush()

    assert await shipper.ship() == 1
    assert await stored(pool) == ["one", "two"]


async def test_a_file_that_cannot_be_kept_apart_does_not_hold_up_the_others(
    pool: asyncpg.Pool, shipper: Shipper
) -> None:
    """Else a disk that is full of the spool itself would stay full for ever."""
    held, free = shipper.directory / "0.jsonl", shipper.directory / "1.jsonl"
    spoolfile.write(held, [spoolline.encode(up("new", NOON + MINUTE)), spoolline.encode(up("one"))])
    spoolfile.write(free, [spoolline.encode(up("two", NOON + MINUTE))])
    with capture_logs(), largest_file(100), pytest.raises(OSError, match="File too large"):
        await shipper.ship()
    assert spoolfile.pending(shipper.directory) == [held]
    assert await stored(pool) == ["one", "two"]
    await shipper.ship()

    assert spoolfile.pending(shipper.directory) == []
    assert [line["endpoint"] for line in lines_in(shipper.directory / "aside")] == ["new"]


async def test_a_file_that_cannot_be_read_does_not_hold_up_the_others(
    pool: asyncpg.Pool, shipper: Shipper
) -> None:
    (shipper.directory / "0.jsonl").mkdir()  # reading it is an OSError, for root too
    spoolfile.write(shipper.directory / "1.jsonl", [spoolline.encode(up("one"))])
    with pytest.raises(IsADirectoryError):
        await shipper.ship()

    assert await stored(pool) == ["one"]


async def test_a_shipper_waits_for_a_directory_that_cannot_be_made(
    pool: asyncpg.Pool, shipper: Shipper
) -> None:
    place = shipper.directory / "place"
    place.write_text("a file where the directory should be")
    stop = asyncio.Event()
    with capture_logs() as logs:
        running = asyncio.create_task(Shipper(place / "spool", pool).run(stop))
        await eventually(lambda: logs)
        place.unlink()
        spoolfile.write(place / "spool" / "0.jsonl", [spoolline.encode(up("one"))])
        await eventually(lambda: not spoolfile.pending(place / "spool"))
        stop.set()
        await running

    assert await stored(pool) == ["one"]
    assert [log["event"] for log in logs] == [
        "shipper: results cannot be shipped, they wait in the spool",
        "shipper: the spool is shipped again",
    ]
    assert "Not a directory" in logs[0]["error"]


def test_what_a_killed_writer_left_half_written_makes_room(tmp_path: Path) -> None:
    old, fresh = tmp_path / "old.tmp", tmp_path / "fresh.tmp"
    for path in (old, fresh):
        path.write_bytes(b'{"vigie":"spool","ver')
    killed = (clock.now() - timedelta(hours=2)).timestamp()
    os.utime(old, (killed, killed))
    spoolfile.sweep(tmp_path, clock.now())

    assert list(tmp_path.iterdir()) == [fresh]
