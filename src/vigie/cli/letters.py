"""A note on letters that a document's fonts have not."""

from pathlib import Path

from rich.console import Console

from vigie.reporting import Figures, MaintenanceNotice, Summary, lacking

_NO_FONT = (
    "Note: no font of the report has {}: this system's are used, or boxes where it has none"
    " (name a font under other_scripts in reports/brand.yaml)."
)
MOST = 20


def tell_letters(
    found: Figures | Summary | MaintenanceNotice, directory: Path, *others: str
) -> None:
    """Print which letters of *found*, and of *others*, no font has; nothing where all are there."""
    if letters := lacking(found, directory, *others):
        console = Console(highlight=False, soft_wrap=True, markup=False)
        console.print(_NO_FONT.format(letters[:MOST]))
