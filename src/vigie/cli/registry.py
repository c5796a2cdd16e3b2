"""What the commands of the append-only registries have in common."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
from pydantic import TypeAdapter, ValidationError

from vigie import settings, storing
from vigie.catalogue import Duration, Zone
from vigie.cli.day import read_day
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


def read_duration(option: str, text: str) -> timedelta:
    """Return the length that *option* names: 90m, 2h."""
    try:
        return TypeAdapter[timedelta](Duration).validate_python(text)
    except ValidationError as error:
        raise UsageError(f"{option}: {error.errors()[0]['msg']}") from error


def read_end(
    starts: datetime, ends: str | None, duration: str | None, timezone: str | None
) -> datetime:
    """Return the end of a window: --ends, or --duration of real time after its start."""
    if (ends is None) == (duration is None):
        raise UsageError("--ends: say when it ends, or its --duration (write one of them)")
    if ends is not None:
        return read_option("--ends", ends, timezone)
    try:
        return storing.later(starts, read_duration("--duration", duration or ""))
    except UsageError as error:
        raise UsageError(f"--duration: {str(error).removeprefix('--duration: ')}") from error


def read_recurrence(
    rule: str | None, excepted: Sequence[str], timezone: str | None
) -> storing.Recurrence | None:
    """Return when a window comes back; None: never."""
    if rule is None:
        if excepted:
            raise UsageError("--exdate: leaves days out of a rule (write the --rrule as well)")
        return None
    zone = _zone(timezone)
    if zone is None:
        raise UsageError("--rrule: needs the zone of its local times (say its --timezone)")
    return storing.Recurrence(
        rule=rule, zone=zone, excepted=tuple(read_day("--exdate", text) for text in excepted)
    )


def _zone(timezone: str | None) -> ZoneInfo | None:
    """Return the zone of --timezone, which is written as in the catalogue."""
    if timezone is None:
        return None
    try:
        return ZoneInfo(TypeAdapter[str](Zone).validate_python(timezone))
    except ValidationError as error:
        raise UsageError(f"--timezone: {error.errors()[0]['msg']}") from error


def proof_of(evidence: str | None, file: Path | None) -> str | None:
    """Return the proof to keep: text, and the digest of a file."""
    storing.check_proof("evidence", evidence)
    if file is None:
        return evidence
    try:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(
            f"--evidence-file: {file}: {error.strerror} (name a file that can be read)"
        ) from error
    return " ".join(filter(None, (evidence, f"{file.name} sha256:{digest}")))


def short(instant: datetime) -> str:
    """Return an instant for a table, in UTC."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def plain(value: object) -> str:
    """Return what JSON has no word for: instants in RFC 3339, exact numbers as plain digits."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):  # str() of the driver's may be 9E+4
        return format(value, "f")
    return str(value)
