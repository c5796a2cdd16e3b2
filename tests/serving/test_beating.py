"""`/beat/TOKEN` over a real socket."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from vigie.probing import Beats, Heard
from vigie.probing.heard import read_heard
from vigie.serving import serve
from vigie.serving.beating import BURST, add_beats

TOKEN = "0123456789abcdef-export"


@pytest.fixture
def beats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Beats:
    monkeypatch.setenv("EXPORT_BEAT", TOKEN)
    armed = Beats(tmp_path, "main")
    armed.arm({"export": "${env:EXPORT_BEAT}"}, {})
    return armed


@asynccontextmanager
async def door(beats: Beats) -> AsyncIterator[aiohttp.ClientSession]:
    app = web.Application()
    add_beats(app, beats)
    async with serve(app, "127.0.0.1:0") as url, aiohttp.ClientSession(url) as session:
        yield session


async def status(session: aiohttp.ClientSession, path: str, method: str = "GET") -> int:
    async with session.request(method, path) as answer:
        return answer.status


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    ("word", "failed", "code"), [("", False, None), ("/0", False, 0), ("/3", True, 3)]
)
async def test_a_beat_is_on_disk_when_it_is_answered(
    beats: Beats, tmp_path: Path, method: str, word: str, failed: bool, code: int | None
) -> None:
    async with door(beats) as session:
        answered = await status(session, f"/beat/{TOKEN}{word}", method)
        kept = read_heard(tmp_path / "export.json")

    assert answered == 200
    assert kept == Heard(ended=kept.ended, failed=failed, code=code)
    assert kept.ended


async def test_a_start_and_a_failure_are_told_by_words(beats: Beats) -> None:
    async with door(beats) as session:
        await status(session, f"/beat/{TOKEN}/start")
        started = beats.known("export").heard
        await status(session, f"/beat/{TOKEN}/fail")
        failed = beats.known("export").heard

    assert started.started
    assert not started.ended
    assert (failed.failed, failed.code, failed.started) == (True, None, None)


@pytest.mark.parametrize("path", [f"{TOKEN}x", TOKEN[:-1], "x", f"{TOKEN}/256", f"{TOKEN}/later"])
async def test_what_is_no_beat_is_not_found_and_keeps_nothing(
    beats: Beats, tmp_path: Path, path: str
) -> None:
    async with door(beats) as session:
        answered = await status(session, f"/beat/{path}")

    assert answered == 404
    assert not (tmp_path / "export.json").exists()


async def test_too_many_beats_are_refused_and_change_nothing(beats: Beats) -> None:
    async with door(beats) as session:
        told = [await status(session, f"/beat/{TOKEN}") for _ in range(int(BURST))]
        before = beats.known("export")
        async with session.get(f"/beat/{TOKEN}/fail") as answer:
            refused, when = answer.status, answer.headers["retry-after"]

    assert set(told) == {200}
    assert (refused, when) == (429, "1")
    assert beats.known("export") == before


async def test_a_body_is_not_read(beats: Beats) -> None:
    """As long as it likes: it is neither kept nor waited for."""

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65_536
            await asyncio.sleep(0)

    async with door(beats) as session:
        async with session.post(f"/beat/{TOKEN}", data=BytesIO(b"x" * 10_000_000)) as answer:
            first = answer.status
        async with asyncio.timeout(10), session.post(f"/beat/{TOKEN}", data=endless()) as answer:
            second = answer.status

    assert (first, second) == (200, 200)


async def test_a_beat_that_cannot_be_kept_is_not_answered_as_one(
    beats: Beats, tmp_path: Path
) -> None:
    (tmp_path / "export.tmp").mkdir()
    async with door(beats) as session:
        answered = await status(session, f"/beat/{TOKEN}")

    assert answered == 503


async def test_a_token_in_a_broken_request_is_not_logged(
    beats: Beats, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with door(beats) as session:
        url = session._base_url
        assert url
        for version in ("HTTP/9", "HTTP/1.1\0"):
            reader, writer = await asyncio.open_connection(url.host, url.port)
            writer.write(f"GET /beat/{TOKEN} {version}\r\n\r\n".encode())
            answer = await reader.read(4096)
            writer.close()
            assert b" 400 " in answer.splitlines()[0]

    assert TOKEN not in caplog.text
