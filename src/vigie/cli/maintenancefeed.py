"""`maintenance feed`: a customer's coming windows as a calendar."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from vigie import clock, storing
from vigie.cli.registry import connected


async def feed(
    customer: str,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    directory: Annotated[Path, Parameter(name="--dir")] = Path(),
) -> None:
    """Write a customer's coming windows as an iCalendar file, withdrawn ones as cancelled.

    Parameters
    ----------
    customer
        The customer's key.
    output
        Where to write it, whole or not at all; default: to the terminal.
    directory
        The catalogue's directory.
    """
    # Imported here, so that other commands need not wait for it.
    from vigie import reporting

    async with connected(directory) as connection:
        name, windows = await storing.coming_maintenance(connection, customer, clock.now())
    calendar = reporting.feed(customer, name, windows)
    if output is None:
        sys.stdout.write(calendar.decode())
        return
    reporting.write(output, calendar)
    print(f"{output}: {len(windows)} windows")
