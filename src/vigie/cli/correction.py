"""The commands of corrections: add, approve, withdraw, list."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from vigie import clock, storing
from vigie.cli.registry import connected, plain, proof_of, read_option, short
from vigie.cli.who import operator

app = App(name="correction", help="Correct what was measured wrongly; two persons are needed.")

Directory = Annotated[Path, Parameter(name="--dir")]


@app.command
async def add(
    target: str,
    *,
    starts: str,
    ends: str,
    effect: Literal["exclude", "up", "down", "unknown"],
    reason: str,
    evidence: str | None = None,
    evidence_file: Path | None = None,
    timezone: str | None = None,
    by: str | None = None,
    directory: Directory = Path(),
) -> None:
    """Record a correction and print its key; it counts once another person approved it.

    Parameters
    ----------
    target
        Key of the service or endpoint that was measured wrongly.
    starts
        First instant: 2026-05-12T03:00:00+02:00, or without the offset and with --timezone.
    ends
        End, exclusive.
    effect
        exclude: the span leaves the figure (of an endpoint: its service's other endpoints
        decide, and where none is left the span leaves the figure); up, down, unknown: it was so.
    reason
        Why, in a few words.
    evidence
        Proof, such as a ticket or an address.
    evidence_file
        A file that proves it; its SHA-256 is kept.
    timezone
        Zone of times without an offset, such as Europe/Paris.
    by
        Who records it; default: the user of this computer.
    directory
        The catalogue's directory.
    """
    correction = storing.Correction(
        target=target,
        starts=read_option("--starts", starts, timezone),
        ends=read_option("--ends", ends, timezone),
        effect=effect,
        reason=reason,
        evidence=proof_of(evidence, evidence_file),
    )
    async with connected(directory) as connection:
        key = await storing.add_correction(connection, correction, by=operator(by), now=clock.now())
    print(key)


@app.command
async def approve(
    key: str, *, reason: str | None = None, by: str | None = None, directory: Directory = Path()
) -> None:
    """Approve a correction that another person recorded: figures follow it from now on.

    Parameters
    ----------
    key
        The correction's key, such as c-20261122-1.
    reason
        Why, in a few words.
    by
        Who approves it; default: the user of this computer.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        await storing.approve_correction(
            connection, key, reason=reason, by=operator(by), now=clock.now()
        )
    print(f"{key} is approved.")


@app.command
async def withdraw(
    key: str, *, reason: str, by: str | None = None, directory: Directory = Path()
) -> None:
    """Take a correction back: figures are as measured again.

    Parameters
    ----------
    key
        The correction's key, such as c-20261122-1.
    reason
        Why, in a few words.
    by
        Who does it; default: the user of this computer.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        await storing.withdraw_correction(
            connection, key, reason=reason, by=operator(by), now=clock.now()
        )
    print(f"{key} is withdrawn.")


@app.command(name="list")
async def list_(
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    directory: Directory = Path(),
) -> None:
    """Show every correction, and whether it changes figures.

    Parameters
    ----------
    as_json
        Print one JSON list instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        corrections = await storing.list_corrections(connection)
    if as_json:
        print(json.dumps(corrections, default=plain, indent=2))
    elif corrections:
        print("\n".join(map(_lines, corrections)))
    else:
        print("No correction is recorded.")


def _lines(one: dict[str, Any]) -> str:
    """Return a correction in lines that a narrow terminal does not cut: its key first."""
    return (
        f"{one['key']}  {one['service'] or one['endpoint']}  {one['effect']}\n"
        f"  {short(one['starts'])} to {short(one['ends'])}\n"
        f"  recorded by {one['recorded_by']} {short(one['recorded_at'])}\n"
        f"  {_state(one)}\n"
        f"  reason: {one['reason']}"
        + (f"\n  evidence: {one['evidence']}" if one["evidence"] else "")
    )


def _state(one: dict[str, Any]) -> str:
    if one["withdrawn_at"]:
        return f"withdrawn {short(one['withdrawn_at'])}"
    return f"approved by {one['approved_by']}" if one["effective"] else "waits for approval"
