"""The commands of `vigie report`: a contract's PDF for a period, and the reports that are kept."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console

from vigie import clock, settings
from vigie.cli.letters import tell_letters
from vigie.cli.reportrun import run
from vigie.cli.reportshow import diff, list_, show
from vigie.cli.reportsteps import answer, draft, issue, object_, revise, revised
from vigie.cli.reportsummary import summarise
from vigie.cli.who import operator
from vigie.errors import UsageError
from vigie.reporting import (
    Figures,
    Formats,
    Order,
    asked,
    check_pdf,
    make_report,
    read,
    resolve,
    write,
)

app = App(name="report", help="Write a contract's PDF report; keep, review and issue reports.")


@app.default
async def report(
    contract: str | None = None,
    /,
    *,
    every: Annotated[bool, Parameter(name="--all", negative="")] = False,
    month: str | None = None,
    quarter: str | None = None,
    year: str | None = None,
    scope: str = "solution",
    output: Annotated[Path | None, Parameter(name=["-o", "--output"])] = None,
    language: str | None = None,
    revise: Annotated[bool, Parameter(negative="")] = False,
    reason: str | None = None,
    by: str | None = None,
    directory: Annotated[Path, Parameter(name="--dir")] = Path(),
) -> None:
    """Write a contract's PDF report for a period; nothing is kept, unless with --revise.

    Parameters
    ----------
    contract
        The contract's key.
    every
        Instead of one contract: the internal summary over all of them, worst first.
    month
        YYYY-MM, such as 2026-05, in the contract's time zone.
    quarter
        YYYY-Qn, such as 2026-Q2.
    year
        YYYY, such as 2026.
    scope
        solution (the essential services), or the key of one service.
    output
        The file to write; without it CONTRACT-PERIOD.pdf in the current directory. With --all
        summary-PERIOD.pdf; a name in .csv or .json takes the data alone.
    language
        en, fr, de, es or it; without it the customer's language, with --all English.
    revise
        Correct the report that is kept: a new revision, for a --reason.
    reason
        Why it is corrected; with --revise only.
    by
        Who corrects it; default: the user of this computer. With --revise only.
    directory
        The catalogue's directory; its reports/templates win over the shipped ones.
    """
    period = asked(month=month, quarter=quarter, year=year)
    if every:
        if contract is not None or scope != "solution" or revise or reason or by:
            raise UsageError("--all: is a summary of its own (write a period, -o and --language)")
        await summarise(period, output=output, language=language, directory=directory)
        return
    if contract is None:
        raise UsageError("no contract is named (write its key, or --all)")
    path = output or Path(f"{contract}-{period.name}.pdf")
    if revise:
        order = Order(
            contract=contract,
            asked=period,
            by=operator(by),
            directory=directory,
            scope=scope,
            languages=(language,) if language else (),
            reason=reason,
        )
        await revised(order, output)
        return
    if reason is not None or by is not None:
        raise UsageError("--reason and --by belong to a report that is kept (write --revise)")
    check_pdf(path)
    spoken_now = resolve(language) if language else None
    now = clock.now()
    found = await read(
        settings.read(directory),
        contract=contract,
        asked=period,
        now=now,
        scope=scope,
        evidence=True,
    )
    pdf = await make_report(
        found, directory=directory, now=now, language=spoken_now, signing=settings.signing()
    )
    write(path, pdf)
    console = Console(highlight=False, soft_wrap=True, markup=False)
    console.print(_told(path, found))
    tell_letters(found, directory)


def _told(path: Path, found: Figures) -> str:
    of = found.availability
    figure = Formats("en", found.period.timezone).percent(of.percent)
    return f"Wrote {path}: {found.period.name}, {figure}, {of.verdict.replace('_', ' ')}."


for command in (draft, revise, answer, issue, show, diff, run):
    app.command(command)
app.command(object_, name="object")
app.command(list_, name="list")
