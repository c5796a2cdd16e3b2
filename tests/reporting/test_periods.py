"""The periods that a person may write."""

from datetime import UTC, date, datetime

import pytest

from vigie.errors import UsageError
from vigie.reporting import Asked, Days, Span, asked, asked_of_any_kind

EITHER = "write two days, such as 2026-05-31, or two instants, such as 2026-05-31T00:00:00+02:00"


@pytest.mark.parametrize(
    ("written", "expected", "name"),
    [
        ({"month": "2026-05"}, Asked("month", date(2026, 5, 1)), "2026-05"),
        ({"quarter": "2026-Q1"}, Asked("quarter", date(2026, 1, 1)), "2026-Q1"),
        ({"quarter": "2026-Q4"}, Asked("quarter", date(2026, 10, 1)), "2026-Q4"),
        ({"year": "2026"}, Asked("year", date(2026, 1, 1)), "2026"),
    ],
)
def test_periods_are_read_by_kind(written: dict[str, str], expected: Asked, name: str) -> None:
    assert expected == asked(**written)
    assert name == expected.name


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            {"month": "2026-13"},
            '--month "2026-13": there is no such month (write YYYY-MM, such as 2026-05)',
        ),
        (
            {"month": "May"},
            '--month "May": there is no such month (write YYYY-MM, such as 2026-05)',
        ),
        (
            {"month": "0000-01"},
            '--month "0000-01": there is no such month (write YYYY-MM, such as 2026-05)',
        ),
        (
            {"quarter": "2026-Q5"},
            '--quarter "2026-Q5": there is no such quarter (write YYYY-Qn, such as 2026-Q2)',
        ),
        (
            {"year": "26"},
            '--year "26": there is no such year (write YYYY, such as 2026)',
        ),
        ({}, "write one period: --month YYYY-MM, --quarter YYYY-Qn or --year YYYY"),
        (
            {"month": "2026-05", "year": "2026"},
            "write one period: --month YYYY-MM, --quarter YYYY-Qn or --year YYYY",
        ),
    ],
)
def test_impossible_periods_are_refused_in_one_line(written: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        asked(**written)

    assert message == str(caught.value)


@pytest.mark.parametrize(
    ("written", "expected", "name"),
    [
        ({"month": "2026-05"}, Asked("month", date(2026, 5, 1)), "2026-05"),
        (
            {"year_to_date": "2026-05-31"},
            Asked("year_to_date", date(2026, 5, 31)),
            "year to 2026-05-31",
        ),
        (
            {"rolling": "2026-05"},
            Asked("rolling_12_months", date(2026, 5, 1)),
            "12 months to 2026-05",
        ),
        (
            {"begin": "2026-05-04", "end": "2026-05-10"},
            Days(date(2026, 5, 4), date(2026, 5, 10)),
            "2026-05-04 to 2026-05-10",
        ),
        (
            {"begin": "2026-05-04T02:00:00+02:00", "end": "2026-05-04T01:00:00Z"},
            Span(datetime(2026, 5, 4, 0, tzinfo=UTC), datetime(2026, 5, 4, 1, tzinfo=UTC)),
            "2026-05-04T00:00:00Z/2026-05-04T01:00:00Z",
        ),
    ],
)
def test_other_periods_are_read_too(
    written: dict[str, str], expected: Asked | Days | Span, name: str
) -> None:
    assert expected == asked_of_any_kind(**written)
    assert name == expected.name


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"begin": "2026-05-04"}, "--from and --to belong together (write both)"),
        (
            {"begin": "2026-05-04", "end": "2026-05-10", "month": "2026-05"},
            "write one period only: --month, --year-to-date, or --from and --to, …",
        ),
        (
            {"begin": "2026-05-04", "end": "2026-05-03"},
            "--to 2026-05-03: lies before --from 2026-05-04 (write a later day)",
        ),
        (
            {"begin": "2026-05-04T00:00:00Z", "end": "2026-05-04"},
            f"--from 2026-05-04T00:00:00Z: is an instant, and --to a day ({EITHER})",
        ),
        (
            {"begin": "2026-05-04", "end": "2026-05-04T00:00:00+02:00"},
            f"--to 2026-05-04T00:00:00+02:00: is an instant, and --from a day ({EITHER})",
        ),
        (
            {"begin": "2026-05-04", "end": "soon"},
            f'--to "soon": is no day and no instant ({EITHER})',
        ),
        (
            {"begin": "2026-13-01", "end": "2026-05-04"},
            '--from "2026-13-01": is not a day (write 2026-05-31)',
        ),
        (
            {"begin": "2026-05-04T00:00:00Z", "end": "2026-05-04T00:00:00Z"},
            (
                "--to 2026-05-04T00:00:00Z: is not after --from 2026-05-04T00:00:00Z"
                " (write a later instant)"
            ),
        ),
        (
            {"begin": "2026-05-04T00:00:00", "end": "2026-05-04T01:00:00"},
            (
                '--from: "2026-05-04T00:00:00" has no offset from UTC'
                " (write 2026-05-04T00:00:00+02:00 or 2026-05-04T00:00:00Z)"
            ),
        ),
        (
            {"year_to_date": "9999-12-31"},
            '--year-to-date "9999-12-31": is not a day (write 2026-05-31)',
        ),
        (
            {"rolling": "2026-13"},
            '--rolling "2026-13": there is no such month (write YYYY-MM, such as 2026-05)',
        ),
        ({}, "write one period: --month YYYY-MM, --quarter YYYY-Qn or --year YYYY"),
    ],
)
def test_other_impossible_periods_are_refused_too(written: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        asked_of_any_kind(**written)

    assert message == str(caught.value)
