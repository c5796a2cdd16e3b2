"""The rota that was applied, and who of it is on duty."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit

import asyncpg

from vigie.storing.queries import query

VARIABLE = re.compile(r"\$\{env:(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rostered:
    """A person of the rota, without anything secret."""

    key: str
    name: str
    roles: tuple[str, ...]
    channels: tuple[str, ...]  # "email alice@vendor.example", in the order in which they are tried
    hours: str | None  # calendar; None: always on duty
    on_duty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of escalation at an instant."""

    level: int  # from 1
    people: tuple[str, ...]
    called: tuple[str, ...]  # those on duty; all of them where nobody is
    on_duty: bool  # whether anybody is


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaSeen:
    """The rota at an instant."""

    at: datetime
    people: tuple[Rostered, ...]
    levels: tuple[Level, ...]
    pre_alert_after_s: Decimal  # how long an outage lasts before the team is warned
    crisis_after_s: Decimal | None  # the shortest outage that is a crisis by a contract in force
    variables: tuple[str, ...]  # names of environment variables that channels are made of


async def show_rota(connection: asyncpg.Connection, at: datetime) -> RotaSeen | None:
    """Return the rota that was applied last, and who is on duty *at*; None: there is none."""
    people = [_person(row) for row in await connection.fetch(query("rota_people"), at)]
    on_duty = {person.key for person in people if person.on_duty}
    levels = [
        Level(
            level=row["level"],
            people=tuple(row["people"]),
            called=tuple(row["called"]),
            on_duty=not on_duty.isdisjoint(row["people"]),
        )
        for row in await connection.fetch(query("rota_levels"), at)
    ]
    if not people:
        return None
    watched = await connection.fetchrow(query("rota_watched"), at)
    return RotaSeen(
        at=at,
        people=tuple(people),
        levels=tuple(levels),
        pre_alert_after_s=watched["pre_alert_after_s"],
        crisis_after_s=watched["crisis_after_s"],
        variables=tuple(sorted(set(VARIABLE.findall(watched["rota"])))),
    )


def _person(row: asyncpg.Record) -> Rostered:
    return Rostered(
        key=row["key"],
        name=row["name"],
        roles=tuple(row["roles"]),
        channels=tuple(_channels(json.loads(row["reach"]))),
        hours=row["hours"],
        on_duty=row["on_duty"],
    )


def _channels(reach: list[Mapping[str, str]]) -> Iterator[str]:
    for target in reach:
        place = _place(target["channel"], target["to"])
        yield f"{target['channel']} {place}" if place else target["channel"]


def _place(channel: str, to: str) -> str:
    """Return what may be shown of a target: an address, or the host of a webhook.

    The rest of its URL is often all that keeps strangers out.
    """
    if channel == "email":
        return to
    return urlsplit(to).hostname or "" if channel == "webhook" and "${" not in to else ""
