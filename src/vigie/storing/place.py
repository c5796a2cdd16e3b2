"""Where the embedded server keeps its files, such that the account it runs as can get there."""

import hashlib
import logging
import shutil
import subprocess
from pathlib import Path

from vigie.errors import DatabaseError
from vigie.storing.programs import Account, Programs, installed

_log = logging.getLogger(__name__)
_ELSEWHERE = Path("/var/lib/vigie")  # when root keeps its home and programs to itself


def place_of(home: Path) -> Path:
    """Return the folder of the server's files, as decided when it was made."""
    told = home / "postgres.place"
    return Path(told.read_text(encoding="utf-8").strip()) if told.exists() else home / "postgres"


def make_place(home: Path, account: Account | None) -> Path:
    """Return the folder of the server's files; made, and open to *account* only."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = place_of(home)
    if not place.exists():
        place = _choose(home, place, account)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account:
        _hand_over(place, account)
    return place


def _choose(home: Path, place: Path, account: Account | None) -> Path:
    if account is None:
        return place
    _let_through(home, account)
    if account.reaches(home):
        return place
    place = _elsewhere() / hashlib.sha256(str(home).encode()).hexdigest()[:16]
    (home / "postgres.place").write_text(f"{place}\n", encoding="utf-8")
    _log.warning("user %s cannot enter %s: the database lives in %s", account.name, home, place)
    return place


def _let_through(home: Path, account: Account) -> None:
    """Let *account* pass, not look: what root keeps in the home stays root's."""
    if home.stat().st_uid == 0:
        shutil.chown(home, group=account.gid)
        home.chmod(0o710)


def _hand_over(place: Path, account: Account) -> None:
    shutil.chown(place, account.uid, account.gid)
    if not account.reaches(place):
        raise DatabaseError(
            f"{place}: user {account.name}, who runs PostgreSQL for root, cannot enter"
            " (set VIGIE_HOME to a folder that all may enter, or run as another user)"
        )


def _elsewhere() -> Path:
    _ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
    _ELSEWHERE.chmod(0o755)  # whatever our umask is
    return _ELSEWHERE


def programs_for(data: Path, account: Account | None) -> Programs:
    """Return the programs that fit *data*, the newest when there is none yet."""
    programs = _fitting(data)
    if account is None or account.reaches(programs.path("postgres")):
        return programs
    wheel = programs.root.parent
    copy = _elsewhere() / f"postgresql-{programs.version}"
    if not copy.exists():
        _copy(wheel, copy)
    return Programs(root=copy / wheel.name / programs.root.name, version=programs.version)


def _fitting(data: Path) -> Programs:
    known = installed()
    if not data.exists():
        return known[0]
    version = data / "PG_VERSION"
    if not version.exists():
        raise DatabaseError(f"{data}: not a database of PostgreSQL (move it away, or restore it)")
    major = version.read_text(encoding="utf-8").strip()
    fitting = [programs for programs in known if programs.major == major]
    if not fitting:
        raise DatabaseError(
            f"{data}: made by PostgreSQL {major}, this program brings {known[0].version}"
            " (dump it with the program that made it, or set VIGIE_DATABASE_URL)"
        )
    return fitting[0]


def _copy(wheel: Path, to: Path) -> None:
    """Copy the wheel to where every user may run its programs; all or nothing."""
    _log.warning("copying PostgreSQL to %s, as %s is closed to its user", to, wheel)
    half = to.with_name(f"{to.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    for folder in wheel.parent.glob(f"{wheel.name}*"):  # its libraries lie beside it
        shutil.copytree(folder, half / folder.name, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", str(half)], check=True)
    half.rename(to)
