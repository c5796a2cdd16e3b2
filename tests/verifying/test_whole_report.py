"""What every report of its period has, whose downtime it is, and when it was made."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.reporting import samples
from tests.verifying.reports import NOW, month
from tests.verifying.test_every_number import doubts

from vigie.reporting import Figures
from vigie.reporting.figures.records import Period
from vigie.verifying import left_to_the_database
from vigie.verifying.carried import Carried
from vigie.verifying.complete import complete
from vigie.verifying.differing import unequal
from vigie.verifying.numbers import recomputed
from vigie.verifying.periods import placed

Change = Callable[[Figures], Figures]


def without_contents(*names: str) -> Change:
    """Return a change that takes lists of the further pages out."""
    nothing: dict[str, Any] = dict.fromkeys(names, ())
    return lambda of: replace(of, contents=replace(of.contents, **nothing))


def without_parts_of(scope: str) -> Change:
    def change(of: Figures) -> Figures:
        assert of.evidence is not None
        left = tuple(part for part in of.evidence.parts if part.scope != scope)
        return replace(of, evidence=replace(of.evidence, parts=left))

    return change


def without_seconds(of: Figures) -> Figures:
    rows = tuple(replace(one, committed_s=None) for one in of.contents.without)
    return replace(of, contents=replace(of.contents, without=rows))


MISSED: dict[str, tuple[Change, str]] = {
    "evidence": (
        lambda of: replace(of, evidence=None),
        "figures.evidence: is missing, and without it nothing can be computed again",
    ),
    "parts": (
        without_parts_of("solution"),
        "figures.evidence.parts: none is of solution, which nothing else gives",
    ),
    "service": (
        lambda of: replace(of, services=of.services[:2]),
        "figures.services: crawler is missing, which figures.evidence.parts has",
    ),
    "month": (
        without_contents("kept"),
        "figures.contents.kept: availability of api in 2026-05 is missing",
    ),
    "outlooks": (
        without_contents("outlooks"),
        "figures.contents.outlooks: are not those of month, quarter, year",
    ),
    "without": (
        without_contents("without"),
        "figures.contents.without: is not agreed, without_corrections, without_exclusions",
    ),
    "seconds": (
        without_seconds,
        "figures.contents.without[0]: has no seconds to compute it from",
    ),
    "probes": (
        lambda of: replace(of, probes=()),
        "figures.probes: api-health is missing, of which there are results",
    ),
}


@pytest.mark.parametrize("case", MISSED)
def test_what_was_taken_out_is_named(case: str) -> None:
    change, says = MISSED[case]

    assert says in list(complete(change(month())))
    assert [] == list(complete(month()))


def test_no_figure_without_parts_counts_as_computed() -> None:
    """Whatever it says: 42 % promised, 12.3456 % reached, and nothing to compute it from."""
    forged = without_parts_of("solution")(month())
    of = replace(forged.availability, percent="12.3456", target="42.00", budget_s=Decimal(1))
    silent = replace(without_contents("kept", "outlooks", "without")(forged), availability=of)

    assert [] == list(recomputed(silent))
    assert "figures.evidence.parts: none is of solution, which nothing else gives" in list(
        complete(silent)
    )


def test_a_period_of_two_hundred_years_is_not_counted_day_by_day_and_endpoint() -> None:
    """76,000 days of 20,000 endpoints would be more rows than memory holds."""
    whole = month()
    assert whole.evidence is not None
    ends = datetime(2199, 1, 1, tzinfo=UTC)
    long = replace(whole.period, starts=datetime(1990, 1, 1, tzinfo=UTC), ends=ends, as_of=ends)
    [first, *_] = whole.evidence.results
    many = tuple(replace(first, endpoint=f"e{number}") for number in range(20_000))
    forged = replace(whole, period=long, evidence=replace(whole.evidence, results=many))

    assert "figures.evidence.results: are not one for each endpoint and day that is over" in list(
        complete(forged)
    )


def by_another(of: Figures) -> Figures:
    return replace(of, outages=tuple(replace(one, services=("crawler",)) for one in of.outages))


def by_one(of: Figures) -> Figures:
    return replace(of, outages=tuple(replace(one, services=("orders",)) for one in of.outages))


def flipped(of: Figures) -> Figures:
    return replace(
        of, services=tuple(replace(one, essential=not one.essential) for one in of.services)
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (by_another, "figures.outages[0].services: crawler is none of solution"),
        (by_one, "figures.outages: those of api last 0 s, 420 s unplanned said"),
        (flipped, "figures.services: the essential ones were down otherwise than the solution"),
        (
            lambda of: replace(of, maintenance=of.maintenance[1:]),  # the one that is not valid
            "figures.maintenance: excuses 0 s of api, 1200 said",
        ),
    ],
)
def test_downtime_of_another_or_excused_by_nothing_is_caught(change: Change, says: str) -> None:
    assert says in doubts(change(month()))
    assert [] == doubts(month())


def test_only_the_database_knows_what_may_be_empty() -> None:
    report: Any = {"figures": month()}
    [told] = left_to_the_database(Carried(told=report, listed={}, made_with={}))

    assert (None, False) == (told.holds, told.is_due)
    assert "holes, failures, maintenance, corrections and crises" in told.says


PARIS = ZoneInfo("Europe/Paris")


def period(kind: str, name: str, starts: date, ends: date) -> Period:
    """Return a period of local days in Paris; its end is the day after."""
    first, after = (datetime(d.year, d.month, d.day, tzinfo=PARIS) for d in (starts, ends))
    return replace(
        samples.PERIOD, kind=kind, name=name, starts=first, ends=after, as_of=after, complete=True
    )


SOME = (date(2026, 5, 12), date(2026, 5, 21))
NAMED = [
    period("month", "2026-05", date(2026, 5, 1), date(2026, 6, 1)),
    period("quarter", "2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
    period("year", "2026", date(2026, 1, 1), date(2027, 1, 1)),
    period("year_to_date", "year to 2026-05-31", date(2026, 1, 1), date(2026, 6, 1)),
    period("rolling_12_months", "12 months to 2026-05", date(2025, 6, 1), date(2026, 6, 1)),
    period("days", "2026-05-12 to 2026-05-20", *SOME),
    period("span", "2026-05-11T22:00:00Z/2026-05-20T22:00:00Z", *SOME),
]


@pytest.mark.parametrize("of", NAMED, ids=lambda of: of.kind)
def test_the_name_of_a_period_follows_from_its_start_and_end(of: Period) -> None:
    later = of.ends + timedelta(days=1)
    forged = replace(of, name="2026-09")

    assert [] == list(placed(of, later))
    assert [f"figures.period.name: says 2026-09, its start and end give {of.name}"] == list(
        placed(forged, later)
    )


def test_a_span_of_another_length_is_no_month() -> None:
    short = period("month", "2026-05", date(2026, 5, 1), date(2026, 5, 31))

    assert ["figures.period: is no month"] == list(placed(short, NOW))


def test_no_report_is_made_before_what_it_tells_of() -> None:
    """As of 3 o'clock on 1 June; the clock of who made it may be an hour behind."""
    whole = samples.PERIOD
    early = datetime(2026, 5, 5, tzinfo=UTC)

    assert [] == list(placed(whole, datetime(2026, 6, 1, 0, 0, tzinfo=UTC)))
    [problem] = placed(whole, early)
    assert problem.startswith("figures.period.as_of: is 2026-06-01 01:00:00+00:00, and the report")
    assert problem.endswith("was made at 2026-05-05 00:00:00+00:00")
    assert [
        "figures.period.complete: True said as of 2026-05-05 00:00:00+00:00",
    ] == list(placed(replace(whole, as_of=early), NOW))


def test_the_database_knows_the_name_and_that_its_results_did_not_reach_as_far() -> None:
    """Rolled up until 3 o'clock on 1 June, as printed; later ones are nobody's fault."""
    today = month()
    forged = replace(today, period=replace(today.period, name="2026-09"))
    later = replace(today, period=replace(today.period, as_of=datetime(2027, 7, 1, tzinfo=UTC)))

    assert ["figures.period.name: 2026-09 printed, 2026-05 today"] == list(
        unequal(forged, today, "figures")
    )
    assert [
        "figures.period.as_of: 2027-07-01 00:00:00+00:00 printed, 2026-06-01 01:00:00+00:00 today"
    ] == list(unequal(later, today, "figures"))
    assert [] == list(unequal(today, later, "figures"))
