"""Measure what reports cost: one, a batch beside headless Chromium, a year, and 1,000 contracts.

Run it as `python -m tests.bench.report_speed [DOCUMENTS]` (default 100, of the batch that stands
for 1,000). No database is needed: the figures are made up; `report_batch` measures the whole way
from the results to reports that are kept. Chromium (Debian's `chromium`, where it is installed)
stays open and prints the same HTML, one document after the other, by its own protocol; its start is
not counted, and neither is ours.

Machines differ by a factor of three in how fast Python runs, so a plain document is drawn in turns
with ours: a title and five tables of 31 rows, six pages. The goals in seconds are of a machine that
takes 0.49 s for it, and Chromium, started for it, 0.73 s.
"""

# ruff: noqa: T201 - a program that prints

import asyncio
import base64
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import pypdfium2
import weasyprint
from tests.reporting import samples

from vigie import paths
from vigie.reporting import Figures, make_pdf
from vigie.reporting.drawing.html import to_html
from vigie.reporting.drawing.workers import MEMORY, TIMEOUT_S, Worker, open_workers
from vigie.templating import roots

NOW = datetime(2026, 6, 3, 6, tzinfo=UTC)
NOWHERE = Path("/nonexistent")
QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--allow-file-access-from-files",
)
BATCH = 12  # documents of the comparison, after two that warm both
PLAIN_S = 0.49  # the plain document, on the machine of the goals


def month(number: int = 0) -> Figures:
    """Return a month of ten services and 20 outages, of a customer of its own."""
    busy = samples.busy()
    services = tuple(samples.service(f"s-{n}", f"Service {n}") for n in range(10))
    outages = tuple(
        samples.outage(samples.at(n + 1, "9:0:0"), 60 * (n % 9 + 1), f"s-{n % 10}")
        for n in range(20)
    )
    return replace(
        busy,
        contract=replace(busy.contract, key=f"c-{number}", customer=f"Customer {number}"),
        services=services,
        outages=outages,
        steps=samples.steps(outages),
    )


def year(outages: int = 500) -> Figures:
    """Return a year with so many outages."""
    start, end = datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)
    found = month()
    listed = tuple(
        samples.outage(start + n * timedelta(hours=17), 60 * (n % 9 + 1), f"s-{n % 10}")
        for n in range(outages)
    )
    quiet = samples.seconds(period=86400)
    days = tuple(
        replace(
            found.days[0],
            day=(start + timedelta(days=n, hours=12)).date(),
            starts=start + timedelta(days=n),
            ends=start + timedelta(days=n + 1),
            seconds=quiet,
        )
        for n in range(365)
    )
    period = replace(found.period, kind="year", name="2026", starts=start, ends=end)
    return replace(
        found, period=period, outages=listed, steps=samples.steps(listed), days=days, basis=True
    )


def plain() -> str:
    """Return the HTML of the document that tells how fast this machine draws."""
    cells = ("".join(f"<td>{1000 + row * column}</td>" for column in range(7)) for row in range(31))
    rows = "".join(f"<tr>{row}</tr>" for row in cells)
    head = f"<thead><tr>{'<th>Column</th>' * 7}</tr></thead>"
    tables = (f"<h2>Table {n}</h2><table>{head}{rows}</table>" for n in range(5))
    style = (
        "h2 { break-before: page } table { width: 100%; font: 9pt sans-serif }"
        " td, th { padding: 2pt; border-bottom: 1px solid #ccc }"
    )
    return f"<html lang=en><style>{style}</style><h1>Plain</h1>{''.join(tables)}"


def draw_plain(_: object = None) -> bytes:
    """Draw the plain document."""
    html: Any = weasyprint.HTML  # untyped
    pdf: bytes = html(string=plain()).write_pdf()
    return pdf


def draw(found: Figures) -> bytes:
    """Return the report as workers draw it."""
    return make_pdf(found, directory=NOWHERE, now=NOW, language="en")


def timed(work: Callable[[], object]) -> float:
    """Return seconds on the wall."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def pages(pdf: bytes) -> int:
    """Count the pages."""
    document: Any = pypdfium2.PdfDocument  # untyped
    return len(document(pdf))


def costing(found: Figures | None) -> bytes:
    """Return the seconds of a report, or of the plain document, on the wall and the processor."""
    cpu = time.process_time()
    wall = timed(partial(draw, found) if found else draw_plain)
    return json.dumps((wall, time.process_time() - cpu)).encode()


def told(worker: Worker, found: Figures, says: str, goal: str, runs: int) -> None:
    """Measure one report in a warm worker, in turns with the plain document."""
    taken = [
        [json.loads(worker.draw(partial(costing, one))[0] or b"") for one in (found, None)]
        for _ in range(runs)
    ]
    wall, cpu = (median(pair[0][n] for pair in taken) for n in (0, 1))
    ratio = median(ours[1] / theirs[1] for ours, theirs in taken)
    pdf = draw(found)
    print(
        f"{says}, {pages(pdf)} pages: {wall:.2f} s, of the processor {cpu:.2f} s, "
        f"{len(pdf) / 1000:.0f} kB (goal {goal}); {ratio:.2f} times the plain document, "
        f"so {ratio * PLAIN_S:.2f} s where that takes {PLAIN_S} s"
    )


@contextmanager
def at_work() -> Iterator[Worker]:
    """Give a worker that has drawn two reports."""
    worker = Worker(10 * TIMEOUT_S, MEMORY)
    try:
        for n in range(2):
            worker.draw(partial(draw, month(n)))
        yield worker
    finally:
        worker.close()


def html_for_chromium(found: Figures) -> str:
    """Return the same HTML, its fonts by their files: Chromium knows no `asset:`."""
    html = to_html(found, folders=roots(NOWHERE), now=NOW, language="en")
    return re.sub(r"url\(asset:", f"url({paths.REPORTS.as_uri()}/", html)


@contextmanager
def chromium() -> Iterator[str]:
    """Give the address of an open Chromium's protocol."""
    with tempfile.TemporaryDirectory() as home:
        own = (f"--user-data-dir={home}", "--remote-debugging-port=0", "about:blank")
        process = subprocess.Popen(
            ["chromium", *QUIET, *own],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            yield opened(Path(home) / "DevToolsActivePort")
        finally:
            process.terminate()
            process.wait()


def opened(told: Path) -> str:
    """Wait for the file in which Chromium tells its port."""
    for _ in range(600):
        lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
        if len(lines) == 2:
            return f"http://127.0.0.1:{lines[0]}"
        time.sleep(0.1)
    raise TimeoutError("Chromium did not open")


async def printed(url: str, files: list[Path]) -> tuple[list[float], int]:
    """Return the seconds that Chromium takes for each file, and the bytes of the last."""
    taken, size = [], 0
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/json") as answer:
            page = next(one for one in await answer.json() if one["type"] == "page")
        async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            call = partial(_called, socket)
            await call("Page.enable", wait_for=None)
            for file in files:
                begun = time.perf_counter()
                await call("Page.navigate", wait_for="Page.loadEventFired", url=file.as_uri())
                told = await call("Page.printToPDF", wait_for=None, preferCSSPageSize=True)
                taken.append(time.perf_counter() - begun)
                size = len(base64.b64decode(told["data"]))
    return taken, size


async def _called(
    socket: aiohttp.ClientWebSocketResponse, method: str, *, wait_for: str | None, **params: object
) -> dict[str, str]:
    await socket.send_json({"id": 1, "method": method, "params": params})
    result: dict[str, str] | None = None
    fired = wait_for is None
    while result is None or not fired:
        told = json.loads((await socket.receive()).data)
        fired |= told.get("method") == wait_for
        result = told.get("result", result) if told.get("id") == 1 else result
    return result


def beside_chromium() -> None:
    """Compare a batch, both warm, in turns so that a busy machine hits both."""
    if shutil.which("chromium") is None:
        print("chromium is not installed: not compared")
        return
    figures = [month(n) for n in range(BATCH + 2)]
    with tempfile.TemporaryDirectory() as place, chromium() as url, at_work() as worker:
        ours: list[float] = []
        theirs: list[float] = []
        size = 0
        for n, found in enumerate(figures):
            file = Path(place) / f"{n}.html"
            file.write_text(html_for_chromium(found), encoding="utf-8")
            ours.append(timed(partial(worker.draw, partial(draw, found))))
            taken, size = asyncio.run(printed(url, [file]))
            theirs += taken
    one, other = median(ours[2:]), median(theirs[2:])
    print(
        f"batch of {BATCH}, per document: {one:.2f} s, Chromium (open) {other:.2f} s, "
        f"ratio {one / other:.2f} (goal 0.7); Chromium's file {size / 1000:.0f} kB"
    )


def beside_started_chromium() -> None:
    """Compare with a Chromium that is started for each document, ours and the plain one."""
    if shutil.which("chromium") is None:
        return
    found = month()
    with at_work() as worker:
        for says, html, costs in (
            ("report", html_for_chromium(found), partial(draw, found)),
            ("plain document", plain(), draw_plain),
        ):
            pairs = [
                (timed(partial(worker.draw, costs)), timed(partial(_cold, html))) for _ in range(5)
            ]
            ours, theirs = (median(column) for column in zip(*pairs, strict=True))
            print(
                f"{says}: {ours:.2f} s, Chromium started for it {theirs:.2f} s, "
                f"ratio {median(a / b for a, b in pairs):.2f}"
            )


def both_in_batch(rounds: int = 4, size: int = 6) -> None:
    """Compare batches on all cores: two workers, and two Chromiums at a time, in turns."""
    if shutil.which("chromium") is None:
        return
    html = html_for_chromium(month())
    with at_work() as one, at_work() as other, ThreadPoolExecutor(2) as pool:
        pairs = [
            (
                timed(partial(_in_turns, pool, (one, other), size)),
                timed(lambda: list(pool.map(_cold, [html] * size))),
            )
            for _ in range(rounds)
        ]
    ours, theirs = (median(column) / size for column in zip(*pairs, strict=True))
    print(
        f"batches of {size} on all cores, two at a time, per document: {ours:.2f} s, Chromium "
        f"started for each {theirs:.2f} s, ratio {median(a / b for a, b in pairs):.2f} (goal 0.7)"
    )


def _in_turns(pool: ThreadPoolExecutor, workers: tuple[Worker, ...], size: int) -> None:
    found = [month(number) for number in range(size)]
    halves = [found[n :: len(workers)] for n in range(len(workers))]
    list(pool.map(_drawn, workers, halves))


def _drawn(worker: Worker, found: list[Figures]) -> None:
    for figures in found:
        worker.draw(partial(draw, figures))


def _cold(html: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "x.html"
        file.write_text(html, encoding="utf-8")
        own = (f"--user-data-dir={place}", f"--print-to-pdf={place}/x.pdf", file.as_uri())
        subprocess.run(
            ["chromium", *QUIET, *own],
            check=True,
            capture_output=True,
        )


def drawn_with_memory(number: int) -> bytes:
    """Return what a report and its worker cost, instead of the report."""
    cpu = time.process_time()
    pdf = draw(month(number))
    cpu = time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kibibytes
    now = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024
    open_files = len(list(Path("/proc/self/fd").iterdir()))
    told = {
        "at": time.monotonic(),
        "size": len(pdf),
        "cpu": cpu,
        "peak": peak,
        "now": now,
        "files": open_files,
    }
    return json.dumps(told).encode()


async def drawn_by_two(documents: int) -> list[bytes]:
    """Return what so many documents cost."""
    numbers = iter(range(documents))
    async with open_workers(2, documents=1000) as workers:

        async def work() -> list[bytes]:
            return [await workers.draw(partial(drawn_with_memory, n)) for n in numbers]

        return [one for both in await asyncio.gather(work(), work()) for one in both]


def batch(documents: int) -> None:
    """Draw so many contracts in two workers, and tell what 1,000 take at that rate."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    begun = time.perf_counter()
    drawn = asyncio.run(drawn_by_two(documents))
    told = sorted((json.loads(one) for one in drawn), key=lambda one: one["at"])
    taken = time.perf_counter() - begun
    quarter = max(1, len(told) // 4)
    early, late = (max(one["now"] for one in part) for part in (told[:quarter], told[-quarter:]))
    peak, files = (max(one[name] for one in told) for name in ("peak", "files"))
    leaked = len(list(Path("/proc/self/fd").iterdir())) - before
    cpu = sum(one["cpu"] for one in told)
    print(
        f"{documents} contracts in 2 workers: {taken:.1f} s, so 1,000 in "
        f"{taken / documents * 1000 / 60:.1f} min (goal 15); of the processor {cpu:.1f} s, so on "
        f"two idle cores {cpu / documents * 1000 / 120:.1f} min"
    )
    print(
        f"memory of a worker: {early / 1024:.0f} MiB in the first quarter, {late / 1024:.0f} MiB "
        f"in the last, at most {peak / 1024:.0f} MiB (goal 400); open files of a worker at most "
        f"{files}, of ours {leaked} more"
    )


if __name__ == "__main__":
    with at_work() as one:
        told(one, month(), "one month, 10 services, 20 outages", "1 s, 400 kB", 7)
        told(one, year(), "a year with 500 outages", "6 s", 1)
    beside_chromium()
    beside_started_chromium()
    both_in_batch()
    batch(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
