"""The commands `dispute …`: a customer's own probe log beside ours."""

import json
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.console import Console

from vigie import clock, reporting, settings, storing
from vigie.cli.disputeshow import comparison_lines
from vigie.cli.import_ import tell_problems
from vigie.cli.registry import connected, plain, read_duration, short
from vigie.cli.who import operator
from vigie.counting import count
from vigie.errors import UsageError

app = App(name="dispute", help="Compare a customer's own probe log with ours.")

Directory = Annotated[Path, Parameter(name="--dir")]
AsJson = Annotated[bool, Parameter(name="--json", negative="")]


@app.command(name="import")
async def import_(
    file: Path,
    *,
    contract: str,
    every: str | None = None,
    by: str | None = None,
    note: str | None = None,
    directory: Directory = Path(),
) -> int:
    """Take in what a customer measured; figures stay as they are.

    The header is service,at,outcome,reason. Times have an offset, the outcome is up or down, the
    reason may be empty. A bad row is reported and stops nothing else. A file that was imported
    for the contract before changes nothing.

    Parameters
    ----------
    file
        CSV in UTF-8, plain or in gzip; its SHA-256 is kept.
    contract
        The key of the customer's contract.
    every
        How long one of their results speaks, such as 60s; without it the interval at which the
        rows mostly follow each other.
    by
        Who imports it; default: the user of this computer.

    Note:
        What is to be known of it, in a few words.
    directory
        The catalogue's directory.
    """
    log = storing.Log(
        contract=contract,
        path=file,
        every=read_duration("--every", every) if every is not None else None,
        note=note,
    )
    async with storing.open_database(settings.read(directory)) as pool:
        try:
            found = await storing.import_dispute(pool, log, by=operator(by), now=clock.now())
        except storing.IntervalError as error:
            tell_problems(error.imported)
            raise
    return _say_imported(found, log)


@app.command(name="list")
async def list_(*, as_json: AsJson = False, directory: Directory = Path()) -> None:
    """Show every log that was imported, the latest first.

    Parameters
    ----------
    as_json
        Print one JSON list instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        disputes = await storing.list_disputes(connection)
    if as_json:
        print(json.dumps(disputes, default=plain, indent=2))
    elif disputes:
        print("\n".join(map(_lines, disputes)))
    else:
        print("No customer's log was imported.")


@app.command
async def show(
    key: str,
    /,
    *,
    month: str | None = None,
    quarter: str | None = None,
    year: str | None = None,
    scope: str = "solution",
    as_json: AsJson = False,
    output: Annotated[Path | None, Parameter(name=["-o", "--output"])] = None,
    language: str | None = None,
    directory: Directory = Path(),
) -> None:
    """Show where both logs agree, where they differ, and what it would do to the figure.

    Parameters
    ----------
    key
        The dispute's key, such as d-20261122-1.
    month
        YYYY-MM, such as 2026-05, in the contract's time zone.
    quarter
        YYYY-Qn, such as 2026-Q2.
    year
        YYYY, such as 2026.
    scope
        The figure that it would change: solution (the essential services), or one service.
    as_json
        Print one JSON object instead of text.
    output
        Write the annex to this file: .pdf, sealed where there is a key, or .csv with every span.
    language
        en, fr, de, es or it, for the PDF; without it the customer's language.
    directory
        The catalogue's directory; its reports/templates win over the shipped ones.
    """
    asked = reporting.asked(month=month, quarter=quarter, year=year)
    if output is not None:
        _check(output)
    now = clock.now()
    found = await reporting.read_comparison(
        settings.read(directory), key=key, asked=asked, now=now, scope=scope
    )
    if output is not None:
        await _write(output, found, directory=directory, language=language)
    elif as_json:
        print(json.dumps(reporting.comparison_json(found), ensure_ascii=False, indent=2))
    else:
        Console(highlight=False, soft_wrap=True, markup=False).print(
            comparison_lines(found, directory)
        )


def _check(output: Path) -> None:
    if output.suffix not in (".pdf", ".csv"):
        raise UsageError(f"-o: {output} is neither PDF nor CSV (write a name in .pdf or .csv)")
    reporting.check_writable(output)


async def _write(
    output: Path, found: reporting.Comparison, *, directory: Path, language: str | None
) -> None:
    if output.suffix == ".csv":
        reporting.write(output, reporting.comparison_csv(found))
    else:
        now = clock.now()
        drawing = partial(
            reporting.comparison_pdf,
            found,
            directory=directory,
            now=now,
            language=reporting.resolve(language) if language else None,
        )
        signing = settings.signing()
        reporting.write(output, await reporting.draw_sealed(drawing, signing=signing, now=now))
    print(f"Wrote {output}: {reporting.comparison_sentence(found, directory=directory)}")


def _say_imported(found: storing.Disputed, log: storing.Log) -> int:
    """Print what became of a log and return the exit status: 1 when rows were refused."""
    if found.imported is None:
        print(
            f"{found.key}: this file was imported by {found.recorded_by}"
            f" {short(found.recorded_at)} already; nothing is changed."  # type: ignore[arg-type]
        )
        return 0
    tell_problems(found.imported)
    bad = count(found.imported.refused, "bad row")
    if found.key is None:
        print(f"0 results, {bad}: nothing is recorded.")
        return 1
    told = "as --every says" if log.every else "as its rows mostly follow each other"
    print(f"{found.key}: {count(found.imported.rows, 'result')}, {bad}.")
    print(f"One speaks for {_seconds(found.every)}, {told}.")
    print(f"See vigie dispute show {found.key} --month YYYY-MM.")
    return 1 if found.imported.refused else 0


def _seconds(every: timedelta | None) -> str:
    return f"{every.total_seconds():g} s" if every else "no time"


def _lines(one: dict[str, Any]) -> str:
    """Return a dispute in lines that a narrow terminal does not cut: its key first."""
    return (
        f"{one['key']}  {one['contract']}  {', '.join(one['services'])}\n"
        f"  {count(one['results'], 'result')}, {one['results_down']:,} down,"
        f" {short(one['first_at'])} to {short(one['last_at'])}, every {one['every_s']:f} s\n"
        f"  {one['file']} sha256:{one['sha256']}\n"
        f"  imported by {one['recorded_by']} {short(one['recorded_at'])}"
        + (f"\n  note: {one['note']}" if one["note"] else "")
    )
