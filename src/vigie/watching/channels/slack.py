"""The channel slack: an incoming webhook of Slack, or of what speaks the same."""

import json
from collections.abc import Mapping

from vigie.watching.channels.http import post
from vigie.watching.message import Message, Sent, Transport

TEXT_MAX = 12_000  # characters; escaped, still far from the 40,000 at which Slack cuts
ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})  # nobody is mentioned by chance


async def send(target: Mapping[str, str], message: Message, transport: Transport) -> Sent:
    """Post *message* to the webhook *to*, whose URL is the secret."""
    subject = message.subject.translate(ESCAPED)
    text = f"*{subject}*\n{message.text[:TEXT_MAX].translate(ESCAPED)}"
    body = json.dumps({"text": text}).encode()
    await post(target["to"], body, transport, headers={"Content-Type": "application/json"})
    return Sent()
