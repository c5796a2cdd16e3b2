"""Where something was not measured, no page says that nothing happened, or what was more."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.reporting import samples
from tests.reporting.test_html import page, text

from vigie.reporting import Figures
from vigie.reporting.figures.contents import Gap


def with_a_hole(figures: Figures) -> Figures:
    """Return the figures with an hour that was not measured, and is one of their spans."""
    of = figures.availability
    seconds = replace(of.seconds, unknown=Decimal(3600), unmeasured=Decimal(3600))
    busy = samples.busy().contents.spells
    return replace(
        figures,
        availability=replace(of, seconds=seconds),
        contents=replace(
            figures.contents, spells=tuple(one for one in busy if one.kind == "unknown")
        ),
    )


NEVER = ("Nothing unplanned was down at any hour.", "No unplanned downtime on any measured day.")
MEASURED = (
    "Nothing unplanned was down while it was measured; what was not measured is unknown.",
    "No unplanned downtime while it was measured.",
    "none while it was measured",
)


def test_a_month_without_an_outage_is_told_as_far_as_it_was_measured() -> None:
    shown = text(page(with_a_hole(samples.quiet())))

    assert [True] * 3 == [one in shown for one in MEASURED]
    assert [False] * 3 == [one in shown for one in (*NEVER, "no interruption")]


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("higher", "May 2026 was more available than April 2026: 99.9798 % after"),
        ("lower", "May 2026 was less available than April 2026: 99.9798 % after"),
        ("same", "May 2026 was as available as April 2026: 99.9798 %."),
        ("open", "Too little was measured to compare May 2026 with April 2026. Measured: 99.9798"),
        ("not_measured", "May 2026 cannot be compared with April 2026"),
    ],
)
def test_the_trend_is_the_one_that_the_seconds_give(word: str, sentence: str) -> None:
    busy = samples.busy()
    kept = tuple(replace(one, than_before=word) for one in busy.contents.kept)

    shown = text(page(replace(busy, contents=replace(busy.contents, kept=kept))))

    assert sentence in shown


def test_a_service_without_an_endpoint_is_a_hole_of_its_own() -> None:
    busy = samples.busy()
    [hole] = busy.contents.gaps
    none: Gap = replace(hole, endpoint=None, service="orders", of_all=2)
    gaps = (replace(hole, of_all=2), none)

    shown = text(page(replace(busy, contents=replace(busy.contents, gaps=gaps))))

    assert "2 holes in the measurement, each endpoint by itself," in shown
    assert "had no endpoint yet, or none any more" in shown
