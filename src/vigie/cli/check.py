"""The command `check`: is the catalogue right?"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich import box
from rich.console import Console
from rich.table import Table

from vigie import catalogue, clock, probing
from vigie.catalogue import Catalogue, Contract, Origin, duration_text
from vigie.counting import count


def check(*, directory: Annotated[Path, Parameter(name="--dir")] = Path()) -> None:
    """Report every problem of the catalogue, or what it holds; no target is contacted.

    Parameters
    ----------
    directory
        The catalogue's directory, with probes/ and reports/ in it.
    """
    found = catalogue.load(directory, probing.MODELS)
    console = Console(highlight=False)
    for table in (_services(found), _contracts(found), _places(found)):
        if table.row_count:
            console.print(table)
    console.print(f"No problems: {_count(found)}.", soft_wrap=True)
    today = clock.now().date()
    for note in filter(None, (catalogue.reference_note(found), catalogue.rota_note(found, today))):
        console.print(note, soft_wrap=True, markup=False)


def _services(found: Catalogue) -> Table:
    files = _files(found, "service")
    rows = [
        (
            service.key,
            str(len(service.endpoints)),
            ", ".join(sorted({duration_text(it.every) for it in service.endpoints})),
            files[service.key],
        )
        for service in found.services
    ]
    return _table(("Service", "Endpoints", "Every", "File"), rows)


def _contracts(found: Catalogue) -> Table:
    rows = [
        (it.key, it.customer.name, it.plan, _dates(it), ", ".join((*it.essential, *it.other)))
        for it in found.contracts
    ]
    return _table(("Contract", "Customer", "Plan", "Days", "Services"), rows)


def _dates(contract: Contract) -> str:
    return f"{contract.starts} to {contract.ends}" if contract.ends else f"from {contract.starts}"


def _places(found: Catalogue) -> Table:
    """List contracts, plans and calendars with the file that each was found in."""
    rows = [
        (origin.sort, origin.key, _where(origin))
        for origin in found.origins
        if origin.sort != "service"
    ]
    return _table(("Sort", "Key", "File"), rows)


def _where(origin: Origin) -> str:
    return "shipped with vigie" if origin.shipped else origin.file


def _files(found: Catalogue, sort: str) -> dict[str, str]:
    return {origin.key: origin.file for origin in found.origins if origin.sort == sort}


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _count(found: Catalogue) -> str:
    sorts = Counter({"plan": 0, "calendar": 0})
    sorts.update(origin.sort for origin in found.origins)
    endpoints = sum(len(service.endpoints) for service in found.services)
    contracts = len({contract.key for contract in found.contracts})
    return ", ".join(
        count(number, noun)
        for number, noun in (
            (len(found.services), "service"),
            (endpoints, "endpoint"),
            (len(found.locations), "location"),
            (contracts, "contract"),
            (sorts["plan"], "plan"),
            (sorts["calendar"], "calendar"),
            *([(1, "rota")] if found.rota else []),
            *([(1, "brand")] if sorts["brand"] else []),
        )
    )
