"""`import` as it is typed."""

from pathlib import Path

import pytest
from tests.cli.typed import Typed

RESULTS = "endpoint,location,at,outcome,duration_ms,status,reason"
WINDOWS = "services,kind,starts,ends,announced,reason"


def write(typed: Typed, *lines: str) -> Path:
    path = typed.folder / "history.csv"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def test_results_are_imported_once_and_rolled_up(typed: Typed) -> None:
    rows = [f"one,main,2026-03-02T12:{minute:02}:00Z,up,10,200," for minute in range(60)]
    path = write(typed, RESULTS, *rows)

    assert typed("import", "results", str(path)) == (
        0, "60 new results, 0 known already, 0 bad rows\n", ""
    )  # fmt: skip
    assert typed("import", "results", str(path)) == (
        0, "0 new results, 60 known already, 0 bad rows\n", ""
    )  # fmt: skip
    assert typed.query("select sum(results) from fact.endpoint_day") == 60


def test_roll_up_may_be_left_out(typed: Typed) -> None:
    path = write(typed, RESULTS, "one,main,2026-03-02T12:00:00Z,up,10,200,")
    typed("import", "results", str(path), "--no-roll-up")

    assert typed.query("select count(*) from fact.endpoint_day") == 0
    assert typed.query("select count(*) from fact.dirty_day") == 1


def test_bad_row_is_reported_with_its_line_and_the_status_is_1(typed: Typed) -> None:
    good = "one,main,2026-03-02T12:00:00Z,up,10,200,"
    path = write(typed, RESULTS, good, "onne,main,2026-03-02T12:01:00Z,up,10,200,")

    assert typed("import", "results", str(path)) == (
        1,
        "1 new result, 0 known already, 1 bad row\n",
        f'vigie: {path}:3: endpoint: "onne" is not in the database (write one)\n',
    )


def test_many_bad_rows_are_counted(typed: Typed) -> None:
    rows = [f"endpoint-{number},main,2026-03-02T12:00:00Z,up,,," for number in range(60)]
    status, _, problems = typed("import", "results", str(write(typed, RESULTS, *rows)))

    assert status == 1
    assert len(problems.splitlines()) == 51
    assert problems.endswith("vigie: and 10 more bad rows\n")


@pytest.mark.parametrize("what", ["results", "maintenance"])
def test_file_that_is_missing_is_one_line(typed: Typed, what: str) -> None:
    status, _, problems = typed("import", what, "nowhere.csv")

    assert (status, problems) == (
        1,
        "vigie: nowhere.csv: No such file or directory (name a readable CSV file)\n",
    )


def test_maintenance_is_imported_with_its_importer(typed: Typed) -> None:
    path = write(
        typed, WINDOWS, "shop,planned,2026-05-12T03:00:00Z,2026-05-12T04:00:00Z,,new database"
    )

    note = "Note: m-20260512-1: it was not announced: it excuses nothing.\n"

    assert typed("import", "maintenance", str(path), "--by", "ana") == (
        0, f"{note}1 new window, 0 known already, 0 bad rows\n", ""
    )  # fmt: skip
    assert typed("import", "maintenance", str(path)) == (
        0, "0 new windows, 1 known already, 0 bad rows\n", ""
    )  # fmt: skip
    assert typed.query("select recorded_by from fact.maintenance") == "ana"


def test_windows_that_excuse_nothing_are_noted_and_counted(typed: Typed) -> None:
    spans = [f"2026-05-12T03:{minute:02}:00Z,2026-05-12T04:00:00Z" for minute in range(52)]
    late = [f"shop,planned,{span},2026-05-12T03:55:00Z,x" for span in spans]
    status, said, problems = typed("import", "maintenance", str(write(typed, WINDOWS, *late)))
    lines = said.splitlines()

    assert (status, problems) == (0, "")
    assert lines[0] == ("Note: m-20260512-1: it was announced after its start: it excuses nothing.")
    assert lines[50:] == [
        "Note: and 2 more (vigie maintenance list).",
        "52 new windows, 0 known already, 0 bad rows",
    ]


def test_reason_that_nobody_sees_is_refused(typed: Typed) -> None:
    row = "shop,planned,2026-05-12T03:00:00Z,2026-05-12T04:00:00Z,,\u200b"
    path = write(typed, WINDOWS, row)

    assert typed("import", "maintenance", str(path)) == (
        1,
        "0 new windows, 0 known already, 1 bad row\n",
        f"vigie: {path}:2: reason: is empty (write why, in a few words)\n",
    )


def test_control_characters_of_a_row_are_refused_and_shown_harmless(typed: Typed) -> None:
    row = "shop,planned,2026-05-12T03:00:00Z,2026-05-12T04:00:00Z,,new\x1b[31mdisk"
    status, _, problems = typed("import", "maintenance", str(write(typed, WINDOWS, row)))

    assert status == 1
    assert problems.endswith(
        ':2: reason: "new\\x1b[31mdisk" has control characters (write one line of text)\n'
    )
