"""The periods that a person may write."""

from datetime import date

import pytest

from vigie.errors import UsageError
from vigie.reporting import Asked, asked


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
