"""The channel s3: against a server that speaks it, and what each refusal is told as."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from urllib.request import urlopen

import boto3  # type: ignore[import-untyped]
import pytest
from aiohttp import web
from moto.server import ThreadedMotoServer
from tests.watching.channels.sending import OUTSIDE, message

from vigie.watching import NotSent, send
from vigie.watching.channels import s3
from vigie.watching.message import Attached

PLACE = "s3://reports/acme/2026"
PDF = b"%PDF-1.7 " + bytes(6_000_000)  # more than one part would be
FILE = Attached(name="acme-2026-05-r1.pdf", content=PDF)
Answer = Callable[[web.Request], Awaitable[web.Response]]


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_S3_ACCESS_KEY", "vigie")
    monkeypatch.setenv("S3_SECRET", "much-too-secret")
    monkeypatch.setenv("VIGIE_S3_SECRET_KEY", "${env:S3_SECRET}")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    moto = ThreadedMotoServer(port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    monkeypatch.setenv("VIGIE_S3_ENDPOINT", server)
    keys = {"aws_access_key_id": "vigie", "aws_secret_access_key": "x", "region_name": "us-east-1"}
    made = boto3.resource("s3", endpoint_url=server, **keys).create_bucket(Bucket="reports")
    yield made
    made.objects.all().delete()
    made.delete()


async def given(place: str = PLACE, file: Attached = FILE) -> str | None:
    told = message(files=(file,), urgent=False)
    return (await send({"channel": "s3", "to": place}, told, OUTSIDE)).reference


async def test_files_are_put_once_and_never_written_over(bucket: object) -> None:
    for _ in range(2):  # an attempt whose end was not kept is repeated
        assert "acme-2026-05-r1.pdf" == await given()
    other = Attached(name=FILE.name, content=b"%PDF-1.7 other")
    with pytest.raises(NotSent, match="is there with other bytes, and is not written") as refused:
        await given(file=other)

    assert not refused.value.temporary
    [held] = bucket.objects.all()  # type: ignore[attr-defined] # boto3 has no types
    assert "acme/2026/acme-2026-05-r1.pdf" == held.key
    answer = held.get()
    assert (PDF, "application/pdf") == (answer["Body"].read(), answer["ContentType"])

    url = await s3.signed_url(PLACE, FILE.name, timedelta(days=7))
    assert "X-Amz-Expires=604800" in url
    assert "secret" not in url
    assert PDF == await asyncio.to_thread(lambda: urlopen(url).read())


@pytest.mark.usefixtures("bucket")
async def test_what_people_must_mend_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "s3://none/x: there is no such bucket (make it)" == await _why("s3://none/x")
    monkeypatch.delenv("S3_SECRET")
    assert "S3_SECRET" in await _why(PLACE)
    monkeypatch.delenv("VIGIE_S3_SECRET_KEY")
    assert f"{PLACE}: VIGIE_S3_ACCESS_KEY and VIGIE_S3_SECRET_KEY are not set" == await _why(PLACE)


ERROR = "<Error><Code>{}</Code><Message>much-too-secret</Message></Error>"
ANSWERS = {
    (403, "SignatureDoesNotMatch"): "the keys are refused, 403 SignatureDoesNotMatch (look at",
    (503, "SlowDown"): "the server answered 503 SlowDown",
    (500, ""): "the server answered 500",
    (None, ""): "the server did not answer in time",
}


async def test_refusals_are_told_without_their_words_and_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(s3, "ANSWER", timedelta(seconds=0.5))
    for (status, code), expected in ANSWERS.items():
        asked = asyncio.Event()

        async def answer(request: web.Request) -> web.Response:
            await request.read()
            if status is None:  # noqa: B023 - called in this turn
                await asked.wait()  # noqa: B023
            return web.Response(status=status or 200, text=ERROR.format(code))  # noqa: B023

        app = web.Application(client_max_size=10**8)
        app.router.add_route("*", "/{any:.*}", answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        monkeypatch.setenv("VIGIE_S3_ENDPOINT", f"http://127.0.0.1:{runner.addresses[0][1]}")
        told = await _why(PLACE)
        asked.set()
        await runner.cleanup()

        assert told.startswith(f"{PLACE}: {expected}"), (status, told)
        assert "secret" not in told.lower().replace("vigie_s3_secret_key", "")

    assert "the server cannot be reached" in await _why(PLACE)


async def _why(place: str) -> str:
    with pytest.raises(NotSent) as refused:
        await given(place)
    assert refused.value.temporary
    return refused.value.why
