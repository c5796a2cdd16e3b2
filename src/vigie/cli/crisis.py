"""The commands of a crisis while it goes on, from the call to the workaround."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from vigie import clock, storing
from vigie.cli.answers import AsJson, answer
from vigie.cli.crisiscell import affect, plan, update, workaround
from vigie.cli.crisisend import approve, cancel, dissolve, merge, resolve, waive
from vigie.cli.crisislater import action, report, review
from vigie.cli.crisisshow import briefing, line
from vigie.cli.registry import connected, plain
from vigie.cli.who import operator
from vigie.errors import UsageError

app = App(name="crisis", help="Lead a crisis cell: from the call to the reviewed report.")

Directory = Annotated[Path, Parameter(name="--dir")]


@app.command(name="list")
async def list_(*, as_json: AsJson = False, directory: Directory = Path()) -> None:
    """Show every crisis and its state, the latest first.

    Parameters
    ----------
    as_json
        Print one JSON list instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        crises = await storing.list_crises(connection, clock.now())
    if as_json:
        print(json.dumps(crises, default=plain, indent=2))
    else:
        print("\n".join(map(line, crises)) or "There was no crisis.")


@app.command
async def show(
    crisis: str, *, contracts: int = 20, as_json: AsJson = False, directory: Directory = Path()
) -> None:
    """Brief whoever joins: what is down, for whom, who was told, and what is missing now.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    contracts
        Of how many contracts the budgets are looked up.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        found = await storing.read_briefing(connection, crisis, clock.now(), contracts=contracts)
    if as_json:
        print(json.dumps(asdict(found), default=plain, indent=2))
    else:
        print(briefing(found))


@app.command(name="open")
async def open_(
    *what: str,
    reason: str,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Open a crisis by hand, call the first level of the rota, and print its key.

    Parameters
    ----------
    what
        The incident, such as incident-7, or the keys of the services that it is about.
    reason
        Why, in a few words.
    by
        Who opens it; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        key = await storing.open_crisis(
            connection, what, reason=reason, by=operator(by), now=clock.now()
        )
    answer(key, as_json=as_json, crisis=key)


@app.command
async def ack(
    crisis: str, *, by: str | None = None, as_json: AsJson = False, directory: Directory = Path()
) -> None:
    """Say that you look after it: nobody further is called.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    by
        Who does; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    who = operator(by)
    async with connected(directory) as connection:
        first = await storing.acknowledge_crisis(connection, crisis, by=who, now=clock.now())
    said = "is acknowledged" if first else "needs no further answer: it was given, or it is over"
    text = f"{crisis} {said} ({who})."
    answer(text, as_json=as_json, crisis=crisis, acknowledged=first, by=who)


@app.command
async def staff(
    crisis: str,
    /,
    *roles: str,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Give roles to people of the rota: role=person, as often as needed.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    roles
        Such as incident_manager=alice; the others are support_agent, support_manager,
        infrastructure and development.
    by
        Who does it; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    given = _roles(roles)
    async with connected(directory) as connection:
        state = await storing.staff_crisis(
            connection, crisis, given, by=operator(by), now=clock.now()
        )
    answer(f"{crisis} is {state}.", as_json=as_json, crisis=crisis, state=state)


def _roles(said: tuple[str, ...]) -> dict[str, str]:
    given: dict[str, str] = {}
    for one in said:
        role, equals, person = one.partition("=")
        if not (role and equals and person):
            raise UsageError(f'roles: "{one}" is no role (write incident_manager=alice)')
        if given.setdefault(role, person) != person:
            raise UsageError(f"roles: {role} is given to two people (write one of them)")
    if not given:
        raise UsageError("roles: none is given (write incident_manager=alice)")
    return given


for command in (plan, update, workaround, affect, resolve, waive, approve):
    app.command(command)
for ending in (report, review, action, dissolve, cancel, merge):
    app.command(ending)
