"""The commands of `vigie agent`: who probes from where, and how they are doing."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from vigie import settings
from vigie.storing import (
    AgentSeen,
    Place,
    add_agent,
    list_agents,
    open_database,
    remove_agent,
)

app = App(name="agent", help="Let other computers probe, and see how they are doing.")

Directory = Annotated[Path, Parameter(name="--dir")]


@app.command
async def add(location: str, *, login: str | None = None, directory: Directory = Path()) -> None:
    """Make a login that may store results of one location; print its password, once.

    Parameters
    ----------
    location
        The location, as the applied catalogue names it.
    login
        Its name; without it vigie_agent_LOCATION.
    directory
        The catalogue's directory.
    """
    name = login or f"vigie_agent_{location.replace('-', '_')}"
    async with open_database(settings.read(directory)) as pool, pool.acquire() as connection:
        password = await add_agent(connection, location, name)
    print(f"Login: {name}\nLocation: {location}\nPassword: {password}")
    print("\nThere, with the host, port and name of this database, and the file of its authority:")
    address = f"postgresql://{name}:{password}@HOST:PORT/NAME?sslmode=verify-full&sslrootcert=FILE"
    print(f"  VIGIE_DATABASE_URL='{address}'")
    print(f"  vigie probe --location {location}")


@app.command(name="list")
async def list_(*, directory: Directory = Path()) -> None:
    """List every location with the age of its newest result, missed slots, logins and agents.

    Parameters
    ----------
    directory
        The catalogue's directory.
    """
    async with open_database(settings.read(directory)) as pool, pool.acquire() as connection:
        for place in await list_agents(connection):
            for line in _lines(place):
                print(line)


@app.command
async def remove(login: str, *, directory: Directory = Path()) -> None:
    """Remove the login of an agent; what it stored stays.

    Parameters
    ----------
    login
        Its name.
    directory
        The catalogue's directory.
    """
    async with open_database(settings.read(directory)) as pool, pool.acquire() as connection:
        await remove_agent(connection, login)
    print(f"Login {login} is removed.")


def _lines(place: Place) -> Iterator[str]:
    newest = "no result in two days" if place.lag is None else f"newest result {_ago(place.lag)}"
    slots = f"{place.missed} {'slot' if place.missed == 1 else 'slots'}"
    yield f"{place.location}: {newest}, {slots} missed in the last hour"
    for login in place.logins:
        yield f"  login {login}"
    for agent in place.agents:
        yield from _agent(agent)


def _agent(agent: AgentSeen) -> Iterator[str]:
    role = "probes" if agent.leads else "stands by"
    files = f"{agent.spool_files} {'file' if agent.spool_files == 1 else 'files'}"
    yield f"  {agent.host}: {role}, seen {_ago(agent.seen)}"
    yield f"    version {agent.version}, {files} in the spool of {agent.home}"


def _ago(length: timedelta) -> str:
    seconds = max(0, round(length.total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"
