"""Whether this process ran all the time, or was stopped, asleep, or too busy to see answers come.

A target that answers a stopped process fails in its eyes: what failed then tells nothing.
"""

import asyncio
from collections import deque
from datetime import timedelta
from time import monotonic

from vigie import clock
from vigie.probing.attempt import doubted
from vigie.probing.result import Outcome, Reason, Result
from vigie.probing.trace import GRACE, HELD_UP

BEAT_S = 0.1
REMEMBERED = 100  # times that it was held up; older ones are of flights long over


class Awake:
    """Beats inside the event loop, and remembers when a beat came late or the clock was set."""

    def __init__(self) -> None:
        self._held: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)  # end, seconds
        self._timer: asyncio.TimerHandle | None = None
        self._beat()

    def end(self) -> None:
        """Beat no more."""
        if self._timer:
            self._timer.cancel()

    def doubt(self, result: Result, since: float) -> Result:
        """Return *result*, unknown where it is down and we were held up since *since*."""
        if result.outcome is not Outcome.DOWN:
            return result
        held = timedelta(seconds=self.held_up(since))
        if held <= (HELD_UP if result.reason is Reason.SLOW else GRACE):
            return result
        seconds = held.total_seconds()
        return doubted(result, Reason.DEADLINE, f"the prober was held up for {seconds:.1f} s")

    def held_up(self, since: float) -> float:
        """Return the longest time in seconds for which it was held up since *since* (monotonic)."""
        return max([self._late(), *(seconds for end, seconds in self._held if end > since)])

    def _beat(self) -> None:
        if self._timer and self._late() > BEAT_S:
            self._held.append((monotonic(), self._late()))
        self._monotonic, self._wall = monotonic(), clock.now()
        self._timer = asyncio.get_running_loop().call_later(BEAT_S, self._beat)

    def _late(self) -> float:
        """Return how late the next beat is; the monotonic clock stands still while asleep."""
        passed = (clock.now() - self._wall).total_seconds()
        return max(monotonic() - self._monotonic, abs(passed)) - BEAT_S
