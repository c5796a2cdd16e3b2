"""The system's own resolver asks a name server of the test: what it says, and whose fault it is."""

import asyncio
import ctypes
import ctypes.util
import socket
import struct
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar, cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from tests.probing.hosts import Town, reference
from tests.probing.shop import endpoint

from vigie.catalogue import Reference
from vigie.probing import Judge, Outcome, Reason, Result
from vigie.probing.attempt import run_slot
from vigie.probing.http import probe

Answer = TypeVar("Answer")
SHOP, PAGE, BOX = "shop.vigie.example.", "page.vigie.example.", "box.vigie.example."
NAMESERVERS = 20  # offset of nsaddr_list in glibc's struct __res_state
LIBC = ctypes.CDLL(ctypes.util.find_library("c"))
pytestmark = pytest.mark.skipif(not hasattr(LIBC, "__res_init"), reason="the resolver is glibc's")


class NameServer(asyncio.DatagramProtocol):
    """Answers as told: an address, a response code, or nothing at all."""

    def __init__(self, says: dict[str, str]) -> None:
        self._says = says
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        (question,) = query.question
        said = self._says.get(str(question.name).lower(), "NXDOMAIN")
        if said == "silence" or self._transport is None:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if said[0].isdigit():
            if question.rdtype == dns.rdatatype.A:
                answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", said))
        else:
            answer.set_rcode(dns.rcode.from_text(said))
        self._transport.sendto(answer.to_wire(), addr)


def use(port: int) -> None:
    """Make glibc's resolver of this thread ask 127.0.0.1 at *port*, once, for a second."""
    LIBC.__res_init()
    LIBC.__res_state.restype = ctypes.c_void_p
    state = LIBC.__res_state()
    address = struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + b"\x7f\0\0\1" + bytes(8)
    ctypes.memmove(state, struct.pack("=ii", 1, 1), 8)  # retrans, retry
    ctypes.memmove(state + 16, struct.pack("=i", 1), 4)  # nscount
    ctypes.memmove(state + NAMESERVERS, address, len(address))


def resolving(says: dict[str, str], work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Do *work* on a loop whose look-ups go to a name server that says *says*."""

    async def run() -> Answer:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: NameServer(says), local_addr=("127.0.0.1", 0)
        )
        port = transport.get_extra_info("sockname")[1]
        loop.set_default_executor(ThreadPoolExecutor(initializer=use, initargs=(port,)))
        try:
            return await work()
        finally:
            transport.close()

    with asyncio.Runner() as runner:
        return runner.run(run())


async def slot(port: int = 1) -> Result:
    """Return what one slot of the shop gives, without retries."""
    spec = {"every": "60s", "timeout": "8s", "retries": ()}
    shop = endpoint(f"http://{SHOP.rstrip('.')}:{port}/", **spec)
    now = datetime.now(UTC)
    return await run_slot(
        shop,
        now,
        location="main",
        until=now.replace(year=now.year + 1),
        probe=lambda number: probe(shop, number=number, allow=["loopback"]),
        gate=asyncio.Semaphore(1),
    )


@pytest.mark.parametrize(
    ("says", "outcome", "reason"),
    [
        ("NXDOMAIN", Outcome.DOWN, Reason.DNS_NOT_FOUND),
        ("NOERROR", Outcome.DOWN, Reason.DNS_NOT_FOUND),  # the name is there, without an address
        ("SERVFAIL", Outcome.UNKNOWN, Reason.DNS_FAILED),
        ("REFUSED", Outcome.UNKNOWN, Reason.DNS_FAILED),
        ("silence", Outcome.UNKNOWN, Reason.DNS_FAILED),
        ("127.0.0.1", Outcome.DOWN, Reason.CONNECT_REFUSED),  # found, and nobody listens at port 1
    ],
)
def test_what_the_name_server_says(says: str, outcome: Outcome, reason: Reason) -> None:
    result = resolving({SHOP: says}, slot)

    assert (outcome, reason) == (result.outcome, result.reason)


async def judged(
    references: Callable[[Town], Awaitable[Sequence[Reference]]],
) -> Result:
    """Return what a judge with *references* makes of the slot."""
    town = Town()
    judge = Judge(location="main", tell=lambda _: None)
    judge.follow([], await references(town))
    try:
        return await judge(await slot(), again=False)
    finally:
        await judge.aclose()
        town.down()


async def named(town: Town) -> list[Reference]:
    page, box = await town.references(2)
    return [
        reference("page", PAGE.rstrip("."), page.port),
        reference("box", BOX.rstrip("."), box.port),
    ]


async def one_named(town: Town) -> list[Reference]:
    return [(await named(town))[0], *await town.references(1)]


async def only_addresses(town: Town) -> Sequence[Reference]:
    return await town.references(2)


@pytest.mark.parametrize(
    ("says", "references", "outcome", "reason"),
    [
        # Another name is found: it is the target's own name that is gone.
        ({PAGE: "127.0.0.2", BOX: "127.0.0.3"}, named, Outcome.DOWN, Reason.DNS_NOT_FOUND),
        ({PAGE: "127.0.0.2"}, named, Outcome.DOWN, Reason.DNS_NOT_FOUND),
        # Nothing is found, as behind a captive portal: it is us.
        ({}, named, Outcome.UNKNOWN, Reason.NETWORK),
        ({}, one_named, Outcome.UNKNOWN, Reason.DNS_FAILED),
        # Nothing to compare with.
        ({}, only_addresses, Outcome.DOWN, Reason.DNS_NOT_FOUND),
    ],
)
def test_name_that_is_not_found_counts_while_a_reference_s_name_is(
    says: dict[str, str],
    references: Callable[[Town], Awaitable[Sequence[Reference]]],
    outcome: Outcome,
    reason: Reason,
) -> None:
    result = resolving(says, lambda: judged(references))

    assert (outcome, reason) == (result.outcome, result.reason)
    if reason is Reason.DNS_FAILED:
        assert "our resolver finds no reference: page" == result.attempts[-1].detail
