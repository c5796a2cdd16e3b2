"""What happens to slots and flights when the targets of a running agent change."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from tests.probing.shop import OK, UNAVAILABLE, Script, Street, answers
from tests.probing.slots import MS, ms, target, until

from vigie.probing import Outcome, Result, Target, offset_ms, run_agent
from vigie.probing.agent import Agent
from vigie.probing.flights import Flights
from vigie.probing.watch import EPOCH

HOUR = 3_600_000


@dataclass
class Running:
    """An agent at work."""

    results: list[Result] = field(default_factory=list)
    changes: asyncio.Queue[Sequence[Target]] = field(default_factory=asyncio.Queue)

    def to(self, *targets: Target) -> None:
        self.changes.put_nowait(targets)

    def of(self, key: str) -> list[Result]:
        return [result for result in self.results if result.endpoint == key]

    def answered(self, key: str) -> int:
        return len([result for result in self.of(key) if result.attempts])


@asynccontextmanager
async def running(*targets: Target) -> AsyncIterator[Running]:
    """Run an agent inside the block; its results are complete after the block."""
    run, stop = Running(), asyncio.Event()
    agent = asyncio.create_task(
        run_agent(
            targets, location="main", record=run.results.append, stop=stop, changes=run.changes
        )
    )
    try:
        yield run
    finally:
        stop.set()
        await agent


def gaps(results: Iterable[Result]) -> set[int]:
    return {after - before for before, after in pairwise(map(ms, results))}


class Gate:
    """A shop that answers when it is told to."""

    def __init__(self) -> None:
        self.visits = 0
        self.opened = asyncio.Event()

    async def script(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        await self.opened.wait()
        await answers(OK)(reader, writer)


def counting(script: Script, visits: list[str], name: str) -> Script:
    async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append(name)
        await script(reader, writer)

    return counted


async def test_an_added_endpoint_is_probed_and_disturbs_no_other(street: Street) -> None:
    old = target(await street.open(answers(OK)), key="old")
    new = target(await street.open(answers(OK)), key="new")
    async with running(old) as run:
        await until(lambda: run.answered("old") >= 3)
        assert run.of("new") == []
        run.to(old, new)
        await until(lambda: run.answered("new") >= 4)

    assert {100} == gaps(run.of("old")) == gaps(run.of("new"))
    assert {offset_ms("new", 100)} == {ms(result) % 100 for result in run.of("new")}


async def test_a_removed_endpoint_is_probed_no_more(street: Street) -> None:
    stays = target(await street.open(answers(OK)), key="stays")
    leaves = target(await street.open(answers(OK)), key="leaves")
    async with running(stays, leaves) as run:
        await until(lambda: run.answered("leaves") >= 3)
        run.to(stays)
        await until(run.changes.empty)
        before = len(run.of("stays"))
        await until(lambda: len(run.of("stays")) >= before + 5)

    last = max(map(ms, run.of("leaves")))
    assert max(map(ms, run.of("stays"))) - last >= 400
    assert {100} == gaps(run.of("stays"))


async def test_the_flight_of_a_removed_endpoint_is_recorded(street: Street) -> None:
    gate = Gate()
    leaves = target(await street.open(gate.script), key="leaves", timeout="5s")
    stays = target(await street.open(answers(OK)), key="stays")
    async with running(leaves, stays) as run:
        await until(lambda: gate.visits == 1)
        run.to(stays)
        await until(run.changes.empty)
        assert run.of("leaves") == []
        gate.opened.set()
        await until(lambda: run.of("leaves") != [])
        before = len(run.of("stays"))
        await until(lambda: len(run.of("stays")) >= before + 3)

    assert [Outcome.UP] == [result.outcome for result in run.of("leaves")]
    assert gate.visits == 1


async def test_an_endpoint_that_comes_back_during_its_last_flight_has_one_flight(
    street: Street,
) -> None:
    gate, visits = Gate(), list[str]()
    old = target(await street.open(gate.script), key="api", timeout="5s")
    new = target(await street.open(counting(answers(OK), visits, "new")), key="api")
    other = target(await street.open(answers(OK)), key="other")
    async with running(old, other) as run:
        await until(lambda: gate.visits == 1)
        run.to(other)
        run.to(other, new)
        await until(run.changes.empty)
        before = len(run.of("other"))
        await until(lambda: len(run.of("other")) >= before + 4)
        assert visits == []
        gate.opened.set()
        await until(lambda: len(visits) >= 2)

    slots = list(map(ms, run.of("api")))
    assert slots == sorted(set(slots))
    assert gate.visits == 1


async def test_a_changed_endpoint_loses_and_doubles_no_slot(street: Street) -> None:
    """Whenever the change comes: before the slot, in its flight, or just after."""
    visits: list[str] = []
    urls = [await street.open(counting(answers(OK), visits, name)) for name in ("one", "two")]
    async with running(target(urls[0])) as run:
        for turn in range(1, 13):
            await until(lambda turn=turn: len(run.of("api")) >= 2 * turn)  # type: ignore[misc]
            await asyncio.sleep(turn * 0.009)  # a twelfth of a slot later each time
            run.to(target(urls[turn % 2]))
        await until(lambda: run.answered("api") >= 27)

    assert {100} == gaps(run.of("api"))
    assert len(visits) == run.answered("api")
    assert {"one", "two"} == set(visits)
    # A busy machine may miss a slot now and then; the changes, twelve of them, may not.
    assert len(run.of("api")) - run.answered("api") < 12


async def test_a_slot_whose_timer_is_late_goes_to_the_changed_endpoint(street: Street) -> None:
    visits, results = list[str](), list[Result]()
    urls = [await street.open(counting(answers(OK), visits, name)) for name in ("one", "two")]
    agent = Agent(Flights("main", results.append))
    await agent.retarget([target(urls[0])])
    await until(lambda: len(results) >= 2)
    await asyncio.sleep(0.03)  # it has landed, and the timer of the next slot is set
    _pass(results[-1].at + timedelta(milliseconds=110))
    await agent.retarget([target(urls[1])])
    await until(lambda: len(results) >= 4)
    await agent.close(timedelta(seconds=5))

    assert {100} == gaps(results)
    assert ["one", "one", "two", "two"] == visits[:4]


def _pass(instant: datetime) -> None:
    """Block the loop until *instant*: no timer is looked at."""
    while datetime.now(UTC) < instant:
        pass


async def test_slots_of_an_interval_that_came_later_were_not_missed(street: Street) -> None:
    """An hourly endpoint answers slowly; made a fast one, it owes nothing for the time before."""
    gate = Gate()
    now = (datetime.now(UTC) - EPOCH) // MS
    key = next(f"k{n}" for n in range(10**6) if 200 < (offset_ms(f"k{n}", HOUR) - now) % HOUR < 700)
    url = await street.open(gate.script)
    other = target(await street.open(answers(OK)), key="other")
    async with running(target(url, key=key, every="1h", timeout="10s"), other) as run:
        await until(lambda: gate.visits == 1)
        before = len(run.of("other"))
        await until(lambda: len(run.of("other")) >= before + 4)
        changed = ms(run.of("other")[-1])
        run.to(target(url, key=key), other)
        await until(run.changes.empty)
        gate.opened.set()
        await until(lambda: len(run.of(key)) >= 3)

    slots = list(map(ms, run.of(key)))
    assert changed <= slots[1]
    assert slots == sorted(set(slots))


async def test_an_unchanged_endpoint_keeps_its_edge(street: Street) -> None:
    """It is down: the extra slots go on through any number of changes of others."""
    spec = {"every": "800ms", "edge_every": "100ms", "retries": ()}
    down = target(await street.open(answers(UNAVAILABLE)), key="down", **spec)
    url = await street.open(answers(OK))
    async with running(down) as run:
        await until(lambda: len(run.of("down")) >= 2)
        for turn in range(10):
            run.to(down, target(url, key=f"other-{turn}"))
            before = len(run.of("down"))
            await until(lambda before=before: len(run.of("down")) > before)  # type: ignore[misc]

    assert {100} == gaps(run.of("down"))


async def test_a_changed_endpoint_forgets_its_edge(street: Street) -> None:
    """What another address said is no reason to look closely at this one."""
    spec = {"every": "800ms", "edge_every": "100ms", "retries": ()}
    old = target(await street.open(answers(UNAVAILABLE)), **spec)
    new = target(await street.open(answers(OK)), **spec)
    async with running(old) as run:
        await until(lambda: len(run.of("api")) >= 3)
        run.to(new)
        await until(lambda: len([r for r in run.of("api") if r.outcome is Outcome.UP]) >= 2)

    ups = [result for result in run.of("api") if result.outcome is Outcome.UP]
    assert {offset_ms("api", 800)} == {ms(result) % 800 for result in ups[-2:]}
    assert 800 == ms(ups[-1]) - ms(ups[-2])


@pytest.mark.parametrize(("before", "after"), [("1h", "100ms"), ("100ms", "1h")])
async def test_another_interval_begins_with_the_next_slot_of_its_grid(
    street: Street, before: str, after: str
) -> None:
    """An hour at once is no burst of missed slots, and nothing waits for the end of the hour."""
    url = await street.open(answers(OK))
    other = target(await street.open(answers(OK)), key="other")
    async with running(target(url, every=before), other) as run:
        await until(lambda: run.answered("other") >= 3)
        begun = len(run.of("api"))
        run.to(target(url, every=after), other)
        await until(run.changes.empty)
        since = len(run.of("other"))
        await until(lambda: len(run.of("other")) >= since + 5)

    slots = list(map(ms, run.of("api")[begun:]))
    assert all(result.attempts for result in run.of("api"))
    assert (len(slots) >= 4) == (after == "100ms")
    assert len(slots) >= 4 or len(slots) <= 1  # one was under way


async def test_what_goes_to_another_location_is_not_probed_here(street: Street) -> None:
    url = await street.open(answers(OK))
    here = target(url, key="here")
    async with running(here, target(url, key="moves", locations=["main"])) as run:
        await until(lambda: run.answered("moves") >= 2)
        run.to(here, target(url, key="moves", locations=["paris"]))
        await until(run.changes.empty)
        moved = len(run.of("here"))
        await until(lambda: len(run.of("here")) >= moved + 4)

    assert max(map(ms, run.of("here"))) - max(map(ms, run.of("moves"))) >= 300


async def test_what_stays_is_looked_at_no_more() -> None:
    """A full collection over 50,000 endpoints held up every slot for a third of a second."""
    before = gc.get_freeze_count()
    agent = Agent(Flights("paris", lambda _: None))
    await agent.retarget([])
    await agent.close(timedelta(0))

    assert gc.get_freeze_count() > before
