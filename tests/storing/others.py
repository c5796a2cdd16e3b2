"""Other processes and other users, for what one process cannot show."""

import os
import pwd
import selectors
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

SRC = Path(__file__).parents[2] / "src"
_JOIN = """
import sys
from pathlib import Path
from vigie.storing.embedded import Embedded
server = Embedded(Path(sys.argv[1]))
print(server.join(), flush=True)
sys.stdin.read()
server.leave()
"""


@contextmanager
def neighbour(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the server of *home* until its input ends."""
    command = [sys.executable, "-c", _JOIN, str(home)]
    path = os.pathsep.join([str(SRC), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as process:
        assert process.stdout
        _wait_for_line(process.stdout)
        yield process
        process.kill()


def say_goodbye(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.close()
    assert process.wait(timeout=60) == 0


def as_nobody(work: Callable[[], str]) -> str:
    """Return what *work* says in a process of an ordinary user; ours when we are one."""
    if os.geteuid() != 0:
        return work()
    reader, writer = os.pipe()
    if not (child := os.fork()):
        _be_nobody()
        os.write(writer, _said(work).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answers:
        said = answers.read()
    os.waitpid(child, 0)
    return said


def _be_nobody() -> None:
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def _said(work: Callable[[], str]) -> str:
    try:
        return work()
    except BaseException as error:  # noqa: BLE001 - a child of fork must not return into pytest
        return f"{type(error).__name__}: {error}"


def _wait_for_line(output: IO[str]) -> None:
    selector = selectors.DefaultSelector()
    selector.register(output, selectors.EVENT_READ)
    assert selector.select(timeout=60)
    assert output.readline()
