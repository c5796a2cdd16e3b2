"""A message to send, and what became of it."""

from typing import Any

from vigie.watching import Mail, Message, NotSent, Sent, Transport, send

FACTS = {"crisis": "crisis-3", "started": "2026-05-12T01:00:00Z", "services": [{"key": "api"}]}
LOOPBACK = Transport(mail=None, allow=("loopback",))
OUTSIDE = Transport(mail=None, allow=())


def message(**changes: Any) -> Message:
    parts: dict[str, Any] = {
        "key": "crisis-3/page/alice/1",
        "subject": "Crisis 3: Public API is down",
        "text": "Public API is down since 03:00.\n\nAcknowledge: https://vigie.vendor.example/a_b_",
        "html": "<p>Public API is <b>down</b> since 03:00.</p>",
        "thread": "crisis-3",
        "urgent": True,
        "event": "trigger",
        "data": FACTS,
    }
    return Message(**{**parts, **changes})


def mailing(port: int, **changes: Any) -> Transport:
    parts: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "sender": "Vigie <vigie@vendor.example>",
    }
    return Transport(mail=Mail(**{**parts, **changes}), allow=("loopback",))


async def refused(
    target: dict[str, str], transport: Transport = LOOPBACK, **changes: Any
) -> NotSent:
    """Send a message that must not be taken; return why."""
    try:
        sent: Sent = await send(target, message(**changes), transport)
    except NotSent as why:
        return why
    raise AssertionError(sent)
