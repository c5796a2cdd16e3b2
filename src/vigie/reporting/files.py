"""The file that somebody asked for with -o."""

from mimetypes import guess_type
from pathlib import Path

from vigie import wholefile
from vigie.errors import ReportError


def check_writable(path: Path) -> None:
    """Refuse a *path* that can be no file, before the work for it is done."""
    folder = path.parent
    if not folder.is_dir():
        raise ReportError(f"{folder}: there is no such directory (make it, or write another -o)")
    if path.is_dir():
        raise ReportError(f"{path}: is a directory (write a file name after -o)")


def check_pdf(path: Path) -> None:
    """Refuse a *path* that can be no file, or whose name says that it is something else."""
    check_writable(path)
    if guess_type(path.name)[0] not in (None, "application/pdf"):
        raise ReportError(f"{path}: is no name of a PDF (write one that ends in .pdf)")


def write(path: Path, content: bytes) -> None:
    """Put *content* at *path* whole or not at all; what is no file, such as a pipe, takes it."""
    check_writable(path)
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)  # to replace /dev/null would harm the machine
        else:
            wholefile.put(path, content)
    except OSError as error:
        raise ReportError(
            f"{path}: cannot be written: {error.strerror} (write another -o)"
        ) from error
