"""The ladder of one slot, by probes that answer as told."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from vigie.catalogue import Endpoint
from vigie.probing import Attempt, Outcome, Reason, Result
from vigie.probing.attempt import result_of, retries_of, run_slot
from vigie.probing.trace import Trace

UP, DOWN, UNKNOWN = Outcome.UP, Outcome.DOWN, Outcome.UNKNOWN
LADDER = {"retries": ("50ms", "100ms"), "timeout": "20ms", "every": "5s"}
Probe = Callable[[int], Awaitable[Attempt]]


def endpoint(**spec: Any) -> Endpoint:
    return Endpoint.model_validate({"key": "api", **LADDER, **spec})


def says(*outcomes: Outcome) -> Probe:
    """Give these outcomes, one attempt after the other."""

    async def probe(number: int) -> Attempt:
        trace = Trace(number=number)
        outcome = outcomes[number - 1]
        if outcome is UP:
            return trace.up()
        reason = Reason.STATUS if outcome is DOWN else Reason.DNS_FAILED
        return trace.failed(reason, f"attempt {number}")

    return probe


async def run(probe: Probe, *, late: timedelta = timedelta(), **spec: Any) -> Result:
    now = datetime.now(UTC)
    return await run_slot(
        endpoint(**spec),
        now - late,
        location="main",
        until=now - late + timedelta(seconds=5),
        probe=probe,
        gate=asyncio.Semaphore(1),
    )


@pytest.mark.parametrize(
    ("attempts", "outcome", "reason"),
    [
        ([UP], UP, None),
        ([DOWN, UP], UP, None),
        ([DOWN, DOWN, UP], UP, None),
        ([DOWN, DOWN, DOWN], DOWN, Reason.STATUS),
        ([UNKNOWN, UP], UP, None),
        ([UNKNOWN, UNKNOWN, UNKNOWN], UNKNOWN, Reason.DNS_FAILED),
        ([UNKNOWN, DOWN, DOWN], UNKNOWN, Reason.DNS_FAILED),
        ([DOWN, UNKNOWN, DOWN], UNKNOWN, Reason.DNS_FAILED),
        ([DOWN, DOWN, UNKNOWN], UNKNOWN, Reason.DNS_FAILED),
        ([DOWN, UNKNOWN, UP], UP, None),
    ],
)
async def test_outcome_of_a_slot(
    attempts: list[Outcome], outcome: Outcome, reason: Reason | None
) -> None:
    result = await run(says(*attempts))

    assert (outcome, reason) == (result.outcome, result.reason)
    assert attempts == [attempt.outcome for attempt in result.attempts]
    assert list(range(1, len(attempts) + 1)) == [a.number for a in result.attempts]


async def test_retries_start_at_their_time_after_the_first() -> None:
    result = await run(says(DOWN, DOWN, DOWN))

    first, second, third = (attempt.started for attempt in result.attempts)
    assert timedelta(milliseconds=45) < second - first < timedelta(milliseconds=95)
    assert timedelta(milliseconds=95) < third - first < timedelta(milliseconds=300)


async def test_lag_is_from_the_slot_to_the_first_start() -> None:
    result = await run(says(DOWN, UP), late=timedelta(seconds=1))

    assert result.lag_us is not None
    assert 1_000_000 <= result.lag_us < 1_045_000
    assert (result.attempts[0].started - result.at) // timedelta(microseconds=1) == result.lag_us


@pytest.mark.parametrize(
    ("late", "lag_us"), [(timedelta(days=-1), 0), (timedelta(days=1), 2**31 - 1)]
)
def test_lag_over_a_clock_that_was_set_is_one_that_can_be_stored(
    late: timedelta, lag_us: int
) -> None:
    trace = Trace(number=1)
    result = result_of("api", "main", trace.started - late, [trace.up()])

    assert lag_us == result.lag_us


async def test_slot_that_cannot_start_in_time_is_missed() -> None:
    result = await run(says(UP), late=timedelta(seconds=5))

    assert (UNKNOWN, Reason.MISSED, None, ()) == (
        result.outcome,
        result.reason,
        result.lag_us,
        result.attempts,
    )


async def test_probe_that_hangs_is_unknown_by_its_deadline() -> None:
    async def hang(_: int) -> Attempt:
        await asyncio.Event().wait()
        raise AssertionError

    result = await run(hang, retries=())

    assert (UNKNOWN, Reason.DEADLINE) == (result.outcome, result.reason)
    assert "the probe did not end by its deadline" == result.attempts[0].detail
    assert result.attempts[0].duration_us >= 2_000_000  # the timeout and 2 s of grace


async def test_probe_that_raises_is_unknown() -> None:
    async def broken(_: int) -> Attempt:
        raise KeyError("price")

    result = await run(broken, retries=())

    assert (UNKNOWN, Reason.INTERNAL) == (result.outcome, result.reason)
    assert "KeyError: 'price'" == result.attempts[0].detail


async def test_failure_while_the_clock_jumped_is_unknown() -> None:
    """A laptop that was closed during the attempt must not report an outage."""
    with time_machine.travel(datetime.now(UTC)) as clock:

        async def asleep(number: int) -> Attempt:
            clock.shift(3600)
            return await says(DOWN)(number)

        result = await run(asleep, retries=())

    assert (UNKNOWN, Reason.DEADLINE) == (result.outcome, result.reason)
    assert "the clock jumped by 3600 s; attempt 1" == result.attempts[0].detail


async def test_success_while_the_clock_jumped_is_up() -> None:
    with time_machine.travel(datetime.now(UTC)) as clock:

        async def asleep(number: int) -> Attempt:
            clock.shift(3600)
            return await says(UP)(number)

        result = await run(asleep)

    assert UP == result.outcome


async def test_cancelled_ladder_keeps_its_attempts_and_is_unknown() -> None:
    """One failure without its confirmation is no outage."""
    flight = asyncio.create_task(run(says(DOWN, DOWN, DOWN), retries=("3s",), timeout="1s"))
    await asyncio.sleep(0.02)
    flight.cancel()
    result = await flight

    assert (UNKNOWN, Reason.DEADLINE) == (result.outcome, result.reason)
    assert ["attempt 1", "the prober was stopped"] == [a.detail for a in result.attempts]


@pytest.mark.parametrize(
    ("every", "timeout", "kept"),
    [
        ("60s", "10s", 2),  # 10 + 10 + 10 s at worst
        ("30s", "10s", 2),  # just: what `vigie check` asks for
        ("20s", "10s", 1),
        ("15s", "2s", 2),
        ("1s", "500ms", 0),
    ],
)
def test_retries_that_would_overrun_the_next_slot_are_left_out(
    every: str, timeout: str, kept: int
) -> None:
    made = endpoint(every=every, timeout=timeout, retries=("2s", "10s"))

    assert (timedelta(seconds=2), timedelta(seconds=10))[:kept] == retries_of(made)
