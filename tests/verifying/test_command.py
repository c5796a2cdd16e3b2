"""`vigie verify` as a person runs it, also against the database that made the report."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import pytest
from tests.reporting.test_figures import a_month
from tests.sql.disputes import dispute
from tests.sql.world import World
from tests.verifying.reports import NOW, changed, digits, genuine, relisted, with_files
from tests.verifying.summarysums import noticed

from vigie import cli, clock, settings
from vigie.reporting import (
    Asked,
    NoticeFile,
    SummaryFile,
    Written,
    comparison_pdf,
    read_comparison,
    read_notice,
    read_summary,
)
from vigie.verifying import Check, compare_with_database
from vigie.verifying.carried import Carried

REPORT = """
from datetime import UTC, datetime
from vigie import clock
from vigie.cli import main

clock.now = lambda: datetime(2026, 6, 3, 6, tzinfo=UTC)
main(["report", "acme", "--month", "2026-05"])
"""
SURROUNDINGS = {
    "one": {"PYTHONHASHSEED": "1", "TZ": "UTC", "LANG": "C"},
    "another": {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LANG": "fr_FR.UTF-8"},
}


@pytest.fixture
async def measured(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with May 2026 of two services, one of them down for half an hour."""
    connection = await asyncpg.connect(database, server_settings={"timezone": "UTC"})
    world = World(connection=connection)
    await a_month(world)
    await dispute(world, every=10, api="UUDDUU.U")
    await connection.close()
    monkeypatch.setenv("VIGIE_DATABASE_URL", database)
    return database


@pytest.fixture
def reports(measured: str, tmp_path: Path) -> list[Path]:
    """The same report, made by two processes in different surroundings."""
    working = []
    for name, surrounding in SURROUNDINGS.items():
        folder = tmp_path / name
        folder.mkdir()
        environment = os.environ | surrounding | {"VIGIE_DATABASE_URL": measured}
        working.append(
            subprocess.Popen([sys.executable, "-c", REPORT], cwd=folder, env=environment)
        )
    assert [0, 0] == [process.wait(timeout=300) for process in working]
    return [tmp_path / name / "acme-2026-05.pdf" for name in SURROUNDINGS]


async def forget_the_outage(url: str) -> None:
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    await connection.execute(
        "update fact.result set outcome = 'up' where outcome = 'down' and at::date = $1",
        date(2026, 5, 5),
    )
    await connection.execute(
        "insert into fact.dirty_day (endpoint_ids, day)"
        " select array[endpoint_id], '2026-05-05' from fact.endpoint"
    )
    await connection.close()


class Verify:
    """Runs the command in this process: a new one takes seconds to begin."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[object, str, str]:
        """Return the exit status, and what was written to stdout and stderr."""
        with pytest.raises(SystemExit) as ended:
            cli.main(["verify", *arguments])
        told = self._capsys.readouterr()
        return ended.value.code, told.out, told.err


@pytest.fixture
def verify(capsys: pytest.CaptureFixture[str]) -> Verify:
    return Verify(capsys)


def test_a_report_is_the_same_anywhere_and_holds_until_the_results_change(
    measured: str, reports: list[Path], verify: Verify
) -> None:
    one, another = reports
    assert one.read_bytes() == another.read_bytes()

    status, told, wrong = verify(str(one), "--database")
    assert (0, "") == (status, wrong)
    assert "✓ holds        pages: byte for byte those of the data" in told
    assert "✓ holds        database: gives the same figures today" in told
    assert "✓ holds        results: the same ones are stored" in told

    asyncio.run(forget_the_outage(measured))
    status, told, wrong = verify(str(one), "--database")
    assert (1, "") == (status, wrong)
    assert "✗ fails        database: figures.availability" in told
    assert "more; the file was changed, or corrections or late results came since it" in told
    assert "✗ fails        results: a 2026-05-05: other results are stored now" in told
    assert "2 of 8 checks fail." in told


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("period", [("--quarter", "2026-Q2"), ("--year", "2026")])
def test_a_report_of_a_period_that_is_not_over_holds(
    period: tuple[str, str], tmp_path: Path, verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "running.pdf"
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with pytest.raises(SystemExit) as ended:
        cli.main(["report", "acme", *period, "--output", str(file), "--dir", str(tmp_path)])
    assert ended.value.code in {None, 0}

    status, told, wrong = verify(str(file), "--database")
    assert (0, "") == (status, wrong)
    assert "✓ holds        arithmetic" in told

    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=1))
    status, told, wrong = verify(str(file), "--database")
    assert (3, "") == (status, wrong)
    assert "its period was not over when it was made, and the figures go on" in told


async def annex_of(directory: Path) -> Path:
    """Write the annex of the one dispute as a PDF."""
    found = await read_comparison(
        settings.read(directory),
        key=await _only("dispute"),
        asked=Asked("month", date(2026, 5, 1)),
        now=NOW,
        scope="solution",
    )
    path = directory / "annex.pdf"
    path.write_bytes(comparison_pdf(found, directory=directory, now=NOW))
    return path


async def _only(table: str) -> str:
    connection = await asyncpg.connect(os.environ["VIGIE_DATABASE_URL"])
    key: str = await connection.fetchval(f"select key from fact.{table}")
    await connection.close()
    return key


def test_an_annex_holds_until_the_results_change(
    measured: str, tmp_path: Path, verify: Verify
) -> None:
    annex = asyncio.run(annex_of(tmp_path))

    status, told, wrong = verify(str(annex), "--database")
    assert (0, "") == (status, wrong)
    assert "✓ holds        arithmetic: 5 spans and 5 effects, computed again" in told
    assert "✓ holds        database: gives the same figures today" in told

    asyncio.run(forget_the_outage(measured))
    status, told, wrong = verify(str(annex), "--database")
    assert (1, "") == (status, wrong)
    assert "✗ fails        database: comparison.figures.availability" in told


async def against_database(directory: Path, *held: SummaryFile | NoticeFile) -> list[Check]:
    found = settings.read(directory)
    return [
        check
        for told in held
        for check in await compare_with_database(
            Carried(told=told, listed={}, made_with={}), found, now=NOW
        )
    ]


def test_summary_and_notice_hold_until_the_results_change(measured: str, tmp_path: Path) -> None:
    found = settings.read(tmp_path)
    asked = Asked("month", date(2026, 5, 1))
    summary = asyncio.run(read_summary(found, asked=asked, now=NOW))
    key = asyncio.run(_only("maintenance"))
    window = asyncio.run(read_notice(found, key=key, now=NOW))
    made = Written(document="summary", language="en", made_at=NOW, program="0")
    kept = (SummaryFile(report=made, summary=summary), noticed(window))

    holding = asyncio.run(against_database(tmp_path, *kept))
    asyncio.run(forget_the_outage(measured))
    overview, notice = asyncio.run(against_database(tmp_path, *kept))

    assert [True, True] == [check.holds for check in holding], holding
    assert (False, False) == (overview.holds, notice.holds)
    assert "summary.contracts[0].percent: 99.9775 printed, 100 today" in overview.says
    assert "maintenance.down_s: 1200 printed, 0 today" in notice.says


def test_a_forgery_is_told_as_json_too(tmp_path: Path, verify: Verify) -> None:
    days = b"no,day\r\n1,2026-05-01\r\n"
    forged = tmp_path / "forged.pdf"
    forged.write_bytes(with_files(genuine(), {"days.csv": changed(days, digits(days)[0])}))

    status, out, _ = verify(str(forged), "--json")

    told = json.loads(out)
    failed = [check["name"] for check in told["checks"] if check["holds"] is False]
    assert (1, False, ["files", "data", "pages"]) == (status, told["holds"], failed)


def test_what_could_not_be_checked_is_neither_holding_nor_failing(
    tmp_path: Path, verify: Verify
) -> None:
    path = tmp_path / "elsewhere.pdf"
    path.write_bytes(relisted(genuine(), templates="0" * 64))

    status, told, wrong = verify(str(path))
    assert (3, "") == (status, wrong)
    assert "- not checked  pages: drawn with templates 000000000000" in told
    assert "- not checked  database: known to it only: whether holes, failures" in told
    assert told.endswith("elsewhere.pdf: nothing fails, but pages could not be checked.\n")
    status, told, _ = verify(str(path), "--json")
    assert (3, None) == (status, json.loads(told)["holds"])


@pytest.mark.parametrize("name", ["/dev/zero", "."])
def test_what_is_no_plain_file_is_not_read(name: str, verify: Verify) -> None:
    told = f"vigie: {name}: is no file (write the name of a PDF)\n"
    assert (1, "", told) == verify(name)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("none.pdf", "No such file or directory"),
        ("file/none.pdf", "Not a directory"),
        ("x" * 300, "File name too long"),
    ],
)
def test_what_is_no_file_ends_in_one_line(
    tmp_path: Path, verify: Verify, name: str, why: str
) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / name

    what = f"cannot be read: {why} (write the name of a PDF that can be read)"
    assert (1, "", f"vigie: {path}: {what}\n") == verify(str(path))
