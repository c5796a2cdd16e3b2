"""Asking through a proxy: both forms, its failures, and the guard on either side of it."""

import asyncio
import socket
from base64 import b64encode
from typing import Any

import pytest
import trustme
from tests.probing.forwarder import forwards
from tests.probing.shop import OK, Script, Street, answers, ask, body, endpoint, keeps, settings

from vigie.probing import Outcome, Reason
from vigie.probing.http import probe

LOGIN = {"user": "probe", "password": "${env:PROXY_PASSWORD}"}


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PROXY_PASSWORD", "t0ps3cret")
    return "Basic " + b64encode(b"probe:t0ps3cret").decode()


def refuses(status: str) -> Script:
    return answers(body(b"", status=status))


async def test_http_is_asked_in_absolute_form(street: Street, login: str) -> None:
    asked: list[bytes] = []
    seen: list[bytes] = []
    url = await street.open(keeps(seen))
    door = await street.open(forwards(asked, login=login))
    attempt = await ask(f"{url}/a?b", proxy={"url": door, "basic": LOGIN})

    assert (Outcome.UP, 200) == (attempt.outcome, attempt.status)
    assert asked[0].startswith(f"GET {url}/a?b HTTP/1.1\r\nHost: {url[7:]}\r\n".encode())
    assert seen[0].startswith(b"GET /a?b HTTP/1.1\r\n")
    assert b"Proxy-Authorization" not in seen[0]


async def test_https_is_tunnelled_and_verified(
    street: Street, authority: trustme.CA, login: str
) -> None:
    asked: list[bytes] = []
    seen: list[bytes] = []
    url = await street.open(keeps(seen), settings(authority, "localhost"))
    door = await street.open(forwards(asked, login=login))
    port = url.rpartition(":")[2]
    attempt = await ask(f"https://localhost:{port}/a", proxy={"url": door, "basic": LOGIN})

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)
    assert attempt.certificate_expires is not None
    assert attempt.address in ("127.0.0.1", "::1")
    connects = [request.split(b"\r\n")[0] for request in asked]
    assert f"CONNECT 127.0.0.1:{port} HTTP/1.1".encode() == connects[-1]
    assert [f"GET /a HTTP/1.1\r\nHost: localhost:{port}".encode()] == [
        request[: request.index(b"\r\nUser-Agent")] for request in seen
    ]


async def test_redirect_goes_through_the_proxy_too(street: Street) -> None:
    asked: list[bytes] = []
    there = await street.open(answers(OK))
    found = f"HTTP/1.1 302 Found\r\nLocation: {there}\r\nContent-Length: 0\r\n\r\n".encode()
    here = await street.open(answers(found))
    door = await street.open(forwards(asked))
    attempt = await ask(here, proxy=door)

    assert (Outcome.UP, 2) == (attempt.outcome, len(asked))


@pytest.mark.usefixtures("login")
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_refused_login_is_unknown(street: Street, scheme: str) -> None:
    door = await street.open(forwards([], login="Basic other"))
    attempt = await ask(f"{scheme}://127.0.0.1:9/", proxy={"url": door, "basic": LOGIN})

    assert (Outcome.UNKNOWN, Reason.NETWORK) == (attempt.outcome, attempt.reason)
    assert "the proxy wants a user and password: status 407" == attempt.detail


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_proxy_that_is_gone_is_unknown(scheme: str, closed_port: int) -> None:
    door = f"http://127.0.0.1:{closed_port}"
    attempt = await ask(f"{scheme}://127.0.0.1:9/", proxy=door)

    assert (Outcome.UNKNOWN, Reason.NETWORK) == (attempt.outcome, attempt.reason)
    assert f"the proxy: 127.0.0.1 port {closed_port} refused the connection" == attempt.detail


async def test_proxy_that_cannot_reach_the_target_is_down(street: Street, closed_port: int) -> None:
    door = await street.open(forwards([]))
    attempt = await ask(f"https://127.0.0.1:{closed_port}/", proxy=door)

    assert (Outcome.DOWN, Reason.UNREACHABLE) == (attempt.outcome, attempt.reason)
    expected = f"the proxy cannot reach 127.0.0.1:{closed_port}: status 503"
    assert expected == attempt.detail


async def test_proxy_that_forbids_the_target_is_unknown(street: Street) -> None:
    door = await street.open(refuses("403 Forbidden"))
    attempt = await ask("https://127.0.0.1:9/", proxy=door)

    assert (Outcome.UNKNOWN, Reason.NETWORK) == (attempt.outcome, attempt.reason)
    assert "the proxy does not connect to 127.0.0.1:9: status 403" == attempt.detail


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("script", "detail"),
    [
        (answers(b""), "the proxy: the target closed the connection without an answer"),
        (answers(b"SSH-2.0-x\r\n"), "the proxy: the answer is not HTTP"),
    ],
)
async def test_proxy_that_is_none_is_unknown(
    street: Street, scheme: str, script: Script, detail: str
) -> None:
    attempt = await ask(f"{scheme}://127.0.0.1:9/", proxy=await street.open(script))

    assert (Outcome.UNKNOWN, Reason.NETWORK) == (attempt.outcome, attempt.reason)
    assert str(attempt.detail).startswith(detail)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", Reason.PROTOCOL),
        (body(b"", status="502 Bad Gateway"), Reason.STATUS),
    ],
)
async def test_answer_by_way_of_a_proxy_that_is_not_good_is_down(
    street: Street, answer: bytes, reason: Reason
) -> None:
    attempt = await ask("http://127.0.0.1:9/", proxy=await street.open(answers(answer)))

    assert (Outcome.DOWN, reason) == (attempt.outcome, attempt.reason)


async def test_answer_by_way_of_a_proxy_that_stalls_is_down(street: Street) -> None:
    async def stalls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")
        await reader.read()

    attempt = await ask("http://127.0.0.1:9/", proxy=await street.open(stalls), timeout="200ms")

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert "nothing within 200ms: waiting for the answer" == attempt.detail


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_silent_proxy_is_unknown(street: Street, scheme: str) -> None:
    async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    door = await street.open(silent)
    attempt = await ask(f"{scheme}://127.0.0.1:9/", proxy=door, timeout="200ms")

    assert (Outcome.UNKNOWN, Reason.NETWORK) == (attempt.outcome, attempt.reason)
    assert "nothing within 200ms: waiting for the proxy" == attempt.detail


# The guard


def _hosts(monkeypatch: pytest.MonkeyPatch, **hosts: list[str]) -> None:
    async def getaddrinfo(host: str, port: int, **_: object) -> Any:
        found = hosts[host.partition(".")[0]]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in found]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "found", [["169.254.169.254"], ["10.0.0.1"], ["127.0.0.1", "169.254.169.254"]]
)
async def test_proxy_is_no_way_around_the_guard(
    street: Street, monkeypatch: pytest.MonkeyPatch, scheme: str, found: list[str]
) -> None:
    """One bad address is enough: whoever connects chooses among them."""
    asked: list[bytes] = []
    door = await street.open(forwards(asked))
    _hosts(monkeypatch, shop=found)
    attempt = await ask(f"{scheme}://shop.example/", proxy=door)

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)
    assert [] == asked


async def test_proxy_itself_stands_before_the_guard(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    door = (await street.open(forwards(asked))).replace("127.0.0.1", "proxy.example")
    _hosts(monkeypatch, shop=["192.0.2.1"], proxy=["127.0.0.1"])
    made = endpoint("http://shop.example/", proxy=door)
    attempt = await probe(made, number=1, allow=("private",))

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)
    assert str(attempt.detail).startswith("the proxy: 127.0.0.1 is a loopback address")
    assert [] == asked
