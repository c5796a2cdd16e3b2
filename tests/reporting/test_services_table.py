"""The table of services: its seconds have their unit in the head of the column, and room."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.reporting import samples
from tests.reporting.layout import texts
from tests.reporting.test_html import page, text
from tests.reporting.test_pdf import NOW, NOWHERE

from vigie.reporting import Figures, make_pdf

UNKNOWN = Decimal("1895303.777")


def long(name: str) -> Figures:
    """Return figures of which milliseconds of three weeks are unknown."""
    busy = samples.busy()
    first, *others = busy.services
    seconds = replace(first.seconds, unknown=UNKNOWN, unmeasured=UNKNOWN)
    return replace(busy, services=(replace(first, name=name, seconds=seconds), *others))


@pytest.mark.parametrize("name", ["Public API", "Gateway of all our regions, countries and towns"])
@pytest.mark.parametrize("language", ["en", "it"])
def test_no_number_leaves_its_unit_on_another_line(name: str, language: str) -> None:
    printed = "1,895,303.777" if language == "en" else "1.895.303,777"
    drawn = make_pdf(long(name), directory=NOWHERE, now=NOW, language=language)

    lines = [line for one in texts(drawn) for line in one.splitlines()]

    assert [f"420 {'1,200' if language == 'en' else '1.200'} {printed}"] == [
        line[line.index("420 ") :].split(" 99")[0] for line in lines if f" {printed} 99" in line
    ]


def test_the_head_of_a_column_has_the_unit() -> None:
    told = text(page(samples.busy()))

    assert "Service Unplanned, s Planned, s Unknown, s Available, % Low, % High, %" in told
    assert "Solution 540 1,200 0 99.9798" in told
