"""What `vigie verify --database` says of a document whose period was not over when it was made."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.reporting.test_figures import TEN, a_month
from tests.sql.world import World
from tests.verifying import summarysums, test_command
from tests.verifying.reports import NOW, month
from tests.verifying.test_command import Verify

from vigie import cli, clock, settings
from vigie.reporting import Asked, Summary, comparison_pdf, read_comparison
from vigie.storing import Addition
from vigie.verifying.lists import rows
from vigie.verifying.settled import REACH, over, past_of_report, past_of_summary

measured, verify = test_command.measured, test_command.verify
FAILED = datetime(2026, 5, 5, 8, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
GOES_ON = "its period was not over when it was made, and the figures go on"
Make = Callable[..., Path]


def written(folder: Path, monkeypatch: pytest.MonkeyPatch, now: datetime, *arguments: str) -> Path:
    """Make a PDF with `vigie report` at an instant, and return it."""
    monkeypatch.setattr(clock, "now", lambda: now)
    file = folder / "running.pdf"
    with pytest.raises(SystemExit) as ended:
        cli.main(["report", *arguments, "--output", str(file), "--dir", str(folder)])
    assert ended.value.code in {None, 0}
    return file


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, measured: str) -> Make:
    """Make a PDF of what was measured, and return it."""
    assert measured
    return partial(written, tmp_path, monkeypatch, NOW)


async def say(url: str, outcome: str) -> None:
    """Let the three results of the outage be of this outcome."""
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    await connection.execute(
        "update fact.result set outcome = $1 from fact.endpoint"
        " where key = 'a' and result.endpoint_id = endpoint.endpoint_id and at between $2 and $3",
        outcome,
        FAILED,
        FAILED + timedelta(minutes=20),
    )
    await connection.execute(
        "insert into fact.dirty_day (endpoint_ids, day)"
        " select array_agg(endpoint_id), $1 from fact.endpoint",
        FAILED.date(),
    )
    await connection.close()


async def correct(url: str, *, approved: datetime) -> None:
    """Say, with approval, that nothing was down."""
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    world = World(connection=connection)
    row = {
        "key": "c-1",
        "service_id": await connection.fetchval(
            "select service_id from fact.service where key = 'api'"
        ),
        "during": asyncpg.Range(FAILED, FAILED + HALF_AN_HOUR),
        "effect": "up",
        "reason": "The probe's own network",
        "recorded_by": "bob",
        "recorded_at": NOW,
    }
    await world.insert("correction", row)
    await connection.execute(
        "insert into fact.correction_event (correction_id, action, recorded_by, recorded_at)"
        " select correction_id, 'approved', 'carol', $1 from fact.correction",
        approved,
    )
    await connection.close()


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=1))


def test_a_running_report_differs_later_and_is_not_called_genuine(
    make: Make, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make("acme", "--quarter", "2026-Q2")
    later(monkeypatch)

    status, told, wrong = verify(str(file), "--database")

    assert (3, "") == (status, wrong)
    assert GOES_ON in told
    assert "the data in the file agree with each other; the database gives other values" in told
    assert "genuine" not in told


@pytest.mark.parametrize("period", [("--quarter", "2026-Q2"), ("--year", "2026")])
def test_a_running_report_of_other_results_fails_for_the_days_that_were_over(
    period: tuple[str, str],
    measured: str,
    make: Make,
    verify: Verify,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asyncio.run(say(measured, "up"))
    file = make("acme", *period)
    asyncio.run(say(measured, "down"))
    later(monkeypatch)

    status, told, _ = verify(str(file), "--database")

    assert 1 == status
    # 30 minutes were down, 20 of them in a window.
    day = "figures.days[2026-05-05 00:00:00+00:00].seconds"
    assert f"✗ fails        database: {day}.planned: 0 printed, 1200 today; " in told
    assert f"{day}.unplanned: 0 printed, 600 today; " in told
    assert "that was over when it was made: the file was changed, or late results came" in told
    assert "✗ fails        results: a 2026-05-05: other results are stored now" in told
    assert "genuine" not in told


def test_a_correction_since_is_named_and_fails_no_running_report(
    measured: str, make: Make, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make("acme", "--quarter", "2026-Q2")
    asyncio.run(correct(measured, approved=NOW + timedelta(hours=1)))
    later(monkeypatch)

    status, told, _ = verify(str(file), "--database")

    assert 3 == status
    assert f"{GOES_ON}; recorded since then: c-1" in told


async def announce(url: str, *, recorded: datetime) -> str:
    """Type in, after the fact, a security measure over what was left of the outage."""
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    world = World(connection=connection)
    world.ids["api"] = await connection.fetchval(
        "select service_id from fact.service where key = 'api'"
    )
    key = await world.window(32 * 60 + 20, 32 * 60 + 30, kind="security")
    # The registry refuses changes: nobody can date a window back like this.
    await connection.execute("set session_replication_role = replica")
    await connection.execute(
        "update fact.maintenance set recorded_at = $2 where key = $1", key, recorded
    )
    await connection.close()
    return key


@pytest.mark.parametrize(("after", "status"), [(1, 3), (-1, 1)])
def test_a_window_recorded_since_is_named_and_one_of_before_explains_nothing(
    measured: str,
    make: Make,
    verify: Verify,
    monkeypatch: pytest.MonkeyPatch,
    after: int,
    status: int,
) -> None:
    file = make("acme", "--quarter", "2026-Q2")
    key = asyncio.run(announce(measured, recorded=NOW + timedelta(hours=after)))
    later(monkeypatch)

    ended, told, _ = verify(str(file), "--database")

    assert (status, after > 0) == (ended, f"{GOES_ON}; recorded since then: {key}" in told), told


def test_a_correction_explains_no_other_results(
    measured: str, make: Make, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(say(measured, "up"))
    file = make("acme", "--quarter", "2026-Q2")
    asyncio.run(say(measured, "down"))
    asyncio.run(correct(measured, approved=NOW + timedelta(hours=1)))
    later(monkeypatch)

    status, told, _ = verify(str(file), "--database")

    assert 1 == status
    assert "✗ fails        results: a 2026-05-05: other results are stored now; that was" in told


def test_a_correction_of_before_explains_nothing(
    measured: str, make: Make, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make("acme", "--quarter", "2026-Q2")
    asyncio.run(correct(measured, approved=NOW - timedelta(hours=1)))
    later(monkeypatch)

    status, told, _ = verify(str(file), "--database")

    assert (1, True) == (status, "✗ fails        database: figures.days[2026-05-05" in told)


async def measure(url: str, starts: datetime | None, ends: datetime) -> None:
    """Measure as a_month does until an instant; *starts*: from here on, instead of anew."""
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    world = World(connection=connection)
    if starts is None:
        await a_month(world, as_of=ends)
    else:
        world.ids |= dict(await connection.fetch("select key, endpoint_id from fact.endpoint"))
        world.ids["location:main"] = await connection.fetchval(
            "select location_id from fact.location"
        )
        slots = [starts + number * TEN for number in range((ends - starts) // TEN)]
        bad = {FAILED, FAILED + TEN, FAILED + 2 * TEN}
        await world.store(("a", "main", at, "down" if at in bad else "up") for at in slots)
        await world.store(("b", "main", at, "up") for at in slots)
    await connection.close()


@pytest.mark.parametrize(
    "made_at",
    [
        FAILED + TEN,  # it is down inside the window
        FAILED + 2 * TEN + TEN / 2,  # and outside it
        FAILED + 4 * TEN,  # it was good once
        datetime(2026, 5, 20, 12, tzinfo=UTC),
    ],
)
def test_an_honest_running_report_never_fails(
    database: str,
    made_at: datetime,
    tmp_path: Path,
    verify: Verify,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("VIGIE_DATABASE_URL", database)
    asyncio.run(measure(database, None, made_at))
    file = written(tmp_path, monkeypatch, made_at, "acme", "--month", "2026-05")
    asyncio.run(measure(database, made_at, made_at + timedelta(days=3)))
    monkeypatch.setattr(clock, "now", lambda: made_at + timedelta(days=3))

    status, told, _ = verify(str(file), "--database")

    assert (3, True) == (status, GOES_ON in told), told


def test_nothing_of_a_day_to_come_was_measured() -> None:
    of_may = month()
    early = of_may.days[2].starts
    forged = replace(of_may, period=replace(of_may.period, complete=False, as_of=early))

    said = [problem for problem in rows(forged) if "was measured" in problem]

    assert len(of_may.days) - 2 == len(said)
    assert f"figures.days[2]: was measured, and known is up to {early}" == said[0]
    assert [] == [problem for problem in rows(of_may) if "was measured" in problem]


def test_a_running_summary_differs_later(
    make: Make, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make("--all", "--quarter", "2026-Q2")
    later(monkeypatch)

    status, told, wrong = verify(str(file), "--database")

    assert (3, "") == (status, wrong), told
    assert "- differs      database: today gives other values" in told
    assert GOES_ON in told
    assert "genuine" not in told


def summary(as_of: datetime, **more: Any) -> Summary:
    """Return the summary of a month that goes on, one service of which was down on the 12th."""
    found = summarysums.overview()
    going_on = tuple(replace(one, complete=False, **more) for one in found.contracts)
    return replace(found, complete=False, as_of=as_of, contracts=going_on)


MADE = datetime(2026, 5, 20, tzinfo=UTC)
DAY_S = 86_400
EDGE_S = 5_400  # so far a result can reach


def past(printed: Summary, today: Summary, *since: Addition) -> list[str]:
    return list(past_of_summary(printed, today, over(printed.as_of, since)))


@pytest.mark.parametrize(
    ("grown", "holds"),
    [
        (DAY_S + EDGE_S, True),
        (DAY_S + EDGE_S + 1, False),
        (-EDGE_S, True),  # what was not measured by then came in
        (-EDGE_S - 1, False),
    ],
)
@pytest.mark.parametrize("name", ["unplanned_s", "planned_s", "unmeasured_s", "committed_s"])
def test_seconds_of_a_running_summary_grow_by_the_time_that_went_by(
    name: str, grown: int, *, holds: bool
) -> None:
    then, now = Decimal(1_000_000), Decimal(1_000_000 + grown)
    printed = summary(MADE, **{name: then})
    today = summary(MADE + timedelta(days=1), **{name: now})

    found = past(printed, today)

    assert holds == (found == [])
    says = f"summary.contracts[contract-0000].{name}: {then} printed, {now} today"
    assert holds or says == found[0]


def test_what_was_over_in_a_running_summary_is_judged() -> None:
    printed = summary(MADE)
    today = replace(printed, as_of=MADE + timedelta(days=1))
    first, *more = printed.shared
    shorter = replace(first, elapsed_s=Decimal(1))
    done, *others = printed.contracts
    forged = replace(done, complete=True, percent="100")
    whole = replace(today, contracts=(replace(done, complete=True), *others))
    may = Addition(key="c-1", starts=first.starts, ends=first.ends)

    assert [] == past(printed, today)
    assert [] == past(replace(printed, shared=(replace(first, crisis=None), *more)), today)
    assert 1 == len(past(replace(printed, shared=(shorter, *more)), today))
    assert 1 == len(past(replace(printed, shared=tuple(more)), today))
    [said] = past(replace(printed, contracts=(forged, *others)), whole)
    assert f"summary.contracts[contract-0000].percent: 100 printed, {done.percent} today" == said
    assert [] == past(replace(printed, contracts=(forged, *others)), whole, may)


@pytest.mark.parametrize(
    ("indicator", "changed"), [("availability", 1), ("longest interruption", 0)]
)
def test_an_interruption_of_a_month_that_was_over_may_go_on(indicator: str, changed: int) -> None:
    printed = month()
    marks = printed.contents.kept
    first = next(
        number for number, one in enumerate(marks) if one.indicator == indicator and one.complete
    )
    longer = replace(marks[first], worst_s=marks[first].worst_s + 1)
    kept = (*marks[:first], longer, *marks[first + 1 :])
    today = replace(printed, contents=replace(printed.contents, kept=kept))

    assert changed == len(list(past_of_report(printed, today, over(MADE, ()))))


async def annex_of(directory: Path) -> Path:
    """Write the annex of the one dispute in a quarter that goes on."""
    connection = await asyncpg.connect(os.environ["VIGIE_DATABASE_URL"])
    key: str = await connection.fetchval("select key from fact.dispute")
    await connection.close()
    found = await read_comparison(
        settings.read(directory),
        key=key,
        asked=Asked("quarter", date(2026, 4, 1)),
        now=NOW,
        scope="solution",
    )
    path = directory / "annex.pdf"
    path.write_bytes(comparison_pdf(found, directory=directory, now=NOW))
    return path


def test_a_running_annex_differs_later_and_fails_for_what_was_over(
    measured: str, tmp_path: Path, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    file = asyncio.run(annex_of(tmp_path))
    later(monkeypatch)

    status, told, wrong = verify(str(file), "--database")
    assert (3, "") == (status, wrong)
    assert GOES_ON in told

    asyncio.run(say(measured, "up"))
    status, told, _ = verify(str(file), "--database")
    assert 1 == status
    assert "✗ fails        database: comparison.figures.days[2026-05-05" in told


async def test_how_far_a_result_matters_is_what_sql_says(connection: asyncpg.Connection) -> None:
    assert REACH == await connection.fetchval("select fact.reach()")
