"""Good answers of every shape, phases and requests."""

import asyncio
import gzip
import os
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.probing.shop import OK, Street, answers, ask, body, keeps

from vigie.probing import Outcome, Reason


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        ("length", [OK]),
        ("byte by byte", [bytes([b]) for b in OK]),
        ("until the end", [b"HTTP/1.0 200 OK\r\n\r\nok"]),
        (
            "chunked",
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"],
        ),
        ("interim", [b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n", OK]),
        ("two interim", [b"HTTP/1.1 100 Continue\r\n\r\n" * 2 + OK]),
        ("more than the answer", [OK + b"HTTP/1.1 500 No\r\n\r\n"]),
        ("gzip", [body(gzip.compress(b"ok"), "Content-Encoding: gzip")]),
        ("gzip twice", [body(gzip.compress(b"o") + gzip.compress(b"k"), "Content-Encoding: gzip")]),
        ("deflate", [body(zlib.compress(b"ok"), "Content-Encoding: deflate")]),
        ("bare deflate", [body(zlib.compress(b"ok")[2:-4], "Content-Encoding: deflate")]),
        (
            "other charset",
            [body("ok€".encode("utf-16"), "Content-Type: text/plain; charset=utf-16")],
        ),
    ],
)
async def test_body_is_read(street: Street, content: str, answer: list[bytes]) -> None:
    url = await street.open(answers(*answer))
    attempt = await ask(url, expect={"body_contains": "ok"})

    assert (content, Outcome.UP, None) == (content, attempt.outcome, attempt.detail)


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
)
async def test_answer_without_body_does_not_wait(street: Street, answer: bytes) -> None:
    async def keep_open(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answers(answer)(reader, writer)
        await asyncio.Event().wait()

    attempt = await ask(await street.open(keep_open))

    assert Outcome.UP == attempt.outcome


async def test_keep_alive_server_does_not_hold_the_probe(street: Street) -> None:
    async def keep_open(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answers(OK)(reader, writer)
        assert b"" == await reader.read()  # the probe closes

    attempt = await ask(await street.open(keep_open))

    assert Outcome.UP == attempt.outcome


async def test_head_waits_for_no_body(street: Street) -> None:
    async def head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert (await reader.readline()).startswith(b"HEAD / HTTP/1.1")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n")
        await asyncio.Event().wait()

    attempt = await ask(await street.open(head), method="HEAD")

    assert (Outcome.UP, 200) == (attempt.outcome, attempt.status)


async def test_switching_protocols_is_a_status(street: Street) -> None:
    answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n\x00"
    attempt = await ask(await street.open(answers(answer)), expect={"status": 101})

    assert (Outcome.UP, 101) == (attempt.outcome, attempt.status)


async def test_phases_are_measured(street: Street) -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.05)
        writer.write(OK[:-1])
        await asyncio.sleep(0.05)
        writer.write(OK[-1:])

    before = datetime.now(UTC)
    attempt = await ask(await street.open(slow))

    assert before <= attempt.started <= datetime.now(UTC)
    assert attempt.dns_us is not None
    assert attempt.connect_us is not None
    assert attempt.tls_us is None
    assert attempt.first_byte_us is not None
    assert attempt.first_byte_us >= 45_000  # the server's 50 ms, and a timer may be early
    assert attempt.duration_us >= attempt.first_byte_us + 45_000
    phases = attempt.dns_us + attempt.connect_us + attempt.first_byte_us
    assert phases <= attempt.duration_us
    assert ("127.0.0.1", 200, None) == (
        attempt.address,
        attempt.status,
        attempt.certificate_expires,
    )


async def test_request_is_what_the_catalogue_says(
    street: Street, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "t0ps3cret")
    (tmp_path / "password").write_text("pa55word\n")
    seen: list[bytes] = []
    url = await street.open(keeps(seen))
    attempt = await ask(
        f"{url}/a b?c=é#d".replace(" ", "%20"),
        method="POST",
        headers={"Authorization": "Bearer ${env:SHOP_TOKEN}", "Host": "shop.example"},
        body=f"p=${{file:{tmp_path}/password}}",
    )

    assert Outcome.UP == attempt.outcome
    assert [
        b"POST /a%20b?c=%C3%A9 HTTP/1.1",
        b"User-Agent: vigie/0.1.0",
        b"Accept: */*",
        b"Authorization: Bearer t0ps3cret",
        b"Host: shop.example",
        b"Content-Length: 10",
        b"Connection: close",
        b"",
        b"p=pa55word",
    ] == seen[0].split(b"\r\n")


async def test_missing_variable_is_unknown_and_named() -> None:
    attempt = await ask("http://127.0.0.1/", headers={"A": "${env:VIGIE_NOT_SET}"})

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    assert "the environment variable VIGIE_NOT_SET is not set in the prober" == attempt.detail


async def test_missing_file_is_unknown_and_named() -> None:
    attempt = await ask("http://127.0.0.1/", body="${file:/nowhere/secret}")

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    assert "the prober cannot read /nowhere/secret: No such file or directory" == attempt.detail


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (os.mkfifo, "it is no file"),
        (lambda path: path.mkdir(), "it is no file"),
        (lambda path: path.write_bytes(b"a" * 65537), "it is larger than 64 KiB"),
        (lambda path: path.write_bytes(b"\xff"), "is not UTF-8 text"),
    ],
)
async def test_file_that_holds_no_secret_is_unknown_and_holds_up_nobody(
    tmp_path: Path, make: Callable[[Path], object], why: str
) -> None:
    make(tmp_path / "secret")
    attempt = await ask("http://127.0.0.1:9/", headers={"A": f"${{file:{tmp_path}/secret}}"})

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    assert f"the prober cannot read {tmp_path}/secret: {why}" == attempt.detail


async def test_placeholder_may_be_the_whole_url(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_URL", await street.open(answers(OK)))

    assert Outcome.UP == (await ask("${env:SHOP_URL}/health")).outcome


async def test_secret_that_breaks_the_header_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "a\r\nX-Evil: 1")
    attempt = await ask("http://127.0.0.1/", headers={"A": "${env:SHOP_TOKEN}"})

    assert "with its placeholders: the value of A has several lines" == attempt.detail


async def test_defect_of_ours_is_unknown_and_hides_secrets(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("t0ps3cret")

    monkeypatch.setenv("SHOP_TOKEN", "t0ps3cret")
    monkeypatch.setattr("vigie.probing.http.check", broken)
    attempt = await ask(await street.open(answers(OK)), headers={"A": "${env:SHOP_TOKEN}"})

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    assert "RuntimeError: ***" == attempt.detail
    assert 200 == attempt.status


async def test_echoed_secret_is_hidden(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "t0ps3cret")
    url = await street.open(answers(body(b"", "X-Echo: t0ps3cret")))
    attempt = await ask(
        url, headers={"A": "${env:SHOP_TOKEN}"}, expect={"header": {"X-Echo": "none"}}
    )

    assert "header X-Echo is ***, expected none" == attempt.detail
