"""Where a contract counts unknown time as down, what was used is not called unplanned."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import asyncpg
import pytest
from tests.reporting import crises, samples
from tests.reporting.test_html import NOW, NOWHERE, page, text
from tests.reporting.test_incident_report import markdown
from tests.sql.world import World, minute

from vigie.reporting import Days, Figures, figures, incident_html
from vigie.verifying.numbers import recomputed

USED = 540 + 3600  # unplanned, and an hour that was not measured
COMMITTED = 31 * 86400 - 1200  # all but the planned time


def counted(figures: Figures, unknown: str = "down") -> Figures:
    """Return the figures of a contract that counts an hour of unknown time as down."""
    seconds = replace(
        samples.seconds(unplanned=540, planned=1200, unknown=3600), committed=Decimal(COMMITTED)
    )
    availability = replace(
        figures.availability,
        seconds=seconds,
        percent="99.8453",
        used_s=Decimal(USED),
        over_s=Decimal(USED) - Decimal("535.44"),
    )
    contract = replace(figures.contract, unknown=unknown)
    return replace(figures, contract=contract, availability=availability)


@pytest.mark.parametrize("unknown", ["down", "neither"], ids=["terms", "earlier terms"])
def test_the_sentence_says_what_was_used(unknown: str) -> None:
    told = text(page(counted(samples.busy(), unknown)))

    # 4140 - 535.44 = 3604.56
    assert (
        "missed by 1 h 0 min 4.56 s (1 h 9 min 0 s unplanned or not measured,"
        " 8 min 55.44 s allowed)."
    ) in told
    assert "Unplanned downtime 9 min 0 s" in told  # the measured part stays what it is


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        ("met", "met (1 h 9 min 0 s unplanned or not measured, 8 min 55.44 s allowed)."),
        ("running", "1 h 9 min 0 s unplanned or not measured; 0 s of the budget left."),
    ],
)
def test_the_other_verdicts_say_it_too(verdict: str, sentence: str) -> None:
    figures = counted(samples.busy())
    of = replace(figures.availability, verdict=verdict)

    assert sentence in text(page(replace(figures, availability=of)))


def test_the_formula_is_made_of_what_its_page_prints() -> None:
    told = text(page(counted(samples.busy())))

    assert (
        "counted as down = unplanned + unknown outside valid maintenance = 4,140 s"
        " availability = (committed \N{MINUS SIGN} counted as down) ÷ committed"
        " = (2,677,200 s \N{MINUS SIGN} 4,140 s) ÷ 2,677,200 s = 99.8453"
    ) in told
    assert "unplanned 540 s down, and nothing excuses it unknown 3,600 s" in told
    assert "Unknown time outside valid maintenance counts as down, as the contract says." in told


async def test_the_formula_holds_where_a_window_excuses_what_was_not_measured(
    world: World, connection: asyncpg.Connection
) -> None:
    await world.service("api", endpoints=["a"])
    await world.contract(unknown="down", timezone="UTC", target=Decimal("0.999"))
    # Of the 4th of May the first hour is measured, but for ten minutes; three of it are down.
    await world.results("a", "UUUUUDDD".ljust(20, "U") + "." * 10 + "U" * 30)
    await world.window(25, 27)
    await world.rolled_up_to(minute(24 * 60))
    asked = Days(date(2026, 5, 4), date(2026, 5, 4))

    found = await figures(connection, contract="acme", asked=asked, now=minute(25 * 60))

    unknown = 86400 - 3600 + 600
    down, committed = 180 + unknown - 120, 86400 - 120
    assert unknown == found.availability.seconds.unknown
    assert f"= {down:,} s availability =" in text(page(found))
    assert f"= ({committed:,} s \N{MINUS SIGN} {down:,} s) ÷ {committed:,} s" in text(page(found))
    assert [] == list(recomputed(found))


def test_a_period_that_goes_on_counts_what_is_unknown_so_far() -> None:
    told = text(page(counted(samples.running())))

    assert "counted as down = unplanned + unknown so far, outside valid maintenance" in told


def test_tables_and_drawings_name_it_alike() -> None:
    html = page(counted(samples.busy()))

    assert "Available, % Counted as down Verdict as agreed" in text(html)
    assert "Unplanned and unmeasured time adding up over the period, 1\u00a0h" in html


def test_without_a_target_it_is_no_unplanned_downtime_either() -> None:
    figures = counted(samples.busy())
    of = replace(figures.availability, target=None, budget_s=None, verdict="not_applicable")

    told = text(page(replace(figures, availability=of)))

    assert "1 h 9 min 0 s unplanned or not measured; without a target there is no budget." in told


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "1 h 9 min 0 s ungeplant oder nicht gemessen"),
        ("fr", "1 h 9 min 0 s non planifiées ou non mesurées"),
        ("es", "1 h 9 min 0 s no planificados o no medidos"),
        ("it", "1 h 9 min 0 s non programmati o non misurati"),
    ],
)
def test_it_is_said_in_every_language(language: str, words: str) -> None:
    assert words in text(page(counted(samples.busy()), language))


def test_elsewhere_it_is_unplanned() -> None:
    told = text(page(samples.busy()))

    assert "(9 min 0 s unplanned, 8 min 55.44 s allowed)" in told
    assert "availability = (committed \N{MINUS SIGN} unplanned) ÷ committed" in told
    assert "Available, % Unplanned Verdict as agreed" in told


def test_the_budgets_of_a_crisis_say_which_of_them_count_it() -> None:
    crisis = crises.approved()
    first, *others = crisis.budgets
    budgets = (replace(first, with_unknown=True), *others)
    marked = replace(crisis, budgets=budgets)

    drawn = [text(incident_html(one, directory=NOWHERE, now=NOW)) for one in (crisis, marked)]
    written = [markdown(one) for one in (crisis, marked)]

    note = "Where it says so, time that was not measured is in it"
    assert [False, True, False, True] == [note in one for one in (*drawn, *written)]
    cell = f"{first.used} unplanned or not measured".replace("\u00a0", " ")
    assert [0, 1] == [one.count(cell) for one in drawn]
    assert [0, 1] == [one.count(f"| {first.used}, unplanned or not measured |") for one in written]
