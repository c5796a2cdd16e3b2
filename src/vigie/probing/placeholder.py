"""Secrets in a catalogue: `${env:NAME}` and `${file:PATH}`, resolved when they are used.

The database and every page keep the placeholder; the value lives as long as one attempt.
"""

import os
import re
import stat
from pathlib import Path
from urllib.parse import quote

from vigie.probing.failure import Failed
from vigie.probing.result import Reason
from vigie.probing.trace import Trace

FILE_MAX = 64 * 1024  # bytes
LINE_MIN = 8  # characters of a line that is a secret by itself
PLACEHOLDER = re.compile(r"\$\{(env|file):([^}]+)\}")
VARIABLE = re.compile(r"\{\{([a-z][a-z0-9_]*)\}\}")  # what an earlier step captured
_EITHER = re.compile(f"{PLACEHOLDER.pattern}|{VARIABLE.pattern}")


def resolved(text: str, trace: Trace, *, quoted: bool = False) -> str:
    """Return *text* with its placeholders filled in, and *trace*'s variables; it hides both.

    *quoted*: variables go into a URL. What a value holds is never looked at again: a target must
    not choose a placeholder.

    Raises:
        Failed: an environment variable or file is missing; names it, never its value.
    """
    if "${" not in text and not trace.variables:
        return text

    def value(match: re.Match[str]) -> str:
        if match[3]:
            known = (trace.variables or {}).get(match[3], match[0])
            return quote(known, safe="") if quoted else known
        found = _environment(match[2]) if match[1] == "env" else _file(match[2])
        if found:
            trace.secrets.append(found)
            # A dialogue echoes line by line; what is shorter occurs everywhere by chance.
            trace.secrets.extend(line for line in found.splitlines() if len(line) >= LINE_MIN)
        return found

    return _EITHER.sub(value, text)


def _environment(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError as error:
        raise Failed(
            Reason.INTERNAL, f"the environment variable {name} is not set in the prober"
        ) from error


def _file(path: str) -> str:
    try:
        text = _bounded(Path(path)).decode()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise Failed(Reason.INTERNAL, f"the prober cannot read {path}: {why}") from error
    return text.removesuffix("\n").removesuffix("\r")


def _bounded(path: Path) -> bytes:
    """Return what *path* holds; a pipe or a device would hold up everybody, or never end."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError(0, "it is no file")
    if found.st_size > FILE_MAX:
        raise OSError(0, "it is larger than 64 KiB")
    return path.read_bytes()
