"""The commands that end a crisis: resolve, waive, approve, dissolve; cancel, merge."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from vigie import clock, storing
from vigie.cli.answers import AsJson, answer
from vigie.cli.registry import connected
from vigie.cli.who import operator

Directory = Annotated[Path, Parameter(name="--dir")]


async def resolve(
    crisis: str,
    *,
    text: str,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Confirm the full fix, as the incident manager, and tell the customers.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    text
        What they read of it.
    by
        The incident manager, by name or by key; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        told = await storing.resolve_crisis(
            connection, crisis, text, by=operator(by), now=clock.now()
        )
    notes = (
        f"\nNote: {customer} has no address (tell it otherwise, then write:"
        f" vigie crisis waive {crisis} {customer} --reason …)."
        for customer in told.unreachable
    )
    said = f"{crisis} is resolved; {told.messages} messages are queued.{''.join(notes)}"
    left = {"messages": told.messages, "unreachable": told.unreachable}
    answer(said, as_json=as_json, crisis=crisis, state="resolved", **left)


async def waive(
    crisis: str,
    customer: str,
    *,
    reason: str,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Document why a customer needs no message of the resolution.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    customer
        The customer's key.
    reason
        How it was told otherwise, or why it need not be.
    by
        Who says so; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    act = {"reason": reason, "by": operator(by)}
    async with connected(directory) as connection:
        first = await storing.waive_customer(connection, crisis, customer, **act, now=clock.now())
    said = f"{crisis}: {customer} is waived" + ("." if first else ", as was written before.")
    answer(said, as_json=as_json, crisis=crisis, customer=customer, first=first)


async def approve(
    crisis: str,
    *,
    reason: str | None = None,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Approve the incident report, which others wrote.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    reason
        Why, in a few words.
    by
        Who approves it; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        await storing.approve_incident_report(
            connection, crisis, reason=reason, by=operator(by), now=clock.now()
        )
    answer(f"{crisis}: its report is approved.", as_json=as_json, crisis=crisis, report="approved")


async def dissolve(
    crisis: str,
    *,
    reason: str | None = None,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """End the cell: fixed, customers informed, report approved.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    reason
        A last word.
    by
        Who does it; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        await storing.dissolve_crisis(
            connection, crisis, reason=reason, by=operator(by), now=clock.now()
        )
    answer(f"{crisis} is dissolved.", as_json=as_json, crisis=crisis, state="dissolved")


async def cancel(
    crisis: str,
    *,
    reason: str,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Call it a false alarm: one person asks, another one agrees with the same command.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    reason
        Why, in a few words.
    by
        Who says so; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    act = {"reason": reason, "by": operator(by)}
    async with connected(directory) as connection:
        ended = await storing.cancel_crisis(connection, crisis, **act, now=clock.now())
    said = f"{crisis} is cancelled." if ended else f"{crisis}: another person must agree."
    answer(said, as_json=as_json, crisis=crisis, cancelled=ended)


async def merge(
    crisis: str,
    *,
    into: str,
    reason: str,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Make it part of another crisis, which takes over its services and customers.

    Parameters
    ----------
    crisis
        Its key, such as crisis-3.
    into
        The key of the crisis that goes on.
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
        await storing.merge_crisis(connection, crisis, into, **act, now=clock.now())
    answer(
        f"{crisis} is part of {into}.", as_json=as_json, crisis=crisis, state="merged", into=into
    )
