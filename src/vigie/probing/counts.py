"""What an agent has done since it began, in plain integers: counting must cost nothing.

By kind and outcome, never by endpoint: with 100,000 of them nobody could read it.
"""

from bisect import bisect_left
from collections.abc import Sequence

from vigie.probing.result import Outcome, Result

MS = 1_000
# Upper bounds in microseconds, included.
LAG_US = tuple(n * MS for n in (1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 15_000))
DURATION_US = tuple(
    n * MS for n in (1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000)
)


class Histogram:
    """How many values fell into each bucket, and their sum."""

    def __init__(self, bounds: Sequence[int]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)  # the last: above every bound
        self.sum = 0

    def add(self, value: int) -> None:
        """Count *value*."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value


class Counts:
    """The counts of one agent."""

    def __init__(self) -> None:
        self.endpoints = 0  # probed now
        self.flights = 0  # slots under way now
        self.run = 0  # slots with an attempt, those between the regular ones included
        self.missed = 0  # regular slots that could not begin before the next one
        self.results: dict[tuple[str, Outcome], int] = {}  # by kind and outcome
        self.lag = Histogram(LAG_US)  # slot to first attempt
        self.duration: dict[str, Histogram] = {}  # of each attempt, by kind

    @property
    def due(self) -> int:
        """Slots whose time has come and that are over; with flights it could go back."""
        return self.run + self.missed

    def note(self, kind: str, result: Result) -> None:
        """Count *result* of an endpoint of *kind*."""
        key = (kind, result.outcome)
        self.results[key] = self.results.get(key, 0) + 1
        if result.lag_us is None:
            self.missed += 1
            return
        self.run += 1
        self.lag.add(result.lag_us)
        duration = self.duration.get(kind)
        if duration is None:
            duration = self.duration[kind] = Histogram(DURATION_US)
        for attempt in result.attempts:
            duration.add(attempt.duration_us)
