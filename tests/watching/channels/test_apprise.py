"""The channel apprise: the library in a process of its own, guarded and killed."""

import asyncio
import sys
from typing import Any

import pytest
from tests.probing.shop import Street, answers
from tests.watching.channels.receiver import Receiver, answer
from tests.watching.channels.sending import LOOPBACK, OUTSIDE, message, refused

from vigie.watching import Sent, channels, send
from vigie.watching.channels import apprise

OK = answer("200 OK", body=b"ok")


def target(url: str, scheme: str = "json") -> dict[str, str]:
    return {"channel": "apprise", "to": f"{scheme}://{url.partition('://')[2]}/s3cret-token"}


async def test_message_is_sent_by_the_library(street: Street) -> None:
    receiver = Receiver(OK)
    url = await street.open(receiver)

    assert Sent() == await send(target(url), message(), LOOPBACK)
    assert message().subject == receiver.json["title"]
    assert message().text == receiver.json["message"]


async def test_guarded_address_is_refused_as_it_is_called(street: Street) -> None:
    receiver = Receiver(OK)
    url = await street.open(receiver)
    why = await refused(target(url), OUTSIDE)

    expected = "127.0.0.1 is a loopback address (write allow: [loopback] in reports/rota.yaml)"
    assert (expected, False) == (why.why, why.temporary)
    assert [] == receiver.requests


async def test_redirect_to_a_guarded_address_is_refused(street: Street) -> None:
    url = await street.open(
        answers(answer("302 Go", "Location: http://169.254.169.254/latest/meta-data"))
    )
    why = await refused(target(url))

    assert "169.254.169.254 is a link-local address, which is never called" == why.why


async def test_refusal_of_the_service_may_pass(street: Street) -> None:
    why = await refused(target(await street.open(answers(answer("500 Oops")))))

    expected = "apprise could not send it, and does not say why"
    assert (expected, True) == (why.why, why.temporary)


async def test_address_that_apprise_does_not_know() -> None:
    why = await refused({"channel": "apprise", "to": "pigeon://s3cret"})

    assert ("the address is none that apprise understands", False) == (why.why, why.temporary)


async def test_library_that_hangs_is_killed(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()
    begun: list[asyncio.subprocess.Process] = []
    create = asyncio.create_subprocess_exec

    async def hangs(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()

    async def kept(*arguments: Any, **settings: Any) -> asyncio.subprocess.Process:
        begun.append(await create(*arguments, **settings))
        return begun[-1]

    url = await street.open(hangs)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", kept)
    sending = asyncio.create_task(refused(target(url)))
    async with asyncio.timeout(20):
        await asked.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending

    assert [-9] == [process.returncode for process in begun]


async def test_library_that_takes_too_long_is_temporary(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "URGENT_S", 0.2)
    why = await refused(target(await street.open(answers(OK))))

    assert "apprise: it did not end within 0.2 s, and may have been taken" == why.why
    assert why.temporary


async def test_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    why = await refused({"channel": "apprise", "to": "json://a.example"})

    expected = "apprise is not installed (pip install 'vigie[apprise]')"
    assert (expected, False) == (why.why, why.temporary)


async def test_process_that_breaks_is_temporary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apprise, "CHILD", "vigie.no_such_module")
    why = await refused({"channel": "apprise", "to": "json://a.example"})

    assert ("apprise failed, and does not say why", True) == (why.why, why.temporary)
