import os
import resource
import shutil
import signal
import socket
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from tests.storing.others import as_nobody, neighbour, say_goodbye

from vigie.errors import DatabaseError
from vigie.storing import place, programs
from vigie.storing.embedded import Embedded
from vigie.storing.server import answers

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="root gives the server another user")


def pid_of(home: Path) -> int:
    return int((home / "postgres/data/postmaster.pid").read_text().split()[0])


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2].partition("/")[0])


def owner_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


async def fetch(url: str, *statements: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


async def test_new_server_is_utf8_with_checksums_and_one_sort_order(new_home: Path) -> None:
    server = Embedded(new_home)
    url = server.join()
    settings = "current_setting('server_encoding'), current_setting('data_checksums')"
    locale = "datlocprovider::text, datlocale"
    found = await fetch(
        url,
        f"select array[{settings}, {locale}] from pg_database where datname = current_database()",
    )
    server.leave()
    assert found == ["UTF8", "on", "b", "C.UTF-8"]


async def test_server_asks_for_its_password(home: Path) -> None:
    server = Embedded(home)
    url = server.join()
    password = (home / "postgres.password").read_text()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(url.replace(password, "guess"))
    server.leave()
    assert mode_of(home / "postgres.password") == 0o600
    assert mode_of(home / "postgres/data") == 0o700
    assert mode_of(home) & 0o007 == 0


async def test_server_does_not_run_as_root_nor_in_our_session(home: Path) -> None:
    """A Ctrl-C for us goes to our process group; the server must not be in it."""
    server = Embedded(home)
    server.join()
    pid = pid_of(home)
    session, owner = os.getsid(pid), owner_of(pid)
    server.leave()
    assert session != os.getsid(0)
    assert owner != 0


async def test_acknowledged_rows_survive_a_killed_server(home: Path) -> None:
    server = Embedded(home)
    url = server.join()
    await fetch(url, "create table kept (n integer)", "select 1")
    writer = await asyncpg.connect(url)
    for n in range(100):
        await writer.execute("insert into kept values ($1)", n)
    os.kill(pid_of(home), signal.SIGKILL)
    assert eventually(lambda: not server.status().running)
    again = Embedded(home)
    count = await fetch(again.join(), "select count(*) from kept")
    writer.terminate()
    again.leave()
    server.leave()
    assert count == 100


def test_revive_starts_a_killed_server_on_its_port(home: Path) -> None:
    server = Embedded(home)
    url = server.join()
    assert server.revive() is False
    os.kill(pid_of(home), signal.SIGKILL)
    assert eventually(lambda: not server.status().running)
    assert server.revive() is True
    assert server.url() == url
    server.leave()


def test_server_that_crashes_as_we_leave_is_no_error(home: Path) -> None:
    """Its children hold its lock for a moment longer; here one of them is slow."""
    server = Embedded(home)
    server.join()
    postmaster = pid_of(home)
    child = int(Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()[0])
    os.kill(child, signal.SIGSTOP)
    os.kill(postmaster, signal.SIGKILL)
    assert eventually(lambda: not answers(port_of(server.url())))
    waking = threading.Timer(0.5, os.kill, (child, signal.SIGCONT))
    waking.start()
    server.leave()
    waking.join()
    assert server.status().running is False


def test_last_process_to_leave_stops_the_server(home: Path) -> None:
    server = Embedded(home)
    with neighbour(home) as process:
        server.join()
        server.leave()
        assert server.status().running is True
        say_goodbye(process)
    assert server.status().running is False


def test_server_of_a_killed_process_is_found_and_stopped(home: Path) -> None:
    with neighbour(home) as process:
        process.kill()
        process.wait()
    left = pid_of(home)
    server = Embedded(home)
    server.join()
    assert pid_of(home) == left
    server.leave()
    assert server.status().running is False


def test_server_asked_to_stay_outlives_its_users_until_told_to_go(home: Path) -> None:
    server = Embedded(home)
    server.stay()
    server.join()
    server.leave()
    assert (server.status().running, server.status().stays) == (True, True)
    assert server.go() is True
    assert (server.status().running, server.status().stays) == (False, False)


def test_server_in_use_stops_only_when_its_user_leaves(home: Path) -> None:
    server = Embedded(home)
    server.stay()
    with neighbour(home) as process:
        assert server.go() is False
        assert server.status().running is True
        say_goodbye(process)
    assert server.status().running is False


def test_restarted_server_keeps_its_port(home: Path) -> None:
    server = Embedded(home)
    before = server.join()
    server.leave()
    after = server.join()
    server.leave()
    assert after == before


def test_port_taken_by_another_program_is_left_to_it(home: Path) -> None:
    server = Embedded(home)
    taken = port_of(server.join())
    server.leave()
    with socket.create_server(("127.0.0.1", taken)):
        other = port_of(server.join())
        server.leave()
    assert other != taken


def test_pid_file_of_a_reused_process_id_does_not_keep_the_server_down(home: Path) -> None:
    server = Embedded(home)
    port = port_of(server.join())
    server.leave()
    data = home / "postgres/data"
    # Our parent's id would be believed dead by PostgreSQL itself; the first process lives always.
    lines = ["1", str(data), "1700000000", str(port), "", "127.0.0.1", "", "ready"]
    (data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    shutil.chown(data / "postmaster.pid", data.stat().st_uid)
    server.join()
    assert pid_of(home) != 1
    server.leave()


def test_ordinary_user_runs_the_server_as_itself(new_home: Path) -> None:
    new_home.mkdir(mode=0o777)
    new_home.chmod(0o777)

    def work() -> str:
        server = Embedded(new_home)
        server.join()
        owner = owner_of(pid_of(new_home))
        server.leave()
        return str(owner == os.geteuid())

    assert as_nobody(work) == "True"


def test_home_that_cannot_be_written_is_told_in_one_line(new_home: Path) -> None:
    new_home.mkdir()
    new_home.chmod(0o555)
    expected = (
        f"DatabaseError: {new_home}/postgres: Permission denied; no database can be kept there"
        " (set VIGIE_HOME to a folder of yours, or VIGIE_DATABASE_URL to a PostgreSQL)"
    )
    assert as_nobody(lambda: join(new_home)) == expected


def join(home: Path) -> str:
    try:
        return Embedded(home).join()
    except DatabaseError as error:
        return f"DatabaseError: {error}"


def test_disk_full_at_start_leaves_nothing_half_made(new_home: Path) -> None:
    new_home.mkdir(mode=0o777)
    new_home.chmod(0o777)

    def work() -> str:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
        said = join(new_home)
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        return said

    said = as_nobody(work)
    assert said.startswith(f"DatabaseError: {new_home}/postgres/data: PostgreSQL ")
    assert "File too large" in said
    assert "\n" not in said
    assert not (new_home / "postgres/data").exists()


def test_data_of_another_major_version_is_refused(new_home: Path) -> None:
    data = new_home / "postgres/data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")
    brought = programs.installed()[0].version
    with pytest.raises(DatabaseError) as raised:
        Embedded(new_home).join()
    assert str(raised.value) == (
        f"{data}: made by PostgreSQL 12, this program brings {brought}"
        " (dump it with the program that made it, or set VIGIE_DATABASE_URL)"
    )
    shutil.rmtree(data)


def test_folder_that_is_no_database_is_refused(new_home: Path) -> None:
    data = new_home / "postgres/data"
    data.mkdir(parents=True)
    with pytest.raises(DatabaseError) as raised:
        Embedded(new_home).join()
    assert str(raised.value) == (
        f"{data}: not a database of PostgreSQL (move it away, or restore it)"
    )


def test_damaged_data_is_told_with_postgresqls_own_reason(home: Path) -> None:
    server = Embedded(home)
    server.join()
    server.leave()
    control = home / "postgres/data/global/pg_control"
    control.rename(control.with_name("moved"))
    with pytest.raises(DatabaseError) as raised:
        server.join()
    assert "could not" in str(raised.value)
    assert f"(see {home}/postgres/server.log" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_lost_password_is_told(home: Path) -> None:
    server = Embedded(home)
    server.join()
    server.leave()
    (home / "postgres.password").unlink()
    with pytest.raises(DatabaseError, match=r"postgres\.password: No such file or directory"):
        server.join()
    Embedded(home).go()


def test_nothing_installed_names_the_way_out(
    new_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_WHEEL", "no_such_wheel")
    with pytest.raises(DatabaseError) as raised:
        Embedded(new_home).join()
    assert str(raised.value) == (
        "no embedded PostgreSQL runs on this system"
        " (set VIGIE_DATABASE_URL to a PostgreSQL 15 or newer)"
    )


@only_root
def test_home_closed_to_the_servers_user_moves_the_data_elsewhere(
    folder: Path, new_home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    new_home.mkdir(mode=0o700)
    monkeypatch.setattr(place, "_ELSEWHERE", folder / "elsewhere")
    server = Embedded(new_home / "project/.vigie")
    server.join()
    where = server.status().place
    server.leave()
    assert where.parent == folder / "elsewhere"
    assert (where / "data/PG_VERSION").exists()
    assert [record.getMessage() for record in caplog.records] == [
        f"user postgres cannot enter {new_home}/project/.vigie: the database lives in {where}"
    ]


@only_root
def test_programs_closed_to_the_servers_user_are_copied(
    folder: Path, new_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    real = programs.installed()[0]
    (closed / "site").symlink_to(real.root.parents[1])
    hidden = real.root.relative_to(real.root.parents[1])
    unreachable = programs.Programs(root=closed / "site" / hidden, version=real.version)
    monkeypatch.setattr(place, "_ELSEWHERE", folder / "copies")
    monkeypatch.setattr(place, "installed", lambda: [unreachable])
    server = Embedded(new_home)
    server.join()
    command = Path(f"/proc/{pid_of(new_home)}/exe").readlink()
    server.leave()
    assert command == folder / f"copies/postgresql-{real.version}" / hidden / "bin/postgres"
