"""`dispute` as it is typed: a customer's log is imported, listed, compared and exported."""

import csv
import json
import os
import re
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest
from tests.cli.typed import Typed

HEADER = "service,at,outcome,reason"
CONTRACT = """
key: acme
customer: {key: acme, name: Acme SA, language: fr, recipients: [sla@acme.example]}
plan: lengow-premium
timezone: UTC
from: 2026-03-01
services: {essential: [shop]}
"""


@pytest.fixture
def measured(typed: Typed) -> Typed:
    """A shop of which ten minutes were measured: minutes 4 and 5 failed."""
    (typed.folder / "reports/contracts").mkdir(parents=True)
    (typed.folder / "reports/contracts/acme.yaml").write_text(CONTRACT, encoding="utf-8")
    other = "\n  - key: other\n    name: Other\n    endpoints: [{key: two, http: 'https://other.example/'}]\n"
    with (typed.folder / "probes/shop.yaml").open("a", encoding="utf-8") as catalogue:
        catalogue.write(other)
    assert typed("apply")[0] == 0
    rows = [f"one,main,{at(n)},{'down' if n in (4, 5) else 'up'},,," for n in range(10)]
    path = typed.folder / "ours.csv"
    path.write_text("\n".join(["endpoint,location,at,outcome,duration_ms,status,reason", *rows]))
    assert typed("import", "results", str(path))[0] == 0
    return typed


def at(minute: int) -> str:
    return f"2026-03-02T12:{minute:02}:00Z"


def log(typed: Typed, *lines: str, name: str = "theirs.csv", header: str = HEADER) -> Path:
    path = typed.folder / name
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return path


def seen(down: tuple[int, ...] = (5, 7), reason: str = "timeout") -> list[str]:
    """Return what the customer saw in the ten minutes, minute 9 missing."""
    return [
        f"shop,{at(n)},{'down' if n in down else 'up'},{reason if n in down else ''}"
        for n in range(9)
    ]


def take(typed: Typed, path: Path, *more: str) -> tuple[int, str, str]:
    return typed("dispute", "import", str(path), "--contract", "acme", *more)


def key_in(said: tuple[int, str, str]) -> str:
    found = re.search(r"^d-\d{8}-\d+", said[1], re.MULTILINE)
    assert found, said
    return found[0]


def test_log_is_imported_once_listed_and_compared(measured: Typed) -> None:
    path = log(measured, *seen())
    said = take(measured, path, "--by", "carol", "--note", "ticket 7")
    key = key_in(said)

    assert (
        0,
        (
            f"{key}: 9 results, 0 bad rows.\nOne speaks for 60 s, as its rows mostly follow each"
            f" other.\nSee vigie dispute show {key} --month YYYY-MM.\n"
        ),
        "",
    ) == said
    again = take(measured, path, "--every", "30s")
    assert re.fullmatch(
        rf"{key}: this file was imported by carol .* already; nothing is changed.\n", again[1]
    )
    [one] = json.loads(measured("dispute", "list", "--json")[1])
    names = ("key", "contract", "services", "results", "results_down", "every_s")
    assert (key, "acme", ["shop"], 9, 2, "60") == tuple(one[name] for name in names)
    assert sha256(path.read_bytes()).hexdigest() == one["sha256"]
    assert "note: ticket 7" in measured("dispute", "list")[1]
    status, shown, errors = measured("dispute", "show", key, "--month", "2026-03")
    plain = shown.replace("\u00a0", " ").replace("\u202f", " ")
    # Of nine minutes both agree on all but the fourth and the seventh.
    first = (
        "March 2026: both agree for 7 min 0 s of the 9 min 0 s that both measured (77.7777 %, cut)."
        " For 1 min 0 s the customer saw a failure and we saw none; for 1 min 0 s it was the other"
        " way round. Taken as a whole, their log leaves the availability as it is.\n"
    )
    assert (0, "") == (status, errors)
    assert plain.startswith(first)
    assert "their failures taken: 70.0000 %, missed, 3 min 0 s unplanned" in plain
    assert "we say up, they say down, for 1 min 0 s (line 9): timeout" in plain


def test_json_and_csv_hold_every_span_and_run_no_formula(measured: Typed) -> None:
    key = key_in(take(measured, log(measured, *seen(reason='"=cmd(), wide"'))))
    told = json.loads(measured("dispute", "show", key, "--month", "2026-03", "--json")[1])
    status, _, _ = measured("dispute", "show", key, "--month", "2026-03", "-o", "annex.csv")
    with (measured.folder / "annex.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert 0 == status
    agrees = ["true", "false", "true", "true", "false", "true"]
    assert agrees == [row["agrees"] for row in rows]
    assert ["'=cmd(), wide"] * 2 == [row["reasons"] for row in rows if row["reasons"]]
    assert "77.7777" == told["agreement"][-1]["agree_percent"]
    assert [None, 540] == [told["agreement"][-1][name] for name in ("service", "compared_s")]
    words = ["nothing", "down", "up", "down and up", "everything"]
    assert words == [one["taken"] for one in told["effect"]]
    assert len(rows) == len(told["lines"])


def test_what_turns_text_is_kept_and_shown_in_terminal_and_table(measured: Typed) -> None:
    key = key_in(take(measured, log(measured, *seen(reason="\u202e503\u200f"))))
    shown = measured("dispute", "show", key, "--month", "2026-03")[1]
    told = measured("dispute", "show", key, "--month", "2026-03", "--json")[1]
    measured("dispute", "show", key, "--month", "2026-03", "-o", "annex.csv")
    table = (measured.folder / "annex.csv").read_text(encoding="utf-8")

    assert [2, 2] == [text.count(r"\u202e503\u200f") for text in (shown, table)]
    assert {"\u202e503\u200f"} == {one["reasons"] for one in json.loads(told)["lines"]} - {None}
    assert [] == [sign for sign in "\u202e\u200f" if sign in shown + told + table]


def test_annex_is_a_pdf_in_the_customer_s_language(measured: Typed) -> None:
    key = key_in(take(measured, log(measured, *seen())))
    status, said, _ = measured("dispute", "show", key, "--month", "2026-03", "-o", "annex.pdf")

    assert (0, "Wrote annex.pdf: March 2026:") == (status, said[:28])
    assert (measured.folder / "annex.pdf").read_bytes().startswith(b"%PDF")


def test_bad_rows_are_told_and_stop_nothing_else(measured: Typed) -> None:
    good = f"shop,{at(0)},up,"
    path = log(
        measured,
        good,
        f"shopp,{at(1)},up,",
        f"other,{at(1)},up,",
        "shop,2026-02-28T12:00:00Z,up,",
        "shop,2026-03-02T12:01:00,up,",
        "shop,2199-03-02T12:01:00Z,up,",
        f"shop,{at(1)},UP,",
        f"shop,{at(0)},down,again",
        f"shop,{at(1)}",
        f"shop,{at(1)},down,{'x' * 501}",
        f'shop,{at(1)},down,"open',
    )
    status, said, errors = take(measured, path, "--every", "5m")
    told = errors.replace(f"vigie: {path}:", "").splitlines()

    assert (1, True) == (status, ": 1 result, 10 bad rows.\nOne speaks for 300 s, as --ev" in said)
    assert [
        '3: service: "shopp" is not in the database (write shop)',
        "4: service: other is not covered by contract acme (write one of shop)",
        (
            '5: at: "2026-02-28T12:00:00Z" lies outside contract acme, which covers shop from'
            " 2026-03-01T00:00:00Z (leave the row out)"
        ),
        (
            '6: at: "2026-03-02T12:01:00" has no offset from UTC'
            " (write 2026-03-02T12:01:00+02:00 or 2026-03-02T12:01:00Z)"
        ),
        '7: at: "2199-03-02T12:01:00Z" lies in the future (write when the probe ran)',
        '8: outcome: "UP" is not an outcome (write up or down)',
        "9: at: line 2 has a result of shop then (leave one of them out)",
        f"10: has 2 columns (write 4: {HEADER})",
        "11: reason: has 501 characters (write 500 at most)",
        "12: leaves a quote open (close it)",
    ] == told


def test_a_long_row_is_told_like_any_bad_row(measured: Typed) -> None:
    path = log(measured, *seen(), f"shop,{at(9)},down,{'x' * 200_000}")
    status, said, errors = take(measured, path)

    assert (1, True) == (status, ": 9 results, 1 bad row.\n" in said)
    what = "is longer than 10,000 characters (leave the row out)"
    assert f"vigie: {path}:11: {what}\n" == errors


def test_bad_rows_are_told_also_where_the_interval_is_not_known(measured: Typed) -> None:
    bad = f"shop,{at(2)},perhaps,"
    one = log(measured, f"shop,{at(0)},up,", bad, name="one.csv")
    half = ("12:00:00Z", "12:00:00.5Z", "12:00:01Z")  # every half second
    fast = log(measured, *(f"shop,2026-03-02T{when},up," for when in half), bad, name="fast.csv")
    why = 'outcome: "perhaps" is not an outcome (write up or down)'

    assert (
        1,
        "",
        (
            f"vigie: {one}:3: {why}\nvigie: {one}: its interval cannot be told from one result a"
            " service (say --every 60s)\n"
        ),
    ) == take(measured, one)
    assert (
        1,
        "",
        (
            f"vigie: {fast}:5: {why}\nvigie: {fast}: the interval of its rows: 0.5 s is not between"
            " 1 s and 24 h (say --every 60s)\n"
        ),
    ) == take(measured, fast)
    assert (0, "No customer's log was imported.\n", "") == measured("dispute", "list")


def test_a_pipe_is_imported_under_the_digest_of_what_came_through(measured: Typed) -> None:
    plain = log(measured, *seen())
    pipe = measured.folder / "pipe"
    os.mkfifo(pipe)
    writing = Thread(target=lambda: pipe.write_bytes(plain.read_bytes()))
    writing.start()
    said = take(measured, pipe)
    writing.join()

    assert f"{key_in(said)}: 9 results, 0 bad rows." == said[1].splitlines()[0]
    [one] = json.loads(measured("dispute", "list", "--json")[1])
    assert sha256(plain.read_bytes()).hexdigest() == one["sha256"]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (
            "2026-03-02",
            (
                '"2026-03-02" has no offset from UTC'
                " (write 2026-03-02T00:00:00+02:00 or 2026-03-02T00:00:00Z)"
            ),
        ),
        (
            "2026-03-02T12:00:00+23:59",
            (
                '"2026-03-02T12:00:00+23:59" has an offset that no clock has'
                " (write one between -12:00 and +14:00)"
            ),
        ),
        (
            "2026-03-02T12:00:00-12:01",
            (
                '"2026-03-02T12:00:00-12:01" has an offset that no clock has'
                " (write one between -12:00 and +14:00)"
            ),
        ),
    ],
)
def test_a_time_is_quoted_as_it_was_written(measured: Typed, written: str, why: str) -> None:
    path = log(measured, *seen(), f"shop,{written},up,")

    assert f"vigie: {path}:11: at: {why}\n" == take(measured, path)[2]


@pytest.mark.parametrize("offset", ["+14:00", "-12:00"])
def test_the_furthest_offsets_of_clocks_are_taken(measured: Typed, offset: str) -> None:
    path = log(measured, f"shop,2026-03-02T12:00:00{offset},up,")

    assert 0 == take(measured, path, "--every", "60s")[0]


def test_mistakes_end_in_one_line_and_nothing_is_recorded(measured: Typed) -> None:
    one = log(measured, f"shop,{at(0)},up,", name="one.csv")
    empty = log(measured, name="empty.csv")
    bad = log(measured, f"shop,{at(0)},perhaps,", name="bad.csv")
    other = log(measured, header="service,at", name="other.csv")
    said = [
        take(measured, one),
        take(measured, one, "--every", "2d"),
        take(measured, one, "--every", "often"),
        take(measured, empty),
        take(measured, other),
        take(measured, measured.folder / "none.csv"),
        measured("dispute", "import", str(one), "--contract", "acne"),
        measured("dispute", "show", "d-1", "--month", "2026-03"),
        measured("dispute", "show", "d-1", "--month", "2026-03", "-o", "annex.doc"),
        measured("dispute", "show", "d-1"),
    ]

    assert {1} == {status for status, _, _ in said}
    assert [1] * len(said) == [error.count("\n") for _, _, error in said]
    told = [error.removeprefix("vigie: ").rstrip() for _, _, error in said]
    assert [
        f"{one}: its interval cannot be told from one result a service (say --every 60s)",
        "--every: 48 h is not between 1 s and 24 h (say --every 60s)",
    ] == told[:2]
    assert f"{empty}: has no results (write rows below the header)" == told[3]
    assert '--contract: there is no "acne" (write acme)' == told[6]
    assert 'there is no dispute "d-1" (there is none yet)' == told[7]
    assert "-o: annex.doc is neither PDF nor CSV (write a name in .pdf or .csv)" == told[8]
    assert (1, "0 results, 1 bad row: nothing is recorded.\n") == take(measured, bad)[:2]
    assert (0, "No customer's log was imported.\n", "") == measured("dispute", "list")
