"""The attempts of one slot, and what they say together.

- up: one attempt was up; there are no more after it.
- down: every attempt was down.
- unknown: otherwise. An attempt that could not tell leaves open whether all would have failed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from vigie import clock
from vigie.catalogue import Endpoint
from vigie.probing.result import Attempt, Outcome, Reason, Result
from vigie.probing.trace import GRACE, Trace

LAG_MAX_US = 2**31 - 1  # that the database holds: 36 minutes

Probe = Callable[[int], Awaitable[Attempt]]  # by the attempt's number


def retries_of(endpoint: Endpoint) -> tuple[timedelta, ...]:
    """Return the retries that end by the endpoint's next slot even if all time out.

    Others would turn the slots after a failure into missed ones, and the outage into unknown.
    """
    fitting = []
    ends = endpoint.timeout
    for retry in endpoint.retries:
        ends = max(retry, ends) + endpoint.timeout
        if ends > endpoint.every:
            break
        fitting.append(retry)
    return tuple(fitting)


async def run_slot(
    endpoint: Endpoint,
    at: datetime,
    *,
    location: str,
    until: datetime,
    probe: Probe,
    gate: asyncio.Semaphore,
    retry_gate: asyncio.Semaphore | None = None,
) -> Result:
    """Return the result of the slot *at*: missed when it cannot start before *until*.

    Attempts wait at *gate*, after a failure at *retry_gate*.
    Cancelling it ends it at once, with a result: unknown, unless it was up already.
    """
    attempts: list[Attempt] = []
    try:
        await _climb(endpoint, until, probe, (gate, retry_gate or gate), attempts)
    except asyncio.CancelledError:
        if attempts and attempts[-1].outcome is not Outcome.UP:
            stopped = Trace(number=len(attempts) + 1)
            attempts.append(stopped.failed(Reason.DEADLINE, "the prober was stopped"))
    return result_of(endpoint.key, location, at, attempts)


async def _climb(
    endpoint: Endpoint,
    until: datetime,
    probe: Probe,
    gates: tuple[asyncio.Semaphore, asyncio.Semaphore],
    attempts: list[Attempt],
) -> None:
    loop = asyncio.get_running_loop()
    async with gates[0]:
        if clock.now() >= until:
            return
        began = loop.time()
        attempts.append(await _try(probe, 1, endpoint.timeout))
    for retry in retries_of(endpoint):
        if attempts[-1].outcome is Outcome.UP:
            return
        await asyncio.sleep(began + retry.total_seconds() - loop.time())
        async with gates[1]:
            attempts.append(await _try(probe, len(attempts) + 1, endpoint.timeout))


async def _try(probe: Probe, number: int, limit: timedelta) -> Attempt:
    """Return one attempt whatever happens: by the hard deadline, and without an exception."""
    loop = asyncio.get_running_loop()
    trace = Trace(number=number)
    began = loop.time()
    try:
        async with asyncio.timeout((limit + GRACE).total_seconds()):
            attempt = await probe(number)
    except TimeoutError:
        return trace.failed(Reason.DEADLINE, "the probe did not end by its deadline")
    except Exception as error:  # noqa: BLE001 - a defect of ours must never read as an outage
        return trace.failed(Reason.INTERNAL, f"{type(error).__name__}: {error}")
    awake = timedelta(seconds=loop.time() - began)
    return _doubted(attempt, abs(clock.now() - trace.started - awake))


def _doubted(attempt: Attempt, jump: timedelta) -> Attempt:
    """Return *attempt*, unknown if it failed while the clock jumped: the machine was asleep."""
    if attempt.outcome is not Outcome.DOWN or jump <= GRACE:
        return attempt
    detail = f"the clock jumped by {jump.total_seconds():.0f} s; {attempt.detail}"
    return replace(attempt, outcome=Outcome.UNKNOWN, reason=Reason.DEADLINE, detail=detail)


def result_of(key: str, location: str, at: datetime, attempts: Sequence[Attempt]) -> Result:
    """Return what *attempts* say of the slot *at*; none at all: it was missed."""
    outcome, reason = _verdict(attempts)
    lag = _lag_us(at, attempts[0].started) if attempts else None
    return Result(
        endpoint=key,
        location=location,
        at=at,
        outcome=outcome,
        reason=reason,
        lag_us=lag,
        attempts=tuple(attempts),
    )


def _lag_us(at: datetime, started: datetime) -> int:
    # The clock may have been set in between, by days.
    return min(max((started - at) // timedelta(microseconds=1), 0), LAG_MAX_US)


def doubted(result: Result, reason: Reason, detail: str) -> Result:
    """Return *result* as unknown: its attempts as they were, and one that says why."""
    doubt = Trace(number=len(result.attempts) + 1).failed(reason, detail)
    return result_of(result.endpoint, result.location, result.at, [*result.attempts, doubt])


def _verdict(attempts: Sequence[Attempt]) -> tuple[Outcome, Reason | None]:
    if not attempts:
        return Outcome.UNKNOWN, Reason.MISSED
    if attempts[-1].outcome is Outcome.UP:
        return Outcome.UP, None
    doubts = [a for a in attempts if a.outcome is Outcome.UNKNOWN]
    decisive = doubts[-1] if doubts else attempts[-1]
    return decisive.outcome, decisive.reason
