"""Commands as a person can type them next."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path


def command(*words: str, directory: Path | None = None, without: Iterable[str] = ()) -> str:
    """Return the command line that calls this program with *words*, from the current directory.

    Variables *without* which it must run are taken out of its environment, if they are set.
    """
    place = [] if directory is None or _is_here(directory) else ["--dir", _short(directory)]
    unset = [word for name in without if os.environ.get(name) for word in ("-u", name)]
    return shlex.join([*(["env", *unset] if unset else []), _program(), *words, *place])


def _program() -> str:
    """Return how this program was called, as short as it still works."""
    called = Path(sys.argv[0])
    found = shutil.which("vigie")
    if called.name != "vigie" or (found and Path(found).resolve() == called.resolve()):
        return "vigie"
    return _short(called)


def _is_here(directory: Path) -> bool:
    return directory.resolve() == Path.cwd()


def _short(path: Path) -> str:
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
