"""The command `verify`: whether the PDF of a report, or of its family, is what it says."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from vigie import clock, settings
from vigie.errors import one_line
from vigie.verifying import Check, check_file, compare_with_database, open_report

SIGNS = {True: "✓ holds      ", False: "✗ fails      ", None: "- not checked"}


async def verify(
    file: Path,
    /,
    *,
    database: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    directory: Annotated[Path, Parameter(name="--dir")] = Path(),
) -> int:
    """Check a PDF of Vigie: seal, files, arithmetic, and its pages against its data.

    It needs nothing but the file. Exit status 0: all that was checked holds; 1: something does not.

    Parameters
    ----------
    file
        The PDF of a report, a summary, a dispute's annex, an incident report, or a notice of
        maintenance.
    database
        Compare also with what the database gives today: the figures and the raw results.
    as_json
        Print one JSON object instead of lines.
    directory
        The catalogue's directory; its reports/templates win over the shipped ones.
    """
    opened = open_report(file)
    held, checks = await check_file(opened, directory=directory)
    if database:
        found = settings.read(directory)
        checks += await compare_with_database(held, found, now=clock.now())
    print(_object(file, checks) if as_json else _lines(file, checks))
    return int(any(check.holds is False for check in checks))


def _lines(file: Path, checks: Sequence[Check]) -> str:
    lines = [one_line(f"{SIGNS[one.holds]}  {one.name}: {one.says}") for one in checks]
    failed = sum(check.holds is False for check in checks)
    end = f"{failed} of {len(checks)} checks fail" if failed else "all that was checked holds"
    return "\n".join([*lines, one_line(f"{file}: {end}.")])


def _object(file: Path, checks: Sequence[Check]) -> str:
    holds = all(check.holds is not False for check in checks)
    told = {"file": str(file), "holds": holds, "checks": [asdict(check) for check in checks]}
    return json.dumps(told, ensure_ascii=False, indent=2)
