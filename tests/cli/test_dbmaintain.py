"""`db maintain` as it is typed."""

import pytest
from tests.cli.typed import Typed

HEADER = "endpoint,location,at,outcome,duration_ms,status,reason"


@pytest.fixture
def old(typed: Typed) -> Typed:
    """A file of results of two days of 2020, imported; figures hold up to now."""
    path = typed.folder / "old.csv"
    rows = [
        f"one,main,2020-03-{day:02}T12:{minute:02}:00Z,{'down' if minute == 30 else 'up'},,,"
        for day in (2, 3)
        for minute in range(60)
    ]
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    typed("import", "results", str(path))
    return typed


def test_old_days_are_dropped_and_told(old: Typed) -> None:
    """Kept of each day: the failure, its two neighbours, the first and the last result."""
    assert old("db", "maintain", "--dry-run") == (
        0, "The results of 2020-03-02 to 2020-03-03 would be dropped.\n", ""
    )  # fmt: skip
    status, said, _ = old("db", "maintain")

    assert (status, said.splitlines()) == (
        0,
        [
            "2020-03-02: 60 results dropped, 5 of them kept as evidence.",
            "2020-03-03: 60 results dropped, 5 of them kept as evidence.",
            "The figures of these days, and of the day after them, are final now.",
        ],
    )
    assert old("db", "maintain")[:2] == (0, "No results are older than 761 days.\n")
    assert old.query("select sum(results) from fact.endpoint_day") == 2 * 60


def test_dropped_days_take_no_import(old: Typed) -> None:
    old("db", "maintain")
    path = old.folder / "late.csv"
    days = ("2019-01-01", "2020-03-04")  # one that never had results, and the last final one
    rows = [f"one,main,{day}T12:00:00Z,up,,,\n" for day in days]
    path.write_text(f"{HEADER}\n{''.join(rows)}", encoding="utf-8")
    status, said, problem = old("import", "results", str(path))

    assert status == 1
    assert said == "0 new results, 0 known already, 2 bad rows\n"
    assert problem == "".join(
        f"vigie: {path}:{line}: at: {day} is before 2020-03-05, the oldest day that still takes"
        " results (record a correction)\n"
        for line, day in enumerate(days, start=2)
    )


def test_single_day_is_said_as_one(typed: Typed) -> None:
    path = typed.folder / "stray.csv"
    path.write_text(f"{HEADER}\none,main,2019-01-01T12:00:00Z,up,,,\n", encoding="utf-8")
    typed("import", "results", str(path))

    assert typed("db", "maintain", "--dry-run") == (
        0, "The results of 2019-01-01 would be dropped.\n", ""
    )  # fmt: skip


def test_too_few_and_too_many_days_are_refused(typed: Typed) -> None:
    assert typed("db", "maintain", "--keep-days", "36500", "--dry-run")[0] == 0
    assert typed("db", "maintain", "--keep-days", "36501") == (
        1, "", "vigie: --keep-days: 36501 is too many (write at most 36500)\n"
    )  # fmt: skip
    assert typed("db", "maintain", "--keep-days", "1") == (
        1, "", "vigie: --keep-days: 1 is too few (write at least 7)\n"
    )  # fmt: skip
