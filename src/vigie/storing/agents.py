"""Agents: their logins, what they probe, and what they tell of themselves."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import asyncpg
import structlog
from pydantic import ValidationError

from vigie import probing
from vigie.catalogue import Endpoint, Model, Reference
from vigie.probing import Target
from vigie.storing.explain import refusals
from vigie.storing.logins import change_login, new_password
from vigie.storing.queries import query
from vigie.storing.trouble import DATABASE_TROUBLE, Trouble

ATTEND_S = 5.0  # between two reports
PATIENCE_S = 10.0

M = TypeVar("M", bound=Model)
Take = Callable[[list[Target], list[Reference]], None]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentState:
    """What a process that probes tells of itself."""

    location: str
    host: str
    home: str  # the folder of its spool
    version: str
    leads: bool  # False: it stands by
    spool_files: int
    newest: datetime | None  # slot of its newest result


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSeen:
    """A process that probes, as it last told of itself."""

    host: str
    home: str
    version: str
    leads: bool
    spool_files: int
    seen: timedelta  # ago


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A location, and who probes from there."""

    location: str
    logins: tuple[str, ...]
    lag: timedelta | None  # age of the newest result; None: none for two days
    missed: int  # slots of the last hour without a result
    agents: tuple[AgentSeen, ...]


async def add_agent(connection: asyncpg.Connection, location: str, login: str) -> str:
    """Make *login* for *location* and return its password, which is kept nowhere."""
    password = new_password()
    await change_login(connection, "agent_add", location, login, password)
    return password


async def remove_agent(connection: asyncpg.Connection, login: str) -> None:
    """Take its rights from *login* at once, then remove it from the server."""
    await change_login(connection, "agent_close", login)
    await change_login(connection, "agent_drop", login)


async def list_agents(connection: asyncpg.Connection) -> list[Place]:
    """Return every location with its agents, by name."""
    places = await connection.fetch(query("agent_locations"))
    agents = await connection.fetch(query("agent_list"))
    return [_place(place, agents) for place in places]


def _place(row: asyncpg.Record, agents: list[asyncpg.Record]) -> Place:
    return Place(
        location=row["location"],
        logins=tuple(row["logins"]),
        lag=None if row["lag_s"] is None else timedelta(seconds=row["lag_s"]),
        missed=row["missed"],
        agents=tuple(_seen(agent) for agent in agents if agent["location"] == row["location"]),
    )


def _seen(row: asyncpg.Record) -> AgentSeen:
    return AgentSeen(
        host=row["host"],
        home=row["home"],
        version=row["version"],
        leads=row["leads"],
        spool_files=row["spool_files"],
        seen=timedelta(seconds=row["seen_s"]),
    )


async def report_agent(connection: asyncpg.Connection, state: AgentState) -> int:
    """Keep *state* and return the number of the catalogue, which grows when it changes.

    Raises UsageError where this login may not probe from the location.
    """
    with refusals():
        version: int = await connection.fetchval(
            query("report_agent"),
            state.location,
            state.host,
            state.home,
            state.version,
            state.leads,
            state.spool_files,
            state.newest,
        )
    return version


async def read_targets(connection: asyncpg.Connection, location: str) -> list[Target]:
    """Return what the applied catalogue asks to probe from *location*.

    What this program does not understand, because it is older than the catalogue, is left out
    and said: its slots stay unknown.
    """
    with refusals():
        rows = await connection.fetch(query("targets"), location)
    return [target for row in rows if (target := _target(row))]


async def read_references(connection: asyncpg.Connection, location: str) -> list[Reference]:
    """Return the references of the applied catalogue that are asked from *location*."""
    with refusals():
        rows = await connection.fetch(query("references"), location)
    specs = [json.loads(row["spec"]) for row in rows]
    return [found for spec in specs if (found := _valid(Reference, spec))]


def _target(row: asyncpg.Record) -> Target | None:
    spec: Mapping[str, Any] = json.loads(row["spec"])
    endpoint = _endpoint(spec)
    if endpoint is None:
        log.error(
            "catalogue: this version does not understand an endpoint, it is not probed",
            endpoint=spec.get("key"),
            do="upgrade vigie here",
        )
        return None
    return Target(service=row["service"], endpoint=endpoint, allow=tuple(row["allow"]))


def _endpoint(spec: Mapping[str, Any]) -> Endpoint | None:
    # An option of one kind may have the name of another: tls.
    models = [model for name, model in probing.MODELS.items() if name in spec]
    return next(filter(None, (_valid(model, spec) for model in models)), None)


def _valid(model: type[M], spec: Mapping[str, Any]) -> M | None:
    try:
        return model.model_validate(spec)
    except ValidationError:
        return None


async def _attend_once(
    connection: asyncpg.Connection,
    state: Callable[[], AgentState],
    take: Take | None,
    known: int | None,
) -> int:
    said = await asyncio.to_thread(state)
    version = await report_agent(connection, said)
    if take and version != known:
        targets = await read_targets(connection, said.location)
        take(targets, await read_references(connection, said.location))
    return version


@contextmanager
def _patience(connection: asyncpg.Connection) -> Iterator[None]:
    """Give up on a database that says nothing, which no closed connection tells of.

    By ending the session: a query that is cancelled waits for the server's word on that.
    """
    timer = asyncio.get_running_loop().call_later(PATIENCE_S, connection.terminate)
    try:
        yield
    finally:
        timer.cancel()


async def attend(
    pool: asyncpg.Pool,
    state: Callable[[], AgentState],
    stop: asyncio.Event,
    *,
    take: Take | None = None,
    every_s: float = ATTEND_S,
) -> None:
    """Tell every few seconds how we are, until *stop*, and *take* the targets when they change.

    A database that is gone is waited for. Raises UsageError where this login may not probe from
    the location, or not any more.
    """
    trouble = Trouble(
        "agent: the database does not answer, what it asked for last is probed",
        "agent: the database answers again",
        do="start the database, or mend the way to it",
    )
    known: int | None = None
    while not stop.is_set():
        try:
            async with pool.acquire(timeout=PATIENCE_S) as connection:
                with _patience(connection):
                    known = await _attend_once(connection, state, take, known)
            trouble.worked()
        except DATABASE_TROUBLE as error:
            trouble.failed(why=str(error) or type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every_s)
