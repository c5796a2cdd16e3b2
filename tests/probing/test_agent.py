"""Slots, flights, edges and ends, against real servers and the real clock."""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

import pytest
import time_machine
from tests.probing.shop import OK, UNAVAILABLE, Street, answers
from tests.probing.slots import MS, ms, target, until

from vigie.probing import Counts, Outcome, Reason, Result, Target, offset_ms, run_agent
from vigie.probing.agent import Agent
from vigie.probing.flights import Flights, at_most
from vigie.probing.watch import EPOCH, MISSED_AT_MOST


@asynccontextmanager
async def running(
    *targets: Target, grace: timedelta = timedelta(seconds=5), counts: Counts | None = None
) -> AsyncIterator[list[Result]]:
    """Run an agent inside the block; its results are complete after the block."""
    results: list[Result] = []
    stop = asyncio.Event()
    agent = asyncio.create_task(
        run_agent(
            targets, location="main", record=results.append, stop=stop, grace=grace, counts=counts
        )
    )
    try:
        yield results
    finally:
        stop.set()
        await agent


async def test_slots_lie_on_the_grid_and_do_not_drift(street: Street) -> None:
    url = await street.open(answers(OK))
    async with running(target(url)) as results:
        await until(lambda: len(results) >= 8)

    slots = [ms(result) for result in results]
    offset = offset_ms("api", 100)
    assert [offset] * len(slots) == [slot % 100 for slot in slots]
    assert list(range(slots[0], slots[0] + 100 * len(slots), 100)) == slots
    assert all(r.outcome is Outcome.UP and r.location == "main" for r in results)
    assert all(r.lag_us is not None and 0 <= r.lag_us < 100_000 for r in results)


async def test_one_flight_at_a_time_and_overtaken_slots_are_missed(street: Street) -> None:
    """Each answer takes 250 ms of slots 100 ms apart: two of three are missed, none doubled."""
    flying, most = 0, 0

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0.25)
        await answers(OK)(reader, writer)
        flying -= 1

    url = await street.open(slow)
    async with running(target(url, timeout="2s")) as results:
        await until(lambda: len([r for r in results if r.attempts]) >= 3)

    missed = [r for r in results if not r.attempts]
    assert 1 == most
    assert len(missed) >= 2
    assert {(Outcome.UNKNOWN, Reason.MISSED, None)} == {
        (r.outcome, r.reason, r.lag_us) for r in missed
    }
    slots = sorted(ms(r) for r in results)
    assert list(range(slots[0], slots[-1] + 1, 100)) == slots


async def test_what_happened_is_counted_as_it_was_recorded(street: Street) -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.26)  # the loop's timers may be a millisecond early
        await answers(OK)(reader, writer)

    url, counts = await street.open(slow), Counts()
    async with running(target(url, timeout="2s"), counts=counts) as results:
        await until(lambda: counts.run >= 3)
        assert counts.endpoints == 1

    run = [r for r in results if r.attempts]
    assert (counts.run, counts.missed) == (len(run), len(results) - len(run))
    assert counts.flights == 0
    assert counts.results == {
        ("http", Outcome.UP): len(run),
        ("http", Outcome.UNKNOWN): counts.missed,
    }
    assert counts.lag.sum == sum(r.lag_us or 0 for r in results)
    assert counts.duration["http"].sum == sum(a.duration_us for r in run for a in r.attempts)
    # 250 ms and more: nothing in the buckets up to 250 ms, all in the next ones.
    assert sum(counts.duration["http"].counts[7:]) == len(run)


async def test_many_that_hang_do_not_hold_up_those_that_answer(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them is waited for nearly all the time; together they want far more than there is."""
    monkeypatch.setattr("vigie.probing.flights.FLIGHTS_AT_MOST", 10)
    monkeypatch.setattr("vigie.probing.flights.FAILING_AT_MOST", 10)

    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    spec = {"every": "1s", "timeout": "900ms", "edge_every": "1s", "retries": ()}
    hangs, good = await street.open(silent), await street.open(answers(OK))
    hanging = [target(hangs, key=f"hangs-{number}", **spec) for number in range(50)]
    answering = [target(good, key=f"good-{number}", **spec) for number in range(10)]
    async with running(*hanging, *answering, grace=timedelta(0)) as results:
        await until(lambda: len(of_good(results)) >= 120, seconds=60)

    later = of_good(results)[60:]  # the others are known to fail by then
    lags = [1_000_000 if result.lag_us is None else result.lag_us for result in later]
    assert median(lags) < 250_000  # in one queue with the others, it was half a second


def of_good(results: list[Result]) -> list[Result]:
    return [result for result in results if result.endpoint.startswith("good")]


def test_as_many_files_are_opened_as_may_be_asked_for() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, before[1]))
        wanted = 1_000 + 8_000 + 200
        most = wanted if before[1] == resource.RLIM_INFINITY else min(wanted, before[1])

        assert sum(at_most()) == most - 200
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == most
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


async def test_down_endpoint_is_probed_on_its_edge_until_recovery(street: Street) -> None:
    answer = [UNAVAILABLE]

    async def scripted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answers(answer[0])(reader, writer)

    url = await street.open(scripted)
    async with running(target(url, every="800ms", edge_every="100ms", retries=())) as results:
        await until(lambda: len(results) >= 5)
        answer[0] = OK
        await until(lambda: len([r for r in results if r.outcome is Outcome.UP]) >= 4)

    slots = [ms(r) for r in results]
    gaps = [after - before for before, after in pairwise(slots)]
    downs = len([r for r in results if r.outcome is Outcome.DOWN])
    regular = offset_ms("api", 800)
    assert regular == slots[0] % 800
    assert [100] * (downs + 1) == gaps[: downs + 1]  # while down, and one more to be sure
    assert [regular, regular] == [slot % 800 for slot in slots[downs + 2 : downs + 4]]
    assert Reason.MISSED not in {r.reason for r in results}


async def test_extra_slots_during_a_long_flight_leave_no_trace(street: Street) -> None:
    """An outage seen through slow failures stays one outage: no unknown between."""

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.25)
        await answers(UNAVAILABLE)(reader, writer)

    url = await street.open(slow)
    spec = {"every": "800ms", "edge_every": "100ms", "timeout": "700ms", "retries": ()}
    async with running(target(url, **spec)) as results:
        await until(lambda: len(results) >= 8)

    assert {Outcome.DOWN} == {r.outcome for r in results}
    slots = [ms(r) for r in results]
    assert slots == sorted(set(slots))


async def test_stop_loses_no_flight(street: Street) -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        await answers(OK)(reader, writer)

    targets = [
        target(await street.open(slow), key=f"api-{n}", every="300ms", timeout="2s")
        for n in range(20)
    ]
    async with running(*targets) as results:
        await until(lambda: street.connections >= 10)
        stopped = datetime.now(UTC)

    assert street.connections == len([r for r in results if r.attempts])
    assert stopped > max(r.at for r in results)
    assert {Outcome.UP} == {r.outcome for r in results if r.attempts}


async def test_flight_that_outlives_the_grace_is_recorded_as_unknown(street: Street) -> None:
    url = await street.open(answers(UNAVAILABLE))
    spec = {"every": "60s", "timeout": "5s", "retries": ("30s",)}
    wait = timedelta(milliseconds=300)
    now = (datetime.now(UTC) - EPOCH) // MS
    key = next(
        f"k{n}" for n in range(10**6) if 0 < (offset_ms(f"k{n}", 60_000) - now) % 60_000 < 300
    )
    async with running(target(url, key=key, **spec), grace=wait) as results:
        await until(lambda: street.connections >= 1)

    assert [(Outcome.UNKNOWN, Reason.DEADLINE)] == [(r.outcome, r.reason) for r in results]
    details = [attempt.detail for attempt in results[0].attempts]
    assert ["status 503, expected 200-299", "the prober was stopped"] == details


async def test_only_targets_of_the_location_are_probed(street: Street) -> None:
    url = await street.open(answers(OK))
    here = target(url, key="here", locations=["paris", "main"])
    there = target(url, key="there", locations=["paris"])
    async with running(here, there) as results:
        await until(lambda: len(results) >= 3)

    assert {"here"} == {r.endpoint for r in results}


async def test_endpoint_is_probed_from_since_until_until(street: Street) -> None:
    since = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    ends = since + timedelta(milliseconds=500)
    url = await street.open(answers(OK))
    one = target(url, key="one", since=since.isoformat(), until=ends.isoformat())
    async with running(one, target(url, key="other")) as results:
        await until(lambda: results != [] and results[-1].at > ends + timedelta(milliseconds=200))

    slots = [r.at for r in results if r.endpoint == "one"]
    assert since <= slots[0] < since + timedelta(milliseconds=100)
    assert ends - timedelta(milliseconds=100) <= slots[-1] < ends
    assert 5 == len(slots)


async def test_record_that_fails_ends_the_agent_with_its_error(street: Street) -> None:
    def full(_: Result) -> None:
        raise OSError(28, "No space left on device")

    one = target(await street.open(answers(OK)))
    with pytest.raises(OSError, match="No space left"):
        async with asyncio.timeout(5):
            await run_agent([one], location="main", record=full, stop=asyncio.Event())


# The clock is set


@asynccontextmanager
async def clocked(one: Target) -> AsyncIterator[tuple[time_machine.Traveller, list[Result]]]:
    """Run an agent by a clock that ticks from now on and can be set."""
    results: list[Result] = []
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        agent = Agent(Flights("main", results.append))
        await agent.retarget([one])
        yield clock, results
        await agent.close(timedelta(seconds=5))


async def test_sleep_leaves_missed_slots_and_no_burst(street: Street) -> None:
    url = await street.open(answers(OK))
    async with clocked(target(url, every="500ms", timeout="400ms")) as (clock, results):
        await until(lambda: len(results) >= 1)
        before = results[-1].at
        clock.shift(20)
        connections = street.connections
        await until(lambda: results[-1].attempts != () and results[-1].at > before)

    slept = [r for r in results if r.at > before]
    missed = [r for r in slept if not r.attempts]
    assert 1 == street.connections - connections
    assert 39 <= len(missed) <= 41  # 20 s of slots 500 ms apart
    assert before + timedelta(milliseconds=500) == missed[0].at
    steps = {b.at - a.at for a, b in pairwise(slept)}
    assert {timedelta(milliseconds=500)} == steps


async def test_long_sleep_leaves_a_bounded_number_of_rows(street: Street) -> None:
    url = await street.open(answers(OK))
    async with clocked(target(url)) as (clock, results):
        await until(lambda: len(results) >= 1)
        clock.shift(3600 * 24 * 30)
        await until(lambda: len([r for r in results if r.attempts]) >= 3)

    assert MISSED_AT_MOST == len([r for r in results if not r.attempts])


async def test_clock_set_back_does_not_stop_the_probes(street: Street) -> None:
    url = await street.open(answers(OK))
    async with clocked(target(url)) as (clock, results):
        await until(lambda: len(results) >= 2)
        before = results[-1].at
        clock.shift(-3600)
        await until(lambda: results[-1].at < before - timedelta(minutes=59))

    assert {Outcome.UP} == {r.outcome for r in results if r.attempts}
