"""The command line: one file per command group, imported when its command is called.

`vigie --help` must answer at once, so nothing heavy may be imported here.
"""

import inspect
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, TextIO, cast

from vigie import __version__
from vigie.cli.commands import overview
from vigie.errors import CatalogueError, UsageError, VigieError
from vigie.legible import legible, one_line

__all__ = ["main"]

MAKES_ITS_DIRECTORY = {"init", "demo", "watch"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process: 0 done, 1 refused, 2 misused, 130 interrupted."""
    try:
        with redirect_stdout(cast("TextIO", _Legible(sys.stdout))):
            status = _run(arguments)
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - what is not ours is raised again
        status = _explain(error)
    sys.exit(status)


class _Legible:
    """Standard output on which no name of anybody's turns or hides what stands beside it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write *text*; inside JSON its marks are escaped, and stay what they were."""
        return self._stream.write(legible(text))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a stream has
        return getattr(self._stream, name)


def _run(arguments: Sequence[str] | None) -> int:
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    if tokens in ([], ["--help"], ["-h"]):
        print(overview())
        return 0
    if tokens == ["--version"]:
        print(f"vigie {__version__}")
        return 0
    from vigie.cli.parser import parser  # four times the cost of everything above

    command, bound, _ = parser().parse_args(tokens)
    _check_directory(tokens[0], bound.arguments.get("directory"))
    answer = command(*bound.args, **bound.kwargs)
    if inspect.iscoroutine(answer):
        answer = _loop()(answer)
    return answer if isinstance(answer, int) else 0


def _check_directory(command: str, directory: Path | None) -> None:
    """Refuse a directory that is not there: the database would be made in it."""
    if directory is None or command in MAKES_ITS_DIRECTORY or directory.is_dir():
        return
    what = "this is no directory" if directory.exists() else "there is no such directory"
    raise UsageError(f"--dir: {what}: {directory} (write that of the catalogue, or vigie init it)")


def _loop() -> Callable[[Any], Any]:
    try:
        import uvloop
    except ImportError:  # not made for this platform
        import asyncio

        return asyncio.run
    # Names are looked up by half of libuv's threads. By default that is two: two names whose
    # servers are silent would hold up every other name.
    os.environ.setdefault("UV_THREADPOOL_SIZE", "128")
    return uvloop.run


def _explain(error: BaseException) -> int:
    """Say on stderr what stopped the command and return its exit status; raise what is a defect."""
    if isinstance(error, BrokenPipeError):
        # Whoever read our output has left; Python would complain once more while closing it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    if isinstance(error, KeyboardInterrupt):
        print("vigie: interrupted", file=sys.stderr)
        return 130
    leaves = _leaves(error)
    for leaf in leaves:
        for line in _lines(leaf):
            print(one_line(line), file=sys.stderr)
    return max(getattr(leaf, "status", 1) for leaf in leaves)


def _leaves(error: BaseException) -> list[BaseException]:
    """Return the errors inside *error*, once each: a group holds what its tasks met."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in _leaves(inner)]
    return [error]


def _lines(error: BaseException) -> list[str]:
    if isinstance(error, CatalogueError):
        return error.problems  # each begins with its own file:line:column
    if isinstance(error, VigieError):
        return [f"vigie: {error}"]
    if isinstance(error, OSError) and error.filename:
        return [f"vigie: {error.filename}: {error.strerror} (write a path that can be used)"]
    raise error
