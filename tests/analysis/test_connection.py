"""What a notebook sees: frames of the figures, with types and zones, sync in any place."""

import asyncio
import secrets
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import asyncpg
import pandas as pd
import pytest
from tests.sql.world import World, minute

import vigie
from vigie import paths
from vigie.errors import DatabaseError, UsageError
from vigie.storing import Embedded, add_analyst, remove_analyst

HOUR = (minute(0), minute(60))


@pytest.fixture(scope="module")
def told(server: str, template: str) -> Iterator[str]:
    """A database in which an hour of one endpoint is known; its outage is minutes 2 to 5."""
    name = "vigie_test_analysis"
    asyncio.run(_execute(server, f"create database {name} template {template}"))
    url = server.rpartition("/")[0] + f"/{name}"
    asyncio.run(_fill(url))
    yield url
    asyncio.run(_execute(server, f"drop database {name} with (force)"))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


async def _fill(url: str) -> None:
    connection = await asyncpg.connect(url)
    world = World(connection=connection)
    await world.service("api", endpoints=["a"])
    await world.service("shop", endpoints=["b"])
    await world.contract(timezone="Europe/Paris", other=["shop"])
    await world.results("a", "UUDDD" + "U" * 55)
    await world.rolled_up_to(minute(60))
    await connection.close()


@pytest.fixture
def db(told: str) -> Iterator[vigie.Connection]:
    with vigie.connect(told) as connection:
        yield connection


def test_availability_is_the_function_s_row(db: vigie.Connection) -> None:
    row = db.availability("acme", *HOUR).iloc[0]

    assert (57 * 60, 3 * 60, 57 / 60) == (row["up_s"], row["unplanned_s"], row["ratio"])
    assert ("95.0000", "missed") == (row["percent"], row["verdict"])


def test_availability_of_each_day_is_that_of_whole_local_days(db: vigie.Connection) -> None:
    days = db.availability("acme", minute(-3 * 60), minute(60), each="day")
    paris = ZoneInfo("Europe/Paris")
    # 21:00 to 01:00 UTC is 23:00 to 03:00 in Paris: two days.
    expected = [datetime(2026, 5, 3, tzinfo=paris), datetime(2026, 5, 4, tzinfo=paris)]

    assert expected == list(days["starts"])
    assert [0, 3 * 60] == list(days["unplanned_s"])
    assert [24 * 3600] * 2 == list(days["period_s"])


@pytest.mark.parametrize("each", ["week", "year_to_date", "rolling_12_months", ""])
def test_each_is_a_period_that_follows_the_one_before(db: vigie.Connection, each: str) -> None:
    with pytest.raises(UsageError) as caught:
        db.availability("acme", *HOUR, each=each)  # type: ignore[arg-type] # a user's mistake

    said = f'each "{each}": is no such period (write day, month, quarter or year)'
    assert said == str(caught.value)


@pytest.mark.parametrize("each", ["month", "quarter", "year"])
def test_availability_of_each_longer_period_is_one_row(db: vigie.Connection, each: str) -> None:
    periods = db.availability("acme", *HOUR, each=each)  # type: ignore[arg-type] # parametrised

    assert [3 * 60] == list(periods["unplanned_s"])


def test_outage_is_whole_and_timed_in_the_zone_asked_for(told: str) -> None:
    with vigie.connect(told, timezone="Europe/Paris") as db:
        (row,) = db.outages("acme", *HOUR).to_dict("records")

    assert (minute(2), minute(5)) == (row["started"], row["ended"])
    assert timedelta(hours=2) == row["started"].utcoffset()
    assert (3 * 60, ["api"], False) == (row["elapsed_s"], row["services"], row["open"])


def test_timeline_is_a_partition_in_order(db: vigie.Connection) -> None:
    pieces = db.timeline("acme", *HOUR, scope="api")

    assert ["up", "unplanned", "up"] == list(pieces["class"])
    assert [2 * 60, 3 * 60, 55 * 60] == list(pieces["length_s"])
    assert list(pieces["ends"][:-1]) == list(pieces["starts"][1:])


def test_results_are_those_of_the_half_open_span(db: vigie.Connection) -> None:
    results = db.results("a", minute(1), minute(3))

    assert [(minute(1), "up"), (minute(2), "down")] == [
        (row.at, row.outcome) for row in results.itertuples()
    ]
    assert results["duration_us"].isna().all()


def test_latency_has_the_days_of_the_span(db: vigie.Connection) -> None:
    days = db.latency("a", minute(0), minute(24 * 60))

    assert [minute(0)] == list(days["day"])


def test_types_do_not_depend_on_there_being_rows(db: vigie.Connection) -> None:
    none = db.outages("acme", minute(30), minute(40))
    some = db.outages("acme", *HOUR)

    assert none.empty
    assert some.dtypes.to_dict() == none.dtypes.to_dict()
    assert "datetime64[us, UTC]" == str(none.dtypes["started"])


def test_every_time_is_aware_and_every_measure_names_its_unit(db: vigie.Connection) -> None:
    frames = [
        db.availability("acme", *HOUR),
        db.outages("acme", *HOUR),
        db.timeline("acme", *HOUR),
        db.latency("a", *HOUR),
        db.results("a", *HOUR),
    ]
    plain = {"ratio", "target_ratio"}
    units = ("_s", "_ms", "_us")
    for frame in frames:
        times = [name for name in frame if pd.api.types.is_datetime64_any_dtype(frame[name])]
        assert times == [name for name in times if frame[name].dt.tz is not None]

        floats = {name for name in frame if pd.api.types.is_float_dtype(frame[name])} - plain
        assert {name for name in floats if not str(name).endswith(units)} == set()


def test_it_works_inside_a_running_loop(told: str) -> None:
    async def cell() -> int:
        with vigie.connect(told) as db:
            return len(db.timeline("acme", *HOUR))

    assert 3 == asyncio.run(cell())


def test_pandas_own_times_are_taken(db: vigie.Connection) -> None:
    start = pd.Timestamp("2026-05-04 02:00", tz="Europe/Paris")

    assert 3 == len(db.timeline("acme", start, start + pd.Timedelta(hours=1)))


@pytest.mark.parametrize(
    ("contract", "scope", "start", "end", "said"),
    [
        ("nobody", "api", *HOUR, 'contract "nobody": there is none of this key (Contracts: acme)'),
        (
            "acme",
            "nothing",
            *HOUR,
            'scope "nothing": contract "acme" does not cover it (Scopes: solution, api, shop)',
        ),
        (
            "acme",
            "api",
            minute(60),
            minute(0),
            f"the span from {minute(60)} to {minute(0)} is empty (its end is excluded)",
        ),
        (
            "acme",
            "api",
            minute(0).replace(tzinfo=None),
            minute(1),
            "start 2026-05-04 00:00:00: no zone (write datetime(…, tzinfo=ZoneInfo('UTC')))",
        ),
        (
            "acme",
            "api",
            date(2026, 5, 4),
            minute(1),
            "start 2026-05-04: is no time (write datetime(…, tzinfo=ZoneInfo('UTC')))",
        ),
    ],
)
def test_a_mistake_is_one_line(
    db: vigie.Connection, contract: str, scope: str, start: Any, end: datetime, said: str
) -> None:
    with pytest.raises(UsageError) as raised:
        db.availability(contract, start, end, scope=scope)

    assert said == str(raised.value)


def test_an_unknown_endpoint_is_not_one_without_results(db: vigie.Connection) -> None:
    assert db.results("b", *HOUR).empty
    with pytest.raises(UsageError) as raised:
        db.results("c", *HOUR)

    assert 'endpoint "c": there is none of this key' == str(raised.value)


def test_an_analyst_s_login_is_enough(told: str) -> None:
    login = f"ann_{secrets.token_hex(4)}"
    entry = urlsplit(told)
    password = asyncio.run(_with(told, lambda one: add_analyst(one, login, "acme-customer")))
    url = entry._replace(netloc=f"{login}:{password}@{entry.hostname}:{entry.port}").geturl()
    try:
        with vigie.connect(url) as db:
            assert "95.0000" == db.availability("acme", *HOUR)["percent"].item()
            assert [1, 3, 60, 1] == [
                len(db.outages("acme", *HOUR)),
                len(db.timeline("acme", *HOUR)),
                len(db.results("a", *HOUR)),
                len(db.latency("a", *HOUR)),
            ]
    finally:
        asyncio.run(_with(told, lambda one: remove_analyst(one, login)))


async def _with(url: str, work: Callable[[asyncpg.Connection], Awaitable[object]]) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await work(connection)
    finally:
        await connection.close()


def test_a_closed_connection_says_so(told: str) -> None:
    db = vigie.connect(told)
    db.close()
    db.close()
    with pytest.raises(UsageError, match="this connection is closed"):
        db.timeline("acme", *HOUR)


def test_a_lost_connection_is_made_again(told: str, server: str) -> None:
    with vigie.connect(told) as db:
        db.timeline("acme", *HOUR)
        asyncio.run(
            _execute(
                server,
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where datname = 'vigie_test_analysis'",
            )
        )

        assert 3 == len(db.timeline("acme", *HOUR))


def test_what_cannot_be_used_is_said(unused_tcp_port: int, empty_database: str) -> None:
    with pytest.raises(DatabaseError, match="no PostgreSQL answers"):
        vigie.connect(f"postgresql://vigie:secret@127.0.0.1:{unused_tcp_port}/vigie")
    with pytest.raises(DatabaseError, match='schema "sla" does not exist'):
        vigie.connect(empty_database)
    with pytest.raises(UsageError, match="neither a directory nor a URL"):
        vigie.connect("/nowhere")
    with pytest.raises(UsageError, match='timezone "Mars"'):
        vigie.connect(empty_database, timezone="Mars")


def test_a_directory_brings_its_own_database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = folder / "notebook"
    place.mkdir()
    monkeypatch.delenv("VIGIE_DATABASE_URL", raising=False)
    monkeypatch.setenv("VIGIE_HOME", str(place / "home"))
    with vigie.connect(place) as db, pytest.raises(UsageError, match=r"Contracts: none"):
        db.availability("acme", datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))

    assert not Embedded(place / "home").status().running


def test_importing_vigie_imports_nothing_heavy() -> None:
    program = (
        "import sys, vigie; print([m for m in ('pandas', 'asyncpg', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert "[]\n" == done.stdout


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'vigie' has no attribute 'conect'"):
        vigie.conect  # type: ignore[attr-defined] # noqa: B018 - that is the point


def test_the_readme_shows_every_call() -> None:
    readme = (paths.SQL / "README.md").read_text(encoding="utf-8")
    calls = [name for name in vars(vigie.Connection) if not name.startswith("_")]

    assert "outages" in calls
    assert [name for name in calls if f"| `db.{name}(" not in readme] == []
