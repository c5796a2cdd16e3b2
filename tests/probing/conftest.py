import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from tests.probing.shop import Street


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    opened = Street()
    yield opened
    await opened.close()


@pytest.fixture
def closed_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(autouse=True)
async def nothing_is_left_running() -> AsyncIterator[None]:
    yield
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert not [task for task in left if "vigie" in repr(task.get_coro())]
