"""Workers: one bad document stops no other, nothing leaks, and templates meet their limits."""

import re
from functools import partial
from pathlib import Path

import pytest
from tests.reporting import drawings

from vigie.errors import ReportError
from vigie.reporting.drawing.workers import Job, Worker, draw, draw_many

MIB = 2**20
LIGHT = ("tests.reporting.drawings",)  # they draw nothing


def descriptors() -> set[Path]:
    return set(Path("/proc/self/fd").iterdir())


def test_a_bad_document_stops_no_other() -> None:
    jobs: list[Job] = [
        partial(drawings.said, "first"),
        drawings.refused,
        drawings.killed,
        drawings.endless,
        drawings.greedy,
        drawings.broken,
        partial(drawings.said, "last"),
    ]
    list(draw_many(jobs[:1], libraries=LIGHT))  # it starts the tracker of multiprocessing
    before = descriptors()
    drawn = draw_many(iter(jobs), timeout=4, memory=256 * MIB, libraries=LIGHT)
    found = {one.number: one for one in drawn}

    assert before == descriptors()
    assert {0: b"first", 6: b"last"} == {n: one.pdf for n, one in found.items() if one.pdf}
    assert {
        1: "reports/templates/x.html:3: no such thing (correct the template)",
        2: "the process that drew the document ended with SIGKILL; "
        "a document may take 256 MiB of memory (correct the template)",
        3: "the document took longer than 4 s (correct the template)",
        4: "a document may take 256 MiB of memory (correct the template)",
        5: "a defect: KeyError: 'a defect'",
    } == {n: one.error for n, one in found.items() if one.error}


def test_a_worker_gives_way_to_a_new_one_after_its_documents() -> None:
    drawn = draw_many([drawings.who] * 5, processes=1, documents=2, libraries=LIGHT)
    found = [one.content() for one in drawn]

    assert [2, 2, 1] == [found.count(who) for who in dict.fromkeys(found)]


def test_who_stops_listening_leaves_no_process() -> None:
    worker = Worker(timeout=60, memory=256 * MIB, libraries=LIGHT)
    process = worker._process
    worker.give(0, drawings.endless)
    worker.close()

    with pytest.raises(ValueError, match="closed"):
        process.is_alive()


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


def test_a_template_that_means_harm_ends_in_one_line() -> None:
    pages = [f"<html lang=en><title>x</title>{page}" for page in HARM]
    jobs = [
        partial(drawings.with_template, {"templates/monthly/report.html": page}) for page in pages
    ]
    found = {one.number: one for one in draw_many(jobs, timeout=5, memory=256 * MIB)}
    told = {page: found[n].error or "nothing" for n, page in enumerate(HARM)}

    assert {} == {page: told[page] for page, why in HARM.items() if not re.search(why, told[page])}
    assert not [line for line in told.values() if "\n" in line or "root:" in line]


async def test_one_document_is_drawn_apart_and_its_error_is_ours() -> None:
    drawn = await draw(partial(drawings.of_customer, "Acme"))

    assert drawn.startswith(b"%PDF-1.7")
    with pytest.raises(ReportError, match=r"x\.html:3: no such thing"):
        await draw(drawings.refused)
