"""The first page: what stands on it when there is little room, and what a manager must see."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.reporting import facesamples, samples
from tests.reporting.odd import BRAND, MARK
from tests.reporting.revised import PAST, REVISED
from tests.reporting.test_html import page, text
from tests.reporting.test_pdf import NOW, NOWHERE, pages

from vigie.reporting import Figures, make_pdf
from vigie.reporting.figures.revisions import Change

pytestmark = pytest.mark.usefixtures("no_warnings")


def test_a_name_of_two_lines_beside_a_logo_leaves_the_calendar_on_the_first_page(
    tmp_path: Path,
) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/brand.yaml").write_text(BRAND, encoding="utf-8")
    (tmp_path / "reports/logo.svg").write_text(MARK, encoding="utf-8")
    busy = samples.busy()
    name = "Werkzeugmaschinen- und Anlagenbau Mittelstand GmbH & Co. KGaA"
    services = tuple(
        replace(one, name=f"{one.name} of all our regions and countries") for one in busy.services
    )
    contract = replace(busy.contract, customer=name)
    long = replace(busy, contract=contract, services=services)

    first = pages(make_pdf(long, directory=tmp_path, now=NOW, language="es"))[0]

    assert "Día a día" in first


NAME = "Πύλη πληρωμών και τιμολόγησης για τους διεθνείς μας πελάτες"  # noqa: RUF001 # Greek


def named(count: int) -> Figures:
    """Return figures of so many essential services, each with a name of 61 to 62 characters."""
    busy = samples.busy()
    services = tuple(
        replace(busy.services[0], scope=f"s{number}", name=f"{number} {NAME}", essential=True)
        for number in range(count)
    )
    kept = tuple(
        replace(one, scope="s0") if one.scope != "solution" else one for one in busy.contents.kept
    )
    return replace(busy, services=services, contents=replace(busy.contents, kept=kept))


def test_the_scope_and_the_promises_tell_names_whole() -> None:
    told = text(page(named(3)))

    assert f"essential service is down (0 {NAME}, 1 {NAME}, 2 {NAME}) Period" in told
    assert f"0 {NAME} " in told.split("Every promise")[1].split("Services, worst first")[0]


def test_a_scope_of_many_services_says_how_many_it_does_not_name() -> None:
    four, forty = text(page(named(4))), text(page(named(40)))

    more = "marked E in the table of services) Period"
    assert f", 2 {NAME} and 1 more, {more}" in four
    assert f", 2 {NAME} and 37 more, {more}" in forty  # 40 - 3


def test_a_long_scope_leaves_the_calendar_on_the_first_page() -> None:
    first = pages(make_pdf(named(40), directory=NOWHERE, now=NOW, language="es"))[0]

    assert "Día a día" in first


def test_what_follows_a_calendar_on_the_second_page_stands_below_it() -> None:
    names = ("percent", "low", "high", "coverage", "target", "used_s", "seconds.planned")
    changes = tuple(
        Change(figure=f"availability.{name}", before="99.9798", after="99.9831") for name in names
    )
    busy, full = samples.busy(), replace(REVISED, number=2, changes=changes, past=(PAST,))
    services = tuple(replace(one, name=f"{one.name} of all our regions") for one in busy.services)
    contract = replace(busy.contract, customer="Werkzeugmaschinen " * 6)
    long = replace(busy, contract=contract, services=services)
    found = pages(make_pdf(long, directory=NOWHERE, now=NOW, language="en", revision=full))

    assert "Day by day" not in found[0]
    assert "Day by day" in found[1]
    assert "Every promise, month by month" in found[1]


def test_a_period_that_goes_on_says_first_that_its_target_is_lost() -> None:
    running = samples.running()
    over = replace(running.availability, left_s=Decimal(0), over_s=Decimal("4.56"))

    html = page(replace(running, availability=over))

    assert '<section class="verdict missed">' in html
    assert '<div class="mark">■ Over budget</div>' in html
    assert "overdrawn by 4.56 s: the target can no longer be met." in text(html)
    assert "this is no verdict yet" in text(html)


def test_a_period_that_goes_on_within_its_budget_is_so_far() -> None:
    html = page(samples.running())

    assert '<section class="verdict running">' in html
    assert "can no longer be met" not in html


def test_a_quarter_and_a_revision_leave_the_calendar_on_the_first_page() -> None:
    short = replace(REVISED, number=2, reason="A certificate had expired.", past=(PAST,))
    drawn = (
        make_pdf(facesamples.quarter(), directory=NOWHERE, now=NOW, language="en"),
        make_pdf(samples.busy(), directory=NOWHERE, now=NOW, language="en", revision=short),
    )

    assert [True, True] == ["Day by day" in pages(one)[0] for one in drawn]


def test_a_year_has_its_promises_on_the_first_page_and_its_calendar_on_a_later_one() -> None:
    year = pages(make_pdf(facesamples.year(5), directory=NOWHERE, now=NOW, language="en"))

    assert "Every promise, month by month" in year[0]
    assert "Day by day" not in year[0]
