"""Targets that are probed ten times a second, and the slots of what an agent recorded."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.probing.shop import endpoint

from vigie.probing import Result, Target
from vigie.probing.watch import EPOCH

MS = timedelta(milliseconds=1)
FAST = {"every": "100ms", "timeout": "90ms", "edge_every": "100ms"}


def target(url: str, **spec: Any) -> Target:
    made = endpoint(url, **{**FAST, **spec})
    return Target(service="shop", endpoint=made, allow=("loopback",))


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - results come through a plain function
            await asyncio.sleep(0.005)


def ms(result: Result) -> int:
    return (result.at - EPOCH) // MS
