"""Create, start and stop a PostgreSQL server with its own programs."""

import re
import shutil
import socket
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import NamedTemporaryFile

from vigie.errors import DatabaseError
from vigie.storing.place import programs_for
from vigie.storing.programs import Account
from vigie.storing.queries import query

_HOST = "127.0.0.1"
_NAME = "vigie"  # of the database and of its superuser
_PATIENCE = "300"  # seconds; recovery after a crash can be long
_PORTS = 5  # tries: another program may take the port between our look and the server's
_CREATE = (
    f"--username={_NAME}",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",  # one sort order on every platform
    "--data-checksums",
    "--set=timezone=UTC",
    "--set=log_timezone=UTC",
    "--set=log_checkpoints=off",
)


def url(*, password: str, port: int) -> str:
    """Return the URL of the server on *port*; our passwords need no quoting."""
    return f"postgresql://{_NAME}:{password}@{_HOST}:{port}/{_NAME}"


def create(data: Path, *, password: str, account: Account | None) -> None:
    """Make an empty database in *data*, as a whole or not at all."""
    programs = programs_for(data, account)
    half = data.with_name("data.half")
    shutil.rmtree(half, ignore_errors=True)
    with NamedTemporaryFile("w", dir=data.parent, prefix="password.") as secret:
        secret.write(password)
        secret.flush()
        if account:
            shutil.chown(secret.name, account.uid)
        options = (*_CREATE, f"--pwfile={secret.name}", f"--pgdata={half}")
        _check(data, programs.run("initdb", *options, account=account))
    single = ("--single", "-D", str(half), "postgres")
    statement = query("embedded_create").rpartition("\n")[2]  # single-user mode reads lines
    _check(data, programs.run("postgres", *single, account=account, stdin=statement))
    half.rename(data)


def start(data: Path, *, wanted: int, account: Account | None, lock: int) -> int:
    """Start the server of *data* and return its port: the *wanted* one unless it is taken.

    The server and its children keep the descriptor *lock* open for as long as they live.
    """
    programs = programs_for(data, account)
    _forget_dead_server(data)
    for _ in range(_PORTS):
        port = _free_port(wanted)
        _turn_log(data)
        arguments = ("start", "-D", str(data), "-l", str(_log(data)), "-w", "-t", _PATIENCE)
        listen = f"-h {_HOST} -p {port} -k ''"
        said = programs.run("pg_ctl", *arguments, "-o", listen, account=account, keep_open=[lock])
        if not said.returncode or "Address already in use" not in _read_log(data):
            break
    _check(data, said)
    return port


def stop(data: Path, *, account: Account | None) -> None:
    """Stop the server of *data*; running statements are rolled back."""
    arguments = ("stop", "-D", str(data), "-m", "fast", "-w", "-t", _PATIENCE)
    _check(data, programs_for(data, account).run("pg_ctl", *arguments, account=account))


def answers(port: int) -> bool:
    """Whether something listens on *port* of this host."""
    try:
        socket.create_connection((_HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def _free_port(wanted: int) -> int:
    """Return *wanted* if it is free, else any that is."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DatabaseError(f"no TCP port is free on {_HOST} (close some programs)")


def _forget_dead_server(data: Path) -> None:
    """Remove the pid file of a server that crashed.

    PostgreSQL does so itself unless the process id is in use again: by a zombie, or in a
    restarted container by anything. We know better, as we hold the lock that its server held.
    A server that somebody started by hand does not hold it, but answers.
    """
    file = data / "postmaster.pid"
    if file.exists():
        port = "".join(file.read_text(encoding="utf-8").splitlines()[3:4])
        if not (port.isdigit() and answers(int(port))):
            file.unlink()


def _log(data: Path) -> Path:
    return data.with_name("server.log")


def _turn_log(data: Path) -> None:
    if _log(data).exists():
        _log(data).replace(data.with_name("server.log.1"))


def _read_log(data: Path) -> str:
    return _log(data).read_text(errors="replace") if _log(data).exists() else ""


def _check(data: Path, said: CompletedProcess[str]) -> None:
    """Raise what the programs complained about last, which is the cause, in one line."""
    if said.returncode == 0:
        return
    told = said.stderr + said.stdout + _read_log(data)
    causes = re.findall(r"(?:FATAL|PANIC|error): +(.*)", told) or [told.strip()[-200:]]
    raise DatabaseError(
        f"{data}: PostgreSQL did not start: {causes[-1]}"
        f" (see {_log(data)}, or set VIGIE_DATABASE_URL to another PostgreSQL)"
    )
