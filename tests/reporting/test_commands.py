"""The commands `sla` and `report`, as a person runs them."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pypdfium2
import pytest
from tests.reporting.authority import issue
from tests.sql.world import World

from vigie.cli import main
from vigie.reporting import verify_seal

START, END = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
PDF: Any = pypdfium2.PdfDocument  # it has no types


@pytest.fixture
async def measured(database: str) -> str:
    """A database in which May 2026 was measured, the second hour of the 5th down."""
    connection = await asyncpg.connect(database, server_settings={"timezone": "UTC"})
    world = World(connection=connection)
    await world.service("api", endpoints=("a",), every=HOUR)
    await world.contract(customer="Acme & Sons")
    bad = START + timedelta(days=4, hours=1)
    slots = [START + number * HOUR for number in range(31 * 24)]
    await world.store(("a", "main", at, "down" if at == bad else "up") for at in slots)
    # Nobody rolled up since the 20th: the commands do.
    await world.rolled_up_to(START + timedelta(days=20))
    await connection.close()
    return database


@dataclass(frozen=True, slots=True)
class Done:
    """What a command gave back."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Vigie:
    """Runs commands in a directory of their own, against the measured database."""

    directory: Path
    capsys: pytest.CaptureFixture[str]
    set: Callable[[str, str], None]  # a variable of the environment

    def __call__(self, *arguments: str) -> Done:
        # A command has a loop of its own, and may be called inside the test's.
        with ThreadPoolExecutor(1) as thread:
            ended = thread.submit(main, arguments).exception()
        assert isinstance(ended, SystemExit)
        told = self.capsys.readouterr()
        return Done(int(ended.code or 0), told.out, told.err)


@pytest.fixture
def vigie(
    measured: str,
    drawn_here: None,  # noqa: ARG001 - how the commands draw
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Vigie:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIGIE_DATABASE_URL", measured)
    monkeypatch.setenv("COLUMNS", "160")
    return Vigie(tmp_path, capsys, monkeypatch.setenv)


def test_sla_prints_what_a_person_asks_first(vigie: Vigie) -> None:
    done = vigie("sla", "acme", "--month", "2026-05")

    # 743 of 744 hours: 99.86559…
    shown = done.stdout.replace("\u00a0", " ").replace("\u202f", " ")
    assert (0, "") == (done.returncode, done.stderr)
    for words in (
        "Acme & Sons",
        "2026-05-01T00:00:00Z to 2026-06-01T00:00:00Z, end excluded",
        "99.8655 % (cut, not rounded)",
        "missed",
        "1 h 0 min 0 s used of 8 min 55.68 s",
    ):
        assert words in shown


def test_sla_shows_the_month_under_other_readings(vigie: Vigie) -> None:
    done = vigie("sla", "acme", "--month", "2026-05", "--readings")

    marked = [line.split() for line in done.stdout.splitlines() if line.startswith("●")]
    assert ["as", "downtime", "neither"] == [words[1] for words in marked]
    assert "without corrections" in done.stdout


READING = {
    "topic": "corrections",
    "ambiguity": None,
    "clause": None,
    "indicator": "availability",
    "reading": "as agreed",
    "agreed": True,
    "start": "2026-05-01T00:00:00Z",
    "end": "2026-06-01T00:00:00Z",
    "percent": "99.8655",
    "used_s": 3600,
    "allowed_s": 535.68,  # 0.0002 of 744 h
    "verdict": "missed",
}


def test_json_has_the_readings_when_they_are_asked_for(vigie: Vigie) -> None:
    asked = json.loads(vigie("sla", "acme", "--month", "2026-05", "--readings", "--json").stdout)
    plain = json.loads(vigie("sla", "acme", "--month", "2026-05", "--json").stdout)

    assert READING == asked["readings"][0]
    assert plain == {name: value for name, value in asked.items() if name != "readings"}


def test_sla_prints_json(vigie: Vigie) -> None:
    done = vigie("sla", "acme", "--month", "2026-05", "--json")

    found = json.loads(done.stdout)
    assert ("acme", "99.8655", "missed", True) == (
        found["contract"],
        found["availability"]["percent"],
        found["verdict"],
        found["period"]["complete"],
    )


@pytest.mark.parametrize(
    ("period", "starts", "ends", "kind"),
    [
        (
            ("--year-to-date", "2026-05-05"),
            "2026-01-01T00:00:00Z",
            "2026-05-06T00:00:00Z",
            "year_to_date",
        ),
        (
            ("--rolling", "2026-05"),
            "2025-06-01T00:00:00Z",
            "2026-06-01T00:00:00Z",
            "rolling_12_months",
        ),
        (
            ("--from", "2026-05-05", "--to", "2026-05-05"),
            "2026-05-05T00:00:00Z",
            "2026-05-06T00:00:00Z",
            "days",
        ),
        (
            ("--from", "2026-05-05T00:00:00Z", "--to", "2026-05-05T04:00:00Z"),
            "2026-05-05T00:00:00Z",
            "2026-05-05T04:00:00Z",
            "span",
        ),
    ],
)
def test_sla_measures_other_periods(
    vigie: Vigie, period: tuple[str, ...], starts: str, ends: str, kind: str
) -> None:
    found = json.loads(vigie("sla", "acme", *period, "--json").stdout)

    assert (starts, ends, kind) == tuple(found["period"][it] for it in ("start", "end", "kind"))
    assert 3600 == found["seconds"]["unplanned"]  # the one hour of 5 May lies in each
    assert found["basis"] is False


def test_report_writes_a_pdf_named_after_contract_and_period(vigie: Vigie) -> None:
    done = vigie("report", "acme", "--month", "2026-05")

    path = vigie.directory / "acme-2026-05.pdf"
    assert "Wrote acme-2026-05.pdf: 2026-05, 99.8655\u202f%, missed.\n" == done.stdout
    assert [path] == list(vigie.directory.iterdir())
    page = PDF(path)[0].get_textpage().get_text_bounded()
    assert "Acme & Sons" in page
    assert "99.8655" in page


def test_report_speaks_the_language_that_is_asked(vigie: Vigie) -> None:
    vigie("report", "acme", "--month", "2026-05", "--language", "fr", "-o", "mai.pdf")

    document = PDF(vigie.directory / "mai.pdf")
    assert "99,8655" in document[0].get_textpage().get_text_bounded()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("sla", "acne", "--month", "2026-05"),
            'contract "acne": there is none of this key (did you mean acme?)',
        ),
        (
            ("sla", "acme", "--month", "2026-5"),
            '--month "2026-5": there is no such month (write YYYY-MM, such as 2026-05)',
        ),
        (
            ("sla", "acme", "--month", "9999-01"),
            "9999-01 has not begun",
        ),
        (
            ("sla", "acme", "--month", "2020-01"),
            (
                "2020-01 lies before contract acme, which begins on 2026-02-23"
                " (write 2026-02 or later)"
            ),
        ),
        (
            ("sla", "acme", "--year", "2020"),
            "2020 lies before contract acme, which begins on 2026-02-23 (write 2026 or later)",
        ),
        (
            ("sla", "acme", "--from", "2020-05-01", "--to", "2020-05-02"),
            (
                "2020-05-01 to 2020-05-02 lies before contract acme, which begins on 2026-02-23"
                " (write 2026-02-23 or later)"
            ),
        ),
        (
            ("report", "acme", "--month", "2026-05", "-o", "none/x.pdf"),
            "none: there is no such directory (make it, or write another -o)",
        ),
        (
            ("report", "acme", "--month", "2026-05", "--language", "tlh"),
            "language 'tlh' is not spoken here (write --language de or en or es or fr or it)",
        ),
    ],
)
def test_mistakes_are_one_line_and_exit_1(
    vigie: Vigie, arguments: tuple[str, ...], expected: str
) -> None:
    done = vigie(*arguments)

    assert (1, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith(f"vigie: {expected}")
    assert 1 == done.stderr.count("\n")


async def test_made_up_data_is_marked_wherever_it_is_reported(measured: str, vigie: Vigie) -> None:
    """Made up until the 3rd, measured since: the month is a demonstration, June is none."""
    connection = await asyncpg.connect(measured)
    third = START + timedelta(days=2)
    await connection.execute(
        "update fact.contract_version set valid = tstzrange($1, null), terms = '{}'", third
    )
    contract = await connection.fetchval("select contract_id from fact.contract")
    world = World(connection=connection, ids={"acme": contract, "api": 1}, services={"api"})
    await world.contract(valid=asyncpg.Range(None, third), terms='{"demonstration": true}')
    await connection.close()
    told = {month: vigie("sla", "acme", "--month", month) for month in ("2026-05", "2026-06")}
    json_said = json.loads(vigie("sla", "acme", "--month", "2026-05", "--json").stdout)
    for month in told:
        assert vigie("report", "acme", "--month", month, "-o", f"{month}.pdf").returncode == 0
    pages = {
        month: [page.get_textpage().get_text_range() for page in PDF(vigie.directory / name)]
        for month, name in ((month, f"{month}.pdf") for month in told)
    }

    assert "made up, for a demonstration" in told["2026-05"].stdout
    assert "made up" not in told["2026-06"].stdout
    assert json_said["demonstration"] is True
    assert all("donnée" in page or "demonstration data" in page for page in pages["2026-05"])
    assert not any("demonstration data" in page for page in pages["2026-06"])


def test_report_is_sealed_where_a_key_is_configured_and_says_so(vigie: Vigie) -> None:
    issue("Acme Reports").pkcs12(vigie.directory / "seal.p12", "geheim")
    (vigie.directory / "pin").write_text("geheim\n", encoding="utf-8")
    vigie.set("VIGIE_SIGN_PKCS12", "seal.p12")
    vigie.set("VIGIE_SIGN_PASSWORD", "${file:pin}")
    sealed = vigie("report", "acme", "--month", "2026-05", "-o", "sealed.pdf")
    content = (vigie.directory / "sealed.pdf").read_bytes()
    shown = " ".join(page.get_textpage().get_text_bounded() for page in PDF(content))
    vigie.set("VIGIE_SIGN_PASSWORD", "falsch")
    refused = vigie("report", "acme", "--month", "2026-05", "-o", "other.pdf")

    assert (0, "") == (sealed.returncode, sealed.stderr)
    assert ["Acme Reports"] == [one.signer for one in asyncio.run(verify_seal(content))]
    assert "This file is sealed with a digital signature" in " ".join(shown.split())
    assert (1, 1) == (refused.returncode, len(refused.stderr.splitlines()))
    assert refused.stderr.startswith("vigie: VIGIE_SIGN_PKCS12: seal.p12: cannot be opened")
    assert not (vigie.directory / "other.pdf").exists()


def test_report_of_all_contracts_is_written_by_its_name(vigie: Vigie) -> None:
    done = vigie("report", "--all", "--month", "2026-05")
    data = vigie("report", "--all", "--month", "2026-05", "-o", "all.json")
    both = vigie("report", "acme", "--all", "--month", "2026-05")
    none = vigie("report", "--month", "2026-05")

    said = "2026-05, 1 contract: 1 missed."
    assert f"Wrote summary-2026-05.pdf: {said}\n" == done.stdout
    assert f"Wrote all.json: {said}\n" == data.stdout
    told = json.loads((vigie.directory / "all.json").read_text())["summary"]
    assert "99.8655" == told["contracts"][0]["percent"]
    assert "--all: is a summary of its own" in both.stderr
    assert "no contract is named (write its key, or --all)" in none.stderr
    assert [1, 1] == [both.returncode, none.returncode]


def test_notice_of_a_window_is_written(vigie: Vigie) -> None:
    span = ("--starts", "2026-05-05T01:00Z", "--duration", "1h", "--reason", "upgrade")
    key = vigie("maintenance", "add", "api", *span).stdout.split()[0]

    done = vigie("maintenance", "notice", key, "--language", "de")
    unknown = vigie("maintenance", "notice", "m-1", "--contract", "acme")

    assert f"Wrote {key}-acme.pdf: {key} for acme, completed; not announced.\n" == done.stdout
    page = PDF(vigie.directory / f"{key}-acme.pdf")[0].get_textpage().get_text_bounded()
    assert "Mitteilung geplanter Wartung" in page
    assert f'there is no maintenance window "m-1" (known: {key})' in unknown.stderr
