"""The kind websocket against aiohttp's server, and against scripted ones that fail."""

import asyncio
import base64
import hashlib
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme
from aiohttp import web
from pydantic import ValidationError
from tests.probing.shop import Script, Street, settings

from vigie.probing import Attempt, Outcome, Reason
from vigie.probing.websocket import WebsocketEndpoint, probe

FAST: dict[str, Any] = {"timeout": "200ms"}
MUCH = '1 MiB or 1000 messages came without "hello"'
SURE = b"HTTP/1.1 101 Sure\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3


async def ask(url: str, allow: tuple[str, ...] = ("loopback",), **spec: Any) -> Attempt:
    spec = {"key": "ws", "websocket": url.replace("http", "ws", 1), "timeout": "2s", **spec}
    return await probe(WebsocketEndpoint.model_validate(spec), number=1, allow=allow)


async def shouts(request: web.Request) -> web.WebSocketResponse:
    """Greet, then answer each text in capitals."""
    socket = web.WebSocketResponse(protocols=("shout.v2",))
    await socket.prepare(request)
    await socket.send_str(f"hello {request.headers.get('X-Who', 'nobody')} at {request.path_qs}")
    async for message in socket:
        await socket.send_str(message.data.upper())
    return socket


@asynccontextmanager
async def serving(
    handler: Callable[[web.Request], Any] = shouts, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"{'wss' if tls else 'ws'}://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def accepts(*frames: bytes) -> Script:
    """Open the session, send *frames* in the same packet, and read on until the probe leaves."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        key = re.findall(rb"(?i)sec-websocket-key: (.*)\r", head)[0]
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + b"".join(frames)
        )
        await reader.read()

    return script


def frame(payload: bytes, opcode: int = 1, *, final: bool = True) -> bytes:
    """A frame of a server: not masked."""
    length = len(payload)
    if length < 126:
        size = bytes([length])
    else:  # in as few bytes as hold it
        few = length < 65536
        size = b"\x7e" + length.to_bytes(2, "big") if few else b"\x7f" + length.to_bytes(8, "big")
    return bytes([opcode | (0x80 if final else 0)]) + size + payload


def answers(answer: bytes) -> Script:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)

    return script


async def test_session_that_opens_is_up() -> None:
    async with serving() as url:
        attempt = await ask(url)

    assert (Outcome.UP, None, None) == (attempt.outcome, attempt.reason, attempt.detail)
    assert (101, "127.0.0.1") == (attempt.status, attempt.address)
    assert None not in (attempt.dns_us, attempt.connect_us, attempt.first_byte_us)
    assert attempt.tls_us is None


async def test_message_is_sent_and_the_wanted_one_awaited() -> None:
    async with serving() as url:
        good = await ask(url, send="ping", expect={"message": "PING"})
        pattern = await ask(url, send="ping", expect={"message": "/^P.NG$/"})
        any_other = await ask(url, send="ping")
        bad = await ask(url, send="ping", expect={"message": "pong"}, **FAST)

    assert [Outcome.UP] * 3 == [it.outcome for it in (good, pattern, any_other)]
    assert (Outcome.DOWN, Reason.TIMEOUT) == (bad.outcome, bad.reason)
    assert 'nothing within 200ms: waiting for "pong"; 2 other messages came' == bad.detail


async def test_headers_path_and_secrets_are_sent_and_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WHO", "s3cret-token")
    headers = {"X-Who": "${env:WHO}"}
    async with serving() as url:
        greeting = {"message": "hello ${env:WHO} at /live?x=1"}
        good = await ask(f"{url}/live?x=1", headers=headers, expect=greeting)
        bad = await ask(url, headers=headers, expect={"message": "${env:WHO}!"}, **FAST)

    assert Outcome.UP == good.outcome
    assert 'waiting for "${env:WHO}!"' in str(bad.detail)
    assert "s3cret" not in str(bad)


async def test_subprotocol_must_be_chosen() -> None:
    async with serving() as url:
        good = await ask(url, subprotocols=["shout.v3", "shout.v2"])
        bad = await ask(url, subprotocols=["whisper", "shout.v3"])

    assert Outcome.UP == good.outcome
    assert (Outcome.DOWN, Reason.HEADER) == (bad.outcome, bad.reason)
    assert "the target chose no subprotocol, expected whisper, shout.v3" == bad.detail


async def test_login_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async def guarded(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != "Bearer s3cret-token":
            return web.Response(status=401)
        return await shouts(request)

    monkeypatch.setenv("TOKEN", "s3cret-token")
    async with serving(guarded) as url:
        good = await ask(url, auth={"bearer": "${env:TOKEN}"})
        bad = await ask(url)

    assert Outcome.UP == good.outcome
    assert (Outcome.DOWN, Reason.STATUS, 401) == (bad.outcome, bad.reason, bad.status)
    assert "status 401, expected 101" == bad.detail


async def test_redirect_is_not_followed() -> None:
    async def elsewhere(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("http://169.254.169.254/")

    async with serving(elsewhere) as url:
        attempt = await ask(url)

    assert (Outcome.DOWN, Reason.STATUS, 302) == (attempt.outcome, attempt.reason, attempt.status)


async def test_target_sees_an_orderly_end() -> None:
    codes: asyncio.Queue[int | None] = asyncio.Queue()

    async def noting(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        codes.put_nowait(socket.close_code)
        return socket

    async with serving(noting) as url:
        await ask(url)
        code = await asyncio.wait_for(codes.get(), 2)

    assert 1000 == code


async def test_certificate_is_checked_and_dated(authority: trustme.CA) -> None:
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=20, hours=1)
    async with serving(tls=settings(authority, not_after=ends)) as url:
        good = await ask(url, send="ping", expect={"message": "PING", "certificate_days": 20})
        short = await ask(url, expect={"certificate_days": 21})
    async with serving(tls=settings(authority, "other.example")) as url:
        other = await ask(url)
        unchecked = await ask(url, verify={"disabled": "a test"})
    past = ends - timedelta(days=30)
    async with serving(tls=settings(authority, not_after=past)) as url:
        expired = await ask(url)

    assert (Outcome.UP, ends) == (good.outcome, good.certificate_expires)
    assert good.tls_us is not None
    assert Reason.CERTIFICATE_DAYS == short.reason
    assert (Outcome.DOWN, Reason.TLS_HOSTNAME) == (other.outcome, other.reason)
    assert Outcome.UP == unchecked.outcome
    assert (Reason.TLS_EXPIRED, past) == (expired.reason, expired.certificate_expires)


async def test_certificate_of_nobody_is_not_trusted(authority: trustme.CA) -> None:
    assert authority
    async with serving(tls=settings(trustme.CA())) as url:
        attempt = await ask(url)

    assert (Outcome.DOWN, Reason.TLS_UNTRUSTED) == (attempt.outcome, attempt.reason)


async def test_address_that_is_not_allowed_is_not_probed() -> None:
    attempt = await ask("ws://127.0.0.1:1", allow=())

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)


async def test_refused_port_is_down(closed_port: int) -> None:
    attempt = await ask(f"ws://127.0.0.1:{closed_port}")

    assert (Outcome.DOWN, Reason.CONNECT_REFUSED) == (attempt.outcome, attempt.reason)


@pytest.mark.parametrize(
    ("answer", "reason", "detail"),
    [
        (b"", Reason.RESET, "the target closed the connection before the handshake's answer"),
        (b"HTTP/1.1 101 ", Reason.RESET, "the target closed the connection before"),
        (b"220 mail ESMTP\r\n\r\n", Reason.PROTOCOL, "the answer is no WebSocket: Bad HTTP"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            Reason.STATUS,
            "status 200, expected 101",
        ),
        (
            SURE + b"Sec-WebSocket-Accept: AAAA\r\n\r\n",
            Reason.PROTOCOL,
            "the answer is no WebSocket: Bad accept token",
        ),
        (
            b"HTTP/1.1 101 Sure\r\nConnection: Upgrade\r\n\r\n",
            Reason.PROTOCOL,
            "the answer is no WebSocket: Missing header",
        ),
        (SURE.replace(b"websocket", "wébsocket".encode()) + b"\r\n", Reason.PROTOCOL, "the answer"),
        (
            SURE + b"Sec-WebSocket-Protocol: \xff\r\n\r\n",
            Reason.PROTOCOL,
            "the answer is no WebSocket: 'ascii' codec",
        ),
        (b"HTTP/1.1 101 " + b"x" * 70_000, Reason.PROTOCOL, "the answer is no WebSocket: "),
    ],
)
async def test_handshake_that_fails_is_down(
    street: Street, answer: bytes, reason: Reason, detail: str
) -> None:
    attempt = await ask(await street.open(answers(answer)))

    assert (Outcome.DOWN, reason) == (attempt.outcome, attempt.reason)
    assert str(attempt.detail).startswith(detail)


async def test_hint_before_the_answer_is_passed_over(street: Street) -> None:
    script = accepts(frame(b"hello"))

    async def hinting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await script(reader, writer)

    attempt = await ask(await street.open(hinting), expect={"message": "hello"})

    assert (Outcome.UP, 101) == (attempt.outcome, attempt.status)


async def test_silent_target_is_down(street: Street) -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    attempt = await ask(await street.open(silent), **FAST)

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert "nothing within 200ms: waiting for the answer" == attempt.detail


async def test_stalled_tls_is_down(street: Street) -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    url = await street.open(silent)
    attempt = await ask(url.replace("http", "wss"), **FAST)

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert "nothing within 200ms: the TLS handshake" == attempt.detail


@pytest.mark.parametrize(
    "frames",
    [
        [frame(b"hello")],  # in the packet of the handshake
        [frame(b"other"), frame(b"", 9), frame(b"hello", 2)],
        [frame(b"hel", final=False), frame(b"lo", 0)],
        [frame(b"hello"), frame(b"\x03\xe8bye", 8)],
        [frame(b"x" * 60_000 + b"hello")],
    ],
)
async def test_message_is_found_in_whatever_frames_it_comes(
    street: Street, frames: list[bytes]
) -> None:
    attempt = await ask(await street.open(accepts(*frames)), expect={"message": "hello"})

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)


@pytest.mark.parametrize(
    ("frames", "reason", "detail"),
    [
        (
            [frame(b"\x03\xf3overloaded", 8)],
            Reason.PROTOCOL,
            'the session ended with 1011: overloaded before "hello"',
        ),
        ([frame(b"\xff\xfe")], Reason.PROTOCOL, "the session ended with 1007"),
        ([b"\xf1\x00"], Reason.PROTOCOL, "the session ended with 1002"),
        ([frame(b"x" * 70_000 + b"hello")], Reason.TIMEOUT, "nothing within 200ms"),
        ([frame(b"x" * 1024 * 1024)], Reason.TOO_LARGE, MUCH),
        ([frame(b"")] * 2000, Reason.TOO_LARGE, MUCH),
        ([frame(b"", 9)] * 2000, Reason.TOO_LARGE, MUCH),
        ([frame(b"x" * 999)] * 2000, Reason.TOO_LARGE, MUCH),
    ],
)
async def test_session_without_the_message_is_down(
    street: Street, frames: list[bytes], reason: Reason, detail: str
) -> None:
    url = await street.open(accepts(*frames))
    spec = FAST if reason is Reason.TIMEOUT else {}
    attempt = await ask(url, expect={"message": "hello"}, **spec)

    assert (Outcome.DOWN, reason) == (attempt.outcome, attempt.reason)
    assert str(attempt.detail).startswith(detail)


async def test_session_that_ended_takes_no_message(street: Street) -> None:
    url = await street.open(accepts(frame(b"\x03\xe8", 8)))
    attempt = await ask(url, send="ping")

    assert (Outcome.DOWN, Reason.PROTOCOL) == (attempt.outcome, attempt.reason)
    assert str(attempt.detail).startswith("the session ended with 1000 before")


async def test_slow_session_is_down() -> None:
    async with serving() as url:
        attempt = await ask(url, expect={"within": "0ms"})

    assert (Outcome.DOWN, Reason.SLOW) == (attempt.outcome, attempt.reason)


@pytest.mark.parametrize(
    ("spec", "place", "message"),
    [
        ({"websocket": "https://shop.example"}, "websocket", "is not a WebSocket URL (write wss"),
        ({"websocket": "shop.example"}, "websocket", "is not a WebSocket URL (write wss"),
        ({"websocket": "wss://"}, "websocket", "the URL has no host (write wss://host/path)"),
        ({"headers": {"Host": "a"}}, "headers", "Host is set by the prober (write no such"),
        ({"headers": {"Sec-WebSocket-Key": "a"}}, "headers", "is set by the prober"),
        ({"headers": {"X Y": "a"}}, "headers", "is not the name of a header"),
        ({"subprotocols": ["a b"]}, "subprotocols", "is not the name of a subprotocol (write ["),
        ({"expect": {"message": "/(/"}}, "expect.message", "is not a regular expression"),
        ({"expect": {"message": 5}}, "expect.message", "is not a text (write "),
        ({"expect": {"certificate_days": 5}, "websocket": "ws://a"}, "", "needs a certificate"),
        (
            {"auth": {"bearer": "${env:A}"}, "headers": {"authorization": "a"}},
            "",
            "auth and the header Authorization say the same (write one of them)",
        ),
    ],
)
def test_bad_values_are_refused_with_place_and_what_to_write(
    spec: dict[str, Any], place: str, message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        WebsocketEndpoint.model_validate({"key": "ws", "websocket": "wss://shop.example", **spec})

    (error,) = caught.value.errors()
    assert place == ".".join(map(str, error["loc"]))
    assert message in error["msg"]
    assert "(write " in error["msg"]
