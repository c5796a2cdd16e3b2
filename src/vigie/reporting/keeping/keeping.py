"""Reports that are kept: figures are read, files made, and both frozen in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg

from vigie import __version__, storing
from vigie.errors import UsageError
from vigie.reporting.evidence.reportfile import frozen_text
from vigie.reporting.figures.periods import Asked
from vigie.reporting.figures.reading import SOLUTION, figures
from vigie.reporting.figures.records import Figures
from vigie.reporting.figures.revisions import Change, Past, Revision
from vigie.reporting.making import make_pdf
from vigie.reporting.press import Press
from vigie.reporting.words import resolve, spoken_to

Row = dict[str, Any]
TRIES = 5  # other reports of the contract may be kept meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A report that shall be kept."""

    contract: str
    asked: Asked
    by: str
    directory: Path  # of the catalogue; its templates win over the shipped ones
    scope: str = SOLUTION
    languages: Sequence[str] = ()  # none: the customer's, or those of the revision before
    reason: str | None = None  # why a revision is made; None: it is the first one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What was read for a report, all of one moment."""

    found: Figures
    frozen: str  # the same, as it is kept
    of: storing.ReportOf
    revision: Revision
    place: int  # in the chain of its contract
    languages: Sequence[str]


async def keep(pool: asyncpg.Pool, order: Order, press: Press, now: datetime) -> str:
    """Make a report with *press*, keep it as a draft, and return its key.

    Raises:
        UsageError: it is there already, or there is nothing to revise.
        ReportError: its file cannot be made.
    """
    made_at = now.replace(microsecond=0)  # as pages print it
    for _ in range(TRIES):
        try:
            return await _keep(pool, order, press, made_at)
        except storing.ReportMovedError:
            continue
    raise UsageError(
        f"contract {order.contract}: other reports of it are made at the same time (try again)"
    )


async def _keep(pool: asyncpg.Pool, order: Order, press: Press, now: datetime) -> str:
    async with pool.acquire() as connection:
        read = await _read(connection, order, now)
    drawing = partial(
        make_pdf, read.found, directory=order.directory, now=now, revision=read.revision
    )
    # No connection meanwhile: drawing takes longer than all else.
    files = [(one, await press.made(partial(drawing, language=one))) for one in read.languages]
    kept = storing.Kept(
        of=read.of,
        revision=read.revision.number,
        reason=order.reason,
        place=read.place,
        previous=read.revision.before_digest,
        files=files,
        figures=read.frozen,
        results_digest=read.found.evidence.sha256 if read.found.evidence else None,
        program_version=__version__,
        made_at=now,
        made_by=order.by,
    )
    async with pool.acquire() as connection:
        return await storing.keep_report(connection, kept)


async def _read(connection: asyncpg.Connection, order: Order, now: datetime) -> _Read:
    newest = await storing.newest_report(connection, order.contract, order.scope, order.asked.name)
    _check(order, newest)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        found = await figures(
            connection,
            contract=order.contract,
            asked=order.asked,
            now=now,
            scope=order.scope,
            evidence=True,
        )
        of = _of(order, found)
        head = await storing.report_head(connection, order.contract)
        frozen = frozen_text(found)
        revision = await _revision(
            connection, order, of, head=head, newest=newest, frozen=frozen, now=now
        )
    return _Read(
        found=found,
        frozen=frozen,
        of=of,
        revision=revision,
        place=head["place"] + 1 if head else 1,
        languages=_languages(order, found, newest),
    )


def _check(order: Order, newest: Row | None) -> None:
    if order.reason is not None:
        storing.check_reason(order.reason)
    if order.reason is None and newest:
        raise UsageError(
            f"report {newest['report']}: is kept already (write vigie report show"
            f" {newest['report']}, or correct it by vigie report revise)"
        )
    if order.reason is not None and not newest:
        raise UsageError(
            f"contract {order.contract}: no report of {order.asked.name} is kept,"
            " there is nothing to revise (write vigie report draft)"
        )


def _of(order: Order, found: Figures) -> storing.ReportOf:
    if not found.period.complete:
        raise UsageError(
            f"{order.asked.name} is not over, or its results are not all in"
            " (keep its report afterwards; without keeping it: vigie report CONTRACT)"
        )
    return storing.ReportOf(
        contract=order.contract,
        scope=order.scope,
        kind=order.asked.kind,
        period=order.asked.name,
        starts=found.period.starts,
        ends=found.period.ends,
    )


def _languages(order: Order, found: Figures, newest: Row | None) -> Sequence[str]:
    if order.languages:
        return list(dict.fromkeys(resolve(one) for one in order.languages))
    if newest:
        return list(newest["languages"])
    return [spoken_to(found.contract.language)]


async def _revision(
    connection: asyncpg.Connection,
    order: Order,
    of: storing.ReportOf,
    *,
    head: Row | None,
    newest: Row | None,
    frozen: str,
    now: datetime,
) -> Revision:
    number = newest["revision"] + 1 if newest else 1
    past = await storing.report_revisions(connection, of.contract, of.scope, of.period)
    changes = await storing.changes_from(connection, newest["report"], frozen) if newest else []
    ahead = await storing.report_ahead(connection, of, number, at=now, by=order.by)
    return Revision(
        key=ahead["key"],
        number=number,
        made_at=now,
        made_by=ahead["made_by"],
        reason=order.reason,
        objections_until=ahead["objections_until"],
        changes=tuple(Change(**one) for one in changes),
        past=tuple(
            Past(
                number=one["revision"],
                made_at=one["made_at"],
                made_by=one["made_by"],
                reason=one["reason"],
                issued_at=one["issued_at"],
            )
            for one in past
        ),
        before=head["report"] if head else None,
        before_digest=head["digest"] if head else None,
    )
