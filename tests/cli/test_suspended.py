"""`vigie run` stopped and continued: the time between is missed, and nothing was down in it."""

import asyncio
import signal
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import asyncpg
import pytest
from aiohttp import web
from tests.cli import processes
from tests.cli.processes import Target, lay_out, until, vigie

SECOND = timedelta(seconds=1)


class Slow(Target):
    """Takes a third of each second, so that a stopped prober has flights under way."""

    def __init__(self) -> None:
        super().__init__()
        self.flying: Counter[str] = Counter()
        self.most = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.flying[request.path] += 1
        self.most = max(self.most, self.flying[request.path])
        await asyncio.sleep(0.3)
        self.flying[request.path] -= 1
        return await super().answer(request)


async def test_suspended_process_leaves_missed_slots_and_no_false_outage(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "Target", Slow)
    async with processes.a_target() as target:
        assert isinstance(target, Slow)
        lay_out(tmp_path, target)
        listen = ("--listen", "127.0.0.1:0")
        async with vigie("run", *listen, folder=tmp_path, database=database) as running:
            await until(lambda: target.answered >= 4)
            for seconds in (7, 3):
                await until(lambda: sum(target.flying.values()) > 0)
                running.process.send_signal(signal.SIGSTOP)
                await asyncio.sleep(seconds)
                running.process.send_signal(signal.SIGCONT)
                await answers(target, 4)
            status = await running.end()
    rows = await fetch(database)

    assert 0 == status
    assert 1 == target.most
    assert "down" not in {row["outcome"] for row in rows}
    missed = [row for row in rows if row["reason"] == "missed"]
    assert {(0, "unknown")} == {(row["attempts"], row["outcome"]) for row in missed}
    assert 2 * (6 + 1) <= len(missed)
    for endpoint in ("one", "two"):
        slots = [row["at"] for row in rows if row["endpoint"] == endpoint]
        assert {SECOND} == {after - before for before, after in pairwise(slots)}


async def answers(target: Target, number: int) -> None:
    goal = target.answered + number
    await until(lambda: target.answered >= goal)


async def fetch(database: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(database)
    rows = await connection.fetch("select * from sla.result order by endpoint, at")
    await connection.close()
    return list(rows)
