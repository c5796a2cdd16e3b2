"""The endpoints of one location, probed until told to stop; they may change meanwhile."""

import asyncio
import gc
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, NoReturn

from vigie.catalogue import Endpoint
from vigie.probing import http
from vigie.probing.counts import Counts
from vigie.probing.flights import Flights, Judging, as_measured
from vigie.probing.result import Result
from vigie.probing.target import Target
from vigie.probing.watch import Watch

OLD_SELDOM = 100  # looks at younger objects for each one at the old; Python has 10
LOT = 100  # endpoints added without a pause


async def run_agent(
    targets: Sequence[Target],
    *,
    location: str,
    record: Callable[[Result], None],
    stop: asyncio.Event,
    changes: asyncio.Queue[Sequence[Target]] | None = None,
    counts: Counts | None = None,
    judge: Judging = as_measured,
    grace: timedelta = timedelta(seconds=15),
) -> None:
    """Probe *targets* from *location* until *stop*, and *record* each result once.

    What comes by *changes* is probed instead of all that came before.
    *counts* is kept up with what happens.
    A result that is not up is judged first, inside its flight: the others do not wait for it.
    After *stop* nothing starts; what is under way is recorded, cut short after *grace*.
    Raises what *record* raised, after the same orderly end.
    """
    http.prepare()
    agent = Agent(Flights(location, record, counts, judge))
    stopping: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
    following = asyncio.create_task(_follow(agent, targets, changes or asyncio.Queue()))
    try:
        ends = (stopping, following, agent.flights.broken)
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        following.cancel()
        await asyncio.wait([following])
        await agent.close(grace)
    for end in (agent.flights.broken, following):
        if end.done() and not end.cancelled():
            end.result()


async def _follow(
    agent: "Agent", targets: Sequence[Target], changes: asyncio.Queue[Sequence[Target]]
) -> NoReturn:
    await agent.retarget(targets)
    while True:
        await agent.retarget(await changes.get())


class Agent:
    """The endpoints probed from one location."""

    def __init__(self, flights: Flights) -> None:
        self.flights = flights
        self._watches: dict[str, Watch] = {}

    async def retarget(self, targets: Sequence[Target]) -> None:
        """Probe *targets* from now on and nothing else; those of other locations are left out.

        What is as it was goes on undisturbed. What left starts nothing more, and what it has
        under way is recorded. What changed keeps its place in time, and forgets its streak.
        """
        wanted = {it.endpoint.key: it for it in targets if self._is_here(it.endpoint)}
        for key in self._watches.keys() - wanted.keys():
            if self._watches[key].end():
                del self._watches[key]
        for number, target in enumerate(wanted.values()):
            self._aim(target)
            if number % LOT == 0:  # what is armed already must not wait for 100,000 others
                await asyncio.sleep(0)
        self.flights.counts.endpoints = len(wanted)
        # What stays for long is looked at no more, and what lasts a minute seldom: a look at the
        # timers of 50,000 endpoints holds up the slots of a quarter of a second.
        gc.freeze()
        gc.set_threshold(*gc.get_threshold()[:2], OLD_SELDOM)

    def _is_here(self, endpoint: Endpoint) -> bool:
        return not endpoint.locations or self.flights.location in endpoint.locations

    def _aim(self, target: Target) -> None:
        key = target.endpoint.key
        watch = self._watches.get(key)
        if watch is None:
            self._watches[key] = watch = Watch(target, self.flights)
            watch.begin()
        elif not watch.is_at(target):
            watch.change(target)

    async def close(self, grace: timedelta) -> None:
        """Start nothing more, and return when every flight is recorded."""
        for watch in self._watches.values():
            watch.end()
        await self.flights.land(grace)
