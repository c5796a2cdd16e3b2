import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

import pytest
import trustme
import uvloop
from tests.probing.shop import Street

from vigie.probing import trust
from vigie.watching.channels import email, http


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Send on the loop that runs in production, and on Python's own."""
    if item.path.stem == "test_apprise":  # starts a process each time
        return {"uvloop": uvloop.new_event_loop}
    return {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    opened = Street()
    yield opened
    await opened.close()
    left = [task for task in asyncio.all_tasks() if "vigie" in repr(task.get_coro())]
    assert [] == left  # a channel ends everything that it began


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[trustme.CA]:
    """An authority that the channels trust."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    trust._looked_at.cache_clear()
    yield made
    trust._looked_at.cache_clear()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less than half a second for one answer."""
    monkeypatch.setattr(http, "ANSWER_S", 0.4)
    monkeypatch.setattr(http, "BODY_S", 0.4)
    monkeypatch.setattr(email, "ANSWER_S", 0.4)
    monkeypatch.setattr(email, "CONNECT_S", 0.4)
