"""`vigie run` as the process that it is: what it measured is never lost."""

import asyncio
import json
import signal
from pathlib import Path

import aiohttp
import asyncpg
from tests.cli.processes import Wire, a_target, lay_out, spooled, until, vigie
from tests.storing.full import largest_file

LISTEN = ("--listen", "127.0.0.1:0")


async def stored(database: str) -> int:
    """How many results of a first attempt the database holds."""
    connection = await asyncpg.connect(database)
    count: int = await connection.fetchval(
        "select count(*) from fact.result where attempts = 1 and outcome = 'up'"
    )
    await connection.close()
    return count


async def test_sigterm_ends_it_and_every_result_is_stored(database: str, tmp_path: Path) -> None:
    async with a_target() as target:
        lay_out(tmp_path, target)
        async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
            await until(lambda: target.answered >= 6)
            status = await running.end()

    assert (status, await stored(database)) == (0, target.answered)
    assert spooled(tmp_path) == []


async def test_ctrl_c_ends_it_as_orderly(database: str, tmp_path: Path) -> None:
    async with a_target() as target:
        lay_out(tmp_path, target)
        async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
            await until(lambda: target.answered >= 2)
            status = await running.end(signal.SIGINT)

    assert (status, await stored(database)) == (0, target.answered)


async def test_what_an_earlier_process_left_is_shipped_by_one_that_stops_at_once(
    database: str, tmp_path: Path
) -> None:
    wire = Wire(database)
    await wire.join()
    await wire.cut()
    async with a_target() as target:
        lay_out(tmp_path, target)
        async with vigie("run", *LISTEN, folder=tmp_path, database=wire.url) as running:
            await until(lambda: target.answered >= 2)
            await running.end()
        async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
            await until(lambda: any('"catalogue"' in line for line in running.said))
            status = await running.end()

    assert (status, await stored(database)) == (0, target.answered)


async def test_after_kill_9_it_goes_on_and_ships_what_it_left(
    database: str, tmp_path: Path
) -> None:
    async with a_target() as target:
        lay_out(tmp_path, target)
        async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
            await until(lambda: target.answered >= 8)
            await running.end(signal.SIGKILL)
        before = target.answered
        async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
            await until(lambda: target.answered >= before + 4)
            status = await running.end()

    # Two endpoints, and half a second until results are on disk.
    assert status == 0
    assert target.answered - 4 <= await stored(database) <= target.answered


async def test_a_database_that_vanishes_costs_no_result(database: str, tmp_path: Path) -> None:
    wire = Wire(database)
    await wire.join()
    async with a_target() as target:
        lay_out(tmp_path, target)
        async with vigie("run", *LISTEN, folder=tmp_path, database=wire.url) as running:
            await until(lambda: target.answered >= 4)
            await wire.cut()
            before = target.answered
            await until(lambda: target.answered >= before + 8)
            await wire.join()
            after = target.answered
            await until(lambda: target.answered >= after + 2)
            status = await running.end()
    await wire.cut()

    assert (status, await stored(database)) == (0, target.answered)


async def test_a_database_that_is_down_at_the_start_is_waited_for(
    database: str, tmp_path: Path
) -> None:
    wire = Wire(database)
    await wire.join()
    await wire.cut()
    async with a_target() as target:
        lay_out(tmp_path, target)
        async with vigie("run", *LISTEN, folder=tmp_path, database=wire.url) as running:
            await until(lambda: target.answered >= 4)
            told = [line for line in running.said if "waiting for the database" in line]
            await wire.join()
            await until(lambda: any('"catalogue"' in line for line in running.said))
            status = await running.end()
    await wire.cut()

    assert len(told) == 1
    assert (status, await stored(database)) == (0, target.answered)


async def test_a_database_that_never_came_leaves_the_results_on_disk(
    database: str, tmp_path: Path
) -> None:
    wire = Wire(database)
    await wire.join()
    await wire.cut()
    async with a_target() as target:
        lay_out(tmp_path, target)
        async with vigie("run", *LISTEN, folder=tmp_path, database=wire.url) as running:
            await until(lambda: target.answered >= 4)
            status = await running.end()

    kept = [line for line in spooled(tmp_path) if '"endpoint"' in line]
    assert (status, len(kept)) == (0, target.answered)


async def test_a_full_disk_is_told_and_costs_no_result(database: str, tmp_path: Path) -> None:
    async with a_target() as target:
        lay_out(tmp_path, target)
        async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
            await until(lambda: target.answered >= 2)
            url = json.loads(running.said[0])["healthz"]
            with largest_file(100, running.process.pid):
                await until(lambda: any("the disk refuses" in line for line in running.said))
                before = target.answered
                await until(lambda: target.answered >= before + 6)
                async with aiohttp.ClientSession() as session, session.get(url) as answer:
                    status, told = answer.status, (await answer.json())["spool"]
            await until(lambda: any("takes results again" in line for line in running.said))
            ended = await running.end()

    assert (ended, await stored(database)) == (0, target.answered)
    assert (status, len(told)) == (200, 1)  # a restart would lose them
    assert "File too large (free the disk" in told[0]
    assert ["do" in json.loads(line) for line in running.said if "disk refuses" in line] == [True]


async def test_healthz_answers_while_it_runs(database: str, tmp_path: Path) -> None:
    async with a_target() as target:
        lay_out(tmp_path, target)
        async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
            await until(lambda: bool(running.said) and target.answered >= 2)
            url = json.loads(running.said[0])["healthz"]
            async with aiohttp.ClientSession() as session, session.get(url) as answer:
                status, body = answer.status, await answer.json()

    assert (status, body["status"]) == (200, "ok")


async def refused(*arguments: str, folder: Path, database: str | None) -> tuple[int, list[str]]:
    async with vigie(*arguments, folder=folder, database=database) as running:
        status = await asyncio.wait_for(running.process.wait(), 30)
        await until(lambda: bool(running.said))
    return status, running.said


async def test_a_wrong_catalogue_starts_nothing(tmp_path: Path) -> None:
    status, said = await refused("run", folder=tmp_path, database=None)

    assert status == 1
    assert said == ["probes: no such folder (write one; `vigie init DIR` starts it)"]
    assert not (tmp_path / ".vigie").exists()


async def test_a_wrong_password_is_said_in_one_line(database: str, tmp_path: Path) -> None:
    wrong = database.replace("//vigie:", "//vigie:wrong")
    async with a_target() as target:
        lay_out(tmp_path, target)
        status, said = await refused("run", *LISTEN, folder=tmp_path, database=wrong)

    assert status == 1
    assert [line for line in said if line.startswith("vigie: ")] == said[-1:]
    assert "Traceback" not in "\n".join(said)


async def test_a_home_that_cannot_be_is_said_in_one_line(tmp_path: Path) -> None:
    async with a_target() as target:
        lay_out(tmp_path, target)
        (tmp_path / ".vigie").write_text("a file", encoding="utf-8")
        status, said = await refused("run", *LISTEN, folder=tmp_path, database=None)

    assert status == 1
    assert said[-1].startswith("vigie: ")
    assert "Traceback" not in "\n".join(said)
