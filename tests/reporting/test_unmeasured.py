"""What was agreed, but not measured, has one word on all pages."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.reporting import samples
from tests.reporting.test_html import NOWHERE, page, text
from tests.reporting.test_pdf import NOW

from vigie.reporting import Figures
from vigie.reporting.drawing.html import to_html
from vigie.reporting.figures.revisions import Change, Past, Revision
from vigie.templating import roots

FIRST = Change(figure="availability.verdict", before="not_applicable", after="met")


def unmeasured(*, target: str | None = "99.98", limit: int | None = 7200) -> Figures:
    empty = samples.empty()
    longest = replace(empty.longest, verdict="not_applicable")
    return replace(
        empty,
        availability=replace(empty.availability, target=target),
        services=tuple(replace(one, target=target) for one in empty.services),
        longest=replace(longest, limit_s=None if limit is None else Decimal(limit)),
    )


@pytest.mark.parametrize(
    ("language", "word", "sentence"),
    [
        ("en", "Not measurable", "May 2026: not measurable. No committed time was measured"),
        ("de", "Nicht messbar", "Mai 2026: nicht messbar. Es wurde keine zugesagte Zeit gemessen"),
    ],
)
def test_what_was_promised_and_not_measured_is_not_measurable(
    language: str, word: str, sentence: str
) -> None:
    html = page(unmeasured(), language)
    shown = text(html)

    assert '<section class="verdict not_measurable">' in html
    assert sentence in shown
    # First page, service, solution.
    assert 3 == shown.count(f"○ {word}")
    # The source of the verdict, and that of the longest interruption.
    assert 2 == shown.count(f" {word} = verdict, figures.")
    assert "applicable" not in shown
    assert "ntfällt" not in shown


def test_the_limit_of_an_interruption_is_not_measurable_either() -> None:
    assert "limit 2 h: not measurable" in text(page(unmeasured()))


def test_where_nothing_was_promised_no_verdict_applies() -> None:
    shown = text(page(unmeasured(target=None, limit=None)))

    assert "\u2013 Not applicable no target agreed" in shown
    assert "May 2026: not applicable." in shown
    assert "Not measurable" not in shown


def test_a_revision_that_has_a_verdict_at_last_names_the_one_before_alike() -> None:
    revision = Revision(
        key="acme/2026-05/r2",
        number=2,
        made_at=NOW,
        made_by="alice",
        reason="Results came late",
        objections_until=NOW,
        changes=(FIRST,),
        past=(Past(number=1, made_at=NOW, made_by="bob", reason=None, issued_at=NOW),),
        before=None,
        before_digest=None,
    )

    html = to_html(
        samples.quiet(), folders=roots(NOWHERE), now=NOW, language="en", revision=revision
    )

    assert 'Verdict <span class="change">Not measurable → Met</span>' in html
