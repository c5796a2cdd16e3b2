"""The commands of the maintenance registry: add, list, withdraw, close."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from vigie import clock, storing
from vigie.cli.maintenancefeed import feed
from vigie.cli.maintenancenotice import notice
from vigie.cli.maintenanceplan import plan
from vigie.cli.registry import (
    check_scope,
    connected,
    plain,
    proof_of,
    read_end,
    read_option,
    read_recurrence,
    short,
)
from vigie.cli.who import operator

app = App(name="maintenance", help="Announce, list, withdraw and close maintenance windows.")

app.command(plan)
app.command(feed)
app.command(notice)

Directory = Annotated[Path, Parameter(name="--dir")]


@app.command
async def add(
    *services: str,
    every_service: Annotated[bool, Parameter(name="--all", negative="")] = False,
    starts: str,
    ends: str | None = None,
    duration: str | None = None,
    reason: str,
    kind: Literal["planned", "security"] = "planned",
    announced: str | None = None,
    channel: str | None = None,
    recipient: str | None = None,
    evidence: str | None = None,
    evidence_file: Path | None = None,
    timezone: str | None = None,
    rrule: str | None = None,
    exdate: tuple[str, ...] = (),
    by: str | None = None,
    directory: Directory = Path(),
) -> None:
    """Record a maintenance window, or one that recurs, and print its key.

    Parameters
    ----------
    services
        Keys of the services that it covers.
    every_service
        It covers every service, also those that are added to the catalogue later.
    starts
        Its start: 2026-05-12T03:00:00+02:00, or without the offset and with --timezone.
    ends
        Its end, as announced.
    duration
        Its length instead of its end, in real time: 90m, 2h.
    reason
        What is done, in a few words.
    kind
        planned: counts when it was announced in time; security: needs no notice.
    announced
        When customers were told. A window told of too late, or never, is recorded as it was and
        excuses nothing; a note says so, and for which contracts.
    channel
        How they were told: email, status page, … A channel alone is a weak proof: say the
        recipient and the evidence, too.
    recipient
        Who was told.
    evidence
        Proof of the announcement, such as a message id or an address.
    evidence_file
        A file that proves it; its SHA-256 is kept.
    timezone
        Zone of times without an offset, such as Europe/Paris.
    rrule
        When it comes back, for a year at most: "FREQ=WEEKLY;BYDAY=SU;COUNT=10", of RFC 5545.
        Every window begins at the same local time of --timezone and lasts equally long.
    exdate
        A local day that the rule hits and that has no window: 2026-05-17. May be repeated.
    by
        Who records it; default: the user of this computer.
    directory
        The catalogue's directory.
    """
    check_scope(services, every_service=every_service)
    begins = read_option("--starts", starts, timezone)
    recurrence = read_recurrence(rrule, exdate, timezone)
    window = storing.Window(
        services=services,
        every_service=every_service,
        kind=kind,
        starts=begins,
        ends=read_end(begins, ends, duration, timezone),
        announced=read_option("--announced", announced, timezone) if announced else None,
        channel=channel,
        recipient=recipient,
        evidence=proof_of(evidence, evidence_file),
        reason=reason,
    )
    who, now = operator(by), clock.now()
    async with connected(directory) as connection:
        if recurrence:
            series = await storing.add_series(connection, window, recurrence, by=who, now=now)
            _say_series(series)
        else:
            _say(await storing.add_maintenance(connection, window, by=who, now=now))


def _say(recorded: storing.Recorded) -> None:
    print(recorded.key)
    for remark in recorded.remarks:
        print(f"Note: {remark}.")


def _say_series(series: storing.Series) -> None:
    print(series.key)
    print(_counted([window.key for window in series.windows]))
    remarks = Counter(remark for window in series.windows for remark in window.remarks)
    for remark, times in remarks.items():
        print(f"Note: {remark} ({times} of {len(series.windows)}).")


def _counted(keys: list[str]) -> str:
    if len(keys) == 1:
        return f"1 window, {keys[0]}"
    return f"{len(keys)} windows, {keys[0]} to {keys[-1]}"


@app.command(name="list")
async def list_(
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    directory: Directory = Path(),
) -> None:
    """Show every window, what happened to it, and what each contract makes of it.

    Parameters
    ----------
    as_json
        Print one JSON list instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        windows = await storing.list_maintenance(connection)
    if as_json:
        print(json.dumps([asdict(window) for window in windows], default=plain, indent=2))
    elif windows:
        print("\n".join(map(_lines, windows)))
    else:
        print("No maintenance window is recorded.")


@app.command
async def withdraw(
    key: str, *, reason: str, by: str | None = None, directory: Directory = Path()
) -> None:
    """Take a window back: it excuses nothing any more.

    Parameters
    ----------
    key
        The window's key, such as m-20261122-1; that of a series, s-20261122-1, takes back
        those of its windows that are still to come.
    reason
        Why, in a few words.
    by
        Who does it; default: the user of this computer.
    directory
        The catalogue's directory.
    """
    act = {"reason": reason, "by": operator(by)}
    async with connected(directory) as connection:
        if await storing.is_series(connection, key):
            keys = await storing.withdraw_series(connection, key, **act, now=clock.now())
            print(f"{key} is withdrawn: {_counted(keys)}.")
            return
        await storing.withdraw_maintenance(connection, key, **act, now=clock.now())
    print(f"{key} is withdrawn.")


@app.command
async def close(
    key: str,
    *,
    reason: str,
    at: str | None = None,
    timezone: str | None = None,
    by: str | None = None,
    directory: Directory = Path(),
) -> None:
    """End a window early: what is down later is not excused.

    Parameters
    ----------
    key
        The window's key, such as m-20261122-1.
    reason
        Why, in a few words.
    at
        When it really ended; default: now.
    timezone
        Zone of a time without an offset, such as Europe/Paris.
    by
        Who does it; default: the user of this computer.
    directory
        The catalogue's directory.
    """
    now = clock.now()
    end = read_option("--at", at, timezone) if at else now
    async with connected(directory) as connection:
        await storing.close_maintenance(
            connection, key, at=end, reason=reason, by=operator(by), now=now
        )
    print(f"{key} is closed at {short(end)}.")


def _lines(window: storing.Listed) -> str:
    """Return a window in lines that a narrow terminal does not cut: its key first."""
    services = "all services" if window.every_service else ", ".join(window.services)
    end = short(window.closed_at or window.ends)
    announced = short(window.announced_at) if window.announced_at else "no"
    heading = "  ".join(filter(None, (window.key, window.series, window.kind, services)))
    below = [
        f"{short(window.starts)} to {end}" + (" (closed)" if window.closed_at else ""),
        f"announced: {announced}",
        *_proof(window),
        f"recorded: {short(window.recorded_at)} by {window.recorded_by}{_afterwards(window)}",
        *_validity(window).splitlines(),
        f"reason: {window.reason}",
    ]
    return "\n  ".join((heading, *below))


def _proof(window: storing.Listed) -> Iterator[str]:
    told = {name: getattr(window, name) for name in ("channel", "recipient", "evidence")}
    said = ", ".join(
        f"{name} {text}" for name, text in told.items() if text and not storing.is_blank(text)
    )
    if said or window.announced_at:
        yield f"proof: {said or 'none'}"


def _afterwards(window: storing.Listed) -> str:
    return ", after its start" if window.recorded_at > window.starts else ""


def _validity(window: storing.Listed) -> str:
    if window.withdrawn_at:
        return f"withdrawn {short(window.withdrawn_at)}"
    judged = (
        f"{key}: {why or 'valid'}" + (f" ({window.remarks[key]})" if key in window.remarks else "")
        for key, why in window.why_not.items()
    )
    return "\n".join(judged) or "none covers it"
