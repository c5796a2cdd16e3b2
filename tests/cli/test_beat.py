"""Applications that call a real `vigie run`."""

import asyncio
import json
import signal
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from tests.cli.processes import DEADLINE_S, Vigie, until, vigie

from vigie.probing.heard import read_heard

LISTEN = ("--listen", "127.0.0.1:0")
SECOND = timedelta(seconds=1)
SLOW, QUICK = "0123456789abcdef-slow", "0123456789abcdef-quick"
CATALOGUE = """
services:
  - key: jobs
    name: Jobs
    endpoints:
      - key: slow
        heartbeat: {period: 1h, grace: 5m, token: '${env:SLOW_BEAT}'}
        every: 1s
      - key: quick
        heartbeat: {period: 2s, grace: 0s, token: '${env:QUICK_BEAT}'}
        every: 1s
"""


@pytest.fixture(autouse=True)
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "probes").mkdir()
    (tmp_path / "probes/jobs.yaml").write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.setenv("SLOW_BEAT", SLOW)
    monkeypatch.setenv("QUICK_BEAT", QUICK)


async def beat(running: Vigie, path: str) -> int:
    await until(lambda: bool(running.said))
    url = json.loads(running.said[0])["healthz"].replace("/healthz", f"/beat/{path}")
    async with aiohttp.ClientSession() as session, session.post(url) as answer:
        return answer.status


async def results(database: str, key: str) -> list[Any]:
    connection = await asyncpg.connect(database)
    try:
        found: list[Any] = await connection.fetch(
            "select r.at, r.outcome::text, r.reason from fact.result as r"
            " join fact.endpoint as e on e.endpoint_id = r.endpoint_id"
            " where e.key = $1 order by r.at",
            key,
        )
        return found
    finally:
        await connection.close()


async def told(database: str, key: str, reason: str) -> None:
    """Wait until a result of *key* is stored with that *reason*."""
    async with asyncio.timeout(DEADLINE_S):
        while all(row["reason"] != reason for row in await results(database, key)):  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.2)


async def test_a_beat_outlives_kill_9_and_silence_is_told_by_its_deadline(
    database: str, tmp_path: Path
) -> None:
    async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
        answered = [await beat(running, SLOW), await beat(running, f"{QUICK}/start")]
        await running.end(signal.SIGKILL)
    async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
        answered.append(await beat(running, QUICK))
        ended = read_heard(tmp_path / ".vigie/beats/quick.json").ended
        assert ended
        async with vigie("test", "slow", folder=tmp_path, database=None) as asked:
            up = await asked.process.wait()
        await told(database, "quick", "late")
        status = await running.end()

    quick = await results(database, "quick")
    downs = [row["at"] for row in quick if row["outcome"] == "down"]
    ups = [row["at"] for row in quick if row["outcome"] == "up"]
    assert (answered, up, status) == ([200, 200, 200], 0, 0)
    assert {row["outcome"] for row in await results(database, "slow")} <= {"up", "unknown"}
    # The deadline lies between the last good slot and the first bad one, a second apart.
    _bracketed(ended + 2 * SECOND, max(ups), min(downs))


def _bracketed(deadline: datetime, last_up: datetime, first_down: datetime) -> None:
    lag = SECOND  # of a slot's probe, on a machine that is busy
    assert last_up <= deadline
    assert first_down + lag > deadline
    assert first_down - last_up <= 2 * SECOND


async def test_a_failure_is_down_and_its_token_is_nowhere(database: str, tmp_path: Path) -> None:
    async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
        assert await beat(running, f"{SLOW}/3") == 200
        await told(database, "slow", "reported")
        connection = await asyncpg.connect(database)
        details = await connection.fetch("select detail from fact.attempt")
        stored = await connection.fetch("select spec::text from fact.endpoint_version")
        await connection.close()
        await running.end()

    said = [row["detail"] for row in details]
    kept = _texts(tmp_path)
    assert any(line.startswith("the application told exit code 3 at ") for line in said)
    for text in [*said, *running.said, *kept, *(row["spec"] for row in stored)]:
        assert SLOW not in text


async def test_an_endpoint_that_is_added_is_listened_for_without_a_restart(
    database: str, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("0123456789abcdef-added\n", encoding="utf-8")
    added = f"""\
      - key: added
        heartbeat: {{period: 1h, token: '${{file:{tmp_path}/token}}'}}
        every: 1s
"""
    async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
        await until(lambda: any('"catalogue"' in line for line in running.said))
        before = await beat(running, "0123456789abcdef-added")
        (tmp_path / "probes/jobs.yaml").write_text(CATALOGUE + added, encoding="utf-8")
        await until(lambda: any("read again and in force" in line for line in running.said))
        after = await beat(running, "0123456789abcdef-added")
        await running.end()

    assert (before, after) == (404, 200)


def _texts(folder: Path) -> list[str]:
    return [file.read_text(errors="replace") for file in folder.rglob("*") if file.is_file()]
