"""The address guard on every hop: no spelling, name, redirect or proxy leads around it."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.probing.forwarder import forwards
from tests.probing.shop import OK, Street, answers, ask, endpoint, keeps

from vigie.probing import Attempt, Outcome, Reason
from vigie.probing.attempt import run_slot
from vigie.probing.http import probe

EVERYTHING = ("loopback", "private")
FOUND = "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n"
PUBLIC = "93.184.215.14"
METADATA = [
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0xA9.0xFE.0xA9.0xFE",
    "0251.0376.0251.0376",
    "169.254.43518",
    "169.16689662",
    "１６９.254.169.254",  # noqa: RUF001 - digits that IDNA makes plain ones
    "①⑥⑨.254.169.254",
    "169。254。169。254",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[0:0:0:0:0:ffff:a9fe:a9fe]",
    "[::a9fe:a9fe]",
    "[64:ff9b::169.254.169.254]",
    "[2002:a9fe:a9fe::]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fd00:ec2::254]",
    "100.100.100.200",
]


@pytest.mark.parametrize("host", METADATA)
async def test_metadata_is_never_asked_whatever_is_allowed(host: str) -> None:
    attempt = await probe(endpoint(f"http://{host}/latest/"), number=1, allow=EVERYTHING)

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)
    assert (None, None) == (attempt.address, attempt.connect_us)


@pytest.mark.parametrize("host", [host for host in METADATA if host.isascii()])
async def test_redirect_to_metadata_ends_there(street: Street, host: str) -> None:
    url = await street.open(answers(FOUND.format(f"http://{host}/").encode()))
    attempt = await probe(endpoint(url), number=1, allow=EVERYTHING)

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)
    assert ("127.0.0.1", 1) == (attempt.address, street.connections)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", METADATA)
async def test_proxy_is_not_asked_for_metadata(street: Street, scheme: str, host: str) -> None:
    asked: list[bytes] = []
    door = await street.open(forwards(asked))
    made = endpoint(f"{scheme}://{host}/", proxy=door)
    attempt = await probe(made, number=1, allow=EVERYTHING)

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)
    assert [] == asked


@pytest.mark.parametrize("host", METADATA)
async def test_metadata_is_no_proxy(host: str) -> None:
    made = endpoint("http://127.0.0.1/", proxy=f"http://{host}:3128")
    attempt = await probe(made, number=1, allow=EVERYTHING)

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)
    assert attempt.address is None


async def test_percent_encoded_host_is_only_a_strange_name() -> None:
    made = endpoint("http://%31%36%39.254.169.254/")
    attempt = await probe(made, number=1, allow=EVERYTHING)

    assert (Reason.DNS_NOT_FOUND, None) == (attempt.reason, attempt.address)


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "167772161", "012.0.0.1", "0xa.1", "[::ffff:10.0.0.1]", "[fd12::1]"]
)
async def test_redirect_to_a_private_address_needs_it_allowed(street: Street, host: str) -> None:
    url = await street.open(answers(FOUND.format(f"http://{host}/").encode()))
    attempt = await probe(endpoint(url), number=1, allow=("loopback",))

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)
    assert str(attempt.detail).endswith(
        "is a private address (write allow: [private] in the service)"
    )


# Names that change their answer


class Resolver:
    """Answers each look-up with the next address; the last one repeats."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int, **_: object) -> Any:
        self.asked.append(host)
        address = self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]


@pytest.fixture
async def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts that were connected to; nobody answers."""
    hosts: list[str] = []

    async def refuse(_factory: object, host: str, *_: object, **__: object) -> None:
        hosts.append(host)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", refuse)
    return hosts


async def test_rebinding_changes_nothing_because_the_checked_address_is_connected_to(
    connected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = Resolver(PUBLIC, "127.0.0.1")
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolver)
    await probe(endpoint("http://shop.example/"), number=1, allow=())

    assert [PUBLIC] == connected
    assert ["shop.example"] == resolver.asked


async def test_each_retry_checks_what_the_name_says_now(
    connected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = Resolver(PUBLIC, "127.0.0.1")
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolver)
    made = endpoint("http://shop.example/", retries=["1ms"])
    now = datetime.now(UTC)

    async def once(number: int) -> Attempt:
        return await probe(made, number=number, allow=())

    result = await run_slot(
        made,
        now,
        location="main",
        until=now + timedelta(minutes=1),
        probe=once,
        gate=asyncio.Semaphore(1),
    )

    assert [Reason.CONNECT_REFUSED, Reason.ADDRESS_REFUSED] == [a.reason for a in result.attempts]
    assert [PUBLIC] == connected


async def test_rebinding_between_real_servers(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As above without a stand-in for the connection: the second answer is never used."""
    first: list[bytes] = []
    second: list[bytes] = []
    port = int((await street.open(keeps(first), host="127.0.0.2")).rpartition(":")[2])
    await street.open(keeps(second), host="127.0.0.3", port=port)
    resolver = Resolver("127.0.0.2", "127.0.0.3")
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolver)
    attempt = await ask(f"http://shop.example:{port}/")

    assert (Outcome.UP, "127.0.0.2", 1, 0) == (
        attempt.outcome,
        attempt.address,
        len(first),
        len(second),
    )


async def test_redirect_to_the_same_name_is_checked_again(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    url = await street.open(keeps(seen, FOUND.format("/next").encode(), OK))
    resolver = Resolver("127.0.0.1", "10.0.0.1")
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolver)
    attempt = await ask(url.replace("127.0.0.1", "shop.example"))

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED, 1) == (
        attempt.outcome,
        attempt.reason,
        len(seen),
    )


async def test_tunnel_is_asked_for_the_checked_address(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name never reaches the proxy's own resolver."""
    asked: list[bytes] = []
    refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
    door = await street.open(keeps(asked, refusal))
    resolver = Resolver(PUBLIC, "169.254.169.254")
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolver)
    await ask("https://shop.example/", proxy=door)

    assert asked[0].startswith(f"CONNECT {PUBLIC}:443 HTTP/1.1\r\n".encode())
    assert b"shop.example" not in asked[0]
    assert ["shop.example"] == resolver.asked
