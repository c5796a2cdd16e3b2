"""The commands of a cell at work: plan, update, workaround, affect."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from vigie import clock, storing
from vigie.cli.answers import AsJson, answer
from vigie.cli.registry import connected, read_option
from vigie.cli.who import operator

Directory = Annotated[Path, Parameter(name="--dir")]


async def plan(
    crisis: str,
    *,
    text: str,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
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
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        state = await storing.plan_crisis(
            connection, crisis, text, by=operator(by), now=clock.now()
        )
    answer(f"{crisis} is {state}.", as_json=as_json, crisis=crisis, state=state)


async def update(
    crisis: str,
    *,
    text: str,
    next_due: Annotated[str | None, Parameter(name="--next")] = None,
    timezone: str | None = None,
    by: str | None = None,
    as_json: AsJson = False,
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
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    due = read_option("--next", next_due, timezone) if next_due else None
    async with connected(directory) as connection:
        told = await storing.update_crisis(
            connection, crisis, text, next_due=due, by=operator(by), now=clock.now()
        )
    answer(
        f"{crisis}: update {told.number}{_queued(told)}.",
        as_json=as_json,
        crisis=crisis,
        update=told.number,
        messages=told.messages,
        unreachable=told.unreachable,
    )


def _queued(told: storing.ToldCustomers) -> str:
    if not told.messages and not told.unreachable:
        return " said so already; nothing is sent twice"
    said = f", {told.messages} messages are queued"
    if told.unreachable:
        said += f"; without an address: {', '.join(told.unreachable)}"
    return said


async def workaround(
    crisis: str,
    *,
    text: str,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
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
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        await storing.note_workaround(connection, crisis, text, by=operator(by), now=clock.now())
    answer(f"{crisis} is monitored.", as_json=as_json, crisis=crisis, state="monitoring")


async def affect(
    crisis: str,
    customer: str,
    *,
    reason: str,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
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
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    act = {"reason": reason, "by": operator(by)}
    async with connected(directory) as connection:
        added = await storing.affect_customer(connection, crisis, customer, **act, now=clock.now())
    said = f"{crisis} affects {customer}" + ("." if added else ", as was known.")
    answer(said, as_json=as_json, crisis=crisis, customer=customer, added=added)
