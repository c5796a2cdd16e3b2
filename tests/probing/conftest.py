import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

import pytest
import trustme
import uvloop
from tests.probing.shop import Street

from vigie.probing import http, rustls, trust

BOTH = {
    "test_http_faults",
    "test_tls",
    "test_tcp",
    "test_tls_kind",
    "test_smtp",
    "test_postgres",
    "test_stream_faults",
    "test_client_certificate",
    "test_proxy",
    "test_dns",
    "test_icmp",
    "test_websocket",
    "test_grpc",
}


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Probe on the loop that runs in production; what fails differently also on Python's own."""
    if item.path.stem in BOTH:
        return {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(autouse=True)
def _prepared() -> None:
    """As in an agent: no probe is timed while it builds what all share."""
    http.prepare()


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    opened = Street()
    yield opened
    await opened.close()
    left = [task for task in asyncio.all_tasks() if "vigie" in repr(task.get_coro())]
    assert [] == left  # a probe ends everything that it began


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[trustme.CA]:
    """An authority that the probes trust."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.setattr(rustls, "_left", set())
    trust._looked_at.cache_clear()
    yield made
    trust._looked_at.cache_clear()


@pytest.fixture
def closed_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
