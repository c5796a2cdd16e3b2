"""The kind icmp: on loopback, in network namespaces of its own, and against a scripted peer."""

import asyncio
import json
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from vigie.probing import Attempt, Outcome, Reason
from vigie.probing.echo import HEADER, Echo, checksum
from vigie.probing.icmp import IcmpEndpoint, probe

ROOT = Path(__file__).parents[2]
OPEN = "echo '0 2147483647' > /proc/sys/net/ipv4/ping_group_range"
CLOSED = "echo '1 0' > /proc/sys/net/ipv4/ping_group_range"
SILENT = "echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all"
NO_RAW = ("setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw")
SCRIPT = """
import json, sys
import uvloop
from vigie.probing.icmp import IcmpEndpoint, probe
for text in sys.argv[1:]:
    one = IcmpEndpoint.model_validate({"key": "host", "timeout": "300ms", **json.loads(text)})
    found = uvloop.run(probe(one, number=1, allow=("loopback", "private")))
    print(json.dumps([found.outcome, found.reason, found.detail]))
"""
Told = list[str | None]  # outcome, reason, detail


def endpoint(host: str, **spec: Any) -> IcmpEndpoint:
    return IcmpEndpoint.model_validate({"key": "host", "icmp": host, "timeout": "2s", **spec})


async def ask(host: str, allow: Sequence[str] = ("loopback",), **spec: Any) -> Attempt:
    return await probe(endpoint(host, **spec), number=1, allow=allow)


def allowed(kind: socket.SocketKind) -> bool:
    try:
        socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
    except PermissionError:
        return False
    return True


def isolated(setup: str, *specs: dict[str, Any], run_as: Sequence[str] = ()) -> list[Told]:
    """Probe each of *specs* in a network of its own, made by *setup*."""
    within = f'ip link set lo up && {setup} && exec "$@"'
    program = [*run_as, sys.executable, "-c", SCRIPT, *map(json.dumps, specs)]
    done = subprocess.run(
        ["unshare", "--net", "sh", "-c", within, "sh", *program],
        capture_output=True,
        check=True,
        text=True,
        cwd=ROOT / "src",
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def can_isolate() -> bool:
    """Tell whether this user may make networks, as root may."""
    try:
        return not subprocess.run(
            ["unshare", "--net", "sh", "-c", f"ip link set lo up && {OPEN}"],
            capture_output=True,
            check=False,
        ).returncode
    except OSError:
        return False


needs_network = pytest.mark.skipif(not can_isolate(), reason="may make no network of its own")
needs_echo = pytest.mark.skipif(
    not (allowed(socket.SOCK_DGRAM) or allowed(socket.SOCK_RAW)), reason="may send no echo"
)


@needs_echo
@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
async def test_host_that_answers_is_up(host: str) -> None:
    attempt = await ask(host, count=3)

    assert (Outcome.UP, None, None) == (attempt.outcome, attempt.reason, attempt.detail)
    assert ip_address(str(attempt.address)).is_loopback
    assert attempt.first_byte_us is not None
    assert attempt.dns_us is not None
    assert attempt.connect_us is None


@needs_echo
async def test_slow_echo_is_down() -> None:
    attempt = await ask("127.0.0.1", expect={"within": "0ms"})

    assert (Outcome.DOWN, Reason.SLOW) == (attempt.outcome, attempt.reason)


BOTH = ({"icmp": "127.0.0.1", "count": 20}, {"icmp": "::1", "count": 20})
UP = ["up", None, None]


@needs_network
def test_no_privilege_is_needed_where_the_system_allows_it() -> None:
    assert [UP, UP] == isolated(OPEN, *BOTH, run_as=NO_RAW)


@needs_network
def test_raw_socket_stands_in() -> None:
    assert [UP, UP] == isolated(CLOSED, *BOTH)


@needs_network
def test_neither_is_unknown_and_says_what_to_run() -> None:
    run = 'run sysctl -w net.ipv4.ping_group_range="0 2147483647"'
    detail = f"this machine lets the prober send no echo requests ({run})"

    assert [["unknown", "internal", detail]] * 2 == isolated(CLOSED, *BOTH, run_as=NO_RAW)


@needs_network
def test_host_that_does_not_answer() -> None:
    """The unreachable route stands for a router that says so."""
    silent, nowhere, unreachable = isolated(
        f"{OPEN} && {SILENT} && ip route add unreachable 10.1.2.3",
        {"icmp": "127.0.0.1", "count": 2},
        {"icmp": "10.9.9.9"},
        {"icmp": "10.1.2.3"},
    )

    nothing = "nothing within 300ms: waiting for the answer: 0 of 2 echoes came"
    assert ["down", "timeout", nothing] == silent
    assert ["unknown", "network", "this machine has no route to 10.9.9.9"] == nowhere
    assert ["down", "unreachable", "10.1.2.3: No route to host"] == unreachable


async def test_address_that_is_not_allowed_is_not_probed() -> None:
    attempt = await ask("127.0.0.1", allow=())

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)


async def test_name_that_does_not_exist_is_down() -> None:
    attempt = await ask("nothing.invalid")

    assert (Outcome.DOWN, Reason.DNS_NOT_FOUND) == (attempt.outcome, attempt.reason)


# A peer that plays the host: what it gets is what the wire would carry.

Answer = Callable[[bytes], Sequence[bytes]]
SENT = Echo(version=4, identifier=7, content=b"our contents", headed=False)


def reply(request: bytes, *, kind: int = 0, code: int = 0, identifier: int = 7) -> bytes:
    number = HEADER.unpack_from(request)[4]
    return HEADER.pack(kind, code, 0, identifier, number) + request[HEADER.size :]


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], Any]:
    """Put a peer that answers as a test says in the host's place."""

    @asynccontextmanager
    async def play(answer: Answer) -> AsyncIterator[None]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for end in (ours, theirs):
            end.setblocking(False)  # noqa: FBT003 - no keyword there
        monkeypatch.setattr("vigie.probing.icmp.open_echo", lambda _: (ours, SENT))

        def on_request() -> None:
            for packet in answer(theirs.recv(65535)):
                theirs.send(packet)

        loop = asyncio.get_running_loop()
        loop.add_reader(theirs, on_request)
        try:
            yield
        finally:
            loop.remove_reader(theirs)
            theirs.close()

    return play


@pytest.mark.parametrize(
    "wrong",
    [
        lambda request: request,  # its own request, as a raw socket hears it on loopback
        lambda request: reply(request, identifier=8),
        lambda request: reply(request, kind=3),
        lambda request: reply(request, code=1),
        lambda request: reply(request)[:-1],
        lambda request: reply(request) + b"!",
        lambda request: reply(request)[:-1] + b"!",
        lambda _: HEADER.pack(0, 0, 0, 7, 99) + SENT.content,
        lambda _: b"",
        lambda _: b"\0",
    ],
)
async def test_what_is_no_echo_of_ours_does_not_count(
    scripted: Callable[[Answer], Any], wrong: Callable[[bytes], bytes]
) -> None:
    async with scripted(lambda request: [wrong(request)]):
        bad = await ask("127.0.0.1", timeout="100ms")
    async with scripted(lambda request: [wrong(request), reply(request)]):
        good = await ask("127.0.0.1")

    assert (Outcome.DOWN, Reason.TIMEOUT) == (bad.outcome, bad.reason)
    assert Outcome.UP == good.outcome


async def test_the_same_echo_twice_counts_once(scripted: Callable[[Answer], Any]) -> None:
    def first_twice(request: bytes) -> Sequence[bytes]:
        return [reply(request)] * 2 if HEADER.unpack_from(request)[4] == 0 else []

    async with scripted(first_twice):
        attempt = await ask("127.0.0.1", count=2, timeout="100ms")

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert "nothing within 100ms: waiting for the answer: 1 of 2 echoes came" == attempt.detail


@pytest.mark.parametrize(("lost", "outcome"), [(1, Outcome.DOWN), (2, Outcome.UP)])
async def test_so_many_may_be_lost(
    scripted: Callable[[Answer], Any], lost: int, outcome: Outcome
) -> None:
    def loses_two(request: bytes) -> Sequence[bytes]:
        return [reply(request)] if HEADER.unpack_from(request)[4] > 1 else []

    async with scripted(loses_two):
        attempt = await ask("127.0.0.1", count=5, timeout="100ms", expect={"lost_at_most": lost})

    assert outcome == attempt.outcome


def test_checksum_is_that_of_the_rfc() -> None:
    """RFC 1071, section 3: the sum of these bytes is ddf2."""
    data = bytes.fromhex("0001f203f4f5f6f7")

    assert ~0xDDF2 & 0xFFFF == checksum(data)
    assert 0 == checksum(SENT.request(3))


def test_header_of_ip_is_passed_over() -> None:
    raw = Echo(version=4, identifier=7, content=b"our contents", headed=True)
    options = struct.pack("!B", 0x46) + bytes(23)  # 6 * 4 bytes

    assert 3 == raw.answered(options + reply(raw.request(3)))
    assert raw.answered(b"") is None


@pytest.mark.parametrize(
    ("spec", "place", "message"),
    [
        ({"icmp": "https://shop.example"}, "icmp", '"https://shop.example" is not a host'),
        ({"icmp": "shop.example:80"}, "icmp", '"shop.example:80" is not a host'),
        ({"icmp": ""}, "icmp", '"" is not a host'),
        ({"icmp": 5}, "icmp", "5 is not a host"),
        ({"expect": {"lost_at_most": 1}}, "", "with 1 of 1 lost, nothing need come back"),
        ({"ip": 5}, "ip", "not a version of IP (write any, 4 or 6)"),
    ],
)
def test_bad_values_are_refused_with_place_and_what_to_write(
    spec: dict[str, Any], place: str, message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        IcmpEndpoint.model_validate({"key": "host", "icmp": "shop.example", **spec})

    (error,) = caught.value.errors()
    assert place == ".".join(map(str, error["loc"]))
    assert error["msg"].startswith(message)
    assert "(write " in error["msg"]
