"""The shop of the demonstration, as the process that it is."""

import asyncio
import socket
import sys
from asyncio.subprocess import PIPE
from itertools import pairwise

import aiohttp

from vigie.demo import open_shop
from vigie.demo.script import FAULTS, LASTS, MAINTAINED, WINDOW, happening
from vigie.demo.shop import PORTS, Clock


async def test_every_part_of_the_shop_answers() -> None:
    async with open_shop() as shop, aiohttp.ClientSession() as session:
        for part in PORTS:
            async with session.get(f"http://127.0.0.1:{shop.ports[part]}/health") as answer:
                assert (answer.status, await answer.json()) == (200, {"status": "ok", "part": part})


async def test_two_shops_get_along() -> None:
    async with open_shop() as first, open_shop() as second:
        assert set(first.ports.values()) & set(second.ports.values()) == set()


async def test_the_shop_ends_with_whoever_started_it() -> None:
    code = (
        "import asyncio, os\n"
        "from vigie.demo import open_shop\n"
        "async def main():\n"
        "    async with open_shop() as shop:\n"
        "        print(shop.ports['api'], flush=True)\n"
        "        os._exit(0)\n"  # as after kill -9: nobody says good-bye
        "asyncio.run(main())"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=PIPE)
    told, _ = await process.communicate()

    async with asyncio.timeout(10):
        while _listens(int(told)):  # noqa: ASYNC110 - another process has no event
            await asyncio.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


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
