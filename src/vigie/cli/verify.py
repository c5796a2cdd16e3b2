"""The command `verify`: whether the PDF of a report, or of its family, is what it says."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from vigie import clock, settings
from vigie.legible import one_line
from vigie.verifying import (
    Check,
    check_brand,
    check_file,
    compare_with_database,
    compare_with_kept,
    left_to_the_database,
    open_within_limits,
)

SIGNS = {True: "✓ holds      ", False: "✗ fails      ", None: "- not checked"}
LATER = "- differs    "
STATUS = {True: 0, False: 1, None: 3}  # 2 is a command that was misspelt


async def verify(
    file: Path,
    /,
    *,
    database: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    directory: Annotated[Path, Parameter(name="--dir")] = Path(),
) -> int:
    """Check a PDF of Vigie: seal, files, arithmetic, and its pages against its data.

    It needs nothing but the file. Exit status 0: all holds; 1: something does not; 3: nothing
    fails, and not everything could be checked, such as pages that other templates drew, or a file
    without a seal where VIGIE_SIGN_ROOTS names who should have sealed it, or a brand that is not
    that of the catalogue.

    Parameters
    ----------
    file
        The PDF of a report, a summary, a dispute's annex, an incident report, or a notice of
        maintenance.
    database
        Compare also with the file of a report that is kept, byte for byte, and with what the
        database gives today: the figures and the raw results. The file that is kept does not fail
        where corrections or late results came after it: that is told, with status 3. So is what
        goes on where the period is not over; what was over when the file was made must be the same.
    as_json
        Print one JSON object instead of lines.
    directory
        The catalogue's directory; its reports/templates win over the shipped ones, and a report's
        brand is compared with its reports/brand.yaml.
    """
    opened = await open_within_limits(file)
    held, checks = await check_file(opened, directory=directory)
    if database:
        found = settings.read(directory)
        kept = await compare_with_kept(opened, held, found)
        is_kept = any(check.holds for check in kept)
        today = await compare_with_database(held, found, now=clock.now(), is_kept=is_kept)
        brand = check_brand(held, directory, is_kept=is_kept)
        checks += (*kept, *brand, *today)
    else:
        checks += (*check_brand(held, directory), *left_to_the_database(held))
    print(_object(file, checks) if as_json else _lines(file, checks))
    return STATUS[_holds(checks)]


def _holds(checks: Sequence[Check]) -> bool | None:
    """Return whether all hold; None: nothing fails, and not everything could be checked."""
    if any(check.holds is False for check in checks):
        return False
    is_open = _unchecked(checks) or any(check.is_later for check in checks)
    return None if is_open else True


def _unchecked(checks: Sequence[Check]) -> list[str]:
    return [one.name for one in checks if one.holds is None and one.is_due and not one.is_later]


def _lines(file: Path, checks: Sequence[Check]) -> str:
    lines = [one_line(f"{_sign(one)}  {one.name}: {one.says}") for one in checks]
    return "\n".join([*lines, one_line(f"{file}: {_end(checks)}.")])


def _sign(check: Check) -> str:
    return LATER if check.is_later else SIGNS[check.holds]


def _end(checks: Sequence[Check]) -> str:
    failed = sum(check.holds is False for check in checks)
    if failed:
        return f"{failed} of {len(checks)} checks fail"
    if unchecked := _unchecked(checks):
        return f"nothing fails, but {' and '.join(unchecked)} could not be checked"
    if any(check.is_later for check in checks):
        return f"{_known(checks)}; the database gives other values today"
    return "all that was checked holds"


def _known(checks: Sequence[Check]) -> str:
    """Return what is known of a file that differs: only the kept one, byte for byte, is genuine."""
    is_kept = any(check.name == "kept" and check.holds for check in checks)
    return "the file is genuine" if is_kept else "the data in the file agree with each other"


def _object(file: Path, checks: Sequence[Check]) -> str:
    told = {
        "file": str(file),
        "holds": _holds(checks),
        "checks": [asdict(check) for check in checks],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)
