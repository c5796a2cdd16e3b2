"""The edges of a blind span take the results' own way: memory, disk, database, once."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
from structlog.testing import capture_logs
from tests.storing.made import MINUTE, NOON, catalogue, service, up

from vigie.probing import BlindEdge
from vigie.storing import Spool, spoolfile, spoolline
from vigie.storing.catalogue import apply_catalogue
from vigie.storing.shipper import Shipper


def edge(minutes: int, *, blind: bool, location: str = "paris") -> BlindEdge:
    why = "references that failed: dns, gateway" if blind else ""
    return BlindEdge(location=location, at=NOON + minutes * MINUTE, blind=blind, why=why)


async def know(pool: asyncpg.Pool, *locations: str) -> None:
    async with pool.acquire() as connection:
        known = catalogue(service(), locations=locations)
        await apply_catalogue(connection, known, NOON - MINUTE)


async def spans(pool: asyncpg.Pool) -> list[tuple[str, datetime, Any]]:
    rows = await pool.fetch("select location, starts, ends from sla.blind_span order by starts")
    return [tuple(row) for row in rows]


def lost_files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.name.endswith(spoolfile.BAD)]


async def test_edges_are_stored_with_the_results_around_them(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    await know(pool, "paris")
    spool = Spool(tmp_path)
    spool.put(up())
    spool.put(edge(1, blind=True))
    spool.put(up(at=NOON + 2 * MINUTE))
    spool.put(edge(3, blind=False))
    await spool.flush()
    shipped = await Shipper(tmp_path, pool).ship()

    assert 2 == shipped
    assert [("paris", NOON + MINUTE, NOON + 3 * MINUTE)] == await spans(pool)
    assert ([], []) == (spoolfile.pending(tmp_path), lost_files(tmp_path))


async def test_edges_that_wait_on_disk_are_stored_once(pool: asyncpg.Pool, tmp_path: Path) -> None:
    """Nobody ships until the database is back; then a file is shipped, and once more."""
    await know(pool, "paris")
    edges = [spoolline.encode(edge(n, blind=not n % 2)) for n in range(4)]
    for name in ("a", "b"):
        spoolfile.write(tmp_path / f"{name}.jsonl", edges)
        await Shipper(tmp_path, pool).ship()

    assert [
        ("paris", NOON, NOON + MINUTE),
        ("paris", NOON + 2 * MINUTE, NOON + 3 * MINUTE),
    ] == await spans(pool)
    assert 4 == await pool.fetchval("select count(*) from fact.blind_edge")


async def test_edges_of_an_unknown_location_wait_aside_until_it_is_known(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    await know(pool, "paris")
    lines = [spoolline.encode(edge(0, blind=True, location=it)) for it in ("paris", "rome")]
    spoolfile.write(tmp_path / "a.jsonl", lines)
    with capture_logs() as logs:
        await Shipper(tmp_path, pool).ship()
    before = await spans(pool)
    await know(pool, "paris", "rome")
    stop = asyncio.Event()
    stop.set()
    [aside] = spoolfile.pending(tmp_path / "aside")
    aside.rename(tmp_path / aside.name)
    await Shipper(tmp_path, pool).run(stop)

    assert [("paris", NOON, None)] == before
    assert ["rome"] == [it["location"] for it in logs]
    assert {("paris", NOON, None), ("rome", NOON, None)} == set(await spans(pool))


async def test_spool_of_an_older_version_is_read(pool: asyncpg.Pool, tmp_path: Path) -> None:
    await know(pool, "paris")
    header = b'{"vigie":"spool","version":1,"results":1}\n'
    (tmp_path / "old.jsonl").write_bytes(header + spoolline.encode(up()))

    assert 1 == await Shipper(tmp_path, pool).ship()
    assert [] == lost_files(tmp_path)


async def test_edge_that_makes_no_sense_is_set_aside(pool: asyncpg.Pool, tmp_path: Path) -> None:
    await know(pool, "paris")
    header = b'{"vigie":"spool","version":2,"results":1}\n'
    (tmp_path / "bad.jsonl").write_bytes(header + b'{"location":"paris","blind":true}\n')

    assert 0 == await Shipper(tmp_path, pool).ship()
    assert ["bad.jsonl.bad"] == [path.name for path in lost_files(tmp_path)]
