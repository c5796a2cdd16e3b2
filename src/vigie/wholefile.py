"""Files that are there whole or not at all."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile


def put(path: Path, content: bytes, *, over: bool = True) -> None:
    """Put *content* at *path*, in place of what is there; OSError: nothing has changed.

    Not *over* what is there: FileExistsError.
    """
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as draft:
        made = Path(draft.name)
        try:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
            made.chmod(0o644)
            if over:
                made.replace(path)
            else:
                _move_beside(made, path)
        except BaseException:
            made.unlink(missing_ok=True)
            raise


def _move_beside(made: Path, path: Path) -> None:
    """Move *made* to *path*, where nothing may be: FileExistsError."""
    try:
        path.hardlink_to(made)
    except FileExistsError:
        raise
    except OSError as error:  # a disk that knows no links: nobody else may write there meanwhile
        if os.path.lexists(path):
            raise FileExistsError(path) from error
        made.replace(path)
    else:
        made.unlink()
