"""One endpoint in time: each slot is started once, or recorded as missed.

Which slot to start is decided from the wall clock whenever an endpoint is free, so nothing
drifts and nothing is caught up: the newest slot that is due is started, however late, and the
regular ones that it overtook are recorded as missed. While the endpoint is on its edge (down,
or just changed) there are extra slots in between; an overtaken extra slot leaves no trace, and
an extra slot stands in for the regular one that it overtook.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic

from vigie import clock
from vigie.catalogue import Endpoint
from vigie.probing.attempt import result_of, run_slot
from vigie.probing.flights import Flights
from vigie.probing.kinds import Kind, kind_of
from vigie.probing.result import Attempt, Outcome
from vigie.probing.schedule import next_slot, offset_ms, slot_at
from vigie.probing.target import Target

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
CALM = 2  # equal results in a row after a change, then the edge is over
ASLEEP_MS = 5_000  # a timer so late was not late: the process did not run
MISSED_AT_MOST = 60  # rows after a long sleep; the slots before have no row, and are unknown too


class Watch:
    """One endpoint: which slot is next, and whether it is on its edge."""

    def __init__(self, target: Target, flights: Flights) -> None:
        self._flights = flights
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
        self._flights.fly(flight, self._land)

    def _land(self) -> None:
        self._flying = False
        self._turn(_now_ms())

    async def _fly(self, slot: int, until: int, *, regular: bool) -> None:
        target, kind = self._target, self._kind  # they may change meanwhile
        began, flights = monotonic(), self._flights
        result = await run_slot(
            target.endpoint,
            _instant(slot),
            location=flights.location,
            until=_instant(until),
            probe=partial(_probe, kind, target),
            gate=flights.failing_gate if self._outcome is Outcome.DOWN else flights.gate,
            retry_gate=flights.failing_gate,
        )
        if result.attempts and result.outcome is not Outcome.UP:
            again = self._outcome is Outcome.DOWN
            result = await flights.judge(flights.awake.doubt(result, began), again=again)
        if result.attempts and target is self._target:
            self._note(result.outcome)
        if result.attempts or regular:
            flights.record(result, kind.name)

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
        self._flights.counts.missed += max(0, len(slots) - MISSED_AT_MOST)
        for slot in slots[-MISSED_AT_MOST:]:
            if self._is_active(slot):
                key, location = self._target.endpoint.key, self._flights.location
                missed = result_of(key, location, _instant(slot), ())
                self._flights.record(missed, self._kind.name)

    def _is_active(self, slot: int) -> bool:
        since = self._target.endpoint.since
        return not self._is_over(slot) and (since is None or _instant(slot) >= since)

    def _is_over(self, slot: int) -> bool:
        until = self._target.endpoint.until
        return until is not None and _instant(slot) >= until


async def _probe(kind: Kind, target: Target, number: int) -> Attempt:
    return await kind.probe(target.endpoint, number=number, allow=target.allow)


def _grid(endpoint: Endpoint, every: timedelta) -> tuple[int, int]:
    every_ms = every // MILLISECOND
    return every_ms, offset_ms(endpoint.key, every_ms)


def _now_ms() -> int:
    return (clock.now() - EPOCH) // MILLISECOND


def _instant(ms: int) -> datetime:
    return EPOCH + ms * MILLISECOND
