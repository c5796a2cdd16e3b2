"""The channel pagerduty: Events API v2, one alert per thread."""

import json
from collections.abc import Mapping
from contextlib import suppress

from vigie.watching.channels.http import post
from vigie.watching.message import Message, Sent, Transport

# By service region of the account; another address only in tests.
ADDRESSES = {
    "us": "https://events.pagerduty.com/v2/enqueue",
    "eu": "https://events.eu.pagerduty.com/v2/enqueue",
}
# An update of an open alert is one more trigger with its key.
ACTIONS = {"acknowledge": "acknowledge", "resolve": "resolve"}
SUMMARY_MAX = 1024  # characters, as PagerDuty has it
KEY_MAX = 255


async def send(target: Mapping[str, str], message: Message, transport: Transport) -> Sent:
    """Send *message* under the routing key *to*; the alert is the one of its thread."""
    body = json.dumps(event(target["to"], message), default=str).encode()
    answer = await post(
        ADDRESSES[target.get("region", "us")],
        body,
        transport,
        headers={"Content-Type": "application/json"},
        secrets=[target["to"]],
    )
    return Sent(reference=_key(answer.body))


def event(routing_key: str, message: Message) -> dict[str, object]:
    """Return *message* as an event; severity critical when it is urgent, else warning."""
    action = ACTIONS.get(message.event, "trigger")
    told: dict[str, object] = {
        "routing_key": routing_key,
        "event_action": action,
        "dedup_key": message.thread[:KEY_MAX],
    }
    if action == "trigger":
        told |= {"client": "Vigie", "payload": _payload(message)}
    return told


def _payload(message: Message) -> dict[str, object]:
    return {
        "summary": message.subject[:SUMMARY_MAX],
        "source": "vigie",
        "severity": "critical" if message.urgent else "warning",
        "component": message.thread,
        "custom_details": {"text": message.text, "facts": dict(message.data)},
    }


def _key(answer: bytes) -> str | None:
    with suppress(ValueError, AttributeError):
        key = json.loads(answer).get("dedup_key")
        return key if isinstance(key, str) else None
    return None
