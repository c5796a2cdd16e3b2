"""The shop of the demonstration, as the process that it is."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import aiohttp

from vigie.demo.script import FAULTS, LASTS, MAINTAINED, WINDOW, happening
from vigie.demo.shop import PORTS, Clock


@asynccontextmanager
async def a_shop() -> AsyncIterator[tuple[Process, dict[str, int]]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "vigie.demo.shop", stdin=PIPE, stdout=PIPE
    )
    assert process.stdin
    assert process.stdout
    ports = json.loads(await asyncio.wait_for(process.stdout.readline(), 10))
    try:
        yield process, ports
    finally:
        process.stdin.close()
        await asyncio.wait_for(process.wait(), 10)


async def test_every_part_of_the_shop_answers() -> None:
    async with a_shop() as (_, ports), aiohttp.ClientSession() as session:
        for part in PORTS:
            async with session.get(f"http://127.0.0.1:{ports[part]}/health") as answer:
                assert (answer.status, await answer.json()) == (200, {"status": "ok", "part": part})


async def test_two_shops_get_along() -> None:
    async with a_shop() as (_, first), a_shop() as (_, second):
        assert set(first.values()) & set(second.values()) == set()


async def test_the_shop_ends_with_whoever_started_it() -> None:
    async with a_shop() as (process, _):
        pass

    assert process.returncode == 0


def test_before_the_script_begins_nothing_is_wrong() -> None:
    assert [Clock().fault(part) for part in PORTS] == [None, None, None]


def test_the_script_leaves_time_between_faults_and_at_both_ends() -> None:
    edges = [0.0, *(edge for one in FAULTS for edge in (one.starts, one.ends)), float(LASTS)]

    assert all(after - before >= 3 for before, after in pairwise(edges))


def test_one_fault_lies_inside_maintenance_and_the_others_outside() -> None:
    inside = [one.part for one in FAULTS if WINDOW[0] < one.starts and one.ends < WINDOW[1]]
    outside = [one.part for one in FAULTS if one.ends <= WINDOW[0] or WINDOW[1] <= one.starts]

    assert (inside, outside) == ([MAINTAINED], ["orders", "crawler", "crawler"])


def test_people_are_told_what_to_look_at() -> None:
    assert [happening(0), happening(FAULTS[0].starts)] == [
        "every part of the shop works",
        FAULTS[0].says,
    ]
