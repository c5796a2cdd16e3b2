"""A result that says down is judged first: real targets, real references, a real agent."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.probing.hosts import Town
from tests.probing.shop import OK, UNAVAILABLE, Street, answers
from tests.probing.slots import target, until

from vigie.catalogue import Reference
from vigie.probing import (
    BlindEdge,
    Judge,
    Outcome,
    Reason,
    Result,
    Target,
    network,
    run_agent,
)
from vigie.probing.attempt import result_of
from vigie.probing.judge import MassFailure
from vigie.probing.trace import Trace

START = datetime(2026, 5, 4, tzinfo=UTC)
BARE = {"every": "1s", "edge_every": "1s", "timeout": "300ms", "retries": ()}


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    made = Town()
    yield made
    made.down()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "PAUSE_S", 0.01)
    monkeypatch.setattr(network, "RECHECK_S", 0.1)


@asynccontextmanager
async def measured(
    targets: Sequence[Target], references: Sequence[Reference]
) -> AsyncIterator[list[Result]]:
    """Run an agent with a judge inside the block; its results are complete after the block."""
    results: list[Result] = []
    edges: list[BlindEdge] = []
    stop = asyncio.Event()
    async with aclosing(Judge(location="main", tell=edges.append)) as judge:
        judge.follow(targets, references)
        agent = asyncio.create_task(
            run_agent(
                targets,
                location="main",
                record=results.append,
                stop=stop,
                judge=judge,
                grace=timedelta(seconds=2),
            )
        )
        try:
            yield results
        finally:
            stop.set()
            await agent


async def down_target(street: Street, **spec: Any) -> Target:
    return target(await street.open(answers(UNAVAILABLE)), **{**BARE, **spec})


async def test_target_that_fails_while_the_references_answer_is_down(
    street: Street, town: Town
) -> None:
    one, references = await down_target(street), await town.references(3)
    town.down(1)
    async with measured([one], references) as results:
        await until(lambda: len(results) >= 2)

    assert {(Outcome.DOWN, Reason.STATUS)} == {(it.outcome, it.reason) for it in results}
    assert {1} == {len(it.attempts) for it in results}


async def test_target_that_fails_while_our_network_is_down_is_unknown(
    street: Street, town: Town
) -> None:
    spec = {"every": "3s", "retries": ("400ms", "800ms")}
    one, references = await down_target(street, **spec), await town.references(3)
    town.down(0, 2)
    async with measured([one], references) as results:
        await until(lambda: len(results) >= 1)

    result = results[0]
    assert (Outcome.UNKNOWN, Reason.NETWORK) == (result.outcome, result.reason)
    *measured_, doubt = result.attempts
    assert [(n, Outcome.DOWN, Reason.STATUS, 503) for n in (1, 2, 3)] == [
        (it.number, it.outcome, it.reason, it.status) for it in measured_
    ]
    assert (4, Reason.NETWORK) == (doubt.number, doubt.reason)
    assert "our network is down; references that failed: r0, r2" == doubt.detail


async def test_without_two_references_nothing_is_asked(street: Street, town: Town) -> None:
    one, references = await down_target(street), await town.references(1)
    town.down()
    async with measured([one], references) as results:
        await until(lambda: len(results) >= 1)

    assert (Outcome.DOWN, Reason.STATUS) == (results[0].outcome, results[0].reason)
    assert 0 == town.connections


async def test_target_that_is_up_asks_no_reference_but_at_the_start(
    street: Street, town: Town
) -> None:
    one = target(await street.open(answers(OK)), **BARE)
    async with measured([one], await town.references(2)) as results:
        await until(lambda: len(results) >= 3)

    assert {Outcome.UP} == {it.outcome for it in results}
    assert 2 == town.connections


async def test_target_that_stays_down_asks_once_in_ten_seconds(street: Street, town: Town) -> None:
    one = await down_target(street)
    async with measured([one], await town.references(2)) as results:
        await until(lambda: len(results) >= 4)

    assert {Outcome.DOWN} == {it.outcome for it in results}
    assert town.connections <= 4  # at the start, and when it began to fail


async def test_references_that_hang_hold_up_no_other_result(
    street: Street, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "SECONDS", 30)
    bad = await down_target(street, key="bad")
    good = target(await street.open(answers(OK)), **{**BARE, "key": "good"})
    blocked = asyncio.Event()

    async def hang(*_: object, **__: object) -> None:
        await blocked.wait()

    monkeypatch.setattr(network, "reach", hang)
    async with measured([bad, good], await town.references(2)) as results:
        await until(lambda: len([it for it in results if it.endpoint == "good"]) >= 3)
        held = [it for it in results if it.endpoint == "bad"]
        began = asyncio.get_running_loop().time()
    # What waits for the references when the agent is told to stop is unknown, and not lost.
    assert [] == held
    assert asyncio.get_running_loop().time() - began < 10
    assert [(Outcome.UNKNOWN, Reason.DEADLINE)] == [
        (it.outcome, it.reason) for it in results if it.endpoint == "bad" and it.attempts
    ]


# By results that are told: what the judge asks for, and when


@asynccontextmanager
async def a_judge(
    town: Town, targets: Sequence[Target], *, references: int = 2
) -> AsyncIterator[Judge]:
    async with aclosing(Judge(location="main", tell=lambda _: None)) as judge:
        judge.follow(targets, await town.references(references))
        await until(lambda: town.connections >= references)  # the first answer
        await asyncio.sleep(0.05)
        yield judge


def failed(key: str = "api", *, at: datetime = START, reason: Reason = Reason.STATUS) -> Result:
    """A slot that failed just now."""
    return result_of(key, "main", at, [Trace(number=1).failed(reason, "as told")])


def many(number: int, **spec: Any) -> list[Target]:
    return [target("http://127.0.0.1:1/", key=f"t{n}", **spec) for n in range(number)]


async def test_answer_from_before_a_target_began_to_fail_says_nothing_of_it(town: Town) -> None:
    async with a_judge(town, many(1)) as judge:
        town.down()
        result = await judge(failed(), again=False)

    assert (Outcome.UNKNOWN, Reason.NETWORK) == (result.outcome, result.reason)


async def test_kept_answer_serves_a_target_that_was_down_already(town: Town) -> None:
    async with a_judge(town, many(1)) as judge:
        town.down()
        result = await judge(failed(), again=True)

    assert (Outcome.DOWN, Reason.STATUS) == (result.outcome, result.reason)


async def test_when_most_targets_fail_the_references_are_asked_anew(town: Town) -> None:
    """The kept answer serves ten of twenty; the eleventh is more than half."""
    async with a_judge(town, many(20)) as judge:
        town.down()
        results = [await judge(failed(f"t{n}"), again=True) for n in range(20)]

    expected = [Outcome.DOWN] * 10 + [Outcome.UNKNOWN] * 10
    assert expected == [it.outcome for it in results]


async def test_mass_failure_that_is_the_targets_own_is_down(town: Town) -> None:
    async with a_judge(town, many(20)) as judge:
        results = await asyncio.gather(*(judge(failed(f"t{n}"), again=False) for n in range(20)))

    assert {Outcome.DOWN} == {it.outcome for it in results}
    assert town.connections <= 2 * 4  # those who wait share a round


async def test_mass_failure_without_references_is_stored_and_said_once(town: Town) -> None:
    async with a_judge(town, many(20), references=0) as judge:
        with capture_logs() as logs:
            results = [await judge(failed(f"t{n}"), again=False) for n in range(20)]

    assert {Outcome.DOWN} == {it.outcome for it in results}
    assert ["most targets fail at once, and no references tell whether it is us"] == [
        it["event"] for it in logs
    ]


@pytest.mark.parametrize(
    ("targets", "fail", "apart", "most"),
    [
        (many(20), 10, 0, False),  # half is not more than half
        (many(20), 11, 0, True),
        (many(19), 19, 0, False),  # fewer than 20 targets
        (many(20), 20, 10, False),  # 10 s apart: never more than 6 in a minute
        (many(100, every="5m"), 10, 0, False),  # 20 of 100 are due in a minute
        (many(100, every="5m"), 11, 0, True),
    ],
)
def test_more_than_half_of_at_least_twenty_targets_due_in_a_minute(
    targets: list[Target], fail: int, apart: int, *, most: bool
) -> None:
    mass = MassFailure(targets)
    said = [mass.failed(f"t{n}", START + n * apart * timedelta(seconds=1)) for n in range(fail)]

    assert [False] * (fail - 1) + [most] == said


def test_target_that_fails_twice_counts_once() -> None:
    mass = MassFailure(many(20))

    assert not any(mass.failed("t0", START + n * timedelta(seconds=1)) for n in range(50))


async def test_slot_that_began_while_we_were_blind_is_unknown(town: Town) -> None:
    async with a_judge(town, many(1)) as judge:
        town.down()
        before = failed()
        assert Outcome.UNKNOWN is (await judge(failed(), again=False)).outcome
        await town.up()
        await until(lambda: judge._network.saw_again > 0)
        late, fresh = await judge(before, again=False), await judge(failed(), again=False)

    assert (Outcome.UNKNOWN, Reason.NETWORK) == (late.outcome, late.reason)
    assert "our network was down when it began to fail" == late.attempts[-1].detail
    assert (Outcome.DOWN, Reason.STATUS) == (fresh.outcome, fresh.reason)


async def test_references_that_come_and_go_are_followed(town: Town) -> None:
    """As when the catalogue changes under a running agent; what is open ends with the last ones."""
    edges: list[BlindEdge] = []
    references = await town.references(2)
    town.down()
    async with aclosing(Judge(location="main", tell=edges.append)) as judge:
        judge.follow(many(1), [])
        without = await judge(failed(), again=False)
        judge.follow(many(1), references)
        await until(lambda: len(edges) == 1)
        blind = await judge(failed(), again=False)
        judge.follow(many(1), [])
        await until(lambda: len(edges) == 2)
        after = await judge(failed(), again=False)

    assert [Outcome.DOWN, Outcome.UNKNOWN, Outcome.DOWN] == [
        it.outcome for it in (without, blind, after)
    ]
    assert [True, False] == [edge.blind for edge in edges]


async def test_defect_of_the_check_is_unknown(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_judge(town, many(1)) as judge:
        monkeypatch.setattr(network, "conclude", lambda *_: 1 / 0)
        result = await judge(failed(), again=False)

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (result.outcome, result.reason)


async def test_what_shows_that_it_is_us_makes_the_references_be_asked(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a route every slot is unknown by itself; that we are blind is told all the same."""
    monkeypatch.setattr(network, "KEEP_S", 0.01)
    async with a_judge(town, many(1)) as judge:
        asked = town.connections
        result = await judge(failed(reason=Reason.NETWORK), again=False)
        await until(lambda: town.connections > asked)

    assert (Outcome.UNKNOWN, 1) == (result.outcome, len(result.attempts))
