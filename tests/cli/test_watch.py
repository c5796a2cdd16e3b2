"""`vigie watch` as the process that it is."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from tests.cli.processes import DEADLINE_S, a_target, until

from vigie import catalogue, probing


async def start(*arguments: str, folder: Path) -> Process:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("VIGIE_")}
    code = "from vigie.cli import main; main()"
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, *arguments),
        cwd=folder,
        env=environment,
        stdout=PIPE,
        stderr=PIPE,
    )


async def ended(process: Process) -> tuple[int, str, str]:
    said, complained = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    return process.returncode or 0, said.decode(), complained.decode()


async def test_any_url_is_probed_at_once_and_the_figures_are_kept(folder: Path) -> None:
    home = folder / "watch"
    home.mkdir()
    async with a_target() as target:
        url = f"http://127.0.0.1:{target.port}/"
        process = await start("watch", url, "--every", "1s", folder=home)
        await until(lambda: target.answered >= 3)
        process.send_signal(signal.SIGINT)
        status, said, complained = await ended(process)

    assert (status, complained) == (0, "")
    assert f"{url}: up, " in said
    question = next(line for line in said.splitlines() if " sla watch " in line).split()
    status, said, _ = await ended(await start(*question[1:], "--json", folder=home))
    assert status == 0
    assert json.loads(said)["services"] == [
        {"scope": f"127-0-0-1-{target.port}", "percent": "100", "verdict": "not_applicable"}
    ]


async def test_save_writes_a_catalogue_that_check_accepts(folder: Path) -> None:
    home = folder / "save"
    home.mkdir()
    async with a_target() as target:
        url = f"http://127.0.0.1:{target.port}/"
        process = await start("watch", url, "--save", "--every", "1s", folder=home)
        await until(lambda: target.answered >= 1)
        process.send_signal(signal.SIGINT)
        status, said, _ = await ended(process)

    assert status == 0
    assert "vigie run" in said
    (service,) = catalogue.load(home, probing.MODELS).services
    assert service.endpoints[0].model_dump()["http"] == url

    status, _, complained = await ended(await start("watch", url, "--save", folder=home))
    assert (status, complained) == (
        1,
        "vigie: probes/watch.yaml: exists already (move it away, or edit it)\n",
    )


async def test_nothing_to_watch_is_said(tmp_path: Path) -> None:
    status, _, complained = await ended(await start("watch", folder=tmp_path))

    said = "vigie: what should be watched? (write `vigie watch https://example.com`)\n"
    assert (status, complained) == (1, said)


async def test_a_strange_interval_is_said(tmp_path: Path) -> None:
    arguments = ("watch", "http://a.example", "--every")
    told = [
        (await ended(await start(*arguments, every, folder=tmp_path)))[2]
        for every in ("5 min", "0s", "2h")
    ]

    assert told == [
        'vigie: --every: "5 min" is not a duration (write 5m)\n',
        "vigie: --every: 0s is out of range (write 1s to 1h)\n",
        "vigie: --every: 2h is out of range (write 1s to 1h)\n",
    ]
