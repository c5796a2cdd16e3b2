"""A maintenance window is read as one customer is told of it."""

from datetime import datetime

import asyncpg

from vigie.errors import UsageError
from vigie.reporting.documents.noticerecords import Happened, MaintenanceNotice
from vigie.reporting.figures.periods import nearest
from vigie.reporting.figures.rows import Row, record, rows
from vigie.settings import Settings
from vigie.storing import is_series, open_database, query, roll_up


async def read_notice(
    settings: Settings,
    *,
    key: str,
    now: datetime,
    contract: str | None = None,
    customer: str | None = None,
) -> MaintenanceNotice:
    """Return the window *key* for one contract: the named one, or the only one of *customer*.

    Raises UsageError where there is no such window, or not one such contract.
    """
    async with open_database(settings) as pool:
        await roll_up(pool, now)
        async with (
            pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await notice(connection, key=key, contract=contract, customer=customer)


async def notice(
    connection: asyncpg.Connection,
    *,
    key: str,
    contract: str | None = None,
    customer: str | None = None,
) -> MaintenanceNotice:
    """Return the notice; call it in one repeatable-read transaction."""
    concerned = await rows(connection, "notice_contracts", key)
    if not concerned:
        await _refuse(connection, key)
    chosen = _chosen(key, concerned, contract, customer)
    [window] = await rows(connection, "notice_window", key, chosen)
    events = [record(Happened, row) for row in await rows(connection, "notice_events", key)]
    return record(MaintenanceNotice, window, contract=chosen, events=tuple(events))


def _chosen(key: str, concerned: list[Row], contract: str | None, customer: str | None) -> str:
    """Return the one contract that is meant; refuse none and several."""
    for option, column, wanted in (
        ("--contract", "contract", contract),
        ("--customer", "customer_key", customer),
    ):
        known = {str(one[column]) for one in concerned}
        if wanted is not None and wanted not in known:
            raise UsageError(
                f'{option} "{wanted}": {key} does not concern it ({nearest(wanted, known)})'
            )
    meant = [
        str(one["contract"])
        for one in concerned
        if contract in (None, one["contract"]) and customer in (None, one["customer_key"])
    ]
    if len(meant) == 1:
        return meant[0]
    if not meant:
        raise UsageError(f"--contract {contract}: is not of {customer} (write one of them)")
    shown = f"{', '.join(meant[:5])}{', …' if len(meant) > 5 else ''}"  # noqa: PLR2004
    raise UsageError(f"{key}: concerns {len(meant)} contracts (write --contract, one of {shown})")


async def _refuse(connection: asyncpg.Connection, key: str) -> None:
    if await is_series(connection, key):
        raise UsageError(f"{key}: is a series (write the key of one of its windows)")
    known = [row["key"] for row in await connection.fetch(query("maintenance_keys"))]
    if key in known:
        raise UsageError(f"{key}: concerns no contract, so there is nobody to tell")
    raise UsageError(f'there is no maintenance window "{key}" ({_hint(key, known)})')


def _hint(key: str, known: list[str]) -> str:
    return nearest(key, known[-10:]) if known else "there is none yet: vigie maintenance add"
