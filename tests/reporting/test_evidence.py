"""The files inside a report, and the SQL that its appendix prints."""

import csv
import html
import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import jsonschema
import pytest
from tests.reporting import evidencesamples, samples
from tests.reporting.test_figures import a_month
from tests.sql.world import World

from vigie import __version__, paths
from vigie.reporting import (
    Asked,
    Attached,
    Figures,
    attached,
    figures,
    from_bytes,
    report_file,
    schema,
    to_bytes,
    to_json,
)
from vigie.reporting.drawing.html import to_html
from vigie.reporting.evidence.reportfile import made_of

NOW = datetime(2026, 6, 3, 6, tzinfo=UTC)


def files_of(found: Figures) -> dict[str, Attached]:
    made = made_of(found, language="en", now=NOW)
    return {file.name: file for file in attached(found, made, sources={"vigie": "1"})}


def rows_of(file: Attached) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.content.decode(), newline="")))


async def of_may(world: World, connection: asyncpg.Connection) -> Figures:
    await a_month(world)
    asked = Asked("month", date(2026, 5, 1))
    return await figures(connection, contract="acme", asked=asked, now=NOW, evidence=True)


@pytest.mark.parametrize("case", samples.CASES)
def test_figures_come_back_equal_from_the_file_and_fit_its_schema(case: str) -> None:
    found = samples.CASES[case]()
    made = made_of(found, language="fr", now=NOW)

    content = to_bytes(report_file(found, made))
    report = from_bytes(content)

    assert (found, made) == (report["figures"], report["report"])
    assert content == to_bytes(report)
    assert to_json(found).items() <= json.loads(content).items()
    assert ("fr", "Europe/Paris", __version__) == (made.language, made.timezone, made.program)
    jsonschema.Draft202012Validator(schema()).validate(json.loads(content))


def test_the_committed_schema_is_that_of_the_records() -> None:
    path = paths.REPORTS / "report.schema.json"

    # Renew it with: python -m vigie.cli.schemas
    assert schema() == json.loads(path.read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"contract": "acme"}, schema())


def test_the_lists_are_plain_csv() -> None:
    files = files_of(samples.busy())

    [first, *_] = rows_of(files["outages.csv"])
    [window, _] = rows_of(files["maintenance.csv"])
    days = rows_of(files["days.csv"])

    told = {name: first[name] for name in ("no", "services", "starts", "elapsed_s", "crisis")}
    expected = ("1", "orders", "2026-05-03T07:14:00Z", "120", "false")
    assert expected == tuple(told.values())
    assert ("m-1", "", "true") == (window["key"], window["why"], window["valid"])
    assert ("2026-05-03", "120") == (days[2]["day"], days[2]["seconds_unplanned"])


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@sum", "\tx", "\rx"])
def test_no_cell_is_computed_by_a_spreadsheet(name: str) -> None:
    busy = samples.busy()
    hostile = replace(
        busy, maintenance=tuple(replace(one, reason=name) for one in busy.maintenance)
    )

    [window, _] = rows_of(files_of(hostile)["maintenance.csv"])

    assert f"'{name}" == window["reason"]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("\n=1+1", "'\n'=1+1"),
        (" =1+1", "' =1+1"),
        ("\u200b\u00a0+1", "\\u200b\u00a0+1"),
        ("\uff1d1+1", "'\uff1d1+1"),  # a wide =
        ("move;=cmd|'/C calc'!A0", "move;'=cmd|'/C calc'!A0"),
        ('move; "=1+1"', 'move;\' "=1+1"'),
        ("move\t@sum", "move\t'@sum"),
        ("move\r\n-1", "move\r\n'-1"),
        ("move; then =1, a-b", "move; then =1, a-b"),
    ],
)
def test_no_part_of_a_cell_is_computed_by_a_spreadsheet_of_another_land(
    name: str, cell: str
) -> None:
    """Where the decimal sign is a comma, semicolons part the cells."""
    busy = samples.busy()
    hostile = replace(
        busy, maintenance=tuple(replace(one, reason=name) for one in busy.maintenance)
    )

    [window, _] = rows_of(files_of(hostile)["maintenance.csv"])

    assert cell == window["reason"]


def test_report_json_comes_with_its_schema() -> None:
    files = files_of(samples.busy())
    held = files["report.schema.json"]

    assert ("Supplement", "JSON Schema of report.json") == (held.relation, held.says)
    assert held.content == (paths.REPORTS / "report.schema.json").read_bytes()
    found = jsonschema.Draft202012Validator(json.loads(held.content))
    found.validate(json.loads(files["report.json"].content))
    listed = json.loads(files["manifest.json"].content)["files"]
    assert len(held.content) == listed["report.schema.json"]["bytes"]


def test_the_manifest_lists_the_digest_of_each_file() -> None:
    files = files_of(samples.busy())
    told = json.loads(files.pop("manifest.json").content)

    assert {"vigie": "1"} == told["made_with"]
    assert told["files"] == {
        name: {"sha256": sha256(file.content).hexdigest(), "bytes": len(file.content)}
        for name, file in files.items()
    }


async def test_the_digest_of_the_raw_results_is_that_of_sql(
    world: World, connection: asyncpg.Connection
) -> None:
    found = await of_may(world, connection)

    row = await connection.fetchrow(
        "select results, sha256 from sla.results_digest('acme', '[2026-05-01,2026-06-01)')"
    )
    text = files_of(found)["results.sha256"].content

    assert found.evidence is not None
    assert row is not None
    # Two endpoints, every ten minutes.
    assert 2 * 31 * 144 == row["results"]
    assert row["sha256"] == found.evidence.sha256 == sha256(text).hexdigest()
    # 31 days of 86400 s, two endpoints; twenty minutes were planned.
    [whole, *_] = found.evidence.parts
    assert (Decimal(2 * 31 * 86400), Decimal(600)) == (whole.due_s, whole.down_s)


STATEMENT = re.compile(r'<div class="formula sql"[^>]*>(.*?)</div>', re.DOTALL)
PLACE = re.compile(r'<span class="soft">= (\w+), ([\w.]+)</span>')


async def test_the_printed_sql_gives_the_printed_figures(
    world: World, connection: asyncpg.Connection
) -> None:
    found = await of_may(world, connection)
    page = to_html(found, folders=(paths.REPORTS,), now=NOW, language="en")
    sources = page[page.index('<section class="method sources">') :]

    statements = [html.unescape(text) for text in STATEMENT.findall(sources)]
    answers = [await connection.fetch(text) for text in statements]

    headline, longest, services, outages, windows, days, curve, *more, results = answers
    marks, spells, budgets, latencies = more
    row = dict(headline[0]) | {f"longest {key}": value for key, value in longest[0].items()}
    for column, place in PLACE.findall(sources):
        name = f"longest {column}" if place.startswith("figures.longest") else column
        assert _at(found, place) == row[name], place
    assert [one.percent for one in found.services] == [one["percent"] for one in services]
    assert [one.starts for one in found.outages] == [one["started"] for one in outages]
    assert [one.key for one in found.maintenance] == [one["key"] for one in windows]
    assert [(one.day, one.seconds.unplanned, one.seconds.up) for one in found.days] == [
        (one["day"], one["unplanned_s"], one["up_s"]) for one in days
    ]
    assert found.steps[-1].after_s == curve[-1]["budget_used_s"]
    shown = found.contents
    assert [(one.month, one.mark) for one in shown.kept] == [(a["month"], a["mark"]) for a in marks]
    assert {(one.starts, one.ends) for one in shown.spells} == {
        (one["span"].lower, one["span"].upper) for one in spells
    }
    assert [one.used_s for one in shown.outlooks] == [one["used_s"] for one in budgets]
    assert [one.p99_ms for one in shown.latencies] == [one["p99_ms"] for one in latencies]
    assert found.evidence is not None
    assert found.evidence.sha256 == results[0]["sha256"]
    assert found.evidence.sha256[:32] in sources


def _at(found: Figures, place: str) -> Any:
    value: Any = found
    for name in place.split(".")[1:]:
        value = getattr(value, name)
    return value


def test_evidence_of_old_days_is_said(tmp_path: Path) -> None:
    day = samples.PERIOD.starts.date() + timedelta(days=1)
    old = [evidencesamples.results_day("api", day, covers="evidence")]
    busy = replace(samples.busy(), evidence=evidencesamples.evidence(old))

    page = to_html(busy, folders=(paths.REPORTS, tmp_path), now=NOW, language="en")

    assert "Of 1 endpoint day only the evidence is kept" in page
