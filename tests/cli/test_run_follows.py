"""`vigie run` as a process whose catalogue changes under it."""

import json
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from tests.cli.processes import CATALOGUE, Asked, Target, Vigie, a_target, lay_out, until, vigie

LISTEN = ("--listen", "127.0.0.1:0")
MORE = (
    "      - {{key: three, http: 'http://127.0.0.1:{port}/three', every: 1s,"
    " timeout: 400ms, retries: []}}\n"
)


def write(folder: Path, text: str, name: str = "shop.yaml") -> None:
    (folder / "probes" / name).write_text(text, encoding="utf-8")


async def healthz(running: Vigie) -> tuple[int, dict[str, Any]]:
    await until(lambda: bool(running.said))
    url = json.loads(running.said[0])["healthz"]
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.json()


def catalogue(target: Target, more: str = "") -> str:
    return (CATALOGUE + more).format(port=target.port)


WATCHED = (
    "select s.key, e.key from fact.service_endpoint as m join fact.service as s using (service_id)"
    " join fact.endpoint as e using (endpoint_id) where upper_inf(m.during) order by 1, 2"
)
MEASURED = (
    "select distinct e.key from fact.result join fact.endpoint as e using (endpoint_id) order by 1"
)


async def test_an_edited_file_is_taken_over_without_a_restart(
    database: str, tmp_path: Path
) -> None:
    asked = Asked(database)
    async with a_target() as target:
        lay_out(tmp_path, target)
        async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
            await asked.becomes(MEASURED, ("one",), ("two",))
            write(tmp_path, catalogue(target, MORE))
            await asked.becomes(MEASURED, ("one",), ("three",), ("two",))
            await asked.becomes(WATCHED, ("shop", "one"), ("shop", "three"), ("shop", "two"))
            status = await running.end()

    assert status == 0


async def test_a_broken_file_is_told_and_leaves_the_old_one_running(
    database: str, tmp_path: Path
) -> None:
    asked = Asked(database)
    async with a_target() as target:
        lay_out(tmp_path, target)
        async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
            await asked.becomes(MEASURED, ("one",), ("two",))
            write(tmp_path, catalogue(target, MORE.replace("every", "evry")))
            await until(lambda: any("catalogue: refused" in line for line in running.said))
            broken, before = await healthz(running), target.answered
            await until(lambda: target.answered >= before + 4)
            write(tmp_path, catalogue(target, MORE))
            await asked.becomes(MEASURED, ("one",), ("three",), ("two",))
            mended = await healthz(running)
            await running.end()

    column = len(f"      - {{key: three, http: 'http://127.0.0.1:{target.port}/three', ") + 1
    place = f"probes/shop.yaml:9:{column}: services[0].endpoints[2].evry"
    problem = f'{place}: "evry" is not a known key (write every)'
    told = [json.loads(line) for line in running.said if "catalogue: refused" in line]
    assert [one["problem"] for one in told] == [problem]
    assert (broken[0], broken[1]["catalogue"]) == (200, [problem])
    assert (mended[0], mended[1]["catalogue"]) == (200, [])


async def test_sighup_reads_the_files_again(database: str, tmp_path: Path) -> None:
    async with a_target() as target:
        lay_out(tmp_path, target)
        async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
            await until(lambda: any('"catalogue"' in line for line in running.said))
            running.process.send_signal(signal.SIGHUP)
            await until(lambda: any("read again and in force" in line for line in running.said))
            before = target.answered
            await until(lambda: target.answered >= before + 4)
            status = await running.end()

    assert status == 0


async def test_renamed_and_moved_endpoints_keep_their_history(
    database: str, tmp_path: Path
) -> None:
    """Another name, another file, another service: the key is the same, and so is the past."""
    asked = Asked(database)
    async with a_target() as target:
        lay_out(tmp_path, target)
        async with vigie("run", *LISTEN, folder=tmp_path, database=database) as running:
            await asked.becomes(MEASURED, ("one",), ("two",))
            [(before,)] = await asked.rows("select min(at) from fact.result")
            one, two = catalogue(target).splitlines()[-2:]
            head = "services:\n  - key: {}\n    name: {}\n    allow: [loopback]\n    endpoints:\n"
            write(tmp_path, head.format("shop", "The shop") + one + "\n")
            write(tmp_path, head.format("till", "The till") + two + "\n", "till.yaml")
            await asked.becomes(WATCHED, ("shop", "one"), ("till", "two"))
            since = target.answered
            await until(lambda: target.answered >= since + 4)
            status = await running.end()

    assert status == 0
    assert await asked.rows("select key, name from fact.service order by 1") == [
        ("shop", "The shop"),
        ("till", "The till"),
    ]
    history = (
        "select key, min(at), count(*) from fact.result join fact.endpoint using (endpoint_id)"
        " group by 1 order by 1"
    )
    rows = await asked.rows(history)
    assert [key for key, _, _ in rows] == ["one", "two"]
    assert all(first < before + timedelta(seconds=1) for _, first, _ in rows)
    assert sum(results for _, _, results in rows) == target.answered
    steps = "select at - lag(at) over (partition by endpoint_id order by at) from fact.result"
    assert {step for (step,) in await asked.rows(steps) if step} == {timedelta(seconds=1)}
