"""What files are made with: workers that draw them, and the key that seals them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from vigie.reporting.drawing.workers import Workers, open_workers
from vigie.settings import Signing

if TYPE_CHECKING:
    from vigie.reporting.sealing.seal import Sealer

# It travels, such as a `functools.partial`, and takes `sealed`: whether to say so.
Drawing = Callable[..., bytes]


async def draw_sealed(drawing: Drawing, *, signing: Signing, now: datetime) -> bytes:
    """Return what *drawing* gives in a process of its own, sealed where there is a key.

    Raises:
        ReportError: a template is wrong or wants too much, or the seal cannot be made.
    """
    async with open_press(signing, now) as press:
        return await press.made(drawing)


@asynccontextmanager
async def open_press(
    signing: Signing, now: datetime, *, processes: int = 1
) -> AsyncIterator["Press"]:
    """Give what makes at most so many files at once, in warm *processes*.

    Raises:
        ReportError: the key cannot be used, which is told before any work is done.
    """
    async with AsyncExitStack() as stack:
        sealer = None
        if signing.asked:
            from vigie.reporting.sealing.seal import open_sealer  # takes a second to import

            sealer = await stack.enter_async_context(open_sealer(signing, now))
        yield Press(await stack.enter_async_context(open_workers(processes)), sealer)


class Press:
    """Makes files one after the other, or several at once."""

    def __init__(self, workers: Workers, sealer: "Sealer | None") -> None:
        self._workers, self._sealer = workers, sealer
        self._turn = asyncio.Lock()  # a token takes one question at a time

    async def made(self, drawing: Drawing) -> bytes:
        """Return what *drawing* gives, sealed where there is a key; raises as `draw_sealed` does.

        The key stays here: users' templates are drawn by the workers.
        """
        pdf = await self._workers.draw(partial(drawing, sealed=self._sealer is not None))
        if self._sealer is None:
            return pdf
        async with self._turn:
            return await self._sealer.seal(pdf)
