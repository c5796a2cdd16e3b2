"""The channel apprise: any of the services that the optional library `apprise` knows.

It runs in a process of its own, which is killed when it takes too long (a thread cannot be) and
in which every connection is judged as it is made (`apprised`).
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec

from vigie.watching.message import Message, NotSent, Sent, Transport

CHILD = "vigie.watching.channels.apprised"


async def send(target: Mapping[str, str], message: Message, transport: Transport) -> Sent:
    """Send *message* to the apprise URL *to*, which is a secret."""
    if find_spec("apprise") is None:
        raise NotSent("apprise is not installed (pip install 'vigie[apprise]')", temporary=False)
    asked = {
        "url": target["to"],
        "title": message.subject,
        "body": message.text,
        "urgent": message.urgent,
        "allow": transport.allow,
    }
    answer = await _asked(json.dumps(asked).encode())
    if answer["sent"]:  # another address may have been refused before
        return Sent()
    if answer["refused"]:
        raise NotSent(str(answer["refused"]), temporary=False)
    if not answer["understood"]:
        raise NotSent("the address is none that apprise understands", temporary=False)
    raise NotSent("apprise could not send it, and does not say why", temporary=True)


async def _asked(question: bytes) -> Mapping[str, object]:
    process = await asyncio.create_subprocess_exec(
        # Not from the working directory (-P): it is the user's.
        *(sys.executable, "-P", "-m", CHILD),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # it may show the URL
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        told, _ = await process.communicate(question)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        answer: Mapping[str, object] = json.loads(told)
    except ValueError:
        raise NotSent("apprise failed, and does not say why", temporary=True) from None
    return answer
