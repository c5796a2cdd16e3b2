"""Windows of maintenance that are imported from a CSV file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.storing.made import MINUTE, NOON, catalogue, service, written

from vigie.storing.catalogue import apply_catalogue
from vigie.storing.csvfile import Imported
from vigie.storing.csvmaintenance import import_maintenance

WINDOWS = "services,kind,starts,ends,announced,reason"
NOW = NOON + timedelta(days=1)


def write(directory: Path, *lines: str) -> Path:
    return written(directory, WINDOWS, *lines)


async def windows(pool: asyncpg.Pool) -> list[tuple[Any, ...]]:
    records = await pool.fetch(
        "select key, kind, starts, ends, announced_at, evidence, reason, recorded_by"
        " from fact.maintenance order by maintenance_id"
    )
    return [tuple(record) for record in records]


async def test_maintenance_is_recorded_once_with_the_file_as_proof(
    known: asyncpg.Pool, tmp_path: Path
) -> None:
    path = write(
        tmp_path,
        "api; shop,planned,2026-05-12T03:00:00+02:00,2026-05-12T04:00:00+02:00,"
        "2026-03-01T09:00:00Z,database",
        "api,security,2026-05-12T06:00:00Z,2026-05-12T07:00:00Z,,patch",
    )
    first = await import_maintenance(known, path, NOW, by="ana")
    again = await import_maintenance(known, path, NOW, by="bob")
    [planned, security] = await windows(known)
    start = datetime(2026, 5, 12, 1, tzinfo=UTC)

    assert [(first.rows, first.new), (again.rows, again.new)] == [(2, 2), (2, 0)]
    assert planned[:5] == (
        "m-20260512-1", "planned", start, start + 60 * MINUTE,
        datetime(2026, 3, 1, 9, tzinfo=UTC),
    )  # fmt: skip
    assert planned[5].startswith("history.csv sha256:")
    assert planned[6:] == ("database", "ana")
    assert security[0] == "m-20260512-2"
    assert security[4:] == (None, None, "patch", "ana")


SPAN = "2026-05-12T03:00:00Z,2026-05-12T04:00:00Z"


@pytest.mark.parametrize("word", ["*", "all"])
async def test_window_of_every_service_is_imported_once(
    known: asyncpg.Pool, tmp_path: Path, word: str
) -> None:
    path = write(tmp_path, f"{word},security,{SPAN},,patch")
    imports = [await import_maintenance(known, path, NOW, by="ana") for _ in range(2)]
    every = await known.fetch("select every_service from fact.maintenance")

    assert [one.new for one in imports] == [1, 0]
    assert [tuple(row) for row in every] == [(True,)]


async def test_a_service_called_all_is_meant_by_its_name(
    pool: asyncpg.Pool, tmp_path: Path
) -> None:
    async with pool.acquire() as connection:
        await apply_catalogue(connection, catalogue(service("all"), service("api")), NOON)
    path = write(tmp_path, f"all,security,{SPAN},,patch")
    await import_maintenance(pool, path, NOW, by="ana")

    assert [False] == [r[0] for r in await pool.fetch("select every_service from fact.maintenance")]


BAD_WINDOWS = {
    f"apy,planned,{SPAN},,x": 'services: there is no "apy" (write api)',
    f",planned,{SPAN},,x": "services: none is named (write one, several joined by ;, or * for all)",
    f"api;*,planned,{SPAN},,x": 'services: there is no "*" (write one of api, shop)',
    f"api,planed,{SPAN},,x": 'kind: there is no "planed" (write planned)',
    f"api,planned,{SPAN},,": "reason: is empty (write why, in a few words)",
    "api,planned,2026-05-12T03:00:00,2026-05-12T04:00:00Z,,x": (
        'starts: "2026-05-12T03:00:00" has no offset from UTC'
        " (write 2026-05-12T03:00:00+02:00 or 2026-05-12T03:00:00Z)"
    ),
    "api,planned,2026-05-12T03:00:00Z,2026-05-12T03:00:00Z,,x": (
        "ends: 2026-05-12T03:00:00Z is not after the start 2026-05-12T03:00:00Z (write a later end)"
    ),
    f"api,planned,{SPAN},2026-03-04T00:00:00Z,x": (
        "announced: 2026-03-04T00:00:00Z lies in the future"
        " (record the window when customers have been told)"
    ),
    "api,planned,2026-05-12T03:00:00Z,9999-12-31T23:59:59-02:00,,x": (
        'ends: "9999-12-31T23:59:59-02:00" is not in the years 2000 to 2199'
        " (write 2026-05-12T03:00:00+02:00)"
    ),
    "api,planned": f"has 2 columns (write 6: {WINDOWS})",
}


async def test_bad_windows_are_named_and_stop_nothing_else(
    known: asyncpg.Pool, tmp_path: Path
) -> None:
    path = write(tmp_path, *BAD_WINDOWS, f"api,security,{SPAN},,x")
    imported = await import_maintenance(known, path, NOW, by="ana")
    problems = [f"{path}:{n}: {told}" for n, told in enumerate(BAD_WINDOWS.values(), start=2)]

    assert imported == Imported(rows=1, new=1, refused=len(BAD_WINDOWS), problems=tuple(problems))
