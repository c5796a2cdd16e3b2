"""A server that people would be told by, and a `send` that calls it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
from aiohttp import web

from vigie.watching import Message, NotSent, Sent, Transport


class Receiver:
    """Takes messages; counts how often it took each key."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.subjects: list[str] = []
        self.refusals: list[web.Response] = []  # what the next ones get
        self.url = ""
        self.hold: asyncio.Event | None = None  # answer when it is set

    async def take(self, request: web.Request) -> web.Response:
        body = await request.json()
        if self.refusals:
            return self.refusals.pop(0)
        self.taken[request.headers["idempotency-key"]] += 1
        self.subjects.append(body["subject"])
        if self.hold:
            await self.hold.wait()
        return web.Response(text=f"r{self.taken.total()}")


@asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        yield receiver
    finally:
        await runner.cleanup()


async def post(target: Mapping[str, str], message: Message, _transport: Transport) -> Sent:
    """Send as a simple webhook would."""
    headers = {"idempotency-key": message.key}
    body = {"subject": message.subject, "text": message.text, "data": message.data}
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.post(target["to"], json=body, headers=headers) as answer,
        ):
            text, later = await answer.text(), answer.headers.get("retry-after")
    except aiohttp.ClientError as error:
        raise NotSent(type(error).__name__, temporary=True) from error
    if answer.status == 200:
        return Sent(reference=text)
    raise NotSent(
        f"status {answer.status}: {text}",
        temporary=answer.status in {429, 500, 503},
        retry_after=timedelta(seconds=int(later)) if later else None,
    )
