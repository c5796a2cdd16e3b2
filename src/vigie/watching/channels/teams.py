"""The channel teams: an Adaptive Card to a workflow's webhook of Microsoft Teams.

Runs of text rather than text blocks: those take `_` and `*` for Markdown, also inside a link.
"""

import json
import re
from collections.abc import Iterator, Mapping

from vigie.watching.channels.http import post
from vigie.watching.message import Message, NotSent, Sent, Transport

TEXT_MAX = 4_000  # characters; Teams takes 28 KB
LINK = re.compile(r"(https?://\S+)")
FAILED = b"failed with error"  # a connector of the old kind says it under status 200


async def send(target: Mapping[str, str], message: Message, transport: Transport) -> Sent:
    """Post *message* to the webhook *to*, whose URL is the secret."""
    body = json.dumps(card(message), ensure_ascii=False).encode(errors="replace")
    headers = {"Content-Type": "application/json"}
    answer = await post(target["to"], body, transport, headers=headers)
    if FAILED in answer.body:
        raise NotSent(f"{answer.host} took the message and failed to deliver it", temporary=True)
    return Sent()


def card(message: Message) -> dict[str, object]:
    """Return *message* as the envelope that a workflow takes, with one card in it."""
    title: dict[str, object] = {
        "type": "TextRun",
        "text": message.subject,
        "weight": "Bolder",
        "size": "Large",
    }
    lines = [line for line in message.text[:TEXT_MAX].splitlines() if line.strip()]
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [_line([title]), *(_line(list(_runs(line))) for line in lines)],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": kind, "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _line(runs: list[dict[str, object]]) -> dict[str, object]:
    return {"type": "RichTextBlock", "inlines": runs}


def _runs(line: str) -> Iterator[dict[str, object]]:
    for part in filter(None, LINK.split(line)):
        run: dict[str, object] = {"type": "TextRun", "text": part}
        if LINK.fullmatch(part):
            run["selectAction"] = {"type": "Action.OpenUrl", "url": part}
        yield run
