"""Targets that fail: each gets its reason, its detail and an end."""

import asyncio
import gzip
import socket
import struct
import time
import zlib

import pytest
from tests.probing.shop import OK, Street, answers, ask, body

from vigie.probing import Outcome, Reason
from vigie.probing.response import Response

FAST = {"timeout": "200ms"}
MEGABYTE = 1024 * 1024


async def test_refused_port_is_down(closed_port: int) -> None:
    attempt = await ask(f"http://127.0.0.1:{closed_port}/")

    assert (Outcome.DOWN, Reason.CONNECT_REFUSED) == (attempt.outcome, attempt.reason)
    assert f"127.0.0.1 port {closed_port} refused the connection" == attempt.detail
    assert attempt.connect_us is not None
    assert attempt.first_byte_us is None


async def test_name_that_does_not_exist_is_down() -> None:
    attempt = await ask("http://nothing.invalid/")

    assert (Outcome.DOWN, Reason.DNS_NOT_FOUND) == (attempt.outcome, attempt.reason)
    assert "nothing.invalid has no address in DNS" == attempt.detail
    assert attempt.address is None


async def test_failing_resolver_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", broken)
    attempt = await ask("http://shop.example/")

    assert (Outcome.UNKNOWN, Reason.DNS_FAILED) == (attempt.outcome, attempt.reason)
    assert (
        "the resolver failed for shop.example: Temporary failure in name resolution"
        == attempt.detail
    )


async def test_silent_resolver_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", silent)
    attempt = await ask("http://shop.example/", **FAST)

    assert (Outcome.UNKNOWN, Reason.DNS_FAILED) == (attempt.outcome, attempt.reason)
    assert "nothing within 200ms: resolving the name" == attempt.detail


async def test_full_backlog_is_a_connect_timeout() -> None:
    with socket.socket() as server, socket.socket() as first, socket.socket() as second:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for client in (first, second):
            client.setblocking(False)  # noqa: FBT003 - no keyword there
            client.connect_ex(server.getsockname())
        attempt = await ask(f"http://127.0.0.1:{server.getsockname()[1]}/", **FAST)

    assert (Outcome.DOWN, Reason.CONNECT_TIMEOUT) == (attempt.outcome, attempt.reason)
    assert "nothing within 200ms: connecting" == attempt.detail


async def test_connecting_has_a_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigie.probing.connecting.CONNECT_SECONDS", 0.2)
    with socket.socket() as server, socket.socket() as first, socket.socket() as second:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for client in (first, second):
            client.setblocking(False)  # noqa: FBT003 - no keyword there
            client.connect_ex(server.getsockname())
        port = server.getsockname()[1]
        attempt = await ask(f"http://127.0.0.1:{port}/")

    assert (Outcome.DOWN, Reason.CONNECT_TIMEOUT) == (attempt.outcome, attempt.reason)
    assert f"127.0.0.1 port {port} did not accept within 0.2 s" == attempt.detail


async def test_timeout_that_came_late_is_unknown(street: Street) -> None:
    """While our process stands still the answer may have come in time: that is no outage."""

    async def stall(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        time.sleep(0.6)  # noqa: ASYNC251 - the loop is held up, that is the point
        await asyncio.Event().wait()

    attempt = await ask(await street.open(stall), **FAST)

    assert (Outcome.UNKNOWN, Reason.DEADLINE) == (attempt.outcome, attempt.reason)
    expected = "the prober was held up; nothing within 200ms: waiting for the answer"
    assert expected == attempt.detail


async def _stall(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read(65536)
    await asyncio.Event().wait()


@pytest.mark.parametrize("step", ["on_header", "on_body", "feed", "end"])
async def test_defect_of_ours_while_reading_is_unknown(
    street: Street, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The event loop would log it, and the attempt wait until it looks like the target's fault."""

    def broken(*_: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(Response, step, broken)
    answer = b"HTTP/1.1 200 OK\r\nX-Shop: Paris\r\n\r\nok"
    attempt = await ask(await street.open(answers(answer)), timeout="1s")

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    assert "RuntimeError: a defect" == attempt.detail


async def test_stall_after_accept_times_out(street: Street) -> None:
    attempt = await ask(await street.open(_stall), **FAST)

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert "nothing within 200ms: waiting for the answer" == attempt.detail
    assert 195_000 <= attempt.duration_us < 1_000_000


async def test_stall_before_tls_times_out(street: Street) -> None:
    url = (await street.open(_stall)).replace("http:", "https:")
    attempt = await ask(url, **FAST)

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert "nothing within 200ms: the TLS handshake" == attempt.detail
    assert attempt.tls_us is not None


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n"])
async def test_trickle_is_cut_by_the_timeout_of_the_whole(street: Street, start: bytes) -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for byte in start or b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 10_000:
            writer.write(bytes([byte]))
            if not start:
                await asyncio.sleep(0.01)
        while True:
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(0.01)

    attempt = await ask(await street.open(trickle), **FAST)

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert attempt.first_byte_us is not None
    assert (200 if start else None) == attempt.status


def _reset_after(answer: bytes) -> object:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        await asyncio.sleep(0.05)
        linger = struct.pack("ii", 1, 0)  # close() sends RST
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    return script


@pytest.mark.parametrize(
    ("answer", "where"), [(b"", "before any answer"), (b"HTTP/1.1 200 OK\r\n", "inside the answer")]
)
async def test_reset_is_down(street: Street, answer: bytes, where: str) -> None:
    attempt = await ask(await street.open(_reset_after(answer)))  # type: ignore[arg-type]

    assert (Outcome.DOWN, Reason.RESET) == (attempt.outcome, attempt.reason)
    assert f"the connection broke {where}: Connection reset by peer" == attempt.detail


@pytest.mark.parametrize(
    ("answer", "reason", "detail"),
    [
        (b"", Reason.RESET, "the target closed the connection without an answer"),
        (b"HTTP/1.1 200 OK\r\nA: b", Reason.PROTOCOL, "the answer ends inside its headers"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok",
            Reason.PROTOCOL,
            "the body ends early: 2 of 5 bytes",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
            Reason.PROTOCOL,
            "the body ends early: its last chunk is missing",
        ),
        (
            body(gzip.compress(b"ok", mtime=0)[:-4], "Content-Encoding: gzip"),
            Reason.PROTOCOL,
            "the compressed body ends early",
        ),
    ],
)
async def test_early_end_is_down(
    street: Street, answer: bytes, reason: Reason, detail: str
) -> None:
    attempt = await ask(await street.open(answers(answer)))

    assert (Outcome.DOWN, reason, detail) == (attempt.outcome, attempt.reason, attempt.detail)


async def test_half_close_of_the_target_ends_the_attempt(street: Street) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write_eof()
        await asyncio.Event().wait()

    attempt = await ask(await street.open(half))

    assert (Outcome.DOWN, Reason.RESET) == (attempt.outcome, attempt.reason)


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 two hundred\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x00" * 100,
    ],
)
async def test_bad_http_is_down(street: Street, answer: bytes) -> None:
    attempt = await ask(await street.open(answers(answer)))

    assert (Outcome.DOWN, Reason.PROTOCOL) == (attempt.outcome, attempt.reason)
    assert str(attempt.detail).startswith("the answer is not HTTP: ")


async def _pour(writer: asyncio.StreamWriter, start: bytes, piece: bytes) -> None:
    writer.write(start)
    while not writer.is_closing():
        writer.write(piece)
        await writer.drain()


@pytest.mark.parametrize("start", [b"\r\n", b"Transfer-Encoding: chunked\r\n\r\n"])
async def test_endless_body_is_cut_at_its_cap(street: Street, start: bytes) -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        piece = b"a" * 4096
        await _pour(
            writer,
            b"HTTP/1.1 200 OK\r\n" + start,
            b"1000\r\n" + piece + b"\r\n" if b"chunked" in start else piece,
        )

    attempt = await ask(await street.open(endless))

    assert (Outcome.DOWN, Reason.TOO_LARGE) == (attempt.outcome, attempt.reason)
    assert (
        "the body is larger than 1 MiB (probe a smaller page, or write method: HEAD)"
        == attempt.detail
    )


async def test_endless_extension_of_a_chunk_is_cut(street: Street) -> None:
    """It is neither head nor body, and the parser passes it over."""

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        start = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a="
        await _pour(writer, start, b"a" * 65536)

    attempt = await ask(await street.open(endless))

    assert (Outcome.DOWN, Reason.TOO_LARGE) == (attempt.outcome, attempt.reason)


@pytest.mark.parametrize("piece", [b"A: b\r\n", b"a" * 1000, b"100 Continue\r\n\r\nHTTP/1.1 "])
async def test_endless_headers_are_cut_at_their_cap(street: Street, piece: bytes) -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        start = b"HTTP/1.1 " if b"100" in piece else b"HTTP/1.1 200 OK\r\nB: "
        await _pour(writer, start, piece * (4096 // len(piece) + 1))

    attempt = await ask(await street.open(endless))

    assert (Outcome.DOWN, Reason.TOO_LARGE) == (attempt.outcome, attempt.reason)
    assert "the headers are larger than 64 KiB" == attempt.detail


def _bomb(wbits: int, size: int) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, wbits)
    packed = b"".join(stream.compress(bytes(MEGABYTE)) for _ in range(size))
    return packed + stream.flush()


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("deflate", 15), ("deflate", -15)])
async def test_bomb_ends_early(street: Street, encoding: str, wbits: int) -> None:
    """60 MiB in 60 KiB; a bomb of gigabytes is cut at the same byte."""
    bomb = body(_bomb(wbits, 60), f"Content-Encoding: {encoding}")
    attempt = await ask(await street.open(answers(bomb)))

    assert (Outcome.DOWN, Reason.TOO_LARGE) == (attempt.outcome, attempt.reason)


async def test_body_of_exactly_the_cap_is_read(street: Street) -> None:
    page = body(_bomb(31, 1), "Content-Encoding: gzip")
    attempt = await ask(await street.open(answers(page)))

    assert Outcome.UP == attempt.outcome


async def test_broken_compression_is_down(street: Street) -> None:
    page = body(b"this is not gzip", "Content-Encoding: gzip")
    attempt = await ask(await street.open(answers(page)))

    assert (Outcome.DOWN, Reason.PROTOCOL) == (attempt.outcome, attempt.reason)


async def test_tls_on_a_plain_port_is_down(street: Street) -> None:
    url = (await street.open(answers(OK))).replace("http:", "https:")
    attempt = await ask(url, **FAST)

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)


async def test_plain_answer_to_tls_is_down(street: Street) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    url = (await street.open(plain)).replace("http:", "https:")
    attempt = await ask(url)

    assert (Outcome.DOWN, Reason.TLS) == (attempt.outcome, attempt.reason)
    assert "the TLS handshake failed: wrong version number" == attempt.detail


async def test_close_during_tls_is_a_reset(street: Street) -> None:
    async def leave(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(65536)

    url = (await street.open(leave)).replace("http:", "https:")
    attempt = await ask(url)

    assert (Outcome.DOWN, Reason.RESET) == (attempt.outcome, attempt.reason)
    assert "the target closed the connection during the TLS handshake" == attempt.detail
