"""The pages over a real socket."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from vigie import __version__
from vigie.errors import UsageError
from vigie.probing import Counts
from vigie.serving import Asked, Health, Measured, make_app, serve
from vigie.storing import Depth

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)


def pages(health: Health | None = None, *why: str) -> Asked:
    async def found() -> Health:
        assert health
        return health

    async def unready() -> tuple[str, ...]:
        return why

    async def measured() -> Measured:
        return Measured(now=NOON, location="main", counts=Counts(), depth=Depth())

    return Asked(health=found, unready=unready, measured=measured)


async def ask(asked: Asked, page: str = "/healthz") -> tuple[int, dict[str, object]]:
    async with (
        serve(make_app(asked), "127.0.0.1:0") as url,
        aiohttp.ClientSession() as session,
        session.get(f"{url}{page}") as answer,
    ):
        return answer.status, await answer.json()


async def test_a_process_that_is_well_answers_200() -> None:
    newest = datetime.now(UTC) - timedelta(seconds=30)
    status, body = await ask(pages(Health(newest_result=newest, as_of=NOON, spool_files=2)))

    age = body.pop("newest_result_age_s")
    assert status == 200
    assert isinstance(age, float)
    assert 30 <= age < 60
    assert body == {
        "status": "ok",
        "wrong": [],
        "version": __version__,
        "as_of": "2026-05-12T12:00:00Z",
        "spool_files": 2,
        "spool": [],
        "catalogue": [],
    }


async def test_something_wrong_answers_503_and_says_what() -> None:
    wrong = ("the roll-up stopped",)
    health = Health(newest_result=None, as_of=None, spool_files=0, wrong=wrong)
    status, body = await ask(pages(health))

    assert status == 503
    assert (body["status"], body["wrong"]) == ("failing", ["the roll-up stopped"])
    assert (body["as_of"], body["newest_result_age_s"]) == (None, None)


async def test_a_refused_catalogue_is_told_and_no_reason_to_restart() -> None:
    told = ("probes/shop.yaml:3:5: key: missing (write a key)",)
    health = Health(newest_result=None, as_of=None, spool_files=0, catalogue=told)
    status, body = await ask(pages(health))

    assert (status, body["status"], body["catalogue"]) == (200, "ok", list(told))


async def test_a_full_disk_is_told_and_no_reason_to_restart() -> None:
    told = ("the disk refuses results, 7 wait in memory",)
    health = Health(newest_result=None, as_of=None, spool_files=0, spool=told)
    status, body = await ask(pages(health))

    assert (status, body["status"], body["spool"]) == (200, "ok", list(told))


async def test_readyz_is_200_or_503_with_the_reasons() -> None:
    assert await ask(pages(), "/readyz") == (200, {"status": "ready", "wrong": []})
    assert await ask(pages(None, "no database"), "/readyz") == (
        503,
        {"status": "not ready", "wrong": ["no database"]},
    )


async def test_metrics_come_in_the_format_that_is_asked_for() -> None:
    headers = {"accept": "application/openmetrics-text; version=1.0.0"}
    async with (
        serve(make_app(pages()), "127.0.0.1:0") as url,
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{url}/metrics") as answer,
    ):
        status, content_type, text = answer.status, answer.content_type, await answer.text()

    assert (status, content_type) == (200, "application/openmetrics-text")
    assert text.endswith("# EOF\n")


async def test_a_port_in_use_is_said_in_one_line() -> None:
    async with serve(make_app(pages()), "127.0.0.1:0") as url:
        taken = url.removeprefix("http://")
        with pytest.raises(UsageError) as caught:
            async with serve(make_app(pages()), taken):
                pass

    assert str(caught.value) == (
        f"--listen: {taken} is in use (stop what listens there, or write another port)"
    )


@pytest.mark.parametrize("listen", ["", "8791", "localhost", "127.0.0.1:", ":1", "h:70000", "h:-1"])
async def test_an_address_that_is_none_is_refused(listen: str) -> None:
    with pytest.raises(UsageError) as caught:
        async with serve(make_app(pages()), listen):
            pass

    assert str(caught.value) == f'--listen: "{listen}" is no address (write 127.0.0.1:8791)'
