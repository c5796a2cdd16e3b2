"""Taking in a customer's own probe log, to be compared with ours. It changes no figure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg

from vigie.catalogue import advice, shown
from vigie.errors import UsageError
from vigie.storing.csvdispute import COLUMNS, HEADER, DisputeParser, covered
from vigie.storing.csvfile import CsvFile, Imported, open_csv
from vigie.storing.queries import query
from vigie.storing.window import check_text

SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A customer's probe log before it is imported."""

    contract: str
    path: Path
    every: timedelta | None = None  # None: as the rows mostly follow each other
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """What became of a log: it is recorded under *key*, now or before."""

    key: str | None  # None: it had no good row, and nothing is recorded
    imported: Imported | None  # None: the same file was imported before
    every: timedelta | None = None
    recorded_by: str = ""
    recorded_at: datetime | None = None


class IntervalError(UsageError):
    """The rows of a log do not tell its interval, so nothing is recorded."""

    def __init__(self, message: str, imported: Imported) -> None:
        super().__init__(message)
        self.imported = imported  # its bad rows are to be told all the same


async def import_dispute(pool: asyncpg.Pool, log: Log, *, by: str, now: datetime) -> Disputed:
    """Record the rows of *log* that are good, in one transaction, and return what became of them.

    A file that was imported for the contract before changes nothing. Raises UsageError where
    there is no such contract or file; IntervalError where its interval cannot be told.
    """
    check_text("note", log.note)
    _check_every("--every", log.every)
    with open_csv(log.path, HEADER) as file:
        digest = file.digest()
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(query("dispute_lock"))
            await _check_contract(connection, log.contract)
            known = await connection.fetchrow(query("dispute_known"), log.contract, digest)
            if known:
                return Disputed(imported=None, **known)
            return await _record(connection, file, log, digest, by=by, now=now)


async def list_disputes(connection: asyncpg.Connection) -> list[dict[str, object]]:
    """Return every dispute, the latest first; columns as in `sla.dispute`."""
    return [dict(record) for record in await connection.fetch(query("list_disputes"))]


async def read_dispute(connection: asyncpg.Connection, key: str) -> dict[str, object]:
    """Return one dispute; columns as in `sla.dispute`. Raises UsageError where there is none."""
    found = await connection.fetchrow(query("read_dispute"), key)
    if found:
        return dict(found)
    known = [str(one["key"]) for one in await list_disputes(connection)]
    raise UsageError(f"there is no dispute {shown(key)} ({advice(key, known)})")


async def _record(
    connection: asyncpg.Connection,
    file: CsvFile,
    log: Log,
    digest: str,
    *,
    by: str,
    now: datetime,
) -> Disputed:
    rows = await _stage(connection, file, log.contract, now)
    imported = file.imported(rows, rows)
    if not rows:
        if not imported.refused:
            raise UsageError(f"{log.path}: has no results (write rows below the header)")
        return Disputed(key=None, imported=imported)
    every = log.every or await _interval(connection, log.path, imported)
    told = (log.contract, log.path.name, digest, every, log.note, by, now)
    key = await connection.fetchval(query("add_dispute"), *told)
    await connection.execute(query("add_dispute_results"), key)
    return Disputed(key=key, imported=imported, every=every, recorded_by=by, recorded_at=now)


async def _stage(
    connection: asyncpg.Connection, file: CsvFile, contract: str, now: datetime
) -> int:
    """Stage the rows of *file* and return how many are good; of one instant the first is."""
    services = covered(await connection.fetch(query("dispute_cover"), contract))
    parser = DisputeParser(contract, services, now, lambda: file.row_line)
    await connection.execute(query("dispute_stage"))
    rows = 0
    for chunk in file.chunks(parser):
        await connection.copy_records_to_table("staged_dispute", records=chunk, columns=COLUMNS)
        rows += len(chunk)
    doubles = await connection.fetch(query("dispute_doubles"))
    for line, service, first in doubles:
        file.refuse(
            line, f"at: line {first} has a result of {service} then (leave one of them out)"
        )
    return rows - len(doubles)


async def _interval(connection: asyncpg.Connection, path: Path, imported: Imported) -> timedelta:
    every: timedelta | None = await connection.fetchval(query("dispute_interval"))
    if every is None:
        why = "cannot be told from one result a service (say --every 60s)"
        raise IntervalError(f"{path}: its interval {why}", imported)
    try:
        _check_every(f"{path}: the interval of its rows", every)
    except UsageError as error:
        raise IntervalError(str(error), imported) from error
    return every


def _check_every(what: str, every: timedelta | None) -> None:
    if every is not None and not SHORTEST <= every <= LONGEST:
        told = _said(every)
        raise UsageError(f"{what}: {told} is not between 1 s and 24 h (say --every 60s)")


def _said(length: timedelta) -> str:
    """Return *length* as people type it: 48 h, 0.5 s."""
    hours, rest = divmod(length, timedelta(hours=1))
    if hours and not rest:
        return f"{hours} h"
    return f"{length.total_seconds():.6f}".rstrip("0").rstrip(".") + " s"


async def _check_contract(connection: asyncpg.Connection, contract: str) -> None:
    known = [record["key"] for record in await connection.fetch(query("dispute_contracts"))]
    if contract not in known:
        raise UsageError(f"--contract: there is no {shown(contract)} ({advice(contract, known)})")
