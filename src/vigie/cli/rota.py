"""The commands of `vigie rota`: who is called in a crisis."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from vigie import clock
from vigie.catalogue import pre_alert_note
from vigie.cli.registry import connected, plain, read_option, short
from vigie.storing import Rostered, RotaSeen, show_rota

app = App(name="rota", help="Show who is called in a crisis, and who is on duty.")

_NONE = "No rota is applied: nobody is called (write reports/rota.yaml, then vigie apply)."


@app.command
async def show(
    *,
    at: str | None = None,
    timezone: str | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    directory: Annotated[Path, Parameter(name="--dir")] = Path(),
) -> None:
    """Print the levels of escalation of the applied rota, and who of them is on duty.

    Parameters
    ----------
    at
        At another instant than now: 2026-05-12T03:00:00+02:00.
    timezone
        Zone of a time without an offset, such as Europe/Paris.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    instant = read_option("--at", at, timezone) if at else clock.now()
    async with connected(directory) as connection:
        rota = await show_rota(connection, instant)
    if as_json:
        told = asdict(rota) | {"notes": [*_notes(rota)]} if rota else None
        print(json.dumps(told, default=plain, indent=2))
    else:
        print("\n".join((*_lines(rota), *_notes(rota))) if rota else _NONE)


def _lines(rota: RotaSeen) -> Iterator[str]:
    people = {person.key: person for person in rota.people}
    yield f"At {short(rota.at)}:"
    if not any(person.on_duty for person in rota.people):
        yield "Nobody of the rota is on duty."
    for level in rota.levels:
        nobody = "" if level.on_duty else ": nobody is on duty, so all of them are called"
        yield f"Level {level.level}{nobody}"
        yield from _people(level.people, people)
    leveled = {key for level in rota.levels for key in level.people}
    others = [key for key in people if key not in leveled]
    if others:
        yield "In no level"
        yield from _people(others, people)


def _notes(rota: RotaSeen) -> Iterator[str]:
    """Yield what is right as it is written, and may yet keep people from being told."""
    if rota.crisis_after_s is not None:
        after, crisis = (
            timedelta(seconds=float(it)) for it in (rota.pre_alert_after_s, rota.crisis_after_s)
        )
        yield from filter(None, [pre_alert_note(after, crisis)])
    unset = [name for name in rota.variables if name not in os.environ]
    if unset:
        yield (
            f"note: {', '.join(unset)}: not set in this process; where vigie run has none either,"
            " messages that need them are not sent (set them there)"
        )


def _people(keys: tuple[str, ...] | list[str], people: Mapping[str, Rostered]) -> Iterator[str]:
    for key in keys:
        person = people[key]
        duty = "on duty" if person.on_duty else "off duty"
        hours = f", hours of {person.hours}" if person.hours else ""
        yield f"  {key}  {person.name}: {duty}{hours}"
        yield f"    {', '.join(person.roles) or 'no role in a crisis cell'}"
        yield f"    {', then '.join(person.channels)}"
