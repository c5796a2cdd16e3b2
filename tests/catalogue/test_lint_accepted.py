"""Promises that do not fit each other, words with two readings, and what a contract accepts."""

import pytest
from tests.catalogue.linting import ACME, FILES, GOLD, OFFICE, Good, found

from vigie.catalogue import lint


def test_budget_is_what_the_longest_period_allows(good: Good) -> None:
    """Lengow: 0.0002 of 366 days are 6324.48 s, and of 745 hours 536.4 s."""
    said = found(good, (ACME, "plan: gold", "plan: lengow-premium"))

    assert (
        "interruption.max: one interruption of 2h is allowed, and the whole budget of a year is at"
        " most 105m 24.48s; default: both promises are judged, each on its own"
        " (write which one wins into the contract's text, or a shorter max)"
    ) in [line.split(": ", 1)[1] for line in said]
    assert (
        "crisis.longer_than: an outage of 10m is no crisis yet, and the whole budget of a month is"
        " at most 8m 56.4s; default: the target of the month is missed before a crisis begins"
        " (write a shorter longer_than)"
    ) in [line.split(": ", 1)[1] for line in said]


@pytest.mark.parametrize(
    ("limit", "told"),
    [("2682s", 0), ("2683s", 1)],  # 0.001 of 745 h are 2682 s
)
def test_limit_within_the_budget_is_no_finding(good: Good, limit: str, told: int) -> None:
    wanted = f"interruption: {{max: {limit}, calendar: always, join_within: 0s}}\ncrisis: {{"

    said = found(good, (GOLD, "crisis: {", wanted))
    assert told == len([line for line in said if "interruption.max: one" in line])


def test_acceptance_is_told_with_its_reason_and_leaves_nothing_open(good: Good) -> None:
    catalogue = good(FILES)
    (finding,) = lint(catalogue.contracts, catalogue)

    assert (
        "reports/plans/gold.yaml:4:24: maintenance.notice: whether 3 working days are whole days"
        " or as many times 24 hours is not said; default: whole working days strictly between the"
        " days of announcement and start; accepted: agreed by mail"
    ) == str(finding)


READINGS = [
    (
        ACME,
        "accepted: {AMB-7: agreed by mail}",
        "accepted: {}",
        (
            "maintenance.notice: whether 3 working days are whole days or as many times 24 hours is"
            " not said; default: whole working days strictly between the days of announcement and"
            " start (write the way of counting into the contract's text, or accept AMB-7)"
        ),
    ),
    (
        OFFICE,
        ', sat: ["22:00-06:00"]',
        "",
        (
            'maintenance.notice: whether a Saturday is a "working day" (Werktag, jour ouvrable) is'
            " not said; default: it is none, as office has no hours on it"
            " (write a calendar with hours on Saturday, or accept AMB-4)"
        ),
    ),
    (
        OFFICE,
        "holidays: null",
        "holidays: {country: DE}",
        (
            "office.holidays: whether the holidays of a region of DE count is not said;"
            " default: those of the whole country only"
            " (write holidays: {country: DE, subdivision: …}, or accept AMB-11)"
        ),
    ),
    (OFFICE, "holidays: null", "holidays: {country: DE, subdivision: BY}", None),
    (OFFICE, "holidays: null", "holidays: {country: JP}", None),
    (
        GOLD,
        "crisis: {",
        "support: {points: {point: 15m}}\ncrisis: {",
        (
            "support.points: whether a point is used up by every 15m begun or by every 15m full is"
            " not said; default: by every one begun"
            " (write terms: {support: {points: {rounding: started-unit}}}, or full-unit,"
            " or accept AMB-12)"
        ),
    ),
    (
        GOLD,
        "crisis: {",
        "support: {points: {point: 15m, rounding: started-unit}}\ncrisis: {",
        None,
    ),
    (
        ACME,
        "{AMB-7: agreed by mail}",
        "{AMB-7: agreed by mail, AMB-9: because}",
        (
            "accepted.AMB-9: nothing of this name is open; default: it accepts nothing"
            " (write AMB-7, or take it away)"
        ),
    ),
    (ACME, "{AMB-7: agreed by mail}", "{maintenance.notice: agreed by mail}", None),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), READINGS)
def test_ambiguity_is_named_until_it_is_accepted(
    good: Good, file: str, old: str, new: str, said: str | None
) -> None:
    told = [line.split(": ", 1)[1] for line in found(good, (file, old, new))]

    assert ([said] if said else []) == told
