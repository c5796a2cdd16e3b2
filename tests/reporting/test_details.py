"""Details that a reader stumbles over."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from tests.reporting import evidencesamples, samples
from tests.reporting.odd import BRAND, MARK
from tests.reporting.test_html import NOW, page, text

from vigie.reporting.drawing.html import to_html
from vigie.reporting.evidence.branding import brand_of
from vigie.reporting.figures.brandrecords import SHIPPED
from vigie.templating import roots


def test_a_window_that_was_applied_stands_among_the_exclusions() -> None:
    shown = text(page(samples.busy()))
    section = shown[shown.index("Exclusions, applied and refused") :]

    assert "● valid Database upgrade" in section
    assert "■ refused announced 0 whole working days ahead, 2 asked" in section


def test_a_window_outside_the_agreed_hours_is_listed_and_took_nothing_out() -> None:
    busy = samples.busy()
    none = replace(busy.availability.seconds, planned=Decimal(0))
    by_hours = replace(
        busy,
        contract=replace(busy.contract, hours="office"),
        availability=replace(busy.availability, seconds=none),
        maintenance=tuple(replace(one, excused_s=Decimal(0)) for one in busy.maintenance),
    )

    shown = text(page(by_hours))

    assert "also outside the agreed service hours, where nothing counts." in shown
    assert "● valid Database upgrade" not in shown
    assert "where nothing counts" not in text(page(busy))


def test_coverage_that_is_not_whole_says_of_what_it_is_the_share() -> None:
    part = replace(samples.busy().availability, coverage="99.85")

    shown = text(page(replace(samples.busy(), availability=part)))

    assert "99.85 % over the endpoints of the essential services; 0 s of the scope" in shown
    assert "services; 0 s of the scope" not in text(page(samples.busy()))


def test_coverage_of_one_service_is_over_its_own_endpoints() -> None:
    part = replace(samples.service("api", "Public API"), coverage="99.85")

    shown = text(page(replace(samples.busy(), availability=part)))

    assert "99.85 % over the endpoints of the service; 0 s of the scope unknown" in shown
    assert "measured, up or down, over the endpoints of the service: each by itself" in shown
    assert "endpoints of the essential services" not in shown


def test_without_a_target_no_budget_is_used_and_no_month_said_to_be_missing() -> None:
    busy = samples.busy()
    free = replace(busy.availability, target=None, budget_s=None, left_s=None, over_s=None)
    free = replace(free, used_share=None, verdict="not_applicable", confidence=None)
    contents = replace(busy.contents, kept=(), outlooks=())

    shown = text(page(replace(busy, availability=free, contents=contents)))

    assert "Unplanned downtime 9 min 0 s" in shown
    assert "Error budget used \N{EN DASH} no budget without a target" in shown
    assert "No target was agreed, so months are neither marked nor compared." in shown
    assert "no month before" not in shown


def test_the_first_month_of_a_contract_has_none_before_it() -> None:
    contents = replace(samples.busy().contents, kept=())

    shown = text(page(replace(samples.busy(), contents=contents)))

    assert "There is no month before to compare with." in shown


def test_the_digest_of_the_results_can_be_copied_whole() -> None:
    evidence = evidencesamples.evidence([])

    shown = text(page(replace(samples.busy(), evidence=evidence)))

    assert f"SHA-256 {evidence.sha256}" in shown


def test_an_empty_section_has_one_rule_below_its_heading(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/brand.yaml").write_text(BRAND, encoding="utf-8")
    (tmp_path / "reports/logo.svg").write_text(MARK, encoding="utf-8")

    html = to_html(
        samples.empty(),
        folders=roots(tmp_path),
        now=NOW,
        language="en",
        brand=brand_of(tmp_path) or SHIPPED,
    )

    assert "h2 + .empty { border-top: 0;" in html
    assert "h2 + .empty" not in page(samples.empty())
