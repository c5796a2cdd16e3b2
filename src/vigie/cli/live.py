"""Showing what happens while it happens: a table on a terminal, plain lines elsewhere."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

from rich.console import Console, RenderableType
from rich.live import Live

REFRESH_S = 0.25
LINES_EVERY_S = 8.0


async def show(
    stop: asyncio.Event,
    console: Console,
    table: Callable[[], RenderableType],
    lines: Callable[[], Iterable[str]],
) -> None:
    """Show *table* on a terminal, else print *lines* now and then, until *stop*."""
    if console.is_terminal:
        with Live(table(), console=console, auto_refresh=False) as live:
            while not await _waited(stop, REFRESH_S):
                live.update(table(), refresh=True)
            live.update(table(), refresh=True)
        return
    over = False
    while not over:
        over = await _waited(stop, LINES_EVERY_S)
        _print(console, lines())


def _print(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


async def _waited(stop: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()
