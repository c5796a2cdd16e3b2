"""What the pages say of budgets and where they lead."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.reporting import furthersamples, samples
from tests.reporting.test_html import page, text

from vigie.reporting import Figures
from vigie.reporting.figures.contents import Outlook


def judged_by(basis: str, outlooks: tuple[Outlook, ...] = furthersamples.outlooks()) -> Figures:
    busy = samples.busy()
    return replace(
        busy,
        contract=replace(busy.contract, basis=basis),
        contents=replace(busy.contents, outlooks=outlooks),
    )


@pytest.mark.parametrize(
    ("basis", "sentence"),
    [
        ("month", "The budget of May 2026 is overdrawn by 4.56 s; no clean time makes up for it."),
        ("quarter", "At this pace the budget of Q2 2026 is used up on 30 Jun 2026; 7 min 12.24 s"),
        ("year", "At this pace the budget of 2026 holds; 1 h 8 min 6.96 s are left."),
    ],
)
def test_the_sentence_is_about_the_row_with_the_star(basis: str, sentence: str) -> None:
    shown = text(page(judged_by(basis)))

    assert sentence in shown
    assert 1 == shown.count("* This one carries the contractual verdict.")


def test_a_row_of_which_nothing_was_measured_holds_no_promise() -> None:
    row = furthersamples.outlook(
        "month",
        *furthersamples.MONTH,
        percent=None,
        budget_s=Decimal(0),
        used_s=Decimal(0),
        over_s=Decimal(0),
    )

    html = page(judged_by("month", (row,)))

    shown = text(html)
    assert "Nothing was measured in May 2026, so nothing is known of its budget. *" in shown
    # Six columns: allowed, used, share, left, at this pace, if the rest is clean.
    assert "May 2026 * nothing measured " + 6 * "\u2013 " in shown
    assert ">nothing measured</text>" in html  # in place of its bar


@pytest.mark.parametrize(
    ("language", "over", "ended"),
    [
        ("en", "4.56\u00a0s\u00a0over", "ended"),
        ("de", "4,56\u00a0s\u00a0zu\u00a0viel", "abgelaufen"),
    ],
)
def test_a_period_that_ended_and_a_budget_that_is_overdrawn_have_words_of_their_own(
    language: str, over: str, ended: str
) -> None:
    html = page(judged_by("month"), language)

    assert f'<td class="figure"><span class="missed">■ {over}</span></td>' in html
    assert f'<td class="figure">{ended}</td>' in html


def test_time_that_was_not_measured_is_said_to_be_taken_out() -> None:
    month, quarter, year = furthersamples.outlooks()
    left_out = replace(year, unmeasured_s=Decimal(5400))

    shown = text(page(judged_by("year", (month, quarter, left_out))))

    assert "Not measured in 2026: 1 h 30 min 0 s. Such time is taken out of each row" in shown
    assert "Not measured in" not in text(page(judged_by("year")))


def test_the_pace_is_said_to_be_the_same_for_all_rows() -> None:
    assert "The pace is the same in all rows" in text(page(samples.busy()))
