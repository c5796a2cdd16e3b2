"""Hit the slots of many endpoints, one flight per endpoint at a time.

Which slot to start is decided from the wall clock whenever an endpoint is free, so nothing
drifts and nothing is caught up: the newest slot that is due is started, however late, and the
regular ones that it overtook are recorded as missed. While the endpoint is on its edge (down,
or just changed) there are extra slots in between; an overtaken extra slot leaves no trace, and
an extra slot stands in for the regular one that it overtook.
"""

import asyncio
import resource
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any, NoReturn, Protocol

from vigie import clock
from vigie.catalogue import Endpoint
from vigie.probing import http
from vigie.probing.attempt import result_of, run_slot
from vigie.probing.awake import Awake
from vigie.probing.counts import Counts
from vigie.probing.kinds import Kind, kind_of
from vigie.probing.result import Attempt, Outcome, Result
from vigie.probing.schedule import next_slot, offset_ms, slot_at
from vigie.probing.target import Target

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
CALM = 2  # equal results in a row after a change, then the edge is over
ASLEEP_MS = 5_000  # a timer so late was not late: the process did not run
MISSED_AT_MOST = 60  # rows after a long sleep; the slots before have no row, and are unknown too
FLIGHTS_AT_MOST = 1_000
LOT = 100  # endpoints added without a pause
SPARE_FILES = 200  # descriptors for the database, the spool and the rest


class Judging(Protocol):
    """What a result that is not up passes before it counts."""

    def __call__(self, result: Result, *, again: bool) -> Awaitable[Result]:
        """Return *result*, or what it is after all; *again*: the slot before was down as well."""


async def as_measured(result: Result, *, again: bool) -> Result:  # noqa: ARG001 - it is a Judging
    """Return *result* as it is."""
    return result


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
    agent = Agent(location, record, counts, judge)
    stopping: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
    following = asyncio.create_task(_follow(agent, targets, changes or asyncio.Queue()))
    try:
        ends = (stopping, following, agent.broken)
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        following.cancel()
        await asyncio.wait([following])
        await agent.close(grace)
    for end in (agent.broken, following):
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

    def __init__(
        self,
        location: str,
        record: Callable[[Result], None],
        counts: Counts | None = None,
        judge: Judging = as_measured,
    ) -> None:
        self.location = location
        self.judge = judge
        self.awake = Awake()
        self.counts = counts or Counts()
        self._record = record
        self.gate = asyncio.Semaphore(flights_at_most())  # attempts at the same time
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._watches: dict[str, Watch] = {}
        self._flights: set[asyncio.Task[None]] = set()

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
        self.counts.endpoints = len(wanted)

    def _is_here(self, endpoint: Endpoint) -> bool:
        return not endpoint.locations or self.location in endpoint.locations

    def _aim(self, target: Target) -> None:
        key = target.endpoint.key
        watch = self._watches.get(key)
        if watch is None:
            self._watches[key] = watch = Watch(target, self)
            watch.begin()
        elif not watch.is_at(target):
            watch.change(target)

    def fly(self, flight: asyncio.Task[None], landed: Callable[[], None]) -> None:
        """Keep *flight*, and call *landed* when it is over."""
        self._flights.add(flight)
        self.counts.flights += 1
        flight.add_done_callback(partial(self._landed, landed))

    def _landed(self, landed: Callable[[], None], flight: asyncio.Task[None]) -> None:
        self._flights.discard(flight)
        self.counts.flights -= 1
        error = None if flight.cancelled() else flight.exception()
        if error is None:
            landed()
        else:
            self._break(error)

    def record(self, result: Result, kind: str) -> None:
        """Hand *result* on; when that fails, the agent ends: it must not measure for nothing."""
        self.counts.note(kind, result)
        try:
            self._record(result)
        except Exception as error:  # noqa: BLE001 - run_agent raises it, whatever it is
            self._break(error)

    def _break(self, error: BaseException) -> None:
        if not self.broken.done():
            self.broken.set_exception(error)

    async def close(self, grace: timedelta) -> None:
        """Start nothing more, and return when every flight is recorded."""
        for watch in self._watches.values():
            watch.end()
        if self._flights:
            await asyncio.wait(self._flights, timeout=grace.total_seconds())
        for flight in self._flights:
            flight.cancel()
        if self._flights:
            await asyncio.wait(self._flights)
        self.awake.end()


class Watch:
    """One endpoint: which slot is next, and whether it is on its edge."""

    def __init__(self, target: Target, agent: Agent) -> None:
        self._agent = agent
        self._started = 0  # newest slot that was started or given up
        self._regular = 0  # newest regular slot that is accounted for
        self._due = 0  # the slot that the timer is set for
        self._timer: asyncio.TimerHandle | None = None
        self._flying = False
        self._aim(target)

    def _aim(self, target: Target) -> None:
        self._target = target
        self._kind = kind_of(target.endpoint)
        self._every, self._offset = _grid(target.endpoint, target.endpoint.every)
        self._edge = _grid(target.endpoint, target.endpoint.edge_every)
        self._ended = False
        self._outcome: Outcome | None = None
        self._streak = CALM

    def begin(self) -> None:
        """Wait for the first slot after now: an earlier one may be another process's."""
        now = _now_ms()
        self._skip(now)
        self._wait(now)

    def is_at(self, target: Target) -> bool:
        """Whether *target* is what is probed, in every word."""
        return not self._ended and self._target == target

    def change(self, target: Target) -> None:
        """Probe *target* from the next slot on; what is under way ends as it began, and first."""
        now = _now_ms()
        # Past slots of another grid were never due.
        same = target.endpoint.every == self._target.endpoint.every
        accounted = self._accounted(now) if same else now
        self._disarm()
        self._aim(target)
        self._skip(accounted)
        if not self._flying:
            self._turn(now)

    def _accounted(self, now: int) -> int:
        """Return up to when each slot was started or given up; the timer may be late."""
        if self._flying:
            return self._started
        return min(now, self._due - 1) if self._timer else now

    def end(self) -> bool:
        """Start nothing more; return whether nothing is under way."""
        self._ended = True
        self._disarm()
        return not self._flying

    def _disarm(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = None

    def _wait(self, now: int) -> None:
        """Set the timer for the next slot.

        By the *now* of the decision to wait: a slot between two looks at the clock would be lost.
        """
        self._due = self._next(max(now, self._started))
        self._timer = None
        if self._ended or self._is_over(self._due):
            return
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later((self._due - now) / 1000, self._on_timer)

    def _on_timer(self) -> None:
        now = _now_ms()
        if now - self._due > ASLEEP_MS:
            # Starting everybody's slot now would be a burst, and none of them in its time.
            self._miss(slot_at(now, self._every, self._offset) + self._every)
            self._skip(now)
            self._wait(now)
        else:
            self._turn(now)

    def _turn(self, now: int) -> None:
        """Start the newest slot that is due, or wait for the next one."""
        if now < self._started - self._every:
            self._skip(now)  # the clock was set back: begin again from what it says now
        slot = self._newest(now)
        if self._ended:
            return
        if slot > self._started and self._is_active(slot):
            self._start(slot)
        else:
            self._wait(now)

    def _start(self, slot: int) -> None:
        self._miss(slot_at(slot, self._every, self._offset))
        self._skip(slot)
        regular = slot == self._regular
        until = self._regular + self._every if regular else self._next(slot)
        flight = asyncio.get_running_loop().create_task(self._fly(slot, until, regular=regular))
        self._flying = True
        self._agent.fly(flight, self._land)

    def _land(self) -> None:
        self._flying = False
        self._turn(_now_ms())

    async def _fly(self, slot: int, until: int, *, regular: bool) -> None:
        target, kind = self._target, self._kind  # they may change meanwhile
        began = monotonic()
        result = await run_slot(
            target.endpoint,
            _instant(slot),
            location=self._agent.location,
            until=_instant(until),
            probe=partial(_probe, kind, target),
            gate=self._agent.gate,
        )
        if result.attempts and result.outcome is not Outcome.UP:
            again = self._outcome is Outcome.DOWN
            result = await self._agent.judge(self._agent.awake.doubt(result, began), again=again)
        if result.attempts and target is self._target:
            self._note(result.outcome)
        if result.attempts or regular:
            self._agent.record(result, kind.name)

    def _note(self, outcome: Outcome) -> None:
        changed = self._outcome is not None and outcome is not self._outcome
        self._streak = 1 if changed else self._streak + 1
        self._outcome = outcome

    def _on_edge(self) -> bool:
        return self._edge[0] < self._every and (
            self._outcome is Outcome.DOWN or self._streak < CALM
        )

    def _newest(self, now: int) -> int:
        slot = slot_at(now, self._every, self._offset)
        return max(slot, slot_at(now, *self._edge)) if self._on_edge() else slot

    def _next(self, now: int) -> int:
        slot = next_slot(now, self._every, self._offset)
        return min(slot, next_slot(now, *self._edge)) if self._on_edge() else slot

    def _skip(self, now: int) -> None:
        """Take every slot up to *now* as accounted for."""
        self._started = now
        self._regular = slot_at(now, self._every, self._offset)

    def _miss(self, before: int) -> None:
        """Record the regular slots between the last accounted one and *before* as missed."""
        slots = range(self._regular + self._every, before, self._every)
        self._agent.counts.missed += max(0, len(slots) - MISSED_AT_MOST)
        for slot in slots[-MISSED_AT_MOST:]:
            if self._is_active(slot):
                key, location = self._target.endpoint.key, self._agent.location
                missed = result_of(key, location, _instant(slot), ())
                self._agent.record(missed, self._kind.name)

    def _is_active(self, slot: int) -> bool:
        since = self._target.endpoint.since
        return not self._is_over(slot) and (since is None or _instant(slot) >= since)

    def _is_over(self, slot: int) -> bool:
        until = self._target.endpoint.until
        return until is not None and _instant(slot) >= until


async def _probe(kind: Kind, target: Target, number: int) -> Attempt:
    return await kind.probe(target.endpoint, number=number, allow=target.allow)


def flights_at_most() -> int:
    """Return how many attempts may be under way: within the files this process may open."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(10, min(FLIGHTS_AT_MOST, files - SPARE_FILES))


def _grid(endpoint: Endpoint, every: timedelta) -> tuple[int, int]:
    every_ms = every // MILLISECOND
    return every_ms, offset_ms(endpoint.key, every_ms)


def _now_ms() -> int:
    return (clock.now() - EPOCH) // MILLISECOND


def _instant(ms: int) -> datetime:
    return EPOCH + ms * MILLISECOND
