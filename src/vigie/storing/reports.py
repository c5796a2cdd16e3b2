"""Reports that are kept: frozen with their files, in revisions; the guards are in SQL."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg

from vigie.catalogue import advice, shown
from vigie.errors import UsageError
from vigie.storing.explain import refusals
from vigie.storing.queries import query
from vigie.storing.window import check_reason, check_text, utc_text

MOST = 1_000  # reports that are listed
MOST_OBJECTIONS = 1_000_000  # of one report


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOf:
    """What a report is about."""

    contract: str
    scope: str
    kind: str  # month, quarter, year
    period: str  # 2026-05
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A report, ready to be kept."""

    of: ReportOf
    revision: int
    reason: str | None  # None: it is the first one
    place: int  # in the chain of its contract, which it was made for
    previous: str | None  # digest of the report at the place before
    files: Sequence[tuple[str, bytes]]  # language and PDF
    figures: str  # JSON
    results_digest: str | None
    program_version: str
    made_at: datetime
    made_by: str


class ReportMovedError(Exception):
    """Another report of the contract was kept meanwhile: make this one again."""


async def keep_report(connection: asyncpg.Connection, kept: Kept) -> str:
    """Keep a draft and return its key.

    Raises:
        UsageError: the revision is there already, or is refused.
        ReportMovedError: another report took its place in the chain.
    """
    of = kept.of
    arguments = (
        *(of.contract, of.scope, of.kind, of.period, _span(of)),
        *(kept.revision, kept.reason, kept.place, kept.previous),
        *([one for one, _ in kept.files], [pdf for _, pdf in kept.files]),
        *(kept.figures, kept.results_digest, kept.program_version, kept.made_at, kept.made_by),
    )
    try:
        with refusals():
            async with connection.transaction():
                return str(await connection.fetchval(query("report_keep"), *arguments))
    except asyncpg.UniqueViolationError as error:
        if getattr(error, "constraint_name", "") == "report_has_its_place":
            raise ReportMovedError from error
        raise UsageError(
            f"contract {of.contract}: revision {kept.revision} of {of.period} is kept already"
            " (vigie report list shows it; a correction is vigie report revise)"
        ) from error


async def newest_report(
    connection: asyncpg.Connection, contract: str, scope: str, period: str
) -> dict[str, Any] | None:
    """Return the newest revision: `report`, `revision`, `state`, `languages`, …; None: none is."""
    record = await connection.fetchrow(query("report_newest"), contract, scope, period)
    return dict(record) if record else None


async def report_revisions(
    connection: asyncpg.Connection, contract: str, scope: str, period: str
) -> list[dict[str, Any]]:
    """Return every revision of a report, the first one first."""
    return await _rows(connection, "report_revisions", contract, scope, period)


async def report_head(connection: asyncpg.Connection, contract: str) -> dict[str, Any] | None:
    """Return the last report of a contract's chain: `report`, `place`, `digest`."""
    record = await connection.fetchrow(query("report_head"), contract)
    return dict(record) if record else None


async def report_ahead(
    connection: asyncpg.Connection, of: ReportOf, revision: int, *, at: datetime, by: str
) -> dict[str, Any]:
    """Return the `key` that a report will have, `objections_until`, and who is `made_by`."""
    place = (of.contract, of.scope, of.period, revision, _span(of))
    [row] = await _rows(connection, "report_ahead", *place, at, by)
    return row


async def changes_from(
    connection: asyncpg.Connection, key: str, figures: str
) -> list[dict[str, Any]]:
    """Return each figure (`figure`, `before`, `after`) in which *figures*, JSON, differ."""
    return await _rows(connection, "report_changes_from", key, figures)


async def contracts_without_report(
    connection: asyncpg.Connection, kind: str, day: date, period: str
) -> list[str]:
    """Return the contracts that cover a period that is over, and have no report of it.

    Raises UsageError where it is not over for any contract, or none was in force in it.
    """
    covered, is_over, as_of = await connection.fetchrow(query("report_covered"), kind, day)
    if not covered:
        raise UsageError(f"{period}: no contract is in force in it (write another period)")
    if not is_over:
        known = f"figures are known up to {utc_text(as_of)}" if as_of else "nothing is measured yet"
        raise UsageError(f"{period}: not over for any contract, {known} (write one that is over)")
    records = await connection.fetch(query("report_missing"), kind, day, period)
    return [record["key"] for record in records]


async def list_reports(
    connection: asyncpg.Connection, contract: str | None = None
) -> list[dict[str, Any]]:
    """Return the newest reports, of one contract or of all; columns as in `sla.report`.

    Raises UsageError where there is no such contract.
    """
    if contract is not None:
        with refusals():
            await connection.fetchval(query("report_contract"), contract)
    return await _rows(connection, "report_list", contract, MOST)


async def read_report(connection: asyncpg.Connection, key: str) -> dict[str, Any]:
    """Return a report; columns as in `sla.report`. UsageError when there is none of this key."""
    record = await connection.fetchrow(query("report_read"), key)
    if record is None:
        known = [row["key"] for row in await connection.fetch(query("report_keys"))]
        hint = advice(key, known) if known else "none is kept yet: vigie report draft"
        raise UsageError(f"there is no report {shown(key)} ({hint})")
    return dict(record)


async def report_events(connection: asyncpg.Connection, key: str) -> list[dict[str, Any]]:
    """Return what happened to a report, in order."""
    return await _rows(connection, "report_events", key)


async def report_figures(connection: asyncpg.Connection, key: str) -> Any:  # noqa: ANN401 - JSON
    """Return the frozen figures of a report."""
    return json.loads(await connection.fetchval(query("report_figures"), key))


async def report_file(
    connection: asyncpg.Connection, key: str, language: str | None = None
) -> tuple[str, bytes]:
    """Return the language and the bytes of a report's file, as they were made."""
    report = await read_report(connection, key)
    record = await connection.fetchrow(query("report_file"), key, language)
    if record is None:
        spoken = " or ".join(report["languages"])
        raise UsageError(f"report {key}: is not kept in {shown(language)} (write {spoken})")
    if not record["intact"]:
        raise UsageError(f"report {key}: its file was changed in the database (restore a backup)")
    return record["language"], record["bytes"]


async def kept_report(connection: asyncpg.Connection, key: str) -> dict[str, Any] | None:
    """Return `contract`, `files` (language and SHA-256), `previous` and `replaced_by` of a report.

    None: none is kept of this key.
    """
    record = await connection.fetchrow(query("report_kept"), key)
    return dict(record) if record else None


async def report_changes(
    connection: asyncpg.Connection, key: str, since: str
) -> list[dict[str, Any]]:
    """Return each figure in which a report differs from an earlier revision of it."""
    return await _rows(connection, "report_changes", key, since)


async def chain_faults(
    connection: asyncpg.Connection, contract: str | None = None
) -> list[dict[str, Any]]:
    """Return what is wrong with the chains: `contract`, `place`, `report`, `fault`."""
    return await _rows(connection, "report_faults", contract)


async def object_report(
    connection: asyncpg.Connection, key: str, *, reason: str, by: str, now: datetime
) -> int:
    """Record an objection and return its number."""
    check_reason(reason)
    return int(await _step(connection, "report_object", key, by, reason, now))


async def answer_objection(
    connection: asyncpg.Connection,
    key: str,
    answer: str,
    *,
    number: int | None,
    by: str,
    now: datetime,
) -> int:
    """Record the answer to an objection (None: the only open one) and return its number."""
    check_text("answer", answer)
    if number is not None and not 1 <= number <= MOST_OBJECTIONS:
        raise UsageError(f"report {key}: has no objection {number} (vigie report show {key})")
    return int(await _step(connection, "report_answer", key, number, by, answer, now))


async def issue_report(
    connection: asyncpg.Connection, key: str, *, reason: str | None, by: str, now: datetime
) -> None:
    """Issue a draft; early only for a *reason*, and never over an open objection."""
    check_text("reason", reason)
    await _step(connection, "report_issue", key, by, reason, now)


async def report_places(connection: asyncpg.Connection, key: str) -> list[str]:
    """Return where a report goes to: addresses, folders, buckets; [] where nobody is sent it."""
    return [row["place"] for row in await _rows(connection, "report_places", key)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDue:
    """A report that the clock wants, and that nobody has kept yet."""

    contract: str
    kind: str  # month, quarter, year
    day: date  # its first one
    period: str


async def lead_reports(connection: asyncpg.Connection) -> bool:
    """Return whether this session may lead reports on: one at a time may."""
    return bool(await connection.fetchval(query("report_lead")))


async def end_leading_reports(connection: asyncpg.Connection) -> None:
    """Let another session lead."""
    await connection.execute(query("report_lead_end"))


async def reports_due(connection: asyncpg.Connection, now: datetime, most: int) -> list[ReportDue]:
    """Return the reports that the clock wants at *now*, the longest due ones first."""
    return [ReportDue(**row) for row in await _rows(connection, "report_due", now, most)]


async def turn_reports(connection: asyncpg.Connection, now: datetime) -> list[dict[str, Any]]:
    """Circulate, issue and send what its time has come for; return each `report` and `done`."""
    async with connection.transaction():
        return await _rows(connection, "report_turn", now)


async def report_attachments(
    connection: asyncpg.Connection, key: str
) -> list[tuple[str, str, bytes]]:
    """Return the language, the name and the bytes of each file of a report."""
    records = await connection.fetch(query("report_attachments"), key)
    spoken = [record["language"] for record in records]
    return [
        (record["language"], _file_name(key, record["language"], spoken), record["bytes"])
        for record in records
    ]


async def opened_report(
    connection: asyncpg.Connection, message_id: int, language: str, now: datetime
) -> tuple[str, bytes] | None:
    """Return the name and the bytes of a file that a message leads to, and note that it was opened.

    None: the message is about no report, or it has no such file.
    """
    record = await connection.fetchrow(query("report_opened"), message_id, language, now)
    if record is None:
        return None
    return _file_name(record["key"], language, record["languages"]), record["bytes"]


def _file_name(key: str, language: str, spoken: Sequence[str]) -> str:
    *whose, period, revision = key.split("/")
    stem = "-".join((".".join(whose), period, revision))  # contract a-b is not service b of a
    return f"{stem}-{language}.pdf" if len(spoken) > 1 else f"{stem}.pdf"


async def _step(connection: asyncpg.Connection, name: str, key: str, *arguments: object) -> Any:  # noqa: ANN401 - what the query of that name selects
    await read_report(connection, key)
    with refusals():
        async with connection.transaction():
            return await connection.fetchval(query(name), key, *arguments)


async def _rows(
    connection: asyncpg.Connection, name: str, *arguments: object
) -> list[dict[str, Any]]:
    return [dict(record) for record in await connection.fetch(query(name), *arguments)]


def _span(of: ReportOf) -> "asyncpg.Range[datetime]":
    return asyncpg.Range(of.starts, of.ends)
