"""Slack, Teams and PagerDuty: what each is sent, and what is never told of their secrets."""

import asyncio
import json
import socket

import pytest
from tests.probing.shop import Script, Street, answers
from tests.watching.channels.receiver import TAKEN, Receiver, answer
from tests.watching.channels.sending import FACTS, LOOPBACK, message, refused

from vigie.watching import CHANNELS, Sent, Transport, send
from vigie.watching.channels import pagerduty

ROUTING_KEY = "R0123456789ABCDEF0123456789ABCDE"
SECRET_PATH = "/services/T0AB12CD/B0AB12CD/xoxsecret-0123456789?sig=sEcReT-sig"


async def test_slack_gets_text_in_which_nobody_is_mentioned(street: Street) -> None:
    receiver = Receiver(answer("200 OK", body=b"ok"))
    url = await street.open(receiver)
    told = message(subject="API & co", text="<!channel> & https://a.example/?x=1&y=_2_")
    await send({"channel": "slack", "to": url + SECRET_PATH}, told, LOOPBACK)

    assert {
        "text": "*API &amp; co*\n&lt;!channel&gt; &amp; https://a.example/?x=1&amp;y=_2_"
    } == receiver.json
    assert f"POST {SECRET_PATH} HTTP/1.1" == receiver.line


async def test_teams_gets_an_adaptive_card(street: Street) -> None:
    receiver = Receiver()
    url = await street.open(receiver)
    told = message(subject="Crise 3", text="API *down*\n\nSee https://a.example/_x_ now")
    await send({"channel": "teams", "to": url + SECRET_PATH}, told, LOOPBACK)

    assert "message" == receiver.json["type"]
    (attachment,) = receiver.json["attachments"]
    assert "application/vnd.microsoft.card.adaptive" == attachment["contentType"]
    card = attachment["content"]
    assert ("AdaptiveCard", "1.4") == (card["type"], card["version"])
    assert [
        [{"type": "TextRun", "text": "Crise 3", "weight": "Bolder", "size": "Large"}],
        [{"type": "TextRun", "text": "API *down*"}],
        [
            {"type": "TextRun", "text": "See "},
            {
                "type": "TextRun",
                "text": "https://a.example/_x_",
                "selectAction": {"type": "Action.OpenUrl", "url": "https://a.example/_x_"},
            },
            {"type": "TextRun", "text": " now"},
        ],
    ] == [block["inlines"] for block in card["body"]]
    assert {"RichTextBlock"} == {block["type"] for block in card["body"]}


async def test_long_message_fits_what_teams_takes(street: Street) -> None:
    receiver = Receiver()
    url = await street.open(receiver)
    await send({"channel": "teams", "to": url}, message(text="🔥" * 50_000), LOOPBACK)

    assert len(receiver.body) < 28 * 1024


async def test_teams_that_fails_under_200_did_not_take_it(street: Street) -> None:
    said = b"Webhook message delivery failed with error: Microsoft Teams endpoint returned 429"
    url = await street.open(answers(answer("200 OK", body=said)))
    why = await refused({"channel": "teams", "to": url})

    assert "127.0.0.1 took the message and failed to deliver it" == why.why
    assert why.temporary


@pytest.fixture
async def pager(street: Street, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    said = b'{"status": "success", "message": "Event processed", "dedup_key": "crisis-3"}'
    receiver = Receiver(answer("202 Accepted", body=said))
    monkeypatch.setitem(pagerduty.ADDRESSES, "us", await street.open(receiver))
    return receiver


async def test_pagerduty_opens_one_alert_per_thread(pager: Receiver) -> None:
    sent = await send({"channel": "pagerduty", "to": ROUTING_KEY}, message(), LOOPBACK)

    assert Sent(reference="crisis-3") == sent
    assert {
        "routing_key": ROUTING_KEY,
        "event_action": "trigger",
        "dedup_key": "crisis-3",
        "client": "Vigie",
        "payload": {
            "summary": "Crisis 3: Public API is down",
            "source": "vigie",
            "severity": "critical",
            "component": "crisis-3",
            "custom_details": {"text": message().text, "facts": FACTS},
        },
    } == pager.json


@pytest.mark.parametrize(
    ("event", "action", "keys"),
    [
        ("update", "trigger", {"routing_key", "event_action", "dedup_key", "client", "payload"}),
        ("acknowledge", "acknowledge", {"routing_key", "event_action", "dedup_key"}),
        ("resolve", "resolve", {"routing_key", "event_action", "dedup_key"}),
    ],
)
async def test_pagerduty_hears_what_becomes_of_it(
    pager: Receiver, event: str, action: str, keys: set[str]
) -> None:
    told = message(event=event, urgent=False)
    await send({"channel": "pagerduty", "to": ROUTING_KEY}, told, LOOPBACK)

    assert action == pager.json["event_action"]
    assert keys == set(pager.json)
    if "payload" in keys:
        assert "warning" == pager.json["payload"]["severity"]


def test_pagerduty_is_called_at_its_own_addresses() -> None:
    assert {
        "us": "https://events.pagerduty.com/v2/enqueue",
        "eu": "https://events.eu.pagerduty.com/v2/enqueue",
    } == pagerduty.ADDRESSES


async def repeats(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Refuse, and say all that was sent, the body as a string of JSON."""
    head = await reader.readuntil(b"\r\n\r\n")
    size = next(int(it[15:]) for it in head.split(b"\r\n") if it.startswith(b"Content-Length:"))
    body = await reader.readexactly(size)
    said = head.split()[1] + b" " + json.dumps(body.decode()[:100]).encode()
    writer.write(answer("400 Bad Request", body=said))
    await writer.drain()


TROUBLE: dict[str, Script] = {
    "repeats": repeats,
    "redirects": answers(answer("302 Go", f"Location: {SECRET_PATH}")),
    "breaks": answers(b"nonsense\r\n\r\n"),
    "closes": answers(b""),
}


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("channel", ["webhook", "slack", "teams", "pagerduty"])
async def test_secrets_are_never_told(
    street: Street, monkeypatch: pytest.MonkeyPatch, channel: str, trouble: str
) -> None:
    url = await street.open(TROUBLE[trouble])
    monkeypatch.setitem(pagerduty.ADDRESSES, "us", url)
    to = ROUTING_KEY if channel == "pagerduty" else url + SECRET_PATH
    why = await refused({"channel": channel, "to": to, "secret": "whsec-42"})

    told = why.why + repr(why.__cause__) + repr(why)
    parts = [ROUTING_KEY, "T0AB12CD", "B0AB12CD", "xoxsecret", "0123456789", "sEcReT", "whsec"]
    assert [] == [part for part in parts if part in told]
    assert why.why.startswith("127.0.0.1")


async def test_secrets_are_not_told_when_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    why = await refused({"channel": "slack", "to": f"http://127.0.0.1:{port}{SECRET_PATH}"})

    assert ("127.0.0.1: it refused the connection", None) == (why.why, why.__cause__)


async def test_unknown_channel_names_those_that_are() -> None:
    why = await refused({"channel": "pigeon", "to": "coo"})

    known = "email, webhook, slack, teams, pagerduty, apprise, folder, s3"
    assert f'"pigeon" is no channel (write one of {known})' == why.why
    assert not why.temporary
    assert set(known.split(", ")) == set(CHANNELS)


async def test_defect_of_ours_is_told_by_its_kind_only() -> None:
    why = await refused({"channel": "webhook"})

    assert ("webhook: a defect, KeyError", True) == (why.why, why.temporary)


async def test_private_receiver_is_called_where_the_rota_allows_it(street: Street) -> None:
    url = await street.open(answers(TAKEN))
    transport = Transport(mail=None, allow=("private", "loopback"))

    assert Sent() == await send({"channel": "slack", "to": url}, message(), transport)
