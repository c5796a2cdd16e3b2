"""Reports that are kept: figures are read, files made, and both frozen in the database."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg

from vigie import __version__, settings, storing
from vigie.errors import UsageError
from vigie.reporting.figures.periods import Asked
from vigie.reporting.figures.reading import SOLUTION, figures
from vigie.reporting.figures.records import Figures
from vigie.reporting.figures.revisions import Change, Past, Revision
from vigie.reporting.formats import plain, utc
from vigie.reporting.making import make_pdf, sealed
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


async def keep(connection: asyncpg.Connection, order: Order, now: datetime) -> str:
    """Make a report, keep it as a draft, and return its key.

    Raises UsageError where it is there already, or where there is nothing to revise.
    """
    made_at = now.replace(microsecond=0)  # as pages print it
    for _ in range(TRIES):
        try:
            return await _keep(connection, order, made_at)
        except storing.ReportMovedError:
            continue
    raise UsageError(
        f"contract {order.contract}: other reports of it are made at the same time (try again)"
    )


async def _keep(connection: asyncpg.Connection, order: Order, now: datetime) -> str:
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
    files = [
        (one, await _made(found, order, one, revision, now))
        for one in _languages(order, found, newest)
    ]
    kept = storing.Kept(
        of=of,
        revision=revision.number,
        reason=order.reason,
        place=head["place"] + 1 if head else 1,
        previous=revision.before_digest,
        files=files,
        figures=frozen,
        results_digest=found.evidence.sha256 if found.evidence else None,
        program_version=__version__,
        made_at=now,
        made_by=order.by,
    )
    return await storing.keep_report(connection, kept)


async def _made(
    found: Figures, order: Order, language: str, revision: Revision, now: datetime
) -> bytes:
    """Return the file of one language, sealed where there is a key: the chain is of whole files."""
    signing = settings.signing()
    pdf = make_pdf(
        found,
        directory=order.directory,
        now=now,
        language=language,
        sealed=signing.asked,
        revision=revision,
    )
    return await sealed(pdf, signing=signing, now=now)


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
    ahead = await storing.report_ahead(connection, of, number, now)
    return Revision(
        key=ahead["key"],
        number=number,
        made_at=now,
        made_by=order.by,
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


def frozen_text(found: Figures) -> str:
    """Return all *found* as JSON: exact numbers as plain digits, instants in RFC 3339."""
    # The digests of single days are in the file; here the one of them all is enough.
    figures_only = replace(found, evidence=None)
    return json.dumps(asdict(figures_only), default=_plain, ensure_ascii=False)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):  # as SQL tells it, it may end in zeros, or be 9E+4
        return plain(value)
    return utc(value) if isinstance(value, datetime) else str(value)
