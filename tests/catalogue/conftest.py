"""A catalogue of one service and one contract, and a kind of endpoint to try it with."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vigie.catalogue import Catalogue, Endpoint, Kinds, load
from vigie.errors import CatalogueError

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)

PROBES = """\
services:
  - key: api
    name: Public API
    endpoints:
      - key: api-health
        http: https://shop.example/health
"""

CONTRACT = """\
key: acme
customer: {key: acme, name: Acme SA, language: fr}
plan: lengow-premium
timezone: Europe/Paris
from: 2026-01-01
services: {essential: [api]}
"""


class HttpEndpoint(Endpoint):
    """As small as a kind can be."""

    http: str


class TcpEndpoint(Endpoint):
    """Another one, so that there is a choice."""

    tcp: str


@pytest.fixture
def kinds() -> Kinds:
    return {"http": HttpEndpoint, "tcp": TcpEndpoint}


Write = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write files, given by path, into a new directory that becomes the current one."""
    monkeypatch.chdir(tmp_path)

    def write_files(files: Mapping[str, str]) -> Path:
        for name, text in {"probes/shop.yaml": PROBES, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Path()

    return write_files


@pytest.fixture
def good(write: Write, kinds: Kinds) -> Callable[[Mapping[str, str]], Catalogue]:
    """Return the catalogue that the files make."""
    return lambda files: load(write(files), kinds, now=NOW)


@pytest.fixture
def bad(write: Write, kinds: Kinds) -> Callable[[Mapping[str, str]], list[str]]:
    """Return the problems of the catalogue that the files make."""

    def problems(files: Mapping[str, str]) -> list[str]:
        with pytest.raises(CatalogueError) as caught:
            load(write(files), kinds, now=NOW)
        return caught.value.problems

    return problems
