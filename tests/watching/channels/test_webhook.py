"""The channel webhook: what a receiver gets, and how it knows that it is ours."""

import json
import textwrap
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
import time_machine
from tests.probing.shop import Street
from tests.watching.channels.receiver import Receiver
from tests.watching.channels.sending import FACTS, LOOPBACK, message

from vigie.watching import Sent, send
from vigie.watching.channels import webhook

SECRET = "whsec-0123456789"
NOW = datetime(2026, 5, 12, 1, 10, tzinfo=UTC)


async def test_receiver_gets_the_message_as_json(street: Street) -> None:
    receiver = Receiver()
    url = await street.open(receiver)
    told = message(subject="Crise 3 : arrêt", urgent=True)
    sent = await send({"channel": "webhook", "to": f"{url}/hook?team=a%20b"}, told, LOOPBACK)

    assert Sent(reference=None) == sent
    assert "POST /hook?team=a%20b HTTP/1.1" == receiver.line
    assert {
        "key": "crisis-3/page/alice/1",
        "event": "trigger",
        "thread": "crisis-3",
        "urgent": True,
        "subject": "Crise 3 : arrêt",
        "text": message().text,
        "data": FACTS,
    } == receiver.json
    assert "application/json" == receiver.headers["Content-Type"]
    assert "Vigie-Signature" not in receiver.headers


async def test_every_attempt_has_the_same_key_and_body(street: Street) -> None:
    receiver = Receiver()
    url = await street.open(receiver)
    for _ in range(2):
        key = "crisis-3/page/zoé\r\nEvil: 1"
        await send({"channel": "webhook", "to": url}, message(key=key), LOOPBACK)

    first, second = (request.partition(b"\r\n\r\n")[2] for request in receiver.requests)
    assert first == second
    assert "crisis-3/page/zo%C3%A9%0D%0AEvil:%201" == receiver.headers["Idempotency-Key"]
    assert "Evil" not in receiver.headers


def documented() -> Callable[[str, Mapping[str, str], bytes], bool]:
    """The receiver's check, as the module documents it."""
    lines = (webhook.__doc__ or "").splitlines()
    start = next(n for n, line in enumerate(lines) if "import hashlib" in line)
    code = [line for line in lines[start:] if not line or line.startswith("    ")]
    names: dict[str, object] = {"Mapping": Mapping}
    exec(textwrap.dedent("\n".join(code)), names)
    is_ours: Callable[[str, Mapping[str, str], bytes], bool] = names["is_ours"]  # type: ignore[assignment]
    return is_ours


async def test_signature_passes_the_documented_check_and_nothing_else_does(
    street: Street,
) -> None:
    receiver = Receiver()
    url = await street.open(receiver)
    target = {"channel": "webhook", "to": url, "secret": SECRET}
    with time_machine.travel(NOW, tick=False):
        await send(target, message(), LOOPBACK)
    is_ours, headers = documented(), receiver.headers

    with time_machine.travel(NOW, tick=False):
        assert is_ours(SECRET, headers, receiver.body)
        assert not is_ours(SECRET, headers, receiver.body + b" ")
        assert not is_ours("another", headers, receiver.body)
        moved = {**headers, "Vigie-Timestamp": str(int(headers["Vigie-Timestamp"]) + 1)}
        assert not is_ours(SECRET, moved, receiver.body)
    with time_machine.travel(NOW.replace(minute=16), tick=False):  # replayed
        assert not is_ours(SECRET, headers, receiver.body)


def test_signature_is_the_one_that_openssl_gives() -> None:
    # printf '1778548200.{"a": 1}' | openssl dgst -sha256 -hmac whsec-0123456789
    expected = "v1=9441984dd0a9a4c2ceab9269236a60d21126aed7c7eec23328860f6e449f2e6d"

    assert expected == webhook.signature(SECRET, "1778548200", b'{"a": 1}')


@pytest.mark.parametrize("text", ["\ud800", "\x00\x1b", "é" * 10_000])
async def test_any_text_can_be_sent(street: Street, text: str) -> None:
    receiver = Receiver()
    url = await street.open(receiver)
    await send({"channel": "webhook", "to": url}, message(text=text), LOOPBACK)

    assert len(text) == len(json.loads(receiver.body)["text"])
