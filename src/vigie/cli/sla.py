"""The command `sla`: a contract's figures for a period, as a table or as JSON."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from vigie import clock, settings
from vigie.cli.slareadings import print_readings
from vigie.cli.slatables import COLOURS, maintenance, outages, services, words
from vigie.reporting import (
    Availability,
    Figures,
    Formats,
    Longest,
    asked_of_any_kind,
    read,
    to_json,
    utc,
)


async def sla(
    contract: str,
    /,
    *,
    month: str | None = None,
    quarter: str | None = None,
    year: str | None = None,
    year_to_date: str | None = None,
    rolling: str | None = None,
    begin: Annotated[str | None, Parameter(name="--from")] = None,
    end: Annotated[str | None, Parameter(name="--to")] = None,
    scope: str = "solution",
    readings: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    directory: Annotated[Path, Parameter(name="--dir")] = Path(),
) -> None:
    """Show a contract's figures for a period.

    Parameters
    ----------
    contract
        The contract's key.
    month
        YYYY-MM, such as 2026-05, in the contract's time zone.
    quarter
        YYYY-Qn, such as 2026-Q2.
    year
        YYYY, such as 2026.
    year_to_date
        The day that ends it, such as 2026-05-31: from 1 January up to and with that day.
    rolling
        The last of twelve months, such as 2026-05.
    begin
        The first day of any span, in the contract's time zone, or an instant with its offset.
    end
        The span's last day, which is part of it, or the instant that ends it.
    scope
        solution (the essential services), or the key of one service.
    readings
        Show the same period under each reading that the contract's text leaves open, too.
    as_json
        Print one JSON object instead of tables.
    directory
        The catalogue's directory, with probes/ and reports/ in it.
    """
    period = asked_of_any_kind(
        month=month,
        quarter=quarter,
        year=year,
        year_to_date=year_to_date,
        rolling=rolling,
        begin=begin,
        end=end,
    )
    found = await read(
        settings.read(directory),
        contract=contract,
        asked=period,
        now=clock.now(),
        scope=scope,
        readings=readings,
        further=False,
    )
    if as_json:
        print(json.dumps(to_json(found), ensure_ascii=False, indent=2))
    else:
        print_figures(found, Console(highlight=False))


def print_figures(found: Figures, console: Console) -> None:
    """Print the figures as tables."""
    formats = Formats("en", found.period.timezone)
    console.print(_summary(found, formats))
    lists = [services(found, formats)]
    if found.outages:
        lists.append(outages(found, formats))
    if found.maintenance:
        lists.append(maintenance(found, formats))
    for one in lists:
        console.print(one, soft_wrap=True)
    if found.readings:
        print_readings(found.readings, formats, console)


def _summary(found: Figures, formats: Formats) -> Table:
    of, period, contract = found.availability, found.period, found.contract
    table = Table.grid(padding=(0, 2))
    so_far = "" if period.complete else ", so far"
    rows: list[tuple[str, str | Text]] = [
        ("Contract", f"{contract.key}, {contract.customer}, plan {contract.plan}"),
        ("Scope", of.scope),
        ("Period", f"{period.name}{so_far}, {_span(found, formats)}"),
        ("UTC", f"{utc(period.starts)} to {utc(period.ends)}, end excluded"),
        ("As of", utc(period.as_of) if period.as_of else "nothing measured yet"),
        ("Availability", _share(of, formats)),
        ("Target", _targets(found, formats)),
        ("Verdict", _verdict(of, found)),
        ("Bounds", f"{formats.percent(of.low)} to {formats.percent(of.high)}"),
        ("Coverage", formats.percent(of.coverage)),
        ("Budget", _budget(of, formats)),
        ("Longest", _longest(found.longest, formats)),
    ]
    if found.contract.demonstration:
        rows.insert(1, ("Data", "made up, for a demonstration"))
    for label, value in rows:
        table.add_row(Text(label, style="bold"), value if isinstance(value, Text) else Text(value))
    return table


def _targets(found: Figures, formats: Formats) -> str:
    """Return the target, or those of each part with its first day."""
    first, *later = found.terms_of("target")
    since = (f"{formats.percent(one.target)} from {one.first_day}" for one in later)
    return ", ".join((formats.percent(first.target), *since))


def _share(of: Availability, formats: Formats) -> str:
    if of.percent is None:
        return "not applicable: nothing was measured up or down"
    return f"{formats.percent(of.percent)} (cut, not rounded)"


def _span(found: Figures, formats: Formats) -> str:
    period = found.period
    return f"{formats.moment(period.starts)} to {formats.moment(period.ends)} {period.timezone}"


def _verdict(of: Availability, found: Figures) -> Text:
    text = Text(words(of.verdict), style=f"bold {COLOURS.get(of.verdict, 'default')}")
    if of.verdict == "not_applicable":
        text.append(" (no data)" if of.percent is None else " (no target)", style="default")
    if of.confidence:
        text.append(f" ({words(of.confidence)})", style="default")
    if of.target and not found.basis:
        text.append(f"; indicator only, judged by the {found.contract.basis}", style="default")
    return text


def _budget(of: Availability, formats: Formats) -> str:
    if of.budget_s is None:
        return formats.percent(None)
    used, allowed = formats.duration(of.used_s), formats.duration(of.budget_s)
    return (
        f"{used} used of {allowed} ({formats.percent(of.used_share)}),"
        f" {formats.duration(of.left_s)} left"
    )


def _longest(longest: Longest, formats: Formats) -> str:
    another = longest.greatest_elapsed_s > longest.elapsed_s
    lasted = f" another lasted {formats.duration(longest.greatest_elapsed_s)}," if another else ""
    return (
        f"{formats.duration(longest.working_s)} working,"
        f" {formats.duration(longest.elapsed_s)} elapsed,{lasted}"
        f" limit {formats.limit(longest.limit_s)}: {words(longest.verdict)}"
    )
