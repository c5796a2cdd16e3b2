"""Whatever is killed or stopped: no result that was on disk is lost, and no figure moves.

A result is acknowledged once its spool file is complete. The process under test keeps a copy of
each such file; shipped undisturbed into another database, the copies must give the same.
"""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.cli.processes import Target, Vigie, a_target, until, vigie

from vigie import clock
from vigie.cli.following import Following
from vigie.settings import Settings
from vigie.storing import Shipper, apply_catalogue, open_database, roll_up
from vigie.storing.embedded import Embedded

SECOND = timedelta(seconds=1)
SERVICES = ("one", "two")
PROBES = "services:" + "".join(
    f"""
  - key: {key}
    name: {key}
    allow: [loopback]
    endpoints:
      - {{key: {key}-home, http: 'http://127.0.0.1:PORT/', every: 1s, timeout: 900ms, retries: []}}
"""
    for key in SERVICES
)
CONTRACT = """
key: acme
customer: {key: acme, name: Acme SA, language: en, recipients: [sla@acme.example]}
plan: lengow-premium
timezone: Europe/Paris
from: 2020-01-01
services: {essential: [one], other: [two]}
"""

# `vigie run` that copies each spool file after it was acknowledged; the shipper may be faster.
KEEPING = """
from pathlib import Path
from vigie.cli import main
from vigie.storing import spool, spoolfile, spoolline

write = spool._write

def keeping(path, batch):
    write(path, batch)
    spoolfile.write(Path("kept") / path.name, [spoolline.encode(result) for result in batch])

spool._write = keeping
main()
"""


class Place:
    """A user's directory, in which `vigie run` measures."""

    def __init__(self, folder: Path, target: Target) -> None:
        self.folder = folder
        self.home = folder / ".vigie"
        self.kept = folder / "kept"
        for path, text in (
            ("probes/shop.yaml", PROBES.replace("PORT", str(target.port))),
            ("reports/contracts/acme.yaml", CONTRACT),
        ):
            (folder / path).parent.mkdir(parents=True)
            (folder / path).write_text(text, encoding="utf-8")

    def furnish(self, made_home: Path) -> None:
        """Have a database of its own, that need not be made."""
        subprocess.run(["cp", "-a", str(made_home), str(self.home)], check=True)

    @asynccontextmanager
    async def running(self, database: str | None = None) -> AsyncIterator[Vigie]:
        arguments = ("run", "--listen", "127.0.0.1:0")
        async with vigie(
            *arguments, folder=self.folder, database=database, code=KEEPING
        ) as running:
            yield running

    def waiting(self) -> set[str]:
        return {path.name for path in self.home.glob("spool/*.jsonl")}

    def acknowledged(self) -> set[str]:
        return {path.name for path in self.kept.glob("*.jsonl")}

    async def until_shipped(self) -> None:
        """Wait until results that are acknowledged from now on have been shipped."""
        before = self.acknowledged() | self.waiting()
        await until(lambda: len(self.acknowledged() - before - self.waiting()) > 1)

    async def until_waiting(self, files: int) -> None:
        await until(lambda: len(self.waiting()) >= files)

    def keep_what_waits(self) -> None:
        """Copy what a killed process had acknowledged and could not copy any more."""
        for name in self.waiting() - self.acknowledged():
            shutil.copy(self.home / "spool" / name, self.kept)


@pytest.fixture
async def place(folder: Path, tmp_path: Path) -> AsyncIterator[Place]:
    made = folder / tmp_path.name  # where PostgreSQL's user may enter
    async with a_target() as target:
        yield Place(made, target)
    Embedded(made / ".vigie").go()


def kill_server(home: Path) -> None:
    [pid_file] = home.glob("**/postmaster.pid")
    os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)


async def facts(pool: asyncpg.Pool) -> list[tuple[Any, ...]]:
    records = await pool.fetch(
        "select e.key, l.key, to_jsonb(r) - '{endpoint_id,location_id}'::text[], r.at, r.outcome"
        " from fact.result as r join fact.endpoint as e using (endpoint_id)"
        " join fact.location as l using (location_id) order by e.key, r.at"
    )
    return [tuple(record) for record in records]


async def figures(pool: asyncpg.Pool, scope: str, start: datetime, end: datetime) -> dict[str, Any]:
    asked = "select * from sla.availability('acme', $1, tstzrange($2, $3))"
    return dict(await pool.fetchrow(asked, scope, start, end))


async def judge(place: Place, disturbed: str | None, undisturbed: str) -> None:
    """Compare what was stored with the acknowledged results, shipped once and undisturbed."""
    now = clock.now()
    one = open_database(Settings(database_url=disturbed, home=place.home))
    other = open_database(Settings(database_url=undisturbed, home=place.home))
    async with one as pool, other as copy:
        async with copy.acquire() as connection:
            await apply_catalogue(connection, Following(place.folder).catalogue, now)
        await Shipper(place.kept, copy).ship()
        # Figures hold up to a whole second that is over; the last slot must lie before it.
        last: datetime = await copy.fetchval("select max(at) from fact.result")
        await asyncio.sleep(max(0.0, (last + 2 * SECOND - clock.now()).total_seconds()))
        for each in (pool, copy):
            await roll_up(each, clock.now(), settle=timedelta(0))
        assert await facts(pool) == await facts(copy)
        for scope in SERVICES:
            await _judge_service(pool, copy, scope)


async def _judge_service(pool: asyncpg.Pool, copy: asyncpg.Pool, scope: str) -> None:
    found = [(at, outcome) for key, *_, at, outcome in await facts(pool) if key == f"{scope}-home"]
    start, end = found[0][0], found[-1][0] + SECOND
    ours = await figures(pool, scope, start, end)
    slots = (end - start) // SECOND
    up = [at for at, outcome in found if outcome == "up"]

    assert "down" not in {outcome for _, outcome in found}
    assert {(at - start) % SECOND for at in up} == {timedelta(0)}
    assert (ours["up_s"], ours["unknown_s"], ours["unplanned_s"]) == (len(up), slots - len(up), 0)
    assert ours == await figures(copy, scope, start, end)


async def test_kill_9_of_the_agent(place: Place, database: str, second_database: str) -> None:
    async with place.running(database) as running:
        await place.until_shipped()
        await running.end(signal.SIGKILL)
    place.keep_what_waits()
    async with place.running(database) as running:
        await place.until_shipped()
        await running.end()

    await judge(place, database, second_database)


async def test_kill_9_of_the_database(place: Place, made_home: Path, database: str) -> None:
    place.furnish(made_home)
    async with place.running() as running:
        await place.until_shipped()
        await asyncio.to_thread(kill_server, place.home)
        await place.until_shipped()
        status = await running.end()

    assert status == 0
    await judge(place, None, database)


async def test_kill_9_of_both(place: Place, made_home: Path, database: str) -> None:
    place.furnish(made_home)
    async with place.running() as running:
        await place.until_shipped()
        kill_server(place.home)
        await running.end(signal.SIGKILL)
    place.keep_what_waits()
    async with place.running() as running:
        await place.until_shipped()
        await running.end()

    await judge(place, None, database)


async def test_a_database_that_is_stopped_for_a_while(
    place: Place, home: Path, database: str
) -> None:
    server = Embedded(home)
    url = await asyncio.to_thread(server.join)
    try:
        async with place.running(url) as running:
            await place.until_shipped()
            await asyncio.to_thread(server.leave)
            await place.until_waiting(files=8)
            assert url == await asyncio.to_thread(server.join)
            await place.until_shipped()
            status = await running.end()
        await judge(place, url, database)
    finally:
        await asyncio.to_thread(server.leave)

    assert status == 0
    assert place.waiting() == set()
