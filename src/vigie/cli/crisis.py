"""The commands of a crisis while it goes on, from the call to the workaround."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from vigie import clock, storing
from vigie.cli.crisisend import (
    action,
    approve,
    cancel,
    dissolve,
    merge,
    report,
    resolve,
    review,
    waive,
)
from vigie.cli.crisisshow import briefing, line
from vigie.cli.registry import connected, plain, read_option
from vigie.cli.who import operator
from vigie.errors import UsageError

app = App(name="crisis", help="Lead a crisis cell: from the call to the reviewed report.")

Directory = Annotated[Path, Parameter(name="--dir")]
AsJson = Annotated[bool, Parameter(name="--json", negative="")]


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
    *what: str, reason: str, by: str | None = None, directory: Directory = Path()
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
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        print(
            await storing.open_crisis(
                connection, what, reason=reason, by=operator(by), now=clock.now()
            )
        )


@app.command
async def ack(crisis: str, *, by: str | None = None, directory: Directory = Path()) -> None:
    """Say that you look after it: nobody further is called.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    by
        Who does; default: the user of this computer.
    directory
        The catalogue's directory.
    """
    who = operator(by)
    async with connected(directory) as connection:
        first = await storing.acknowledge_crisis(connection, crisis, by=who, now=clock.now())
    said = "is acknowledged" if first else "needs no further answer: it was given, or it is over"
    print(f"{crisis} {said} ({who}).")


@app.command
async def staff(
    crisis: str, /, *roles: str, by: str | None = None, directory: Directory = Path()
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
    directory
        The catalogue's directory.
    """
    given = _roles(roles)
    async with connected(directory) as connection:
        state = await storing.staff_crisis(
            connection, crisis, given, by=operator(by), now=clock.now()
        )
    print(f"{crisis} is {state}.")


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


@app.command
async def plan(
    crisis: str, *, text: str, by: str | None = None, directory: Directory = Path()
) -> None:
    """Write the communication plan; with it the cell goes to work.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    text
        Who tells whom, how and how often.
    by
        Who writes it; default: the user of this computer.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        state = await storing.plan_crisis(
            connection, crisis, text, by=operator(by), now=clock.now()
        )
    print(f"{crisis} is {state}.")


@app.command
async def update(
    crisis: str,
    *,
    text: str,
    next_due: Annotated[str | None, Parameter(name="--next")] = None,
    timezone: str | None = None,
    by: str | None = None,
    directory: Directory = Path(),
) -> None:
    """Tell every affected customer how it stands.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    text
        What they read, besides what every message says.
    next_due
        When they hear next: 2026-05-12T03:00:00+02:00; default: on the rota's cadence.
    timezone
        Zone of a time without an offset, such as Europe/Paris.
    by
        Who tells them; default: the user of this computer.
    directory
        The catalogue's directory.
    """
    due = read_option("--next", next_due, timezone) if next_due else None
    async with connected(directory) as connection:
        told = await storing.update_crisis(
            connection, crisis, text, next_due=due, by=operator(by), now=clock.now()
        )
    if told.messages or told.unreachable:
        print(f"{crisis}: update {told.number}, {_queued(told)}.")
    else:
        print(f"{crisis}: update {told.number} said so already; nothing is sent twice.")


def _queued(told: storing.ToldCustomers) -> str:
    said = f"{told.messages} messages are queued"
    if told.unreachable:
        said += f"; without an address: {', '.join(told.unreachable)}"
    return said


@app.command
async def workaround(
    crisis: str, *, text: str, by: str | None = None, directory: Directory = Path()
) -> None:
    """Note a workaround: customers hear less often; it is no fix.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    text
        What helps meanwhile.
    by
        Who notes it; default: the user of this computer.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        await storing.note_workaround(connection, crisis, text, by=operator(by), now=clock.now())
    print(f"{crisis} is monitored.")


@app.command
async def affect(
    crisis: str, customer: str, *, reason: str, by: str | None = None, directory: Directory = Path()
) -> None:
    """Put a customer on the list of those that it affects.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    customer
        The customer's key.
    reason
        Why, in a few words.
    by
        Who does it; default: the user of this computer.
    directory
        The catalogue's directory.
    """
    act = {"reason": reason, "by": operator(by)}
    async with connected(directory) as connection:
        added = await storing.affect_customer(connection, crisis, customer, **act, now=clock.now())
    print(f"{crisis} affects {customer}" + ("." if added else ", as was known."))


for command in (resolve, waive, report, approve, dissolve, review, action, cancel, merge):
    app.command(command)
