"""Making the database match the catalogue, in one transaction, without forgetting anything."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import asyncpg

from vigie.catalogue import Catalogue
from vigie.errors import UsageError
from vigie.storing.queries import query
from vigie.storing.superseded import superseded
from vigie.storing.wanted import wanted_rows

CLOCK_TOLERANCE = timedelta(minutes=1)

_RENEWAL = (
    "forget_other_wordings",
    "add_calendar_years",
    "compare_calendar_days",
    "replace_calendar_days",
    "add_calendar_days",
    "renew_calendar_years",
    "tell_calendar_days",
)

_STEPS = (
    "add_locations",
    "replace_references",
    "add_services",
    "rename_services",
    "allow_services",
    "close_service_versions",
    "open_service_versions",
    "add_endpoints",
    "close_endpoint_versions",
    "open_endpoint_versions",
    "close_memberships",
    "open_memberships",
    "ended_services",
    "replace_calendars",
    "add_calendars",
    *_RENEWAL,
    "add_customers",
    "change_customers",
    "add_contracts",
    "word_contracts",
    "supersede_contract_versions",
    "add_contract_versions",
    "name_clauses",
    "end_contracts",
    "add_ended_versions",
    "replace_rota",
    "add_rota",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What the database was made to follow: `service api`, `endpoint api-health: moved to …`."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()  # what differs and stays as it is: days that are over
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # below a line of *changed*

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.added or self.changed or self.ended)

    @property
    def lines(self) -> tuple[str, ...]:
        """One line per change, for people: `+` added, `~` changed, `-` ended, `=` kept.

        Below a changed contract, indented: what differs, and what it means for figures.
        """
        return (
            *(f"+ {line}" for line in self.added),
            *self._changed(),
            *(f"- {line}" for line in self.ended),
            *(f"= {line}" for line in self.kept),
        )

    def _changed(self) -> Iterator[str]:
        for line in self.changed:
            yield f"~ {line}"
            yield from (f"    {note}" for note in self.notes.get(line, ()))


async def apply_catalogue(
    connection: asyncpg.Connection,
    catalogue: Catalogue,
    now: datetime,
    *,
    past_holidays: bool = False,
) -> Changes:
    """Make the database match *catalogue* as of *now* and return what changed.

    One transaction; concurrent calls wait for each other. Keys keep their ids, what vanished is
    ended, and changed terms supersede the old ones, which stay as evidence.
    Days of a calendar that are over keep what was stored, whatever a newer library knows of them,
    unless *past_holidays* asks for it: figures of the past may change then.
    """
    async with connection.transaction():
        await connection.execute(query("catalogue_lock"))
        await _load(connection, catalogue)
        await _refuse_moved_contracts(connection)
        instant = await _instant(connection, now)
        changes = await _change(connection, _STEPS, instant, past_holidays=past_holidays)
        if changes:
            await connection.execute(query("count_change"))
        return replace(changes, notes=await superseded(connection, catalogue, instant))


async def renew_calendars(
    connection: asyncpg.Connection, catalogue: Catalogue, now: datetime
) -> Changes:
    """Add the years and renew the days to come of calendars whose wording stands; nothing else."""
    async with connection.transaction():
        await connection.execute(query("catalogue_lock"))
        await _load(connection, catalogue)
        instant = await _instant(connection, now)
        return await _change(connection, _RENEWAL, instant, past_holidays=False)


async def plan_catalogue(
    connection: asyncpg.Connection,
    catalogue: Catalogue,
    now: datetime,
    *,
    past_holidays: bool = False,
) -> Changes:
    """Return what `apply_catalogue` would change, and change nothing."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        return await apply_catalogue(connection, catalogue, now, past_holidays=past_holidays)
    finally:
        await transaction.rollback()


async def _load(connection: asyncpg.Connection, catalogue: Catalogue) -> None:
    await connection.execute(query("create_wanted"))
    for table, rows in wanted_rows(catalogue).items():
        await connection.copy_records_to_table(table, records=rows)


async def _instant(connection: asyncpg.Connection, now: datetime) -> datetime:
    """Return *now*, moved just behind the last change: nothing may last for no time at all."""
    last: datetime | None = await connection.fetchval(query("catalogue_changed_at"))
    if last is None or last < now:
        return now
    if last > now + CLOCK_TOLERANCE:
        raise UsageError(
            f"the catalogue was last applied at {last:%Y-%m-%dT%H:%M:%SZ}, which is after now"
            " (set this computer's clock)"
        )
    return last + timedelta(microseconds=1)


async def _refuse_moved_contracts(connection: asyncpg.Connection) -> None:
    for record in await connection.fetch(query("moved_contracts")):
        raise UsageError(
            f"contract {record['key']}: belongs to customer {record['customer']}"
            " (give the new customer a contract with a key of its own)"
        )


async def _change(
    connection: asyncpg.Connection,
    steps: Iterable[str],
    instant: datetime,
    *,
    past_holidays: bool,
) -> Changes:
    records: list[asyncpg.Record] = []
    for step in steps:
        text = query(step)
        asked = (("$1", instant), ("$2", past_holidays))
        records += await connection.fetch(text, *(value for name, value in asked if name in text))
    return Changes(
        added=_told(records, "added"),
        changed=_told(records, "changed"),
        ended=_told(records, "ended"),
        kept=_told(records, "kept"),
    )


def _told(records: Iterable[asyncpg.Record], action: str) -> tuple[str, ...]:
    return tuple(record["line"] for record in records if record.get("action") == action)
