"""Run psql on a database, without its password in the list of processes."""

import asyncio
import os
import shutil
import signal
from collections.abc import Sequence
from urllib.parse import parse_qsl, unquote, urlsplit

from vigie.storing.programs import installed

_PARTS = {"host": "hostname", "port": "port", "user": "username", "password": "password"}


async def run_psql(
    url: str, arguments: Sequence[str], *, ours: bool, role: str | None = None
) -> int:
    """Run psql until it ends and return its exit status; Ctrl-C is psql's.

    With *role*, the session has that role's rights and not its login's.
    """
    # The wheel's psql speaks no TLS, which another server may ask for.
    found = None if ours else shutil.which("psql")
    program = found or str(installed()[0].path("psql"))
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        psql = await asyncio.create_subprocess_exec(
            program, *arguments, env=dict(os.environ) | environment(url) | _role(role)
        )
        return await psql.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def _role(name: str | None) -> dict[str, str]:
    return {"PGOPTIONS": f"-c role={name}"} if name else {}


def environment(url: str) -> dict[str, str]:
    """Return libpq's variables for *url*."""
    parts = urlsplit(url)
    told = {"dbname": unquote(parts.path.lstrip("/"))}
    told |= {key: unquote(str(getattr(parts, name) or "")) for key, name in _PARTS.items()}
    told |= dict(parse_qsl(parts.query))
    names = {"dbname": "PGDATABASE", "application_name": "PGAPPNAME"}
    return {names.get(key, f"PG{key.upper()}"): value for key, value in told.items() if value}
