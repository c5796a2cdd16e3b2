"""The commands of `vigie contract`: its terms in words, and what they leave open."""

from datetime import date
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from cyclopts import App, Parameter
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from vigie import catalogue, clock, probing
from vigie.catalogue import Catalogue, Contract, Told, advice
from vigie.cli.day import read_day
from vigie.errors import UsageError

app = App(name="contract", help="Show a contract's terms in words; name what it leaves open.")

Directory = Annotated[Path, Parameter(name="--dir")]


@app.command
def show(contract: str, /, *, on: str | None = None, directory: Directory = Path()) -> None:
    """Print the terms in words, each with its clause and the file that it was written in.

    Parameters
    ----------
    contract
        The contract's key.
    on
        The day whose terms are shown: 2026-05-01. Default: today.
    directory
        The catalogue's directory, with probes/ and reports/ in it.
    """
    day = None if on is None else read_day("--on", on)
    found = catalogue.load(directory, probing.MODELS)
    chosen = _on(_versions(found, contract), day)
    console = Console(highlight=False)
    for line in _heading(chosen):
        console.print(line, soft_wrap=True, markup=False)
    console.print(_table(catalogue.tell(chosen, found)))


@app.command
def lint(
    contract: str | None = None, /, *, strict: bool = False, directory: Directory = Path()
) -> int:
    """Name what a contract leaves open, or promises without a way to measure it.

    Parameters
    ----------
    contract
        The contract's key. Default: every contract.
    strict
        End with status 1 when anything is open that the contract does not accept.
    directory
        The catalogue's directory, with probes/ and reports/ in it.
    """
    found = catalogue.load(directory, probing.MODELS)
    versions = _versions(found, contract) if contract else found.contracts
    findings = catalogue.lint([it for it in versions if not _over(it)], found)
    note = catalogue.reference_note(found)
    if note:
        print(note)
    for finding in findings:
        print(finding)
    still_open = [finding for finding in findings if not finding.accepted]
    if not still_open:
        print("Nothing is open.")
    return 1 if strict and still_open else 0


def _over(version: Contract) -> bool:
    return version.ends is not None and version.ends <= _today(version)


def _today(version: Contract) -> date:
    return clock.now().astimezone(ZoneInfo(version.timezone)).date()


def _versions(found: Catalogue, key: str) -> list[Contract]:
    versions = [it for it in found.contracts if it.key == key]
    if not versions:
        known = {it.key for it in found.contracts}
        raise UsageError(f'there is no contract "{key}" ({advice(key, known)})')
    return versions


def _on(versions: list[Contract], on: date | None) -> Contract:
    for version in versions:
        day = on or _today(version)
        if version.starts <= day and (version.ends is None or day < version.ends):
            return version
    spans = ", ".join(_days(version) for version in versions)
    day_text = f"on {on}" if on else "today"
    raise UsageError(f"contract {versions[0].key} does not hold {day_text} (it holds {spans})")


def _days(version: Contract) -> str:
    until = f" until {version.ends}, which is no longer in" if version.ends else ""
    return f"from {version.starts}{until}"


def _heading(contract: Contract) -> list[str]:
    customer = contract.customer
    services = ", ".join((*contract.essential, *(f"{it} (other)" for it in contract.other)))
    accepted = [f"{name} ({reason})" for name, reason in contract.accepted.items()]
    lines = [
        f"Contract {contract.key}: {customer.name}, plan {contract.plan}{_document(contract)}",
        f"Holds {_days(contract)}; months of {contract.timezone}",
        f"Services: {services}",
        f"Report to: {', '.join(customer.recipients) or 'nobody'}, in {customer.language}",
    ]
    if accepted:
        lines.append(f"Left open, and accepted: {', '.join(accepted)}")
    if contract.demonstration:
        lines.append("A demonstration: its results are made up, and its reports say so")
    return lines


def _document(contract: Contract) -> str:
    document = contract.words.get("document")
    if not isinstance(document, dict):
        return ""
    return f" ({', '.join(str(document[it]) for it in ('title', 'version') if it in document)})"


def _table(told: list[Told]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for title in ("Term", "In words", "Clause", "Written in"):
        table.add_column(title, overflow="fold")
    part = ""
    for it in told:
        name, part = ("" if it.part == part else it.part), it.part
        table.add_row(*map(Text, (name, it.words, it.clause, it.where)))
    return table
