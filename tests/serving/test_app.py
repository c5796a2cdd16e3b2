"""`/healthz` over a real socket."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from vigie import __version__
from vigie.errors import UsageError
from vigie.serving import Health, make_app, serve

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)


async def ask(health: Health) -> tuple[int, dict[str, object]]:
    async def found() -> Health:
        return health

    async with (
        serve(make_app(found), "127.0.0.1:0") as url,
        aiohttp.ClientSession() as session,
        session.get(f"{url}/healthz") as answer,
    ):
        return answer.status, await answer.json()


async def test_a_process_that_is_well_answers_200() -> None:
    newest = datetime.now(UTC) - timedelta(seconds=30)
    status, body = await ask(Health(newest_result=newest, as_of=NOON, spool_files=2))

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
    }


async def test_something_wrong_answers_503_and_says_what() -> None:
    wrong = ("the roll-up stopped",)
    status, body = await ask(Health(newest_result=None, as_of=None, spool_files=0, wrong=wrong))

    assert status == 503
    assert (body["status"], body["wrong"]) == ("failing", ["the roll-up stopped"])
    assert (body["as_of"], body["newest_result_age_s"]) == (None, None)


async def never() -> Health:
    raise AssertionError


async def test_a_port_in_use_is_said_in_one_line() -> None:
    async with serve(make_app(never), "127.0.0.1:0") as url:
        taken = url.removeprefix("http://")
        with pytest.raises(UsageError) as caught:
            async with serve(make_app(never), taken):
                pass

    assert str(caught.value) == (
        f"--listen: {taken} is in use (stop what listens there, or write another port)"
    )


@pytest.mark.parametrize("listen", ["", "8791", "localhost", "127.0.0.1:", ":1", "h:70000", "h:-1"])
async def test_an_address_that_is_none_is_refused(listen: str) -> None:
    with pytest.raises(UsageError) as caught:
        async with serve(make_app(never), listen):
            pass

    assert str(caught.value) == f'--listen: "{listen}" is no address (write 127.0.0.1:8791)'
