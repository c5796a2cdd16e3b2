"""Clocks that are set and processes that stand still: slots are missed, nothing is down."""

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from tests.probing.shop import OK, UNAVAILABLE, Street, answers
from tests.probing.slots import ms, target, until

from vigie.probing import Outcome, Reason, Result, Target, connecting, offset_ms
from vigie.probing.agent import Agent
from vigie.probing.attempt import result_of
from vigie.probing.awake import Awake
from vigie.probing.failure import Failed
from vigie.probing.flights import Flights
from vigie.probing.trace import Trace

SPEC = {"every": "500ms", "timeout": "400ms", "edge_every": "500ms", "retries": ()}
AT = datetime(2026, 5, 4, tzinfo=UTC)


class Apart:
    """A shop in a thread of its own, which goes on while the prober stands still."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._server = socket.create_server(("127.0.0.1", 0))
        self.flying: Counter[bytes] = Counter()
        self.most = 0
        self.answered = 0
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                visitor, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(visitor,), daemon=True).start()

    def _answer(self, visitor: socket.socket) -> None:
        with visitor:
            path = visitor.recv(4096).partition(b" HTTP")[0]
            self.flying[path] += 1
            self.most = max(self.most, self.flying[path])
            time.sleep(self._seconds)
            self.flying[path] -= 1
            self.answered += 1
            visitor.sendall(OK)

    async def answers(self, number: int) -> None:
        """Wait for *number* more answers."""
        goal = self.answered + number
        await until(lambda: self.answered >= goal)

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


@pytest.fixture
def apart() -> Iterator[Apart]:
    made = Apart(seconds=0.2)
    yield made
    made.close()


@asynccontextmanager
async def clocked(*targets: Target) -> AsyncIterator[tuple[time_machine.Traveller, list[Result]]]:
    """Run an agent by a clock that ticks from now on and can be set."""
    results: list[Result] = []
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        agent = Agent(Flights("main", results.append))
        await agent.retarget(targets)
        yield clock, results
        await agent.close(timedelta(seconds=5))


def shops(apart: Apart, number: int) -> list[Target]:
    return [target(f"{apart.url}/{n}", key=f"shop-{n}", **SPEC) for n in range(number)]


@pytest.mark.parametrize("steps", [(7, -7), (0.3, -0.3), (-3600, 3600), (3600, -1800, 90)])
async def test_clock_that_is_set_makes_nothing_down_and_flies_nothing_twice(
    apart: Apart, steps: tuple[float, ...]
) -> None:
    """Set while half of the flights are under way; each shop is asked by one of them at a time."""
    async with clocked(*shops(apart, 5)) as (clock, results):
        await until(lambda: apart.answered >= 10)
        for step in steps:
            clock.shift(step)
            await apart.answers(10)

    assert Outcome.DOWN not in {it.outcome for it in results}
    assert 1 == apart.most
    unknown = [it for it in results if it.outcome is Outcome.UNKNOWN]
    assert {it.reason for it in unknown} <= {Reason.MISSED, Reason.DEADLINE}


async def test_pause_of_the_loop_leaves_missed_slots_and_nothing_down(apart: Apart) -> None:
    """As when memory is cleaned up for 3 s: the answers came, and nobody looked."""
    async with clocked(*shops(apart, 5)) as (_, results):
        await until(lambda: apart.answered >= 5)
        await until(lambda: sum(apart.flying.values()) >= 2)
        time.sleep(3)  # noqa: ASYNC251 - it is what is tested
        await apart.answers(10)

    assert Outcome.DOWN not in {it.outcome for it in results}
    assert 1 == apart.most
    for shop in {it.endpoint for it in results}:
        of_it = [it for it in results if it.endpoint == shop]
        missed = [it for it in of_it if it.reason is Reason.MISSED]
        assert 4 <= len(missed) <= 6  # 3 s of slots 500 ms apart
        assert {500} == {after - before for before, after in pairwise(sorted(map(ms, of_it)))}


async def test_failure_across_a_pause_is_unknown_and_keeps_its_attempts(street: Street) -> None:
    """It failed before the pause and after it: in between nobody looked."""
    url = await street.open(answers(UNAVAILABLE))
    spec = {"every": "20s", "edge_every": "20s", "timeout": "400ms", "retries": ("200ms",)}
    one = target(url, key=key_due_soon(20_000), **spec)
    async with clocked(one) as (_, results):
        await until(lambda: street.connections >= 1)
        await asyncio.sleep(0.1)
        time.sleep(2.5)  # noqa: ASYNC251 - it is what is tested
        await until(lambda: results != [])

    result = results[0]
    assert (Outcome.UNKNOWN, Reason.DEADLINE) == (result.outcome, result.reason)
    details = [it.detail for it in result.attempts]
    assert ["status 503, expected 200-299"] * 2 == details[:2]
    assert str(details[2]).startswith("the prober was held up for 2.")


def key_due_soon(every: int) -> str:
    """Return a key whose next slot is 200 to 500 ms away."""
    now = time.time_ns() // 1_000_000
    keys = (f"k{n}" for n in range(10**6))
    return next(key for key in keys if 200 < (offset_ms(key, every) - now) % every < 500)


async def test_connection_that_a_late_timer_ends_is_no_timeout_of_the_target(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connecting, "CONNECT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.socket() as filler:
        filler.connect(full.getsockname())
        address, port = full.getsockname()
        reasons = []
        for pause in (0, 1):
            asking = asyncio.create_task(connecting.connect([address], port, Trace(number=1)))
            await asyncio.sleep(0.05)
            time.sleep(pause)  # noqa: ASYNC251 - it is what is tested
            with pytest.raises(Failed) as failed:
                await asking
            reasons.append(failed.value.reason)

    assert [Reason.CONNECT_TIMEOUT, Reason.DEADLINE] == reasons


# What the beat tells


def down(reason: Reason = Reason.STATUS) -> Result:
    return result_of("api", "main", AT, [Trace(number=1).failed(reason, "as told")])


@pytest.mark.parametrize(
    ("pause", "reason", "doubted"),
    [
        (0, Reason.STATUS, False),
        (1, Reason.STATUS, False),  # the answer itself was bad
        (2.3, Reason.STATUS, True),  # long enough for the target to give us up
        (0, Reason.SLOW, False),
        (0.5, Reason.SLOW, True),  # we were slow
    ],
)
async def test_failure_is_doubted_by_how_long_we_were_held_up(
    pause: float, reason: Reason, *, doubted: bool
) -> None:
    awake, began = Awake(), time.monotonic()
    await asyncio.sleep(0.05)
    time.sleep(pause)  # noqa: ASYNC251 - it is what is tested
    at_once = awake.doubt(down(reason), began)
    await asyncio.sleep(0.3)
    later, after = awake.doubt(down(reason), began), awake.doubt(down(reason), time.monotonic())
    awake.end()

    expected = Reason.DEADLINE if doubted else reason
    assert (expected, expected, reason) == (at_once.reason, later.reason, after.reason)


@pytest.mark.parametrize("shift", [30, -30])
async def test_clock_that_is_set_between_two_attempts_is_seen(shift: int) -> None:
    """As when a laptop sleeps: the loop's own clock stands still meanwhile."""
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        awake, began = Awake(), time.monotonic()
        await asyncio.sleep(0.15)
        clock.shift(shift)
        await asyncio.sleep(0.25)
        result = awake.doubt(down(), began)
        awake.end()

    assert (Outcome.UNKNOWN, Reason.DEADLINE) == (result.outcome, result.reason)


async def test_what_is_up_is_never_doubted() -> None:
    awake, began = Awake(), time.monotonic()
    time.sleep(2.2)  # noqa: ASYNC251 - it is what is tested
    result = awake.doubt(result_of("api", "main", AT, [Trace(number=1).up()]), began)
    awake.end()

    assert Outcome.UP is result.outcome
