"""The command `vigie report run`: the reports of a period for all contracts."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from vigie import clock, settings, storing
from vigie.cli.answers import AsJson
from vigie.cli.who import operator
from vigie.errors import UsageError
from vigie.reporting import Asked, Order, Outcome, asked, keep_all

MOST = 64  # processes


async def run(
    *,
    month: str | None = None,
    quarter: str | None = None,
    year: str | None = None,
    processes: int = 2,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Annotated[Path, Parameter(name="--dir")] = Path(),
) -> int:
    """Keep a draft of every contract's report that is missing; repeating it is harmless.

    What fails is listed at the end, and the status is 1.

    Parameters
    ----------
    month
        YYYY-MM, such as 2026-05, in each contract's time zone.
    quarter
        YYYY-Qn, such as 2026-Q2.
    year
        YYYY, such as 2026.
    processes
        How many reports are made at once.
    by
        Who makes them; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory; its reports/templates win over the shipped ones.
    """
    if not 1 <= processes <= MOST:
        raise UsageError(f"--processes: {processes} is out of range (write 1 to {MOST})")
    period, who = asked(month=month, quarter=quarter, year=year), operator(by)
    try:
        made = await _made(period, who, processes, directory, quiet=as_json)
    except (asyncio.CancelledError, KeyboardInterrupt):  # Ctrl-C cancels what waits
        print("vigie: what is kept stays; repeat the command to go on", file=sys.stderr)
        raise
    failed = [one for one in made if one.why]
    if as_json:
        print(json.dumps(_told(made), indent=2))
    else:
        _print(period, made, failed)
    return 1 if failed else 0


async def _made(
    period: Asked, who: str, processes: int, directory: Path, *, quiet: bool
) -> list[Outcome]:
    here, now, made = settings.read(directory), clock.now(), list[Outcome]()
    async with storing.open_database(here) as pool:
        await storing.roll_up(pool, now)
        async with pool.acquire() as connection:
            missing = await storing.contracts_without_report(
                connection, period.kind, period.day, period.name
            )
        orders = [Order(contract=one, asked=period, by=who, directory=directory) for one in missing]
        with _progress(disable=quiet or not orders) as progress:
            task = progress.add_task(period.name, total=len(orders))

            def tell(one: Outcome) -> None:
                made.append(one)
                progress.advance(task)

            await keep_all(pool, orders, processes=processes, now=now, tell=tell)
    return sorted(made, key=lambda one: one.order.contract)


def _progress(*, disable: bool) -> Progress:
    return Progress(
        TextColumn("Reports of {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=disable,
    )


def _print(period: Asked, made: list[Outcome], failed: list[Outcome]) -> None:
    if not made:
        print(f"No report of {period.name} is missing; what is not over yet has none.")
        return
    kept = [one for one in made if one.key]
    theirs = sum(not one.ours for one in kept)
    print(f"Kept {len(kept) - theirs} of {len(made)} reports of {period.name} as drafts.")
    if theirs:
        print(f"Others kept {theirs} of them meanwhile; each is kept once.")
    for one in failed:
        print(f"  {one.order.contract}: {one.why}")


def _told(made: list[Outcome]) -> dict[str, object]:
    return {
        "kept": [one.key for one in made if one.key and one.ours],
        "kept_by_others": [one.key for one in made if one.key and not one.ours],
        "failed": [{"contract": one.order.contract, "why": one.why} for one in made if one.why],
    }
