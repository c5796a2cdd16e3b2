"""The channel webhook: the message as JSON, signed, to any receiver.

A receiver that was given a secret checks that a call is ours and fresh before it believes it:

    import hashlib, hmac, time

    def is_ours(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        sent = headers["Vigie-Timestamp"]                     # Unix seconds
        expected = hmac.new(secret.encode(), sent.encode() + b"." + body, hashlib.sha256)
        return (
            hmac.compare_digest("v1=" + expected.hexdigest(), headers["Vigie-Signature"])
            and abs(time.time() - int(sent)) <= 300
        )

*body* is taken as it came, before any parser. `Idempotency-Key` is the same at each attempt to
send the same message: a receiver acts on the first and answers 2xx to all.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import quote

from vigie import clock
from vigie.watching.channels.http import post
from vigie.watching.message import Message, Sent, Transport

PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


async def send(target: Mapping[str, str], message: Message, transport: Transport) -> Sent:
    """POST *message* to the URL *to*, signed with *secret* where there is one."""
    body, secret = encoded(message), target.get("secret")
    timestamp = str(int(clock.now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": quote(message.key, safe=PRINTABLE),
        "Vigie-Timestamp": timestamp,
    }
    if secret:
        headers["Vigie-Signature"] = signature(secret, timestamp, body)
    await post(target["to"], body, transport, headers=headers, secrets=[secret or ""])
    return Sent()


def encoded(message: Message) -> bytes:
    """Return *message* as the JSON object that receivers get; the same bytes at each attempt."""
    parts = {
        "key": message.key,
        "event": message.event,
        "thread": message.thread,
        "urgent": message.urgent,
        "subject": message.subject,
        "text": message.text,
        "data": dict(message.data),
    }
    return json.dumps(parts, ensure_ascii=False, default=str).encode(errors="replace")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return `v1=` and the HMAC-SHA256 of *timestamp*, a dot and *body*, in hexadecimal."""
    signed = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
