"""What is in the spool and cannot be stored, kept beside it and never lost."""

from collections.abc import Sequence
from pathlib import Path

import structlog

from vigie.errors import NewerSpoolError, SpoolError
from vigie.storing import spoolfile
from vigie.storing.unspool import Load, read_load

log = structlog.get_logger()


def take_back(directory: Path) -> None:
    """Put what was kept apart back in the queue where it may be stored by now."""
    for path in spoolfile.pending(directory / "aside"):
        spoolfile.move(path, directory)
    for path in spoolfile.pending(directory / "newer"):
        if not spoolfile.is_newer(path):
            spoolfile.move(path, directory)


def read_or_keep(path: Path) -> Load | None:
    """Return what *path* holds, or None where it cannot be told: then it is kept apart and said."""
    try:
        return read_load(path)
    except NewerSpoolError as error:
        _keep_newer(path, str(error))
    except SpoolError as error:
        set_aside(path, str(error))
    return None


def keep(path: Path, folder: str, lines: Sequence[bytes]) -> None:
    """Write *lines* of the spool file *path* to a *folder* beside it, if there are any."""
    if lines:
        spoolfile.write(path.parent / folder / path.name, [line + b"\n" for line in lines])


def _keep_newer(path: Path, why: str) -> None:
    kept = spoolfile.move(path, path.parent / "newer")
    log.error(
        "shipper: a spool file of a newer Vigie is kept apart",
        file=str(kept),
        error=why,
        do="start the newer program here again; it ships the file by itself",
    )


def set_aside(path: Path, why: str) -> None:
    """Keep *path* where nobody takes it for a spool file, and say so; of several results one.

    What holds several is halved until the one at fault is alone: the others can be stored.
    """
    if _halved(path):
        return
    kept = spoolfile.set_aside(path)
    log.error(
        "shipper: a spool file cannot be stored, it is set aside",
        file=str(kept),
        error=why,
        do="keep the file: it may be mended by hand; what else waits is shipped",
    )


def _halved(path: Path) -> bool:
    """Make two files of *path*; return whether it could be done."""
    try:
        lines = spoolfile.read(path)
        half = len(lines) // 2
        if not half:
            return False
        for number, part in enumerate((lines[:half], lines[half:])):
            beside = path.with_name(f"{path.stem}-{number}{spoolfile.SUFFIX}")
            spoolfile.write(beside, [line + b"\n" for line in part])
        path.unlink()
    except (SpoolError, OSError):  # torn, or the disk is full: it is kept as it is
        return False
    return True
