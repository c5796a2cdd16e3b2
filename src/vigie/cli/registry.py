"""What the commands of the append-only registries have in common."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import asyncpg

from vigie import settings, storing
from vigie.errors import UsageError


@asynccontextmanager
async def connected(directory: Path) -> AsyncIterator[asyncpg.Connection]:
    """Give a connection to the database of the catalogue in *directory*."""
    async with storing.open_database(settings.read(directory)) as pool, pool.acquire() as opened:
        yield opened


def read_option(option: str, text: str, timezone: str | None) -> datetime:
    """Return the instant that *option* names; *timezone* serves times without an offset."""
    zone = _zone(timezone)
    try:
        return storing.read_instant(text, zone)
    except UsageError as error:
        problem = str(error)
        if "offset from UTC" in problem:
            problem = problem.removesuffix(")") + "; or say its --timezone)"
        raise UsageError(f"{option}: {problem}") from error


def check_scope(services: Sequence[str], *, every_service: bool) -> None:
    """Refuse a window of no services, and one of some besides all."""
    if every_service and services:
        raise UsageError("services: some are named besides --all (write one or the other)")
    if not services and not every_service:
        raise UsageError("services: none is named (write their keys, or --all)")


def _zone(timezone: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(timezone) if timezone else None
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UsageError(f'there is no time zone "{timezone}" (write Europe/Paris)') from error


def proof_of(evidence: str | None, file: Path | None) -> str | None:
    """Return the proof to keep: text, and the digest of a file."""
    if file is None:
        return evidence
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return " ".join(filter(None, (evidence, f"{file.name} sha256:{digest}")))


def short(instant: datetime) -> str:
    """Return an instant for a table, in UTC."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def plain(value: object) -> str:
    """Return what JSON has no word for: instants in RFC 3339."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
