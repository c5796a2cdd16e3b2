"""The commands of incidents: list, show, note, assign, close."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from vigie import clock, storing
from vigie.cli.answers import AsJson, answer
from vigie.cli.registry import connected, plain, short
from vigie.cli.who import operator
from vigie.errors import UsageError

app = App(name="incident", help="See the outages that people handle, and write down what is done.")

Directory = Annotated[Path, Parameter(name="--dir")]

HAPPENED = {
    "opened": "opened: the first confirmed failure was seen",
    "moved": "its start moved",
    "joined": "failed with it",
    "pre_alert": "the team was told that it may become a crisis",
    "recovered": "good again",
    "relapsed": "failed again",
    "excused": "excused",
    "noted": "note",
    "assigned": "assigned",
    "closed": "closed",
}


@app.command(name="list")
async def list_(
    *,
    only_open: Annotated[bool, Parameter(name="--open", negative="")] = False,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Show the incidents, the newest first.

    Parameters
    ----------
    only_open
        Those that are not over yet.
    as_json
        Print one JSON list instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        incidents = await storing.list_incidents(connection, only_open=only_open)
    if as_json:
        print(json.dumps([asdict(one) for one in incidents], default=plain, indent=2))
    elif incidents:
        print("\n".join(map(_line, incidents)))
    else:
        print("No incident is open." if only_open else "There was no incident.")


@app.command
async def show(incident: str, *, as_json: AsJson = False, directory: Directory = Path()) -> None:
    """Show what happened in an incident, with who, when and why.

    Parameters
    ----------
    incident
        Its key, such as incident-7.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        one, cause, events = await storing.show_incident(connection, incident)
    if as_json:
        told = asdict(one) | {"cause": cause, "events": [asdict(event) for event in events]}
        print(json.dumps(told, default=plain, indent=2))
        return
    print(_line(one))
    print(f"  cause: {cause or 'its results are gone'}")
    if one.assigned_to:
        print(f"  handled by {one.assigned_to}")
    print("\n".join(map(_event, events)))


@app.command
async def note(
    incident: str,
    text: str,
    *,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Write something into the story of an incident.

    Parameters
    ----------
    incident
        Its key, such as incident-7.
    text
        What was seen or done, in a line.
    by
        Who writes it; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        await storing.note_incident(connection, incident, text, by=operator(by), now=clock.now())
    answer(f"{incident} has the note.", as_json=as_json, incident=incident, note=text)


@app.command
async def assign(
    incident: str,
    person: str,
    *,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Say who handles an incident.

    Parameters
    ----------
    incident
        Its key, such as incident-7.
    person
        Who handles it from now on.
    by
        Who says so; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    if not person.strip():
        raise UsageError("person: is empty (write who handles it)")
    person = operator(person)
    async with connected(directory) as connection:
        await storing.assign_incident(
            connection, incident, person, by=operator(by), now=clock.now()
        )
    said = f"{incident} is handled by {person}."
    answer(said, as_json=as_json, incident=incident, assigned_to=person)


@app.command
async def close(
    incident: str,
    *,
    reason: str,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """End an incident of which nothing is measured any more; others close by themselves.

    Parameters
    ----------
    incident
        Its key, such as incident-7.
    reason
        Why, in a few words.
    by
        Who does it; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        await storing.close_incident(connection, incident, reason, by=operator(by), now=clock.now())
    answer(f"{incident} is closed.", as_json=as_json, incident=incident, state="closed")


def _line(one: storing.Incident) -> str:
    lasted = f"to {short(one.ended)}, {plain(one.elapsed_s)} s" if one.ended else "still"
    marks = ", ".join(filter(None, (one.crisis, "found late" if one.late else None)))
    return (
        f"{one.incident}  {one.state}  {', '.join(one.services)}\n"
        f"  {short(one.started)} {lasted}" + (f"  ({marks})" if marks else "")
    )


def _event(event: storing.IncidentEvent) -> str:
    who = f" by {event.actor}" if event.actor != "vigie" else ""
    told = event.detail.get("service") or event.detail.get("person")
    words = ": ".join(str(part) for part in (HAPPENED[event.kind], told, event.reason) if part)
    return f"  {event.at:%Y-%m-%d %H:%M:%S}Z  {words}{who}"
