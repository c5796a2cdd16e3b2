"""The commands of anomalies: report, list, withdraw."""

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from vigie import clock, storing
from vigie.cli.answers import AsJson, answer
from vigie.cli.registry import connected, plain, read_option, short
from vigie.cli.who import operator

app = App(name="anomaly", help="Record what customers report; several blocking ones are a crisis.")

Directory = Annotated[Path, Parameter(name="--dir")]


@app.command
async def report(
    service: str,
    customer: str,
    *,
    summary: str,
    blocking: Annotated[bool, Parameter(negative="")] = False,
    workaround: str | None = None,
    at: str | None = None,
    timezone: str | None = None,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Record what a customer reports of a service, and print its key.

    Parameters
    ----------
    service
        The service's key.
    customer
        The customer's key.
    summary
        What does not work.
    blocking
        The customer cannot work.
    workaround
        What helps meanwhile; with one it makes no crisis.
    at
        When it was reported; default: now.
    timezone
        Zone of a time without an offset, such as Europe/Paris.
    by
        Who records it; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    now = clock.now()
    anomaly = storing.Anomaly(
        service=service,
        customer=customer,
        blocking=blocking,
        workaround=workaround,
        summary=summary,
        reported_at=read_option("--at", at, timezone) if at else now,
    )
    async with connected(directory) as connection:
        key, crisis = await storing.report_anomaly(connection, anomaly, by=operator(by), now=now)
    note = f"\nNote: several customers report it: {crisis} (vigie crisis show {crisis})."
    answer(key + (note if crisis else ""), as_json=as_json, anomaly=key, crisis=crisis)


@app.command(name="list")
async def list_(
    *,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Show every report, the latest first.

    Parameters
    ----------
    as_json
        Print one JSON list instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        reports = await storing.list_anomalies(connection)
    if as_json:
        print(json.dumps(reports, default=plain, indent=2))
    else:
        print("\n".join(map(_lines, reports)) or "No anomaly is recorded.")


@app.command
async def withdraw(
    key: str,
    *,
    reason: str,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Take a report back: it makes no crisis any more.

    Parameters
    ----------
    key
        Its key, such as anomaly-5.
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
        await storing.withdraw_anomaly(connection, key, **act, now=clock.now())
    answer(f"{key} is withdrawn.", as_json=as_json, anomaly=key, state="withdrawn")


def _lines(one: dict[str, Any]) -> str:
    """Return a report in lines that a narrow terminal does not cut: its key first."""
    kind = "blocking" if one["blocking"] else "not blocking"
    below = [
        f"reported {short(one['reported_at'])}, recorded by {one['recorded_by']}",
        f"says: {one['summary']}",
    ]
    if one["workaround"]:
        below.append(f"workaround: {one['workaround']}")
    if one["withdrawn_at"]:
        who = f"{short(one['withdrawn_at'])} by {one['withdrawn_by']}"
        below.append(f"withdrawn {who}: {one['withdrawn_reason']}")
    return "\n  ".join((f"{one['key']}  {one['service']}  {one['customer']}  {kind}", *below))
