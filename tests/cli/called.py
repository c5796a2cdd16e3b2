"""A shop whose crisis begins after seconds, and who is called then."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from tests.cli.processes import Target

LIMIT_S = 6
QUICK = "every: 1s, timeout: 400ms, retries: []"

PROBES = """
services:
  - key: shop
    name: Shop
    allow: [loopback]
    endpoints:
      - {{key: front, http: 'http://127.0.0.1:{port}/', {how}}}
"""
CONTRACT = """
key: {key}
customer: {{key: {key}, name: {key} Ltd, language: en, recipients: [sla@{key}.example]}}
plan: quick
timezone: Europe/Paris
from: 2026-01-01
services: {{essential: [shop]}}
"""
PLAN = """
key: quick
availability: {{target: "99.98", basis: month}}
crisis: {{longer_than: {limit_s:g}s, customers: 2}}
"""
ROTA = """
people:
  - key: alice
    name: Alice Martin
    roles: [incident_manager, support_manager, support_agent]
    reach: [{{webhook: 'http://127.0.0.1:{port}/alice'}}]
  - key: bob
    name: Bob Durand
    roles: [infrastructure, development]
    reach: [{{webhook: 'http://127.0.0.1:{port}/bob'}}]
levels: [[alice], [bob]]
several_roles: true
acknowledge_within: 3s
pre_alert_after: {pre_alert_s:g}s
relapse_within: {relapse_within}
allow: [loopback]
public_url: https://vigie.example
alive: 'http://127.0.0.1:{port}/alive'
"""


class Called:
    """A web server that is called, and by what, when."""

    def __init__(self) -> None:
        self.port = 0
        self.calls: list[tuple[str, datetime, dict[str, Any]]] = []
        self._came = asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        self.calls.append((request.path, datetime.now(UTC), await request.json()))
        self._came.set()
        return web.Response()

    def of(self, kind: str, who: str = "/alice") -> list[tuple[datetime, dict[str, Any]]]:
        """Return when *who* was called by messages of a *kind*, and the messages."""
        return [
            (at, body)
            for path, at, body in self.calls
            if path == who and body.get("data", {}).get("kind") == kind
        ]

    def keys(self, kind: str, who: str = "/alice") -> set[str]:
        """Return the keys of those messages: one that is sent again has the same."""
        return {body["key"] for _, body in self.of(kind, who)}

    async def comes(self, number: int, kind: str = "page", who: str = "/alice") -> None:
        """Wait until so many messages of a *kind* came to *who*."""
        while len(self.of(kind, who)) < number:
            self._came.clear()
            await self._came.wait()

    async def come(self, kind: str, who: str = "/alice") -> tuple[datetime, dict[str, Any]]:
        """Wait for the first message of a *kind* to *who*."""
        async with asyncio.timeout(60):
            await self.comes(1, kind, who)
        return self.of(kind, who)[0]


@asynccontextmanager
async def a_receiver() -> AsyncIterator[Called]:
    called = Called()
    app = web.Application()
    app.router.add_post("/{path:.*}", called.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    called.port = runner.addresses[0][1]
    yield called
    await runner.cleanup()


def lay_out_crisis(
    folder: Path,
    target: Target,
    called: Called,
    *,
    limit_s: float = LIMIT_S,
    relapse_within: str = "30m",
    how: str = QUICK,
) -> None:
    """Write a catalogue with two customers, and a crisis after *limit_s* seconds."""
    files = {
        "probes/shop.yaml": PROBES.format(port=target.port, how=how),
        "reports/plans/quick.yaml": PLAN.format(limit_s=limit_s),
        "reports/rota.yaml": ROTA.format(
            port=called.port, pre_alert_s=limit_s / 3, relapse_within=relapse_within
        ),
        **{f"reports/contracts/{key}.yaml": CONTRACT.format(key=key) for key in ("acme", "bolt")},
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
