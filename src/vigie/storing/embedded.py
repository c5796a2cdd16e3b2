"""The PostgreSQL that Vigie brings along, shared by all processes of one home.

Who uses the server holds a shared lock; the last one to leave stops it, and the kernel drops
the lock of a process that was killed. The server and its children inherit another lock: while
that is held some process of the server lives, whatever `postmaster.pid` says. Process ids prove
nothing after a crash in a container.
"""

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vigie.errors import DatabaseError
from vigie.storing import server
from vigie.storing.place import make_place, place_of
from vigie.storing.programs import account_for

_PATIENCE = 60  # seconds for the children of a crashed server to end


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What `vigie db status` tells of the embedded server."""

    place: Path
    running: bool
    stays: bool  # until `vigie db stop`


class Embedded:
    """The server of one home. Methods block, and raise `DatabaseError` in one line."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._users: int | None = None

    def join(self) -> str:
        """Return the URL of the server, which from now on runs at least until `leave`."""
        with self._plainly():
            make_place(self._home, account_for(self._data))
            with self._alone():
                self._ensure()
                self._users = self._open("users.lock")
                fcntl.flock(self._users, fcntl.LOCK_SH)
            return self.url()

    def leave(self) -> None:
        """Stop the server if nobody else uses it and nobody asked it to stay."""
        if self._users is None:
            return
        with self._plainly(), self._alone():
            if not self._keep.exists() and _seize(self._users):
                self._stop()
            os.close(self._users)
        self._users = None

    def revive(self) -> bool:
        """Start the server again if it crashed; return whether it had."""
        with self._plainly(), self._alone():
            return self._ensure()

    def stay(self) -> str:
        """Start the server for good, until `go`; return its URL."""
        url = self.join()
        with self._plainly():
            self._keep.touch(mode=0o600)
        self.leave()
        return url

    def go(self) -> bool:
        """Let the server stop; return whether it did: others who use it keep it for now."""
        if not place_of(self._home).exists():
            return True
        with self._plainly(), self._alone():
            self._keep.unlink(missing_ok=True)
            users = self._open("users.lock")
            if unused := _seize(users):
                self._stop()
            os.close(users)
            return unused

    def status(self) -> Status:
        """Return where the server is and whether it runs, without starting it."""
        place = place_of(self._home)
        with self._plainly():
            running = place.exists() and not self._is_free()
            return Status(place=place, running=running, stays=self._keep.exists())

    def url(self) -> str:
        """Return where the server answers, password included."""
        return server.url(password=self._told("password"), port=self._port())

    @property
    def _data(self) -> Path:
        return place_of(self._home) / "data"

    @property
    def _keep(self) -> Path:
        return place_of(self._home) / "keep"

    def _ensure(self) -> bool:
        """Start the server unless it runs; return whether it was started."""
        deadline = time.monotonic() + _PATIENCE
        while not _seize(lock := self._open("server.lock")):
            os.close(lock)
            if server.answers(self._port()):
                return False
            if time.monotonic() > deadline:
                raise DatabaseError(f"{self._data}: a crashed PostgreSQL does not end (restart)")
            time.sleep(0.1)
        try:
            self._start(lock)
        finally:
            os.close(lock)  # the server holds it now
        return True

    def _start(self, lock: int) -> None:
        account = account_for(self._data)
        if not self._data.exists():
            self._tell("password", secrets.token_urlsafe(24))
            server.create(self._data, password=self._told("password"), account=account)
        port = server.start(self._data, wanted=self._port(), account=account, lock=lock)
        self._tell("port", str(port))

    def _stop(self) -> None:
        """Stop the server; what is left of one that crashed ends by itself."""
        deadline = time.monotonic() + _PATIENCE
        while not self._is_free():
            if server.answers(self._port()) or time.monotonic() > deadline:
                server.stop(self._data, account=account_for(self._data))
                return
            time.sleep(0.1)

    def _is_free(self) -> bool:
        lock = self._open("server.lock")
        try:
            return _seize(lock)
        finally:
            os.close(lock)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts, joins, leaves and stops."""
        lock = self._open("start.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _open(self, name: str) -> int:
        return os.open(place_of(self._home) / name, os.O_RDWR | os.O_CREAT, 0o600)

    def _port(self) -> int:
        """Return the port of the last start, 0 before the first."""
        return int(self._told("port")) if (self._home / "postgres.port").exists() else 0

    def _told(self, name: str) -> str:
        return (self._home / f"postgres.{name}").read_text(encoding="utf-8")

    def _tell(self, name: str, text: str) -> None:
        """Write a small secret as a whole: a crash leaves the old one or the new one."""
        half = self._home / f"postgres.{name}.half"
        half.touch(mode=0o600)
        half.write_text(text, encoding="utf-8")
        half.replace(self._home / f"postgres.{name}")

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Say in one line what the file system refused."""
        try:
            yield
        except OSError as error:
            file = error.filename or self._home
            raise DatabaseError(
                f"{file}: {error.strerror}; no database can be kept there"
                " (set VIGIE_HOME to a folder of yours, or VIGIE_DATABASE_URL to a PostgreSQL)"
            ) from error


def _seize(lock: int) -> bool:
    """Whether nobody else holds the lock. If so, it is ours alone."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
