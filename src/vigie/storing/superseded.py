"""What becomes of a contract's version that another wording supersedes, for people."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
from pydantic import TypeAdapter

from vigie.catalogue import Catalogue, Contract, Terms, compare, same_figures
from vigie.storing.queries import query

_TERMS = TypeAdapter(Terms)


async def superseded(
    connection: asyncpg.Connection, catalogue: Catalogue, instant: datetime
) -> dict[str, tuple[str, ...]]:
    """Return what follows for each version superseded at *instant*, by the line that tells of it.

    What differs, in words; the calendars that are worded anew; and whether figures of the past
    change.
    """
    wanted = {it.key: it for it in catalogue.contracts}
    rows = await connection.fetch(query("superseded_terms"), instant)
    return {row["line"]: tuple(_notes(row, wanted[row["key"]], instant)) for row in rows}


def _notes(row: asyncpg.Record, like: Contract, instant: datetime) -> Iterator[str]:
    old = _stored(json.loads(row["old"]), like)
    today = instant.astimezone(ZoneInfo(old.timezone)).date()
    if row["new"] is None:
        yield "Contract: no version holds on its days any more"
        yield from _since(old.starts, today)
        return
    new = _stored(json.loads(row["new"]), like)
    calendars = [f"Calendar: {key} is worded anew" for key in row["calendars"]]
    readings = _readings(row)
    yield from [*compare(old, new), *readings, *calendars] or [
        "Contract: other words for the same terms"
    ]
    yield from _since(_changes_from(old, new, hours_differ=bool(calendars)), today)


def _readings(row: asyncpg.Record) -> list[str]:
    """Return what the text leaves open otherwise than before; a figure as agreed stays."""
    before, after = (
        ", ".join(
            dict.fromkeys(one["code"] for one in json.loads(row[side])["terms"].get("open", ()))
        )
        for side in ("old", "new")
    )
    return [] if before == after else [f"Left open: {before or 'nothing'} → {after or 'nothing'}"]


def _stored(said: Mapping[str, Any], like: Contract) -> Contract:
    """Return a version as the database keeps it; only its customer is taken from *like*."""
    kept = said["terms"]
    return replace(
        like,
        plan=said["plan"],
        timezone=said["timezone"],
        starts=date.fromisoformat(said["starts"]),
        ends=said["ends"] and date.fromisoformat(said["ends"]),
        terms=_TERMS.validate_python(kept["terms"]),
        words=kept["words"],
        essential=tuple(kept["services"]["essential"]),
        other=tuple(kept["services"]["other"]),
        accepted=kept.get("accepted", {}),
        demonstration=kept.get("demonstration", False),
    )


def _changes_from(old: Contract, new: Contract, *, hours_differ: bool) -> date | None:
    """Return the first day whose figures can differ; None: no figure can."""
    days = [one for one in {old.ends, new.ends} if one] if old.ends != new.ends else []
    if old.starts != new.starts or hours_differ or not same_figures(old, new):
        days.append(min(old.starts, new.starts))
    return min(days, default=None)


def _since(day: date | None, today: date) -> Iterator[str]:
    if day is None:
        yield "No figure changes"
    elif day <= today:
        yield f"Figures of periods since {day} can change; reports that were made stay as they are"
