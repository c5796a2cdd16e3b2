"""The commands of the maintenance registry: add, list, withdraw, close."""

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import asyncpg
from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from vigie import clock, settings, storing
from vigie.cli.who import operator
from vigie.errors import UsageError

app = App(name="maintenance", help="Announce, list, withdraw and close maintenance windows.")

Directory = Annotated[Path, Parameter(name="--dir")]


@app.command
async def add(
    *services: str,
    starts: str,
    ends: str,
    reason: str,
    kind: Literal["planned", "security"] = "planned",
    announced: str | None = None,
    channel: str | None = None,
    recipient: str | None = None,
    evidence: str | None = None,
    evidence_file: Path | None = None,
    timezone: str | None = None,
    by: str | None = None,
    directory: Directory = Path(),
) -> None:
    """Record a maintenance window and print its key.

    Parameters
    ----------
    services
        Keys of the services that it covers.
    starts
        Its start: 2026-05-12T03:00:00+02:00, or without the offset and with --timezone.
    ends
        Its end, as announced.
    reason
        What is done, in a few words.
    kind
        planned: counts when it was announced in time; security: needs no notice.
    announced
        When customers were told.
    channel
        How they were told: email, status page, …
    recipient
        Who was told.
    evidence
        Proof of the announcement, such as a message id or an address.
    evidence_file
        A file that proves it; its SHA-256 is kept.
    timezone
        Zone of times without an offset, such as Europe/Paris.
    by
        Who records it; default: the user of this computer.
    directory
        The catalogue's directory.
    """
    window = storing.Window(
        services=services,
        kind=kind,
        starts=_instant("--starts", starts, timezone),
        ends=_instant("--ends", ends, timezone),
        announced=_instant("--announced", announced, timezone) if announced else None,
        channel=channel,
        recipient=recipient,
        evidence=_proof(evidence, evidence_file),
        reason=reason,
    )
    async with _connection(directory) as connection:
        recorded = await storing.add_maintenance(
            connection, window, by=operator(by), now=clock.now()
        )
    print(recorded.key)
    for remark in recorded.remarks:
        print(f"Note: {remark}.")


@app.command(name="list")
async def list_(
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    directory: Directory = Path(),
) -> None:
    """Show every window, what happened to it, and what each contract makes of it.

    Parameters
    ----------
    as_json
        Print one JSON list instead of a table.
    directory
        The catalogue's directory.
    """
    async with _connection(directory) as connection:
        windows = await storing.list_maintenance(connection)
    if as_json:
        print(json.dumps([asdict(window) for window in windows], default=_plain, indent=2))
    elif windows:
        Console(soft_wrap=True).print(_table(windows))
    else:
        print("No maintenance window is recorded.")


@app.command
async def withdraw(
    key: str, *, reason: str, by: str | None = None, directory: Directory = Path()
) -> None:
    """Take a window back: it excuses nothing any more.

    Parameters
    ----------
    key
        The window's key, such as m-20261122-1.
    reason
        Why, in a few words.
    by
        Who does it; default: the user of this computer.
    directory
        The catalogue's directory.
    """
    async with _connection(directory) as connection:
        await storing.withdraw_maintenance(
            connection, key, reason=reason, by=operator(by), now=clock.now()
        )
    print(f"{key} is withdrawn.")


@app.command
async def close(
    key: str,
    *,
    reason: str,
    at: str | None = None,
    timezone: str | None = None,
    by: str | None = None,
    directory: Directory = Path(),
) -> None:
    """End a window early: what is down later is not excused.

    Parameters
    ----------
    key
        The window's key, such as m-20261122-1.
    reason
        Why, in a few words.
    at
        When it really ended; default: now.
    timezone
        Zone of a time without an offset, such as Europe/Paris.
    by
        Who does it; default: the user of this computer.
    directory
        The catalogue's directory.
    """
    now = clock.now()
    end = _instant("--at", at, timezone) if at else now
    async with _connection(directory) as connection:
        await storing.close_maintenance(
            connection, key, at=end, reason=reason, by=operator(by), now=now
        )
    print(f"{key} is closed at {_text(end)}.")


@asynccontextmanager
async def _connection(directory: Path) -> AsyncIterator[asyncpg.Connection]:
    async with storing.open_database(settings.read(directory)) as pool, pool.acquire() as opened:
        yield opened


def _instant(option: str, text: str, timezone: str | None) -> datetime:
    zone = _zone(timezone)
    try:
        return storing.read_instant(text, zone)
    except UsageError as error:
        problem = str(error)
        if "offset from UTC" in problem:
            problem = problem.removesuffix(")") + "; or say its --timezone)"
        raise UsageError(f"{option}: {problem}") from error


def _zone(timezone: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(timezone) if timezone else None
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(f'there is no time zone "{timezone}" (write Europe/Paris)') from error


def _proof(evidence: str | None, file: Path | None) -> str | None:
    if file is None:
        return evidence
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return " ".join(filter(None, (evidence, f"{file.name} sha256:{digest}")))


def _table(windows: list[storing.Listed]) -> Table:
    table = Table("key", "services", "kind", "starts", "ends", "announced", "contracts", "reason")
    for window in windows:
        table.add_row(
            window.key,
            ", ".join(window.services),
            window.kind,
            _text(window.starts),
            _text(window.closed_at or window.ends) + (" (closed)" if window.closed_at else ""),
            _text(window.announced_at) if window.announced_at else "no",
            _validity(window),
            window.reason,
        )
    return table


def _validity(window: storing.Listed) -> str:
    if window.withdrawn_at:
        return f"withdrawn {_text(window.withdrawn_at)}"
    judged = (f"{key}: {why or 'valid'}" for key, why in window.why_not.items())
    return "\n".join(judged) or "none covers it"


def _text(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
