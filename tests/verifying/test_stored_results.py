"""The digests of raw results that a report carries, against those of the results stored today."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.verifying.reports import NOW, month

from vigie import settings
from vigie.reporting import Figures, ResultsDay, report_file
from vigie.reporting.evidence.reportfile import made_of
from vigie.verifying import Check, compare_with_database
from vigie.verifying.carried import Carried

Change = Callable[[ResultsDay], ResultsDay]


def with_results(figures: Figures, change: Change) -> Figures:
    """Return a report in which *change* befell the first of its days."""
    assert figures.evidence is not None
    first, *others = figures.evidence.results
    results = (change(first), *others)
    return replace(figures, evidence=replace(figures.evidence, results=results))


def whole(day: ResultsDay) -> ResultsDay:
    return day


def dropped(day: ResultsDay) -> ResultsDay:
    """A day of which three results are left: the first, the last, and one that failed."""
    return replace(day, covers="evidence", results=3, sha256="b" * 64)


def results_check(
    monkeypatch: pytest.MonkeyPatch, directory: Path, *, printed: Change, today: Change
) -> Check:
    """Return what is said of a report when the database gives the same month *today*."""

    async def read(*_: object, **__: object) -> Figures:
        return with_results(month(), today)

    monkeypatch.setattr("vigie.verifying.database.read", read)
    figures = with_results(month(), printed)
    told = report_file(figures, made_of(figures, language="en", now=NOW))
    held: Any = Carried(told=told, listed={}, made_with={})
    checks = asyncio.run(compare_with_database(held, settings.read(directory), now=NOW))
    return next(check for check in checks if check.name == "results")


def test_a_day_that_was_dropped_since_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    check = results_check(monkeypatch, tmp_path, printed=whole, today=dropped)

    assert check.holds, check
    says = "the same ones are stored; 1 endpoint days are older than the retention now"
    assert says == check.says


@pytest.mark.parametrize(
    ("printed", "today"),
    [
        # What was dropped never comes back.
        (dropped, whole),
        # What is left is some of what was there.
        (lambda day: replace(day, results=2), dropped),
        (lambda day: replace(day, covers="nothing"), dropped),
        (lambda day: replace(day, covers="nothing"), whole),
        (dropped, lambda day: replace(dropped(day), sha256="c" * 64)),
    ],
)
def test_no_other_day_goes_uncompared(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, printed: Change, today: Change
) -> None:
    check = results_check(monkeypatch, tmp_path, printed=printed, today=today)

    assert check.holds is False, check
    assert check.says.startswith("api-health 2026-04-30: other results are stored now")
