"""When maintenance may be and how much of it: in the definitions, with figures, and verified."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest
from tests.reporting import samples
from tests.reporting.test_html import page, text
from tests.sql.world import World, minute
from tests.verifying.reports import month

from vigie.reporting import Asked, Figures, figures
from vigie.reporting.figures.termrecords import Opening
from vigie.verifying.enforced import ruled

OFFICE = [(day, 9, 17) for day in range(1, 6)]
PLAIN: dict[str, Any] = {
    "outside": "buero",
    "outside_hours": (Opening(weekdays=(1, 2, 3, 5), hours="08:00-12:00, 13:00-18:00"),),
    "outside_timezone": "Europe/Berlin",
    "night_opens": None,
    "night_closes": None,
    "cap_s": Decimal(4 * 3600),
    "cap_per": "quarter",
}
LATE = "announced 0 whole working days ahead, 2 asked"
HOURS = "1800 s inside hours without maintenance"
USED = "the {} s of its quarter were used up"


def agreed(figures: Figures, **terms: Any) -> Figures:
    return replace(figures, contract=replace(figures.contract, **(PLAIN | terms)))


def said(language: str = "en", **terms: Any) -> str:
    shown = text(page(agreed(samples.busy(), **terms), language))
    return shown.replace("\N{NO-BREAK SPACE}", " ").replace("\N{EN DASH}", "-")


def test_what_is_wished_is_called_a_wish() -> None:
    shown = said()

    assert (
        "Planned maintenance lies outside the opening hours of the calendar buero (Mon-Wed,"
        " Fri 08:00-12:00, 13:00-18:00, Europe/Berlin). That is a wish: a window that reaches into"
        " other hours is flagged, and valid all the same. Downtime inside valid planned windows:"
        " at most 4 h for the quarter. That is a wish: more is flagged, and excused all the same."
    ) in shown


def test_what_is_enforced_is_said_with_its_figures() -> None:
    shown = said(enforced=("outside", "cap"))

    assert "A planned window that reaches into other hours is not valid." in shown
    assert "for the quarter. Once that is used up, further downtime of the period is" in shown
    assert "That is a wish" not in shown


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (
            {"night_opens": "22:00", "night_closes": "06:00"},
            "13:00-18:00, Europe/Berlin), or between 22:00 and 06:00. That is a wish",
        ),
        (
            *({"outside": None, "night_opens": "22:00", "night_closes": "06:00"},),
            "Planned maintenance lies between 22:00 and 06:00 (Europe/Berlin). That is a wish",
        ),
    ],
)
def test_hours_of_the_night_are_named(terms: dict[str, Any], expected: str) -> None:
    assert expected in said(**terms)


def test_a_contract_without_such_rules_says_nothing_of_them() -> None:
    shown = said(outside=None, cap_s=None, cap_per=None)

    assert "what runs over is unplanned. Interruption" in shown
    assert "Planned maintenance lies" not in shown
    assert "Downtime inside valid" not in shown


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", "höchstens 4 h für das Quartal. Ist das aufgebraucht, ist weitere Ausfallzeit"),
        ("fr", "au plus 4 h pour le trimestre. Une fois ce temps épuisé, toute autre"),
        ("es", "como máximo 4 h para el trimestre. Una vez agotado ese tiempo, toda"),
        (
            "it",
            "al massimo 4 h per il trimestre. Una volta esaurito questo tempo, ",
        ),
    ],
)
def test_rules_are_said_in_every_language(language: str, expected: str) -> None:
    shown = said(language, enforced=("outside", "cap"))

    assert expected in shown


async def test_terms_come_from_the_version_in_force(
    world: World, connection: asyncpg.Connection
) -> None:
    await world.service()
    await world.calendar("office", [*OFFICE, (6, 9, 13)], timezone="Europe/Paris")
    await world.contract(
        outside="office",
        night_opens=timedelta(hours=22),
        night_closes=timedelta(hours=30),
        cap_time=timedelta(hours=4),
        cap_per="quarter",
        enforced=["outside", "cap"],
    )
    # Monday 09:00 in Paris is 07:00Z; the second one ends as the office opens.
    for hour in (8, 5):
        await world.window(hour * 60, hour * 60 + 120)
    await world.rolled_up_to(minute(1440))

    found = await figures(
        connection,
        contract="acme",
        asked=Asked("month", date(2026, 5, 1)),
        now=datetime(2026, 6, 2, tzinfo=UTC),
    )

    terms = found.contract
    assert ("office", "Europe/Paris", "22:00", "06:00") == (
        *(terms.outside, terms.outside_timezone, terms.night_opens, terms.night_closes),
    )
    assert (Decimal(4 * 3600), "quarter", ("outside", "cap")) == (
        terms.cap_s,
        terms.cap_per,
        terms.enforced,
    )
    assert (
        Opening(weekdays=(1, 2, 3, 4, 5), hours="09:00-17:00"),
        Opening(weekdays=(6,), hours="09:00-13:00"),
    ) == terms.outside_hours
    assert [None, "7200 s inside hours without maintenance"] == [
        one.why for one in found.maintenance
    ]
    assert [] == list(ruled(found))


@pytest.mark.parametrize(
    ("terms", "window", "expected"),
    [
        ({}, {}, ""),
        ({}, {"forbidden_s": Decimal(60)}, ""),  # flagged
        ({"enforced": ("outside",)}, {"forbidden_s": Decimal(60)}, ".valid: said of 60 s"),
        ({}, {"why": HOURS, "forbidden_s": Decimal(1800)}, ".why: the hours are a wish"),
        (
            {"enforced": ("outside",)},
            {"why": HOURS, "forbidden_s": Decimal(1860), "valid": False},
            ".forbidden_s: says 1860, the reason 1800",
        ),
        ({"outside": None}, {"forbidden_s": Decimal(60)}, "no hours without maintenance"),
        ({"cap_s": Decimal(7200)}, {}, ".cap_s: says 14400, the contract 7200"),
        ({"cap_per": None}, {}, "figures.contract.cap_s: is of no period"),
        ({"enforced": ("cap",)}, {"why": USED.format(14400), "valid": False}, ""),
        ({"enforced": ("cap",)}, {"why": USED.format(9), "valid": False}, "has no such cap"),
        ({}, {"why": USED.format(14400), "valid": False}, "has no such cap"),
        ({"enforced": ("outside", "cap")}, {"why": LATE, "valid": False}, ""),
        # Judged by the terms before, which the report does not tell.
        ({"cap_s": Decimal(7200), "version_from": date(2026, 5, 31)}, {}, ""),
    ],
)
def test_a_window_that_the_rules_judge_otherwise_is_told(
    terms: dict[str, Any], window: dict[str, Any], expected: str
) -> None:
    whole = month()
    first = replace(whole.maintenance[0], **({"cap_s": Decimal(4 * 3600)} | window))

    problems = list(ruled(agreed(replace(whole, maintenance=(first,)), **terms)))

    assert (expected in " ".join(problems)) if expected else problems == []
