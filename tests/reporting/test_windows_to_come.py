"""Windows that have not begun are to come, whatever the period; only valid ones count as such."""

from dataclasses import replace

from tests.reporting import samples
from tests.reporting.samples import at, window
from tests.reporting.test_html import page, text

from vigie.reporting import Figures


def with_windows() -> Figures:
    """Return a month that is known up to the 20th, with two windows before, and two after."""
    refused = {"valid": False, "why": "no proof of the announcement"}
    base = samples.running()
    return replace(
        base,
        period=replace(base.period, as_of=at(20, "9:0:0")),
        maintenance=(
            window(at(4, "2:0:0"), 2, key="m-1"),
            window(at(11, "2:0:0"), 2, key="m-2", **refused),
            window(at(20, "9:0:0"), 2, key="m-3"),
            window(at(27, "2:0:0"), 2, key="m-4", **refused),
        ),
    )


def section(shown: str, head: str, following: str) -> str:
    starts = shown.index(f" {head} ")
    return shown[starts : shown.index(f" {following} ", starts)]


def test_the_first_page_counts_valid_windows_that_have_begun_and_tells_refused_ones_apart() -> None:
    shown = text(page(with_windows()))

    assert "1 valid maintenance window; 1 refused" in shown
    assert "1 valid maintenance window Unplanned" not in shown
    assert "refused" not in text(page(samples.quiet())).split("Measurement coverage")[0]


def test_a_window_that_has_not_begun_is_to_come_and_not_among_those_of_the_period() -> None:
    figures = with_windows()
    shown = text(page(figures))

    past = section(shown, "Maintenance", "Crises")
    coming = section(shown, "Maintenance to come", "Trend and actions")
    assert [True, True, False, False] == [f"m-{n} " in past for n in (1, 2, 3, 4)]
    assert [False, False, True, True] == [f"m-{n} " in coming for n in (1, 2, 3, 4)]
    excluded = section(shown, "Exclusions, applied and refused", "Maintenance to come")
    assert [False, False] == [f"m-{n} " in excluded for n in (3, 4)]


def test_without_windows_the_rest_of_a_running_period_is_named_too() -> None:
    none = replace(with_windows(), maintenance=())
    none = replace(none, contents=replace(none.contents, ahead=()))

    shown = text(page(none))

    assert "None is announced for the rest of the period, nor for June 2026 yet." in shown
