"""What is under way: attempts within the files we may open, and one result of each flight."""

import asyncio
import resource
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Protocol

from vigie.probing.awake import Awake
from vigie.probing.counts import Counts
from vigie.probing.result import Result

FLIGHTS_AT_MOST = 1_000  # more would only wait for the processor
# They wait for their timeouts and cost little; those that answer must not wait behind them.
FAILING_AT_MOST = 8_000
LEAST = 10
SPARE_FILES = 200  # descriptors for the database, the spool and the rest


class Judging(Protocol):
    """What a result that is not up passes before it counts."""

    def __call__(self, result: Result, *, again: bool) -> Awaitable[Result]:
        """Return *result*, or what it is after all; *again*: the slot before was down as well."""


async def as_measured(result: Result, *, again: bool) -> Result:  # noqa: ARG001 - it is a Judging
    """Return *result* as it is."""
    return result


class Flights:
    """The slots under way at one location, and where their results go."""

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
        most, failing = at_most()
        self.gate = asyncio.Semaphore(most)  # attempts at the same time
        self.failing_gate = asyncio.Semaphore(failing)  # at targets that failed the last time
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._flights: set[asyncio.Task[None]] = set()

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

    async def land(self, grace: timedelta) -> None:
        """Return when every flight is recorded, cut short after *grace*."""
        if self._flights:
            await asyncio.wait(self._flights, timeout=grace.total_seconds())
        for flight in self._flights:
            flight.cancel()
        if self._flights:
            await asyncio.wait(self._flights)
        self.awake.end()


def at_most() -> tuple[int, int]:
    """Return how many attempts may be under way, at targets that answer and at those that fail.

    Within the files that this process may open; first it is made as many as it may ask for.
    """
    wanted = FLIGHTS_AT_MOST + FAILING_AT_MOST + SPARE_FILES
    files = _files(wanted) - SPARE_FILES
    answering = max(LEAST, min(FLIGHTS_AT_MOST, files // 2))
    return answering, max(LEAST, min(FAILING_AT_MOST, files - answering))


def _files(wanted: int) -> int:
    soft, hard = (
        wanted if limit == resource.RLIM_INFINITY else limit
        for limit in resource.getrlimit(resource.RLIMIT_NOFILE)
    )
    most = min(wanted, hard)
    if soft < most:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (most, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        )
    return max(soft, most)
