"""The demonstration's own directory, and the shop that its catalogue watches."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from vigie import paths
from vigie.catalogue import Catalogue, Service
from vigie.demo.shop import PORTS
from vigie.errors import VigieError

PATIENCE_S = 20
FILES = ("probes/demo.yaml", "reports/contracts/demo.yaml")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Shop:
    """A running shop: where its parts are, and its script's start button."""

    ports: Mapping[str, int]
    script: asyncio.StreamWriter

    async def begin(self) -> None:
        """Start the script's clock."""
        self.script.write(b"begin\n")
        await self.script.drain()


@asynccontextmanager
async def open_shop() -> AsyncIterator[Shop]:
    """Give a shop in a process of its own, which ends with this block or with this process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "vigie.demo", stdin=PIPE, stdout=PIPE, start_new_session=True
    )
    assert process.stdin
    assert process.stdout
    try:
        told = await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)
        if not told:
            raise VigieError("the demonstration's shop did not open (is 127.0.0.1 usable?)")
        yield Shop(json.loads(told), process.stdin)
    finally:
        process.stdin.close()
        await process.wait()


def lay_out(place: Path, ports: Mapping[str, int]) -> None:
    """Make *place* the directory of the shipped demonstration, with the shop's real *ports*."""
    for name in FILES:
        text = (paths.PROBES.parent / name).read_text(encoding="utf-8")
        for part, port in ports.items():
            text = text.replace(f"127.0.0.1:{PORTS[part]}/", f"127.0.0.1:{port}/")
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")


def by_minute(catalogue: Catalogue) -> Catalogue:
    """Return the catalogue as it was while the made-up month was measured: every minute."""
    return replace(catalogue, services=tuple(map(_slower, catalogue.services)))


def _slower(service: Service) -> Service:
    endpoints = (one.model_copy(update={"every": MINUTE}) for one in service.endpoints)
    return service.model_copy(update={"endpoints": tuple(endpoints)})
