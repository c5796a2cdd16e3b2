from collections.abc import AsyncIterator

import asyncpg
import pytest
from tests.sql.world import World
from tests.watching.lookout import Lookout


@pytest.fixture
async def lookout(connection: asyncpg.Connection) -> AsyncIterator[Lookout]:
    """A watched world of one service, api, whose endpoint is a; two customers use it."""
    lookout = Lookout(world=World(connection=connection))
    await lookout.world.service()
    await lookout.promise("acme", "bolt")
    await lookout.watch()
    yield lookout
