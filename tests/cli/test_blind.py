"""`vigie run` when its own network is gone, and the database with it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.cli.processes import Wire, a_target, lay_out, until, vigie
from tests.probing.hosts import Town

SECOND = timedelta(seconds=1)


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    made = Town()
    yield made
    made.down()


async def name_references(folder: Path, town: Town) -> None:
    hosts = [await town.host() for _ in range(2)]
    lines = [
        f"  - {{key: r{n}, tcp: '{host.address}:{host.port}', allow: [loopback]}}"
        for n, host in enumerate(hosts)
    ]
    text = "\n".join(["references:", *lines, ""])
    (folder / "probes" / "network.yaml").write_text(text, encoding="utf-8")


async def fetch(database: str, question: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(database)
    rows = await connection.fetch(question)
    await connection.close()
    return [tuple(row) for row in rows]


async def test_what_failed_while_we_were_blind_is_unknown_and_the_span_is_kept(
    database: str, tmp_path: Path, town: Town
) -> None:
    """The network takes the database, the targets and the references with it, and comes back."""
    wire = Wire(database)
    await wire.join()
    async with a_target() as target:
        lay_out(tmp_path, target)
        await name_references(tmp_path, town)
        listen = ("--listen", "127.0.0.1:0")
        async with vigie("run", *listen, folder=tmp_path, database=wire.url) as running:
            await until(lambda: target.answered >= 4)
            town.down()
            await wire.cut()
            target.status = 503
            await until(lambda: any("we are blind" in line for line in running.said))
            failed = target.answered
            await until(lambda: target.answered >= failed + 4)
            target.status = 200
            await town.up()
            await until(lambda: any("we see again" in line for line in running.said))
            await wire.join()
            answered = target.answered
            await until(lambda: target.answered >= answered + 4)
            status = await running.end()
    await wire.cut()
    results = await fetch(
        database,
        "select distinct outcome, reason from sla.result where status is distinct from 200",
    )
    spans = await fetch(database, "select location, ends - starts, why from sla.blind_span")
    attempts = await fetch(
        database, "select detail from sla.attempt where reason = 'network' limit 1"
    )

    assert 0 == status
    assert ("unknown", "network") in results
    assert "down" not in {outcome for outcome, _ in results}
    [(location, length, why)] = spans
    assert ("main", "references that failed: r0, r1") == (location, why)
    assert SECOND < length
    assert [("our network is down; references that failed: r0, r1",)] == attempts
