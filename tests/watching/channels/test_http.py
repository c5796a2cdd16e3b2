"""What every channel over HTTP does: its verdicts, its bounds, its guard, its silence."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
import trustme
from tests.probing.shop import Street, answers, settings
from tests.watching.channels.receiver import TAKEN, Receiver, answer
from tests.watching.channels.sending import LOOPBACK, OUTSIDE, message, refused

from vigie.probing import address
from vigie.watching import Sent, Transport, send

NOW = datetime(2026, 5, 12, 1, 10, tzinfo=UTC)


def hook(url: str) -> dict[str, str]:
    return {"channel": "webhook", "to": url}


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content"])
async def test_any_2xx_is_taken(street: Street, status: str) -> None:
    url = await street.open(answers(answer(status)))

    assert Sent() == await send(hook(url), message(), LOOPBACK)


@pytest.mark.parametrize(
    ("status", "temporary"),
    [
        ("400 Bad Request", False),
        ("401 Unauthorized", False),
        ("404 Not Found", False),
        ("408 Request Timeout", True),
        ("410 Gone", False),
        ("413 Content Too Large", False),
        ("425 Too Early", True),
        ("429 Too Many Requests", True),
        ("500 Internal Server Error", True),
        ("503 Service Unavailable", True),
        ("599 Whatever", True),
    ],
)
async def test_refusal(street: Street, status: str, *, temporary: bool) -> None:
    url = await street.open(answers(answer(status, body=b"so \x1b[2J\r\nnot")))
    why = await refused(hook(url))

    assert f"127.0.0.1 answered {status[:3]}: so \\x1b[2J not" == why.why
    assert (temporary, None) == (why.temporary, why.retry_after)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("7", timedelta(seconds=7)),
        ("0", timedelta(0)),
        ("999999999", timedelta(hours=1)),
        ("Tue, 12 May 2026 01:10:30 GMT", timedelta(seconds=30)),
        ("Tue, 12 May 2026 01:09:00 GMT", timedelta(0)),
        ("Tue, 12 May 2026 01:10:30 -0000", timedelta(seconds=30)),
        ("Tue, 12 May 2096 01:10:30 GMT", timedelta(hours=1)),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("9" * 40, None),
    ],
)
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
async def test_retry_after(street: Street, status: str, header: str, wait: timedelta) -> None:
    url = await street.open(answers(answer(status, f"Retry-After: {header}")))
    with time_machine.travel(NOW, tick=False):
        why = await refused(hook(url))

    assert (True, wait) == (why.temporary, why.retry_after)


async def test_retry_after_counts_only_where_it_means_something(street: Street) -> None:
    url = await street.open(answers(answer("500 Oops", "Retry-After: 7")))

    assert None is (await refused(hook(url))).retry_after


async def test_redirect_is_not_followed(street: Street) -> None:
    elsewhere = Receiver()
    there = await street.open(elsewhere)
    url = await street.open(answers(answer("307 Go", f"Location: {there}")))
    why = await refused(hook(url))

    expected = "127.0.0.1 answered 307: redirects are not followed (write the final address)"
    assert (expected, False) == (why.why, why.temporary)
    assert [] == elsewhere.requests


async def never(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def trickles(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("script", [never, trickles])
async def test_server_that_never_answers(street: Street, script: object) -> None:
    url = await street.open(script)  # type: ignore[arg-type]
    why = await refused(hook(url))

    expected = "127.0.0.1 did not answer within 0.4 s; it may have been taken"
    assert (expected, True) == (why.why, why.temporary)


@pytest.mark.usefixtures("impatient")
async def test_server_that_never_shakes_hands(street: Street) -> None:
    url = (await street.open(never)).replace("http:", "https:")

    assert (await refused(hook(url))).temporary


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x" * 65536)
        await writer.drain()


async def stalls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok")
    await reader.read()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("script", [endless, stalls])
async def test_body_that_never_ends_changes_nothing(street: Street, script: object) -> None:
    url = await street.open(script)  # type: ignore[arg-type]

    assert Sent() == await send(hook(url), message(), LOOPBACK)


async def test_endless_refusal_is_cut(street: Street) -> None:
    url = await street.open(answers(answer("400 Bad", body=b"no " * 100_000)))

    assert "127.0.0.1 answered 400: " + ("no " * 40) == (await refused(hook(url))).why


@pytest.mark.parametrize(
    ("bytes_", "expected"),
    [
        (b"", "it closed the connection; the message may have been taken"),
        (b"SSH-2.0-OpenSSH\r\n", "it does not speak HTTP as it should"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 100_000, "it does not speak HTTP as it should"),
    ],
)
async def test_server_that_speaks_something_else(
    street: Street, bytes_: bytes, expected: str
) -> None:
    why = await refused(hook(await street.open(answers(bytes_))))

    assert why.why.startswith(f"127.0.0.1: {expected}")
    assert why.temporary


async def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    why = await refused(hook(f"http://127.0.0.1:{port}/x"))

    assert ("127.0.0.1: it refused the connection", True) == (why.why, why.temporary)


async def test_tls_is_verified(street: Street, authority: trustme.CA) -> None:
    trusted = await street.open(answers(TAKEN), settings(authority))
    stranger = await street.open(answers(TAKEN), settings(trustme.CA()))

    assert Sent() == await send(hook(trusted), message(), LOOPBACK)
    why = await refused(hook(stranger))
    assert ("127.0.0.1: its certificate is not trusted", True) == (why.why, why.temporary)


IN_ROTA = "in reports/rota.yaml)"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("10.0.0.7", f"10.0.0.7 is a private address (write allow: [private] {IN_ROTA}"),
        ("[fd00::1]", f"fd00::1 is a private address (write allow: [private] {IN_ROTA}"),
        ("127.0.0.1", f"127.0.0.1 is a loopback address (write allow: [loopback] {IN_ROTA}"),
        ("2130706433", f"127.0.0.1 is a loopback address (write allow: [loopback] {IN_ROTA}"),
        ("0x7f.1", f"127.0.0.1 is a loopback address (write allow: [loopback] {IN_ROTA}"),
        ("localhost", f"127.0.0.1 is a loopback address (write allow: [loopback] {IN_ROTA}"),
        ("169.254.169.254", "169.254.169.254 is a link-local address, which is never called"),
        ("[fe80::1%25lo]", "fe80::1 is a link-local address, which is never called"),
        (
            "[::ffff:169.254.169.254]",
            "::ffff:169.254.169.254 is a link-local address, which is never called",
        ),
        ("0.0.0.0", "0.0.0.0 is no address of a host, which is never called"),
    ],
)
async def test_guarded_address_is_refused_in_one_line(host: str, expected: str) -> None:
    why = await refused(hook(f"http://{host}/x"), OUTSIDE)

    assert not why.temporary
    # The system may list ::1 before 127.0.0.1, and writes mapped addresses its own way.
    assert expected in {why.why, why.why.replace("::1 is a loop", "127.0.0.1 is a loop")} | {
        why.why.replace("::ffff:a9fe:a9fe", "::ffff:169.254.169.254")
    }


async def test_metadata_is_refused_whatever_is_allowed() -> None:
    transport = Transport(mail=None, allow=("loopback", "private"))
    why = await refused(hook("http://169.254.169.254/latest"), transport)

    assert "169.254.169.254 is a link-local address, which is never called" == why.why


async def test_name_is_asked_once_and_its_answer_is_called(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers otherwise the second time leads nowhere else."""
    receiver = Receiver()
    port = (await street.open(receiver)).rpartition(":")[2]
    told = [("127.0.0.1",), ("169.254.169.254",)]

    async def look_up(*_: object) -> tuple[str, ...]:
        return told.pop(0)

    monkeypatch.setattr(address, "_look_up", look_up)
    assert Sent() == await send(hook(f"http://hooks.vendor.example:{port}/"), message(), LOOPBACK)

    assert f"hooks.vendor.example:{port}" == receiver.headers["Host"]
    assert [("169.254.169.254",)] == told
    why = await refused(hook(f"http://hooks.vendor.example:{port}/"))
    assert not why.temporary


async def test_proxy_of_the_environment_is_not_used(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = Receiver()
    monkeypatch.setenv("HTTP_PROXY", await street.open(proxy))
    monkeypatch.setenv("NO_PROXY", "")
    url = await street.open(answers(TAKEN))

    assert Sent() == await send(hook(url), message(), LOOPBACK)
    assert [] == proxy.requests


async def test_name_that_does_not_exist_may_exist_later() -> None:
    why = await refused(hook("http://hooks.invalid/x"))

    assert why.temporary
    assert "hooks.invalid" in why.why


@pytest.mark.parametrize(
    "url",
    ["", "hooks.vendor.example", "ftp://a/s3cret", "https://u:s3cret@a/", "http://a b/s3cret"],
)
async def test_what_is_no_url_is_refused_unseen(url: str) -> None:
    why = await refused(hook(url))

    assert "the address is no URL (write https://host/path)" == why.why
    assert not why.temporary
