"""Workers: one bad document stops no other, nothing leaks, and templates meet their limits."""

import asyncio
import os
import re
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from tests.reporting import drawings

from vigie.errors import ReportError
from vigie.reporting.drawing.workers import Job, Workers, draw, open_workers

MIB = 2**20
TOO_MUCH = "a document may take 256 MiB of memory (correct the template)"
LIGHT = ("tests.reporting.drawings",)  # they draw nothing


def descriptors() -> set[Path]:
    return set(Path("/proc/self/fd").iterdir())


def held(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def runs(pid: int) -> bool:
    """Whether there is more of a process than its number, which nobody may have asked for yet."""
    said = Path(f"/proc/{pid}/cmdline")
    return said.exists() and said.read_bytes() != b""


async def told(workers: Workers, job: Job) -> str:
    try:
        return (await workers.draw(job)).decode(errors="replace")
    except ReportError as error:
        return f"error: {error}"


async def test_a_bad_document_stops_no_other() -> None:
    jobs: list[Job] = [
        partial(drawings.said, "first"),
        drawings.refused,
        drawings.killed,
        drawings.endless,
        drawings.greedy,
        drawings.broken,
        partial(drawings.said, "last"),
    ]
    async with open_workers(libraries=LIGHT) as workers:
        await workers.draw(jobs[0])  # it starts the tracker of multiprocessing
    before = descriptors()
    async with open_workers(2, timeout=4, memory=256 * MIB, libraries=LIGHT) as workers:
        found = await asyncio.gather(*(told(workers, job) for job in jobs))

    assert before == descriptors()
    assert [
        "first",
        "error: reports/templates/x.html:3: no such thing (correct the template)",
        f"error: the process that drew the document ended with SIGKILL; {TOO_MUCH}",
        "error: the document took longer than 4 s (correct the template)",
        f"error: {TOO_MUCH}",
        "error: a defect: KeyError: 'a defect'",
        "last",
    ] == found


@pytest.mark.parametrize("ending", [drawings.who, drawings.killed])
async def test_what_a_worker_leaves_in_files_goes_with_it(
    ending: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WeasyPrint's folder of fonts outlives a process that is killed."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    async with open_workers(libraries=LIGHT) as workers:
        folder = await workers.draw(drawings.folder)
        assert f"{tmp_path}/" in folder.decode()
        assert held(tmp_path)
        await told(workers, ending)

    assert not held(tmp_path)


STARTER = """
import asyncio, sys, tempfile
from tests.reporting import drawings
from vigie.reporting.drawing.workers import open_workers

async def main():
    tempfile.tempdir = sys.argv[1]
    async with open_workers(libraries=("tests.reporting.drawings",)) as workers:
        print((await workers.draw(drawings.who)).decode())
        print((await workers.draw(drawings.folder)).decode(), flush=True)
        await (asyncio.sleep(60) if sys.argv[2] == "idle" else workers.draw(drawings.endless))

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.parametrize("doing", ["idle", "drawing"])
def test_a_worker_whose_starter_is_killed_ends_and_leaves_nothing(
    tmp_path: Path, doing: str
) -> None:
    program, place = tmp_path / "starter.py", tmp_path / "place"
    program.write_text(STARTER)
    place.mkdir()
    arguments = [sys.executable, str(program), str(place), doing]
    path = os.pathsep.join(sys.path)
    with Popen(arguments, stdout=PIPE, text=True, env=os.environ | {"PYTHONPATH": path}) as starter:
        assert starter.stdout
        pid, folder = int(starter.stdout.readline()), Path(starter.stdout.readline().strip())
        assert folder.is_relative_to(place)
        assert folder.exists()
        starter.kill()
    until = time.monotonic() + 20
    while (held(place) or runs(pid)) and time.monotonic() < until:
        time.sleep(0.05)

    assert not held(place)
    assert not runs(pid)


async def test_a_worker_gives_way_to_a_new_one_after_its_documents() -> None:
    async with open_workers(documents=2, libraries=LIGHT) as workers:
        found = [await workers.draw(drawings.who) for _ in range(5)]

    assert [2, 2, 1] == [found.count(who) for who in dict.fromkeys(found)]


async def test_who_is_interrupted_leaves_no_process() -> None:
    async with open_workers(libraries=LIGHT) as workers:
        pid = int(await workers.draw(drawings.who))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(workers.draw(drawings.endless), 0.2)
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert b"next" == await workers.draw(partial(drawings.said, "next"))


LOOPS = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
SVG = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><title>x</title>{}</svg>"
HARM = {
    "{% set x = 'x' * 9999999999 %}{{ x }}": r"may take 256 MiB of memory",
    "{% for i in range(9999999) %}{% endfor %}": r"report\.html:1: Range too big",
    "{% include '/etc/passwd' %}": r"report\.html:1: .*/etc/passwd",
    "{% include '../../../../etc/passwd' %}": r"report\.html:1: .*/etc/passwd",
    "{% include 'monthly/report.html' %}": r"nested too deeply",
    "{{ ''.__class__.__mro__ }}": r"report\.html:1: .*unsafe",
    "<img src='http://127.0.0.1:9/x.png' alt='x'>": r"disallowed",
    "<link rel=stylesheet href='file:///etc/passwd'>": r"disallowed",
    "<style>@import url(http://127.0.0.1:9/x.css);</style>": r"disallowed",
    "<style>p { background: url(file:///etc/passwd) }</style><p>x": r"disallowed",
    "<style>@font-face { font-family: x; src: url(file:///etc/passwd) }</style>": r"disallowed",
    "<link rel=attachment href='file:///etc/passwd'>": r"disallowed",
    SVG.format("<image href='file:///etc/passwd' width='9' height='9'/>"): r"disallowed",
    LOOPS: r"took longer than 5 s",  # last: it costs a worker
}


async def test_a_template_that_means_harm_ends_in_one_line() -> None:
    pages = [f"<html lang=en><title>x</title>{page}" for page in HARM]
    jobs = [
        partial(drawings.with_template, {"templates/monthly/report.html": page}) for page in pages
    ]
    async with open_workers(2, timeout=5, memory=256 * MIB) as workers:
        said = await asyncio.gather(*(told(workers, job) for job in jobs))
    found = dict(zip(HARM, said, strict=True))

    assert {} == {
        page: found[page] for page, why in HARM.items() if not re.search(why, found[page])
    }
    assert not [line for line in said if "\n" in line or "root:" in line]


async def test_one_document_is_drawn_apart_and_its_error_is_ours() -> None:
    drawn = await draw(partial(drawings.of_customer, "Acme"))

    assert drawn.startswith(b"%PDF-1.7")
    with pytest.raises(ReportError, match=r"x\.html:3: no such thing"):
        await draw(drawings.refused)
