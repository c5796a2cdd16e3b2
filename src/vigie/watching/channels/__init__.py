"""Channels: one file per way in which a message leaves the house.

A channel is a function that returns `Sent` or raises `NotSent`; adding one takes a line here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from vigie.watching.channels import apprise, email, folder, pagerduty, s3, slack, teams, webhook
from vigie.watching.message import Message, NotSent, Sent, Transport

Channel = Callable[[Mapping[str, str], Message, Transport], Awaitable[Sent]]

SECONDS = 25.0  # for all that a channel does; leaving takes the rest of 30
URGENT_S = 8.0  # the same, while somebody is to get up: the next channel waits for this one
CHANNELS: Mapping[str, Channel] = {
    "email": email.send,
    "webhook": webhook.send,
    "slack": slack.send,
    "teams": teams.send,
    "pagerduty": pagerduty.send,
    "apprise": apprise.send,
    "folder": folder.send,
    "s3": s3.send,
}


async def send(target: Mapping[str, str], message: Message, transport: Transport) -> Sent:
    """Send *message* to *target*, {"channel", "to", "secret"?}; it ends within 30 s.

    An urgent message is given up after 8 s: its next channel is tried then.

    Raises:
        NotSent: no server said that it took the message.
    """
    name = target.get("channel", "")
    if name not in CHANNELS:
        known = ", ".join(CHANNELS)
        raise NotSent(f'"{name}" is no channel (write one of {known})', temporary=False)
    seconds = URGENT_S if message.urgent else SECONDS
    try:
        async with asyncio.timeout(seconds):
            return await CHANNELS[name](target, message, transport)
    except NotSent:
        raise
    except TimeoutError:
        why = f"{name}: it did not end within {seconds:g} s, and may have been taken"
        raise NotSent(why, temporary=True) from None
    except Exception as error:
        # A defect of ours; its text may hold a secret, and its traceback stays with it.
        raise NotSent(f"{name}: a defect, {type(error).__name__}", temporary=True) from error
