"""What may be probed is decided on the resolved address."""

import asyncio
import socket

import pytest
from tests.probing.shop import OK, Street, answers, ask, endpoint

from vigie.probing import Outcome, Reason
from vigie.probing.address import refusal, resolve
from vigie.probing.failure import Failed
from vigie.probing.http import probe

EVERYTHING = ("loopback", "private")


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("169.254.169.254", "a link-local address"),
        ("169.254.0.1", "a link-local address"),
        ("fe80::1", "a link-local address"),
        ("::ffff:169.254.169.254", "a link-local address"),
        ("2002:a9fe:a9fe::1", "a link-local address"),  # 6to4
        ("64:ff9b::a9fe:a9fe", "a link-local address"),  # NAT64
        ("::a9fe:a9fe", "a link-local address"),  # IPv4-compatible
        ("::ffff:0:a9fe:a9fe", "a link-local address"),  # IPv4-translated
        ("64:ff9b:1::a9fe:a9fe", "a link-local address"),  # NAT64 of one's own
        ("2001:0:a9fe:a9fe::1", "a link-local address"),  # Teredo
        ("fd00:ec2::254", "a metadata address"),
        ("fd00:ec2::23", "a metadata address"),
        ("fd20:ce::254", "a metadata address"),
        ("100.100.100.200", "a metadata address"),
        ("168.63.129.16", "a metadata address"),
        ("0.0.0.0", "no address of a host"),
        ("0.1.2.3", "no address of a host"),
        ("::", "no address of a host"),
        ("224.0.0.1", "a multicast address"),
        ("ff02::1", "a multicast address"),
        ("255.255.255.255", "a reserved address"),
        ("240.0.0.1", "a reserved address"),
    ],
)
def test_never_probed_whatever_is_allowed(address: str, kind: str) -> None:
    assert f"{address} is {kind}, which is never probed" == refusal(address, EVERYTHING)


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("127.0.0.1", "loopback"),
        ("127.1.2.3", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::127.0.0.1", "loopback"),
        ("64:ff9b::7f00:1", "loopback"),
        ("10.0.0.1", "private"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "private"),
        ("192.0.2.1", "private"),
        ("198.18.0.1", "private"),
        ("fd12::1", "private"),
        ("fec0::1", "private"),
        ("::ffff:10.0.0.1", "private"),
        ("2002:0a00:0001::1", "private"),
        ("64:ff9b:1::101:101", "private"),
        ("::ffff:0:7f00:1", "loopback"),
        ("4000::1", "private"),  # nobody's yet
    ],
)
def test_probed_only_when_allowed(address: str, word: str) -> None:
    other = "private" if word == "loopback" else "loopback"

    assert f"{address} is a {word} address (write allow: [{word}] in the service)" == refusal(
        address, (other,)
    )
    assert refusal(address, (word,)) is None


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "2002:101:101::1", "64:ff9b::101:101"],
)
def test_public_address_may_be_probed(address: str) -> None:
    assert refusal(address, ()) is None


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0177.0.0.1",
        "0x7f.1",
        "127.1",
        "[::1]",
        "[::ffff:7f00:1]",
    ],
)
async def test_no_spelling_gets_around_the_guard(host: str) -> None:
    attempt = await probe(endpoint(f"http://{host}/"), number=1, allow=("private",))

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)
    assert attempt.connect_us is None


async def test_zone_does_not_hide_an_address() -> None:
    """IPv6 addresses are equal only where their zones are."""
    with pytest.raises(Failed, match="fd00:ec2::254 is a metadata address"):
        await resolve("fd00:ec2::254%lo", 80, EVERYTHING)


async def test_name_with_a_forbidden_and_an_allowed_address_uses_the_allowed(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int((await street.open(answers(OK))).rpartition(":")[2])

    async def both(*_: object, **__: object) -> list[tuple[object, ...]]:
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*stream, ("169.254.169.254", port)), (*stream, ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    attempt = await ask(f"http://shop.example:{port}/")

    assert (Outcome.UP, "127.0.0.1") == (attempt.outcome, attempt.address)


async def test_second_address_is_tried_when_the_first_refuses(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int((await street.open(answers(OK))).rpartition(":")[2])

    async def both(*_: object, **__: object) -> list[tuple[object, ...]]:
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*stream, (host, port)) for host in ("127.0.0.2", "127.0.0.1")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    attempt = await ask(f"http://shop.example:{port}/")

    assert (Outcome.UP, "127.0.0.1") == (attempt.outcome, attempt.address)


@pytest.mark.parametrize("limit", ["500ms", "10s"])
async def test_address_that_hangs_leaves_time_for_the_next(
    street: Street, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """The attempt's timeout may be shorter than what connecting may take."""
    monkeypatch.setattr("vigie.probing.connecting.CONNECT_SECONDS", 1.0)
    port = int((await street.open(answers(OK))).rpartition(":")[2])

    async def both(*_: object, **__: object) -> list[tuple[object, ...]]:
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*stream, (host, port)) for host in ("127.0.0.2", "127.0.0.1")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.2", port))
        full.listen(0)
        for client in (first, second):
            client.setblocking(False)  # noqa: FBT003 - no keyword there
            client.connect_ex(full.getsockname())
        attempt = await ask(f"http://shop.example:{port}/", timeout=limit, retries=[])

    assert (Outcome.UP, "127.0.0.1") == (attempt.outcome, attempt.address)
    assert 200_000 <= (attempt.connect_us or 0)  # it waited for the other one


async def test_name_is_resolved_once(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second look-up could answer with another address than the one that was checked."""
    port = int((await street.open(answers(OK))).rpartition(":")[2])
    loop, asked = asyncio.get_running_loop(), []
    real = loop.getaddrinfo

    async def counted(host: str, *rest: object, **more: object) -> object:
        asked.append(host)
        return await real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "getaddrinfo", counted)
    await ask(f"http://localhost:{port}/")

    assert ["localhost"] == [host for host in asked if host == "localhost"]
