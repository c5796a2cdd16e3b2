"""Whether it is us: references that take connections, refuse them or never answer."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs
from tests.probing.hosts import Town, reference
from tests.probing.slots import until

from vigie.catalogue import Reference
from vigie.probing import BlindEdge, network
from vigie.probing.network import Network, ask_all, conclude

EVER = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    made = Town()
    yield made
    made.down()


@asynccontextmanager
async def a_network(
    references: Sequence[Reference], edges: list[BlindEdge] | None = None
) -> AsyncIterator[Network]:
    told: list[BlindEdge] = [] if edges is None else edges
    made = Network(location="paris", tell=told.append)
    made.references = tuple(references)
    yield made
    await made.close()
    assert [] == [t for t in asyncio.all_tasks() if "vigie" in repr(t.get_coro())]


@contextmanager
def silent(*addresses: str) -> Iterator[list[Reference]]:
    """References whose queue of connections is full: they neither refuse nor accept."""
    with ExitStack() as stack:
        busy = [stack.enter_context(socket.create_server((it, 0), backlog=0)) for it in addresses]
        for server in busy * 2:
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)  # noqa: FBT003 - socket's own
            filler.connect_ex(server.getsockname())
        yield [reference(f"s{n}", *it.getsockname()) for n, it in enumerate(busy)]


def now() -> float:
    return asyncio.get_running_loop().time()


@pytest.mark.parametrize(
    ("references", "down", "blind"),
    [
        (3, [], False),
        (3, [1], False),  # one flaky reference alone changes nothing
        (2, [0], False),
        (3, [0, 2], True),
        (2, [0, 1], True),
        (4, [0, 1, 2, 3], True),
    ],
)
async def test_network_is_down_when_two_references_fail(
    town: Town, references: int, down: list[int], *, blind: bool
) -> None:
    asked = await town.references(references)
    for number in down:
        town.hosts[number].down()
    async with a_network(asked) as one:
        answer = await one.answer(now())

    assert blind == answer.blind
    if blind:  # as soon as two failed it is decided, whatever the others say
        assert {f"r{n}" for n in down} >= set(answer.failed)
        assert 2 <= len(answer.failed)


async def test_references_of_one_host_are_one(town: Town) -> None:
    """The gateway's two ports fail together: that says nothing of the network behind it."""
    host = await town.host()
    other = (await town.references(1))[0]
    host.down()
    twice = [reference("a", host.address, host.port), reference("b", host.address, host.port + 1)]

    assert not conclude(await ask_all([*twice, other]), 0, EVER).blind


async def test_two_names_of_one_address_are_one(town: Town) -> None:
    host = await town.host()
    host.down()
    named = reference("a", "localhost", host.port)
    other = reference("b", "127.0.0.1", host.port)
    asked = await ask_all([named, other])

    assert ["127.0.0.1", "127.0.0.1"] == [it.address for it in asked if it.failed]
    assert not conclude(asked, 0, EVER).blind


async def test_reference_that_never_answers_holds_up_nobody(town: Town) -> None:
    """Two of three accepted: what the third says can change nothing."""
    asked = await town.references(2)
    with silent("127.0.0.9") as third:
        async with a_network([*asked, *third]) as one:
            began = now()
            answer = await one.answer(began)

    assert not answer.blind
    assert now() - began < 2


async def test_references_that_never_answer_fail_after_their_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(network, "SECONDS", 0.3)
    with silent("127.0.0.8", "127.0.0.9") as references:
        async with a_network(references) as one:
            began = now()
            answer = await one.answer(began)

    # The loop counts milliseconds; the difference of two such floats may lack the last bit.
    assert ("s0", "s1") == answer.failed
    assert 0.3 <= round(now() - began, 3) < 2


async def test_reference_that_may_not_be_asked_counts_neither_way(town: Town) -> None:
    refused = [it.model_copy(update={"allow": ()}) for it in await town.references(2)]
    town.down()
    async with a_network(refused) as one:
        with capture_logs() as logs:
            answer = await one.answer(now())

    assert (False, ()) == (answer.blind, answer.failed)
    told = [it for it in logs if it["event"] == "network: a reference cannot be asked"]
    assert {it["reference"] for it in told} <= {"r0", "r1"}
    assert told != []


async def test_an_answer_serves_all_who_ask_and_ten_seconds(town: Town) -> None:
    async with a_network(await town.references(2)) as one:
        answers = await asyncio.gather(*(one.answer(now()) for _ in range(50)))
        later = await one.answer(now() - network.KEEP_S)

    assert {id(answers[0])} == {id(it) for it in [*answers, later]}
    assert 2 == town.connections


async def test_who_asks_during_a_round_for_a_newer_answer_gets_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(network, "SECONDS", 0.2)
    with silent("127.0.0.8", "127.0.0.9") as references:
        async with a_network(references) as one:
            first = asyncio.create_task(one.answer(now()))
            await asyncio.sleep(0.1)
            asked = now()
            second = await one.answer(asked)

    assert (await first).asked < asked <= second.asked


async def test_both_edges_of_a_blind_span_are_told_and_logged(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asks after the first time: while blind the references are asked all the same."""
    monkeypatch.setattr(network, "RECHECK_S", 0.05)
    monkeypatch.setattr(network, "PAUSE_S", 0.05)
    edges: list[BlindEdge] = []
    asked = await town.references(2)
    async with a_network(asked, edges) as one:
        with capture_logs() as logs:
            await one.answer(now())
            town.down()
            async with asyncio.timeout(10):
                while not (await one.answer(now())).blind:
                    pass
            await town.up()
            await until(lambda: len(edges) >= 3)

    assert [False, True, False] == [edge.blind for edge in edges]
    assert ["", "references that failed: r0, r1", ""] == [edge.why for edge in edges]
    assert {"paris"} == {edge.location for edge in edges}
    assert edges == sorted(edges, key=lambda edge: edge.at)
    assert [
        {"event": "network: we are blind", "log_level": "warning", "failed": ("r0", "r1")},
        {"event": "network: we see again", "log_level": "info", "since": str(edges[1].at)},
    ] == [{k: v for k, v in line.items() if k not in ("location", "do")} for line in logs]
    assert one.saw_again > 0
